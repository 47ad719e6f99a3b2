/// The pictures of a clip: JPEGs as they stand in the blocks of a Matroska file.
///
/// - Limits: `frameCountMax` pictures and `byteCountMax` bytes of them; of a longer clip every
///   second one is kept, of a still longer one every fourth, and so on.
/// - Error: a damaged file gives what stands before the damage; blocks that are no JPEG are
///   passed over. Nothing traps, whatever the bytes say.
/// - Source: RFC 8794 (EBML), RFC 9559 (Matroska).
struct ClipFrames {
    struct Frame {
        /// Since the first, milliseconds.
        var time: Int64
        var jpeg: ArraySlice<UInt8>
    }

    private(set) var frames: [Frame] = []
    /// One of so many is shown.
    private(set) var step = 1

    static let frameCountMax = 900
    static let byteCountMax = 24 << 20
    /// More are not looked at: two hours at ten a second.
    private static let foundCountMax = 72_000

    private enum ID {
        static let ebml: UInt64 = 0x1A45_DFA3
        static let segment: UInt64 = 0x1853_8067
        static let info: UInt64 = 0x1549_A966
        static let timestampScale: UInt64 = 0x2AD7B1
        static let cluster: UInt64 = 0x1F43_B675
        static let timestamp: UInt64 = 0xE7
        static let blockGroup: UInt64 = 0xA0
        static let block: UInt64 = 0xA1
        static let simpleBlock: UInt64 = 0xA3
    }

    private let bytes: [UInt8]
    private var offset = 0
    /// Nanoseconds of one unit of time.
    private var scale: Int64 = 1_000_000
    private var clusterTime: Int64 = 0

    init(matroska bytes: [UInt8]) {
        self.bytes = bytes
        guard let head = element(), head.id == ID.ebml, let count = head.count else { return }
        offset += count
        while let (id, count) = element() {
            switch id {
            case ID.segment, ID.cluster, ID.blockGroup, ID.info:
                // Entered by reading on.
                continue
            case ID.timestampScale:
                if let value = unsigned(count), (1...1_000_000_000).contains(value) {
                    scale = value
                }
            case ID.timestamp:
                clusterTime = unsigned(count) ?? clusterTime
            case ID.simpleBlock, ID.block:
                if let count { take(offset..<offset + count) }
            default:
                break
            }
            guard let count else { break }
            offset += count
        }
        thin()
    }

    /// An element's name and length, the length within the file; nil length is "unknown".
    private mutating func element() -> (id: UInt64, count: Int?)? {
        guard let id = number(keepsMarker: true), let length = number(keepsMarker: false) else {
            return nil
        }
        guard let length = length.value else { return (id.value ?? 0, nil) }
        guard length <= UInt64(bytes.count - offset) else { return nil }
        return (id.value ?? 0, Int(length))
    }

    /// A number of variable length; its value is nil where all its bits are set.
    private mutating func number(keepsMarker: Bool) -> (value: UInt64?, count: Int)? {
        guard offset < bytes.count else { return nil }
        let first = bytes[offset]
        let count = first.leadingZeroBitCount + 1
        guard count <= (keepsMarker ? 4 : 8), count <= bytes.count - offset else { return nil }
        var value = UInt64(first)
        if !keepsMarker { value &= 0xFF >> UInt64(count) }
        for place in 1..<max(count, 1) { value = value << 8 | UInt64(bytes[offset + place]) }
        offset += count
        let isUnknown = !keepsMarker && value == (1 << (7 * UInt64(count))) - 1
        return (isUnknown ? nil : value, count)
    }

    private func unsigned(_ count: Int?) -> Int64? {
        guard let count, count <= 7 else { return nil }
        return bytes[offset..<offset + count].reduce(0) { $0 << 8 | Int64($1) }
    }

    /// Track number, two bytes of time, one of flags, the picture.
    private mutating func take(_ range: Range<Int>) {
        let start = offset
        defer { offset = start }
        guard number(keepsMarker: false) != nil, range.upperBound - offset > 5 else { return }
        let relative = Int16(bitPattern: UInt16(bytes[offset]) << 8 | UInt16(bytes[offset + 1]))
        let isLaced = bytes[offset + 2] & 0x06 != 0
        let jpeg = bytes[offset + 3..<range.upperBound]
        guard !isLaced, jpeg.starts(with: [0xFF, 0xD8]), frames.count < Self.foundCountMax else {
            return
        }
        let units = clusterTime.addingReportingOverflow(Int64(relative))
        let time = units.partialValue.multipliedReportingOverflow(by: scale)
        guard !units.overflow, !time.overflow else { return }
        frames.append(Frame(time: time.partialValue / 1_000_000, jpeg: jpeg))
    }

    private mutating func thin() {
        let start = frames.first?.time ?? 0
        for index in frames.indices { frames[index].time = max(frames[index].time - start, 0) }
        while frames.count > Self.frameCountMax
            || frames.reduce(0, { $0 + $1.jpeg.count }) > Self.byteCountMax
        {
            frames = frames.indices.filter { $0 % 2 == 0 }.map { frames[$0] }
            step *= 2
            if frames.count == 1 { return frames.removeAll() }
        }
    }
}
