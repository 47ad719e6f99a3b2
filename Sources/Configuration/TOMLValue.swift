import CTOML
import Linux

/// One value of a TOML document, with the place where it stands.
package struct TOMLValue: Sendable {
    enum Content: Sendable {
        case table([Member])
        case array([TOMLValue])
        case string(String)
        case integer(Int64)
        case boolean(Bool)
        /// A number that is not whole, or written as if it were not, and dates: as they stand there,
        /// or empty. Kuzet takes neither.
        case fraction(String)
        case time(String)
    }

    struct Member: Sendable {
        var key: String
        var value: TOMLValue
    }

    var content: Content
    /// Where the key stands, or the value if it has none; from 1, 0 if unknown.
    var line: Int
    var column: Int

    /// What the value looks like in an error message: short, on one line.
    var excerpt: String {
        switch content {
        case .table: return "a table"
        case .array(let elements): return "an array of \(elements.count)"
        case .string(let text): return quoted(text)
        case .integer(let number): return String(number)
        case .boolean(let truth): return truth ? "true" : "false"
        case .fraction(let text):
            return text.isEmpty ? "a number with a decimal point" : printable(text)
        case .time(let text): return text.isEmpty ? "a date or time" : printable(text)
        }
    }

    /// Reads a document.
    ///
    /// - Error: `ConfigurationError` with the one fault at which the parser stopped.
    package static func parse(_ bytes: [UInt8], file: String) throws(ConfigurationError)
        -> TOMLValue
    {
        let document = bytes.withUnsafeBytes { buffer in
            ctoml_parse(buffer.baseAddress?.assumingMemoryBound(to: CChar.self), buffer.count)
        }
        guard let document else {
            throw ConfigurationError(file: file, message: "read: out of memory")
        }
        defer { ctoml_free(document) }
        if let message = ctoml_error(document) {
            throw ConfigurationError(
                file: file, line: Int(ctoml_error_line(document)),
                column: Int(ctoml_error_column(document)),
                message: printable(String(cString: message)))
        }
        return tree(
            UnsafeBufferPointer(start: ctoml_nodes(document), count: ctoml_node_count(document)))
    }

    /// Parents stand before their children, so from the end on every child is complete before
    /// its parent is made.
    private static func tree(_ nodes: UnsafeBufferPointer<CTOMLNode>) -> TOMLValue {
        var children = [[Member]](repeating: [], count: nodes.count)
        for index in nodes.indices.reversed() {
            let node = nodes[index]
            let members = children[index].reversed()
            children[index] = []
            let content: Content
            switch Int(node.type) {
            case CTOML_TABLE: content = .table(Array(members))
            case CTOML_ARRAY: content = .array(members.map(\.value))
            case CTOML_STRING: content = .string(text(node.text, node.text_byte_count))
            case CTOML_INTEGER: content = .integer(node.integer)
            case CTOML_BOOLEAN: content = .boolean(node.integer != 0)
            case CTOML_FRACTION: content = .fraction(text(node.text, node.text_byte_count))
            default: content = .time(text(node.text, node.text_byte_count))
            }
            let value = TOMLValue(
                content: content, line: Int(node.line), column: Int(node.column))
            guard node.parent >= 0 else { return value }
            children[Int(node.parent)].append(
                Member(key: text(node.key, node.key_byte_count), value: value))
        }
        return TOMLValue(content: .table([]), line: 0, column: 0)
    }

    private static func text(_ start: UnsafePointer<CChar>?, _ count: Int) -> String {
        guard let start, count > 0 else { return "" }
        return start.withMemoryRebound(to: UInt8.self, capacity: count) {
            String(decoding: UnsafeBufferPointer(start: $0, count: count), as: UTF8.self)
        }
    }
}

/// `text` as a TOML basic string on one line, cut to `countMax` characters.
package func quoted(_ text: String, countMax: Int = 60) -> String {
    let text = concealed(text)
    let cut = text.unicodeScalars.count > countMax
    return "\"" + tomlEscaped(text.unicodeScalars.prefix(countMax)) + (cut ? "…\"" : "\"")
}

/// `text` without what may be a password in an address: who stands before its "@", what stands
/// after its "?", and a port that is none.
///
///     mqtt://kuzet:hunter2@host:1883  →  mqtt://…@host:1883
func concealed(_ text: String) -> String {
    let bytes = Array(text.utf8)
    let scheme = bytes.indices.first { bytes[$0...].starts(with: Array("://".utf8)) }
    if let at = bytes.lastIndex(of: UInt8(ascii: "@")) {
        let quotes = Array("\"' ".utf8)
        let start =
            scheme.map { $0 + 3 } ?? bytes[..<at].lastIndex { quotes.contains($0) }.map { $0 + 1 }
            ?? 0
        guard start < at, scheme != nil || bytes[start..<at].contains(UInt8(ascii: ":")) else {
            return text
        }
        return replaced(bytes, start..<at)
    }
    guard let scheme else { return text }
    let end = bytes[scheme...].firstIndex { Array("\"' ".utf8).contains($0) } ?? bytes.endIndex
    if let query = bytes[scheme..<end].firstIndex(of: UInt8(ascii: "?")) {
        return replaced(bytes, query + 1..<end)
    }
    let colons = (scheme + 3..<max(end, scheme + 3)).filter { bytes[$0] == UInt8(ascii: ":") }
    guard colons.count == 1,
        !bytes[colons[0] + 1..<end].allSatisfy({ (UInt8(ascii: "0")...UInt8(ascii: "9")) ~= $0 })
    else { return text }
    return replaced(bytes, colons[0] + 1..<end)
}

private func replaced(_ bytes: [UInt8], _ range: Range<Int>) -> String {
    let (head, tail) = (bytes[..<range.lowerBound], bytes[range.upperBound...])
    return String(decoding: head, as: UTF8.self) + "…" + String(decoding: tail, as: UTF8.self)
}

/// What TOML asks to be escaped within a basic string.
func tomlEscaped(_ scalars: some Sequence<Unicode.Scalar>) -> String {
    var result = ""
    for scalar in scalars {
        switch scalar {
        case "\"": result += "\\\""
        case "\\": result += "\\\\"
        case "\n": result += "\\n"
        case "\t": result += "\\t"
        case "\r": result += "\\r"
        default:
            if scalar.value < 32 || (127...159).contains(scalar.value) {
                let hexadecimal = String(scalar.value, radix: 16, uppercase: true)
                result += "\\u" + String(repeating: "0", count: 4 - hexadecimal.count) + hexadecimal
            } else {
                result.unicodeScalars.append(scalar)
            }
        }
    }
    return result
}

/// `text` without control characters, which would reach a terminal from a hostile file.
func printable(_ text: String) -> String { text.replacingControls() }
