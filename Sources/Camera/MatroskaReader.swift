import Frames

/// MJPEG in Matroska, from front to back: no seeking, no cues, so that a pipe serves as well.
///
/// - Source: RFC 8794 (EBML), RFC 9559 (Matroska).
final class MatroskaReader: RecordingReader {
    private let stream: ByteStream
    private let pictures: MotionJPEG
    private var track = Track()
    /// Nanoseconds of one unit of time.
    private var scale: Int64 = 1_000_000
    private var clusterTime: Int64 = 0
    private var index: UInt32 = 0
    private var lastTime = Instant.zero
    private var pictureTime = Instant.zero

    var width: Int { pictures.width }
    var height: Int { pictures.height }

    static let elementByteCountMax: UInt64 = 1 << 20
    static let trackCountMax = 32
    /// Masters within masters, of which Matroska has five.
    static let depthMax = 8

    /// - Returns: nil where the video in it is not MJPEG.
    init?(_ stream: ByteStream) throws {
        self.stream = stream
        pictures = try MotionJPEG(stream)
        let attempt = "read the Matroska header"
        let head = try element(attempt)
        guard head.id == ID.ebml, let byteCount = head.byteCount else {
            throw stream.badData(attempt, "no EBML at its start")
        }
        try stream.skip(byteCount)
        guard try element(attempt).id == ID.segment else {
            throw stream.badData(attempt, "no segment")
        }
        guard try findTrack(attempt) else { return nil }
        guard try nextPicture() else {
            throw stream.badData("read picture 0", "there is no picture in it")
        }
        try pictures.open("read picture 0")
    }

    func read(into frame: Frame) throws -> RecordingStep {
        if !pictures.isInHand, try !nextPicture() { return .ended(notice: pictures.cutNotice) }
        frame.capturedAt = pictureTime
        frame.sequence = index
        index &+= 1
        return pictures.decode(into: frame) ? .picture : .damaged
    }

    // MARK: Elements

    private enum ID {
        static let ebml: UInt32 = 0x1A45_DFA3
        static let segment: UInt32 = 0x1853_8067
        static let info: UInt32 = 0x1549_A966
        static let timestampScale: UInt32 = 0x2AD7B1
        static let tracks: UInt32 = 0x1654_AE6B
        static let trackEntry: UInt32 = 0xAE
        static let trackNumber: UInt32 = 0xD7
        static let trackType: UInt32 = 0x83
        static let codecID: UInt32 = 0x86
        static let codecPrivate: UInt32 = 0x63A2
        static let contentEncodings: UInt32 = 0x6D80
        static let contentEncoding: UInt32 = 0x6240
        static let contentCompression: UInt32 = 0x5034
        static let contentAlgorithm: UInt32 = 0x4254
        static let contentSettings: UInt32 = 0x4255
        static let contentEncryption: UInt32 = 0x5035
        static let cluster: UInt32 = 0x1F43_B675
        static let timestamp: UInt32 = 0xE7
        static let blockGroup: UInt32 = 0xA0
        static let block: UInt32 = 0xA1
        static let simpleBlock: UInt32 = 0xA3
    }

    private struct Track {
        var number: UInt64 = 0
        var isVideo = false
        var codec = ""
        var format: [UInt8] = []
        /// Bytes that were taken off the front of every picture.
        var prefix: [UInt8] = []
        var isCompressed = false
        var isEncrypted = false

        var isMotionJPEG: Bool {
            guard isVideo, !isCompressed, !isEncrypted else { return false }
            if codec == "V_MJPEG" { return true }
            return codec == "V_MS/VFW/FOURCC" && format.count >= 20
                && format[16..<20].elementsEqual("MJPG".utf8)
        }
    }

    /// An element's name and length; nil length is "unknown", as in a live stream.
    private func element(_ attempt: String) throws -> (id: UInt32, byteCount: UInt64?) {
        let first = try stream.byte(attempt)
        let length = first.leadingZeroBitCount + 1
        guard length <= 4 else {
            throw stream.badData(
                attempt, "no element starts at byte \(stream.position - 1); the file is damaged")
        }
        var id = UInt32(first)
        for _ in 1..<length { id = id << 8 | UInt32(try stream.byte(attempt)) }
        return (id, try number(attempt))
    }

    /// A number of variable length; nil where all its bits are set.
    private func number(_ attempt: String) throws -> UInt64? {
        let first = try stream.byte(attempt)
        let length = first.leadingZeroBitCount + 1
        guard length <= 8 else {
            throw stream.badData(attempt, "an impossible length before byte \(stream.position)")
        }
        var value = UInt64(first) & (0xFF >> UInt64(length))
        for _ in 1..<length { value = value << 8 | UInt64(try stream.byte(attempt)) }
        return value == (1 << (7 * UInt64(length))) - 1 ? nil : value
    }

    private func small(_ byteCount: UInt64?, _ attempt: String) throws -> [UInt8] {
        guard let byteCount, byteCount <= MatroskaReader.elementByteCountMax else {
            throw stream.badData(
                attempt, "an element of \(byteCount.map(String.init) ?? "unknown") bytes")
        }
        var bytes = [UInt8](repeating: 0, count: Int(byteCount))
        try bytes.withUnsafeMutableBytes { try stream.readFully(into: $0, attempt) }
        return bytes
    }

    private func unsigned(_ byteCount: UInt64?, _ attempt: String) throws -> UInt64 {
        let bytes = try small(byteCount, attempt)
        guard bytes.count <= 8 else {
            throw stream.badData(attempt, "a number of \(bytes.count) bytes")
        }
        return bytes.reduce(0) { $0 << 8 | UInt64($1) }
    }

    // MARK: Headers

    /// Reads on to the first cluster.
    ///
    /// - Returns: whether there is a track to read.
    private func findTrack(_ attempt: String) throws -> Bool {
        var tracks: [Track] = []
        while try stream.hasMore() {
            let (id, byteCount) = try element(attempt)
            switch id {
            case ID.cluster:
                guard let found = tracks.first(where: \.isMotionJPEG) else { return false }
                track = found
                return true
            case ID.info:
                try within(byteCount, attempt) { id, byteCount in
                    guard id == ID.timestampScale else { return false }
                    let stated = try self.unsigned(byteCount, attempt)
                    guard (1...1_000_000_000).contains(stated) else {
                        throw self.stream.badData(attempt, "a time scale of \(stated) ns")
                    }
                    self.scale = Int64(stated)
                    return true
                }
            case ID.tracks:
                try within(byteCount, attempt) { id, byteCount in
                    guard id == ID.trackEntry else { return false }
                    guard tracks.count < MatroskaReader.trackCountMax else {
                        throw self.stream.badData(
                            attempt, "more than \(MatroskaReader.trackCountMax) tracks")
                    }
                    tracks.append(try self.trackEntry(byteCount, attempt))
                    return true
                }
            default:
                try pass(byteCount, attempt)
            }
        }
        return false
    }

    private func trackEntry(_ byteCount: UInt64?, _ attempt: String) throws -> Track {
        var track = Track()
        try within(byteCount, attempt) { id, byteCount in
            switch id {
            case ID.trackNumber: track.number = try self.unsigned(byteCount, attempt)
            case ID.trackType: track.isVideo = try self.unsigned(byteCount, attempt) == 1
            case ID.codecID:
                track.codec = String(
                    decoding: try self.small(byteCount, attempt).prefix { $0 != 0 }, as: UTF8.self)
            case ID.codecPrivate: track.format = try self.small(byteCount, attempt)
            case ID.contentEncodings, ID.contentEncoding:
                // Masters are entered by reading on within the entry: their parts come next.
                return true
            case ID.contentCompression:
                // Real compression, unless the algorithm says otherwise.
                track.isCompressed = true
            case ID.contentAlgorithm:
                // 3 takes the same bytes off every picture.
                track.isCompressed = try self.unsigned(byteCount, attempt) != 3
            case ID.contentSettings: track.prefix = try self.small(byteCount, attempt)
            case ID.contentEncryption:
                track.isEncrypted = true
                return false
            default: return false
            }
            return true
        }
        return track
    }

    /// Gives every element up to the end of a master to `body`; what that does not read is passed
    /// over.
    private func within(
        _ byteCount: UInt64?, _ attempt: String,
        _ body: (UInt32, UInt64?) throws -> Bool
    ) throws {
        guard let byteCount else {
            throw stream.badData(attempt, "a header of unknown length")
        }
        let (end, overflow) = stream.position.addingReportingOverflow(byteCount)
        guard !overflow else { throw stream.badData(attempt, "a header of \(byteCount) bytes") }
        while stream.position < end {
            let (id, byteCount) = try element(attempt)
            if try !body(id, byteCount) { try pass(byteCount, attempt) }
        }
        guard stream.position == end else {
            throw stream.badData(attempt, "an element ends beyond the one that holds it")
        }
    }

    private func pass(_ byteCount: UInt64?, _ attempt: String) throws {
        guard let byteCount else {
            throw stream.badData(attempt, "an element of unknown length")
        }
        try stream.skip(byteCount)
    }

    // MARK: Pictures

    /// Reads on to the next block of the track; false at the end.
    private func nextPicture() throws -> Bool {
        let attempt = "read picture \(index)"
        while try stream.hasMore() {
            // The longest start of an element has 12 bytes; fewer are a recording cut short.
            let (id, byteCount): (UInt32, UInt64?)
            do {
                (id, byteCount) = try element(attempt)
            } catch {
                guard try !stream.hasMore() else { throw error }
                pictures.noteCut()
                return false
            }
            switch id {
            case ID.segment, ID.cluster, ID.blockGroup:
                // Entered by reading on; their ends need no attention.
                continue
            case ID.timestamp:
                clusterTime = Int64(truncatingIfNeeded: try unsigned(byteCount, attempt))
            case ID.simpleBlock, ID.block:
                if try takeBlock(byteCount, attempt) { return true }
                if pictures.cutNotice != nil { return false }
            default:
                try pass(byteCount, attempt)
            }
        }
        return false
    }

    /// - Returns: whether the block holds a picture of the track.
    private func takeBlock(_ byteCount: UInt64?, _ attempt: String) throws -> Bool {
        guard let byteCount, byteCount >= 4 else {
            throw stream.badData(attempt, "a block without a length")
        }
        let start = stream.position
        let (end, overflow) = start.addingReportingOverflow(byteCount)
        guard !overflow else { throw stream.badData(attempt, "a block of \(byteCount) bytes") }
        let number = try number(attempt)
        let high = try stream.byte(attempt)
        let low = try stream.byte(attempt)
        let relative = Int16(bitPattern: UInt16(high) << 8 | UInt16(low))
        let flags = try stream.byte(attempt)
        guard stream.position <= end else {
            throw stream.badData(attempt, "a block of \(byteCount) bytes")
        }
        // Several frames in one block are for sound.
        guard number == track.number, flags & 0x06 == 0 else {
            try stream.skip(end - stream.position)
            return false
        }
        let units = clusterTime.addingReportingOverflow(Int64(relative))
        let time = units.partialValue.multipliedReportingOverflow(by: scale)
        let stated = Instant(nanoseconds: time.partialValue)
        pictureTime = units.overflow || time.overflow || stated < lastTime ? lastTime : stated
        lastTime = pictureTime
        return try pictures.take(end - stream.position, prefix: track.prefix, attempt)
    }
}
