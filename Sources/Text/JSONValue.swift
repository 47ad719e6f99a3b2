/// Reading JSON: label files and other small files that people and programs write.
///
/// - Limits: nesting of `depthMax`; numbers of at most 15 digits before the point, kept in
///   thousandths; no exponents; no name twice in an object.
/// - Source: RFC 8259, narrowed as said.
public enum JSONValue: Hashable, Sendable {
    case null
    case boolean(Bool)
    /// Thousandths, rounded towards zero: 7.25 is 7250.
    case number(thousandths: Int)
    case string(String)
    case array([JSONValue])
    case object([String: JSONValue])

    public static let depthMax = 64

    public struct ReadingError: Error, CustomStringConvertible {
        public let byte: Int
        public let cause: String
        public var description: String { "byte \(byte): \(cause)" }
    }

    public static func read(_ bytes: [UInt8]) throws(ReadingError) -> JSONValue {
        var reader = JSONReader(bytes)
        return try reader.readDocument()
    }

    public subscript(key: String) -> JSONValue? {
        if case .object(let members) = self { members[key] } else { nil }
    }

    public var string: String? { if case .string(let text) = self { text } else { nil } }
    public var array: [JSONValue]? { if case .array(let items) = self { items } else { nil } }
    public var thousandths: Int? { if case .number(let value) = self { value } else { nil } }
}

private struct JSONReader {
    private let bytes: [UInt8]
    private var at = 0

    init(_ bytes: [UInt8]) {
        self.bytes = bytes
    }

    mutating func readDocument() throws(JSONValue.ReadingError) -> JSONValue {
        let value = try readValue(depth: 0)
        skipSpace()
        guard at == bytes.count else { throw wrong("something follows the value") }
        return value
    }

    private func wrong(_ cause: String) -> JSONValue.ReadingError {
        JSONValue.ReadingError(byte: at, cause: cause)
    }

    private var next: UInt8? { at < bytes.count ? bytes[at] : nil }

    private mutating func skipSpace() {
        while let byte = next, byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09 {
            at += 1
        }
    }

    private mutating func take(_ text: StaticString) throws(JSONValue.ReadingError) {
        let isThere = text.withUTF8Buffer { wanted in
            bytes.count - at >= wanted.count
                && wanted.indices.allSatisfy { bytes[at + $0] == wanted[$0] }
        }
        guard isThere else { throw wrong("\(text) was expected") }
        at += text.utf8CodeUnitCount
    }

    private mutating func readValue(depth: Int) throws(JSONValue.ReadingError) -> JSONValue {
        guard depth < JSONValue.depthMax else {
            throw wrong("nested deeper than \(JSONValue.depthMax)")
        }
        skipSpace()
        switch next {
        case UInt8(ascii: "n"):
            try take("null")
            return .null
        case UInt8(ascii: "t"):
            try take("true")
            return .boolean(true)
        case UInt8(ascii: "f"):
            try take("false")
            return .boolean(false)
        case UInt8(ascii: "\""): return .string(try readString())
        case UInt8(ascii: "["): return try readArray(depth)
        case UInt8(ascii: "{"): return try readObject(depth)
        case UInt8(ascii: "-"): return try readNumber()
        case .some(0x30...0x39): return try readNumber()
        case .none: throw wrong("a value was expected, the file ends")
        case .some: throw wrong("a value was expected")
        }
    }

    private mutating func readArray(_ depth: Int) throws(JSONValue.ReadingError) -> JSONValue {
        at += 1
        var items: [JSONValue] = []
        skipSpace()
        if next == UInt8(ascii: "]") {
            at += 1
            return .array(items)
        }
        while true {
            items.append(try readValue(depth: depth + 1))
            skipSpace()
            guard next == UInt8(ascii: ",") else { break }
            at += 1
        }
        try take("]")
        return .array(items)
    }

    private mutating func readObject(_ depth: Int) throws(JSONValue.ReadingError) -> JSONValue {
        at += 1
        var members: [String: JSONValue] = [:]
        skipSpace()
        if next == UInt8(ascii: "}") {
            at += 1
            return .object(members)
        }
        while true {
            skipSpace()
            guard next == UInt8(ascii: "\"") else { throw wrong("a name was expected") }
            let name = try readString()
            guard members[name] == nil else { throw wrong("the name \(name) stands twice") }
            skipSpace()
            try take(":")
            members[name] = try readValue(depth: depth + 1)
            skipSpace()
            guard next == UInt8(ascii: ",") else { break }
            at += 1
        }
        try take("}")
        return .object(members)
    }

    private mutating func readNumber() throws(JSONValue.ReadingError) -> JSONValue {
        let isNegative = next == UInt8(ascii: "-")
        if isNegative { at += 1 }
        let start = at
        guard var value = try digits(limit: 15) else { throw wrong("a digit was expected") }
        guard bytes[start] != UInt8(ascii: "0") || at == start + 1 else {
            throw wrong("a number may not begin with 0")
        }
        value *= 1000
        if next == UInt8(ascii: ".") {
            at += 1
            var weight = 100
            let first = at
            while let byte = next, byte >= 0x30, byte <= 0x39 {
                value += Int(byte - 0x30) * weight
                weight /= 10
                at += 1
            }
            guard at > first else { throw wrong("a digit was expected") }
        }
        if next == UInt8(ascii: "e") || next == UInt8(ascii: "E") {
            throw wrong("exponents are not read")
        }
        return .number(thousandths: isNegative ? -value : value)
    }

    private mutating func digits(limit: Int) throws(JSONValue.ReadingError) -> Int? {
        var (value, count) = (0, 0)
        while let byte = next, byte >= 0x30, byte <= 0x39 {
            guard count < limit else { throw wrong("a number has more than \(limit) digits") }
            value = value * 10 + Int(byte - 0x30)
            count += 1
            at += 1
        }
        return count == 0 ? nil : value
    }

    private mutating func readString() throws(JSONValue.ReadingError) -> String {
        at += 1
        var text: [UInt8] = []
        while let byte = next {
            at += 1
            switch byte {
            case UInt8(ascii: "\""):
                guard let string = String(validating: text, as: UTF8.self) else {
                    throw wrong("a text is not UTF-8")
                }
                return string
            case UInt8(ascii: "\\"): text += try readEscape()
            case 0..<0x20: throw wrong("a control character stands in a text")
            default: text.append(byte)
            }
        }
        throw wrong("a text does not end")
    }

    private mutating func readEscape() throws(JSONValue.ReadingError) -> [UInt8] {
        guard let byte = next else { throw wrong("a text does not end") }
        at += 1
        switch byte {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): return [byte]
        case UInt8(ascii: "b"): return [0x08]
        case UInt8(ascii: "f"): return [0x0C]
        case UInt8(ascii: "n"): return [0x0A]
        case UInt8(ascii: "r"): return [0x0D]
        case UInt8(ascii: "t"): return [0x09]
        case UInt8(ascii: "u"): break
        default: throw wrong("an unknown escape")
        }
        var code = try readHex()
        if (0xD800..<0xDC00).contains(code) {
            try take("\\u")
            let low = try readHex()
            guard (0xDC00..<0xE000).contains(low) else { throw wrong("half a character") }
            code = 0x1_0000 + (code - 0xD800) << 10 + (low - 0xDC00)
        }
        guard let scalar = Unicode.Scalar(code) else { throw wrong("half a character") }
        return Array(String(Character(scalar)).utf8)
    }

    private mutating func readHex() throws(JSONValue.ReadingError) -> UInt32 {
        guard bytes.count - at >= 4, !bytes[at..<at + 4].contains(UInt8(ascii: "+")),
            let code = UInt32(String(decoding: bytes[at..<at + 4], as: UTF8.self), radix: 16)
        else { throw wrong("four hexadecimal digits were expected") }
        at += 4
        return code
    }
}
