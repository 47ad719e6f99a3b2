/// Elements of EBML: a name, a length, and bytes or more elements.
///
/// - Source: RFC 8794 (EBML), RFC 9559 (Matroska).
enum EBML {
    enum ID {
        static let head: UInt32 = 0x1A45_DFA3
        static let version: UInt32 = 0x4286
        static let readVersion: UInt32 = 0x42F7
        static let idLengthMax: UInt32 = 0x42F2
        static let sizeLengthMax: UInt32 = 0x42F3
        static let documentType: UInt32 = 0x4282
        static let documentVersion: UInt32 = 0x4287
        static let documentReadVersion: UInt32 = 0x4285
        static let void: UInt32 = 0xEC
        static let crc: UInt32 = 0xBF

        static let segment: UInt32 = 0x1853_8067
        static let seekHead: UInt32 = 0x114D_9B74
        static let seek: UInt32 = 0x4DBB
        static let seekID: UInt32 = 0x53AB
        static let seekPosition: UInt32 = 0x53AC
        static let info: UInt32 = 0x1549_A966
        static let timestampScale: UInt32 = 0x2A_D7B1
        static let duration: UInt32 = 0x4489
        static let title: UInt32 = 0x7BA9
        static let muxer: UInt32 = 0x4D80
        static let writer: UInt32 = 0x5741
        static let tracks: UInt32 = 0x1654_AE6B
        static let trackEntry: UInt32 = 0xAE
        static let trackNumber: UInt32 = 0xD7
        static let trackUID: UInt32 = 0x73C5
        static let trackType: UInt32 = 0x83
        static let lacing: UInt32 = 0x9C
        static let language: UInt32 = 0x22_B59C
        static let codec: UInt32 = 0x86
        static let video: UInt32 = 0xE0
        static let width: UInt32 = 0xB0
        static let height: UInt32 = 0xBA
        static let cluster: UInt32 = 0x1F43_B675
        static let timestamp: UInt32 = 0xE7
        static let simpleBlock: UInt32 = 0xA3
        static let cues: UInt32 = 0x1C53_BB6B
        static let cuePoint: UInt32 = 0xBB
        static let cueTime: UInt32 = 0xB3
        static let cuePositions: UInt32 = 0xB7
        static let cueTrack: UInt32 = 0xF7
        static let cueCluster: UInt32 = 0xF1
    }

    static func element(_ id: UInt32, _ body: [UInt8]) -> [UInt8] {
        name(id) + length(body.count) + body
    }

    static func element(_ id: UInt32, _ number: UInt64) -> [UInt8] {
        let bytes = bigEndian(number, byteCount: 8)
        return element(id, Array(bytes.dropLast().drop { $0 == 0 }) + [bytes[7]])
    }

    static func element(_ id: UInt32, text: String) -> [UInt8] { element(id, Array(text.utf8)) }

    /// Passes over exactly `byteCount` bytes, at least 9 of them.
    static func void(byteCount: Int) -> [UInt8] {
        let body = max(byteCount - 9, 0)
        return name(ID.void) + length(body, byteCount: 8) + [UInt8](repeating: 0, count: body)
    }

    static func name(_ id: UInt32) -> [UInt8] {
        Array(bigEndian(UInt64(id), byteCount: 4).drop { $0 == 0 })
    }

    /// In as few bytes as it takes; all ones would mean "unknown".
    static func length(_ count: Int) -> [UInt8] {
        var byteCount = 1
        while byteCount < 8, UInt64(count) >= (1 << (7 * UInt64(byteCount))) - 1 { byteCount += 1 }
        return length(count, byteCount: byteCount)
    }

    static func length(_ count: Int, byteCount: Int) -> [UInt8] {
        bigEndian(UInt64(count) | 1 << (7 * UInt64(byteCount)), byteCount: byteCount)
    }

    /// Of a segment that is still being written.
    static let unknownLength: [UInt8] = [0x01] + [UInt8](repeating: 0xFF, count: 7)

    static func bigEndian(_ number: UInt64, byteCount: Int) -> [UInt8] {
        (0..<byteCount).reversed().map { UInt8(truncatingIfNeeded: number >> (8 * UInt64($0))) }
    }
}

/// Reads elements of bytes that may be anything.
struct EBMLCursor {
    private let bytes: ArraySlice<UInt8>
    private var position: Int

    init(_ bytes: ArraySlice<UInt8>) {
        self.bytes = bytes
        position = bytes.startIndex
    }

    var byteCountLeft: Int { bytes.endIndex - position }

    /// Name and length of the next element; nil where none starts here. A length of nil is
    /// "unknown".
    mutating func start() -> (id: UInt32, byteCount: UInt64?)? {
        guard position < bytes.endIndex else { return nil }
        let idCount = bytes[position].leadingZeroBitCount + 1
        guard idCount <= 4, let id = number(byteCount: idCount) else { return nil }
        guard position < bytes.endIndex else { return nil }
        let byteCount = bytes[position].leadingZeroBitCount + 1
        guard byteCount <= 8, let raw = number(byteCount: byteCount) else { return nil }
        let mask = (UInt64(1) << (7 * UInt64(byteCount))) - 1
        return (UInt32(id), raw & mask == mask ? nil : raw & mask)
    }

    /// The next element, whole; nil where there is none.
    mutating func next() -> (id: UInt32, body: ArraySlice<UInt8>)? {
        guard let (id, byteCount) = start(), let byteCount,
            byteCount <= UInt64(bytes.endIndex - position)
        else { return nil }
        let body = bytes[position..<position + Int(byteCount)]
        position = body.endIndex
        return (id, body)
    }

    /// Goes on behind the start of a master of which the end is not needed.
    mutating func enter(_ id: UInt32) -> Bool { start()?.id == id }

    private mutating func number(byteCount: Int) -> UInt64? {
        guard byteCount <= bytes.endIndex - position else { return nil }
        defer { position += byteCount }
        return bytes[position..<position + byteCount].reduce(0) { $0 << 8 | UInt64($1) }
    }

    static func unsigned(_ body: ArraySlice<UInt8>) -> UInt64 {
        body.suffix(8).reduce(0) { $0 << 8 | UInt64($1) }
    }
}

/// The check sum that EBML elements may carry.
///
/// - Source: RFC 8794, section 11.3.1; the polynomial of ISO 3309 and ITU-T V.42.
enum CRC32 {
    static func of(_ bytes: ArraySlice<UInt8>) -> UInt32 {
        var sum = UInt32.max
        table.withUnsafeBufferPointer { table in
            bytes.withUnsafeBufferPointer { bytes in
                for byte in bytes {
                    sum = table[Int(UInt8(truncatingIfNeeded: sum) ^ byte)] ^ (sum >> 8)
                }
            }
        }
        return ~sum
    }

    private static let table: [UInt32] = (0..<256).map { index in
        (0..<8).reduce(UInt32(index)) { sum, _ in
            sum & 1 == 1 ? 0xEDB8_8320 ^ (sum >> 1) : sum >> 1
        }
    }
}
