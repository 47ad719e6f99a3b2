import Frames

/// Why bytes are no canonical form.
public enum CanonicalBytesError: Error, Hashable, CustomStringConvertible {
    case tooShort(field: String, wanted: Int, left: Int)
    case notTheForm(wanted: String, found: UInt8)
    case newerVersion(found: UInt8, supported: UInt8)
    case unknownCode(field: String, code: UInt64)
    case notText
    case trailing(byteCount: Int)

    public var description: String {
        switch self {
        case .tooShort(let field, let wanted, let left):
            "canonical bytes: read \(field): \(wanted) bytes wanted, \(left) left"
        case .notTheForm(let wanted, let found):
            "canonical bytes: read form: '\(wanted)' wanted, code \(found) found"
        case .newerVersion(let found, let supported):
            "canonical bytes: read version: \(found) found, this program knows \(supported)"
        case .unknownCode(let field, let code):
            "canonical bytes: read \(field): unknown code \(code)"
        case .notText:
            "canonical bytes: read text: longer than allowed or not UTF-8"
        case .trailing(let byteCount):
            "canonical bytes: read end: \(byteCount) bytes too many"
        }
    }
}

extension [UInt8] {
    mutating func appendBigEndian<Value: FixedWidthInteger>(_ value: Value) {
        for shift in stride(from: Value.bitWidth - 8, through: 0, by: -8) {
            append(UInt8(truncatingIfNeeded: value >> Value(shift)))
        }
    }

    mutating func appendIdentity(_ boot: BootID, _ ordinal: UInt32) {
        appendBigEndian(boot.high)
        appendBigEndian(boot.low)
        appendBigEndian(ordinal)
    }

    /// A count of two bytes, then UTF-8 of less than 65,536 bytes.
    mutating func appendText(_ text: [UInt8]) {
        appendBigEndian(UInt16(text.count))
        self += text
    }

    /// A count of one byte, then at most 255 bytes.
    mutating func appendCounted(_ bytes: [UInt8]) {
        let kept = bytes.prefix(255)
        append(UInt8(kept.count))
        self += kept
    }
}

/// Takes canonical fields from bytes of unknown origin; every read is checked.
struct BigEndianReader {
    private let bytes: [UInt8]
    private var offset = 0

    init(_ bytes: [UInt8]) {
        self.bytes = bytes
    }

    mutating func byte(_ field: String) throws -> UInt8 {
        try integer(UInt8.self, field)
    }

    mutating func integer<Value: FixedWidthInteger>(
        _ type: Value.Type, _ field: String
    ) throws -> Value {
        var value: Value = 0
        for byte in try take(Value.bitWidth / 8, field) {
            // An eight-bit value has nothing to make room for; its shift by 8 gives 0.
            value = value << 8 | Value(truncatingIfNeeded: byte)
        }
        return value
    }

    mutating func code<Value>(_ field: String, _ meaning: (UInt8) -> Value?) throws -> Value {
        let code = try byte(field)
        guard let value = meaning(code) else {
            throw CanonicalBytesError.unknownCode(field: field, code: UInt64(code))
        }
        return value
    }

    mutating func instant(_ field: String) throws -> Instant {
        Instant(nanoseconds: try integer(Int64.self, field))
    }

    mutating func counted(_ field: String) throws -> [UInt8] {
        Array(try take(Int(try byte(field)), field))
    }

    mutating func identity() throws -> IncidentIdentity {
        IncidentIdentity(
            boot: BootID(
                high: try integer(UInt64.self, "incident's boot"),
                low: try integer(UInt64.self, "incident's boot")),
            ordinal: try integer(UInt32.self, "ordinal"))
    }

    mutating func text(countMax: Int = LedgerRecord.textByteCountMax) throws -> String {
        let count = Int(try integer(UInt16.self, "text"))
        let bytes = try take(count, "text")
        guard count <= countMax,
            let text = String(validating: bytes, as: UTF8.self)
        else { throw CanonicalBytesError.notText }
        return text
    }

    mutating func expectForm(_ letter: Unicode.Scalar) throws {
        let found = try byte("form")
        guard found == UInt8(ascii: letter) else {
            throw CanonicalBytesError.notTheForm(wanted: String(Character(letter)), found: found)
        }
        let version = try byte("version")
        guard version == 1 else {
            throw CanonicalBytesError.newerVersion(found: version, supported: 1)
        }
    }

    func expectEnd() throws {
        guard offset == bytes.count else {
            throw CanonicalBytesError.trailing(byteCount: bytes.count - offset)
        }
    }

    private mutating func take(_ count: Int, _ field: String) throws -> ArraySlice<UInt8> {
        guard count <= bytes.count - offset else {
            throw CanonicalBytesError.tooShort(
                field: field, wanted: count, left: bytes.count - offset)
        }
        defer { offset += count }
        return bytes[offset..<offset + count]
    }
}
