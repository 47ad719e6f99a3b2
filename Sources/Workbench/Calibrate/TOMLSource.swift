/// Where keys and values stand in the text of a TOML document, to the byte.
///
/// Made for documents that a parser has accepted: it finds places and judges nothing. Where it
/// loses its way it says so, and nothing is edited.
///
/// - Source: TOML 1.0.0, its grammar.
struct TOMLSource {
    enum Kind: Hashable {
        case header(isArray: Bool)
        case pair
    }

    struct Statement {
        var kind: Kind
        /// Of a header, from the top; of a pair, from its header on.
        var path: [String]
        /// Whole lines, the last one's end included.
        var lines: Range<Int>
        /// Of a pair.
        var value: Range<Int>
    }

    /// One key with its value in an inline table.
    struct Member {
        var path: [String]
        var whole: Range<Int>
        var value: Range<Int>
    }

    /// It cannot be told where something stands.
    struct Fault: Error, Hashable, CustomStringConvertible {
        var line: Int
        var cause: String

        var description: String { "line \(line): edit by lines: \(cause)" }
    }

    let bytes: [UInt8]
    private(set) var statements: [Statement] = []
    private var position = 0

    private static let depthMax = 64

    init(_ bytes: [UInt8]) throws(Fault) {
        self.bytes = bytes
        while true {
            skipBlank(acrossLines: true)
            guard position < bytes.count else { return }
            let start = lineStart(position)
            if bytes[position] == UInt8(ascii: "[") {
                try readHeader(from: start)
            } else {
                let path = try readPath()
                try expect("=")
                skipBlank(acrossLines: false)
                let from = position
                try skipValue(depth: 0)
                let value = from..<position
                statements.append(
                    Statement(kind: .pair, path: path, lines: start..<endOfLine(), value: value))
            }
        }
    }

    /// The elements of the array that stands in a range.
    func elements(of array: Range<Int>) throws(Fault) -> [Range<Int>] {
        var reader = self
        reader.position = array.lowerBound
        try reader.expect("[")
        var elements: [Range<Int>] = []
        while true {
            reader.skipBlank(acrossLines: true)
            if reader.takes("]") { return elements }
            let start = reader.position
            try reader.skipValue(depth: 1)
            elements.append(start..<reader.position)
            reader.skipBlank(acrossLines: true)
            if !reader.takes(",") {
                try reader.expect("]")
                return elements
            }
        }
    }

    /// The members of the inline table that stands in a range.
    func members(of table: Range<Int>) throws(Fault) -> [Member] {
        var reader = self
        reader.position = table.lowerBound
        try reader.expect("{")
        var members: [Member] = []
        while true {
            reader.skipBlank(acrossLines: true)
            if reader.takes("}") { return members }
            let start = reader.position
            let path = try reader.readPath()
            try reader.expect("=")
            reader.skipBlank(acrossLines: true)
            let from = reader.position
            try reader.skipValue(depth: 1)
            members.append(
                Member(
                    path: path, whole: start..<reader.position, value: from..<reader.position))
            reader.skipBlank(acrossLines: true)
            if !reader.takes(",") {
                try reader.expect("}")
                return members
            }
        }
    }

    /// What stands in a range, without the quotes of a string; nothing within them is unescaped.
    func word(_ range: Range<Int>) -> String {
        let text = bytes[range]
        let isQuoted =
            text.count >= 2 && text.first == text.last
            && (text.first == UInt8(ascii: "\"") || text.first == UInt8(ascii: "'"))
        return String(decoding: isQuoted ? text.dropFirst().dropLast() : text, as: UTF8.self)
    }

    /// Every remark, from its sign to the end of its line.
    func remarks() throws(Fault) -> [String] {
        var reader = self
        reader.position = 0
        var remarks: [String] = []
        while reader.position < bytes.count {
            switch bytes[reader.position] {
            case UInt8(ascii: "\""), UInt8(ascii: "'"): try reader.skipString()
            case UInt8(ascii: "#"):
                let start = reader.position
                let line = bytes[start..<reader.endOfLine()]
                let remark = line.prefix { $0 != UInt8(ascii: "\n") && $0 != UInt8(ascii: "\r") }
                remarks.append(String(decoding: remark, as: UTF8.self))
            default: reader.position += 1
            }
        }
        return remarks
    }

    /// The first byte of the line that holds a place.
    func lineStart(_ place: Int) -> Int {
        var start = place
        while start > 0, bytes[start - 1] != UInt8(ascii: "\n") { start -= 1 }
        return start
    }

    /// Behind the end of the line that holds a place.
    func lineEnd(_ place: Int) -> Int {
        var end = place
        while end < bytes.count, bytes[end] != UInt8(ascii: "\n") { end += 1 }
        return min(end + 1, bytes.count)
    }

    // MARK: Reading

    private var fault: Fault {
        let line = 1 + bytes[..<min(position, bytes.count)].count { $0 == UInt8(ascii: "\n") }
        return Fault(line: line, cause: "it is not clear where a value ends")
    }

    private mutating func takes(_ character: Unicode.Scalar) -> Bool {
        guard position < bytes.count, bytes[position] == UInt8(ascii: character) else {
            return false
        }
        position += 1
        return true
    }

    private mutating func expect(_ character: Unicode.Scalar) throws(Fault) {
        skipBlank(acrossLines: false)
        guard takes(character) else { throw fault }
    }

    /// Spaces, and with lines also their ends and comments.
    private mutating func skipBlank(acrossLines: Bool) {
        while position < bytes.count {
            switch bytes[position] {
            case UInt8(ascii: " "), UInt8(ascii: "\t"): position += 1
            case UInt8(ascii: "\n"), UInt8(ascii: "\r"):
                guard acrossLines else { return }
                position += 1
            case UInt8(ascii: "#"):
                guard acrossLines else { return }
                while position < bytes.count, bytes[position] != UInt8(ascii: "\n") {
                    position += 1
                }
            case 0xEF where position == 0 && bytes.starts(with: [0xEF, 0xBB, 0xBF]): position = 3
            default: return
            }
        }
    }

    private mutating func endOfLine() -> Int {
        position = lineEnd(position)
        return position
    }

    private mutating func readHeader(from start: Int) throws(Fault) {
        try expect("[")
        let isArray = takes("[")
        let path = try readPath()
        try expect("]")
        if isArray { try expect("]") }
        let end = position
        statements.append(
            Statement(
                kind: .header(isArray: isArray), path: path, lines: start..<endOfLine(),
                value: end..<end))
    }

    private mutating func readPath() throws(Fault) -> [String] {
        var path: [String] = []
        repeat {
            skipBlank(acrossLines: false)
            let start = position
            guard position < bytes.count else { throw fault }
            if bytes[position] == UInt8(ascii: "\"") || bytes[position] == UInt8(ascii: "'") {
                try skipString()
            } else {
                while position < bytes.count, Self.isBare(bytes[position]) { position += 1 }
                guard position > start else { throw fault }
            }
            path.append(word(start..<position))
            skipBlank(acrossLines: false)
        } while takes(".")
        return path
    }

    private static func isBare(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "_"):
            true
        default: false
        }
    }

    private mutating func skipValue(depth: Int) throws(Fault) {
        guard position < bytes.count, depth < Self.depthMax else { throw fault }
        switch bytes[position] {
        case UInt8(ascii: "\""), UInt8(ascii: "'"): try skipString()
        case UInt8(ascii: "["):
            position += 1
            try skipList(until: "]", depth: depth)
        case UInt8(ascii: "{"):
            position += 1
            try skipList(until: "}", depth: depth)
        default:
            let start = position
            while position < bytes.count, !Array(",]}#\n\r".utf8).contains(bytes[position]) {
                position += 1
            }
            // A date has a space in it.
            while position > start, Array(" \t".utf8).contains(bytes[position - 1]) {
                position -= 1
            }
            guard position > start else { throw fault }
        }
    }

    private mutating func skipList(until end: Unicode.Scalar, depth: Int) throws(Fault) {
        while true {
            skipBlank(acrossLines: true)
            if takes(end) { return }
            if end == "}" {
                _ = try readPath()
                try expect("=")
                skipBlank(acrossLines: true)
            }
            try skipValue(depth: depth + 1)
            skipBlank(acrossLines: true)
            if !takes(",") {
                try expect(end)
                return
            }
        }
    }

    private mutating func skipString() throws(Fault) {
        let quote = bytes[position]
        let isEscaped = quote == UInt8(ascii: "\"")
        let isLong = bytes[position...].starts(with: [quote, quote, quote])
        position += isLong ? 3 : 1
        while position < bytes.count {
            let byte = bytes[position]
            if byte == UInt8(ascii: "\\"), isEscaped {
                position += 2
            } else if byte == quote {
                guard isLong else {
                    position += 1
                    return
                }
                if bytes[position...].starts(with: [quote, quote, quote]) {
                    position += 3
                    // Up to two quotes may stand before the last three.
                    while position < bytes.count, bytes[position] == quote { position += 1 }
                    return
                }
                position += 1
            } else if byte == UInt8(ascii: "\n"), !isLong {
                throw fault
            } else {
                position += 1
            }
        }
        throw fault
    }
}
