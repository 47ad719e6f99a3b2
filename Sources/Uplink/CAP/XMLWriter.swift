/// Writes XML elements one after another.
///
/// - Source: XML 1.0, fifth edition, sections 2.2 (characters) and 2.4 (escapes).
struct XMLWriter {
    private(set) var text = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
    private var open: [String] = []

    /// Everything that `body` writes stands inside of the element.
    mutating func element(
        _ name: String, attributes: String = "", _ body: (inout XMLWriter) -> Void
    ) {
        text += "\(indentation)<\(name)\(attributes)>\n"
        open.append(name)
        body(&self)
        open.removeLast()
        text += "\(indentation)</\(name)>\n"
    }

    /// Nothing at all where there is no content.
    mutating func element(_ name: String, _ content: String?) {
        guard let content else { return }
        text += "\(indentation)<\(name)>\(Self.escaped(content))</\(name)>\n"
    }

    private var indentation: String { String(repeating: "  ", count: open.count) }

    /// What XML cannot hold at all becomes U+FFFD.
    static func escaped(_ content: String) -> String {
        var escaped = ""
        for scalar in content.unicodeScalars {
            switch scalar {
            case "&": escaped += "&amp;"
            case "<": escaped += "&lt;"
            case ">": escaped += "&gt;"
            case "\"": escaped += "&quot;"
            case "\r": escaped += "&#13;"
            case "\t", "\n": escaped.unicodeScalars.append(scalar)
            case "\0"..."\u{1F}", "\u{FFFE}", "\u{FFFF}": escaped += "\u{FFFD}"
            default: escaped.unicodeScalars.append(scalar)
            }
        }
        return escaped
    }
}
