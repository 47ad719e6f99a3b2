/// What a broker sent that is no MQTT, or not what was asked.
enum MQTTError: Error, Hashable, CustomStringConvertible {
    case malformed(String)

    var description: String {
        switch self {
        case .malformed(let cause): "malformed packet: \(cause)"
        }
    }
}

/// Reads the fields of one packet's body; never beyond its end.
///
/// - Source: MQTT Version 5.0, section 1.5.
struct MQTTReader {
    private let bytes: ArraySlice<UInt8>
    private var at: Int

    init(_ bytes: ArraySlice<UInt8>) {
        self.bytes = bytes
        at = bytes.startIndex
    }

    var restCount: Int { bytes.endIndex - at }

    mutating func byte() throws(MQTTError) -> UInt8 {
        guard at < bytes.endIndex else { throw .malformed("it ends early") }
        defer { at += 1 }
        return bytes[at]
    }

    mutating func word() throws(MQTTError) -> UInt16 {
        UInt16(try byte()) << 8 | UInt16(try byte())
    }

    mutating func long() throws(MQTTError) -> UInt32 {
        UInt32(try word()) << 16 | UInt32(try word())
    }

    /// At most four bytes, seven bits in each, the lowest first.
    mutating func variable() throws(MQTTError) -> UInt32 {
        var value: UInt32 = 0
        for place in UInt32(0)..<4 {
            let byte = try byte()
            value |= UInt32(byte & 0x7F) << (7 * place)
            if byte & 0x80 == 0 {
                guard place == 0 || byte != 0 else { throw .malformed("a length is padded") }
                return value
            }
        }
        throw .malformed("a length has more than four bytes")
    }

    mutating func data() throws(MQTTError) -> [UInt8] {
        let count = Int(try word())
        return try take(count)
    }

    /// UTF-8 without the null character.
    mutating func text() throws(MQTTError) -> String {
        let data = try data()
        guard let text = String(validating: data, as: UTF8.self), !data.contains(0) else {
            throw .malformed("text is no UTF-8")
        }
        return text
    }

    mutating func rest() -> [UInt8] {
        defer { at = bytes.endIndex }
        return Array(bytes[at...])
    }

    private mutating func take(_ count: Int) throws(MQTTError) -> [UInt8] {
        guard count <= restCount else {
            throw .malformed("\(count) bytes are stated, \(restCount) are left")
        }
        defer { at += count }
        return Array(bytes[at..<at + count])
    }
}

extension [UInt8] {
    mutating func appendWord(_ value: UInt16) {
        append(UInt8(value >> 8))
        append(UInt8(value & 0xFF))
    }

    mutating func appendLong(_ value: UInt32) {
        appendWord(UInt16(value >> 16))
        appendWord(UInt16(value & 0xFFFF))
    }

    mutating func appendVariable(_ value: UInt32) {
        var rest = value
        repeat {
            let byte = UInt8(rest & 0x7F)
            rest >>= 7
            append(rest > 0 ? byte | 0x80 : byte)
        } while rest > 0
    }

    /// Cut at 65,535 bytes, which nothing of ours reaches.
    mutating func appendData(_ data: some Collection<UInt8>) {
        appendWord(UInt16(clamping: data.count))
        self += data.prefix(Int(UInt16.max))
    }

    mutating func appendText(_ text: String) {
        appendData(Array(text.utf8))
    }
}
