import Frames

/// MJPEG in Matroska, from front to back: no seeking, no cues, so that a pipe serves as well.
///
/// Where no element stands or a length is a lie, reading goes on at the next cluster, or the next
/// block that begins like a picture.
///
/// - Source: RFC 8794 (EBML), RFC 9559 (Matroska).
final class MatroskaReader: RecordingReader {
    private let stream: ByteStream
    private let pictures: MotionJPEG
    private var track = Track()
    /// Of all tracks.
    private var trackNumbers: Set<UInt64> = []
    /// Nanoseconds of one unit of time.
    private var scale: Int64 = 1_000_000
    private var clusterTime: Int64 = 0
    /// Where the cluster ends that is being read; unknown in a live stream.
    private var clusterEnd = UInt64.max
    private var index: UInt32 = 0
    private var pictureTime = Instant.zero
    /// What is left of a block, which may have several pictures: their lengths, the last one first.
    private var laces: [UInt64] = []
    private var blockTime = Instant.zero
    private var laceCount = 1

    var object: String { stream.object }

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
        while true {
            let (id, byteCount) = try element(attempt)
            if id == ID.segment { break }
            guard id == ID.void || id == ID.checksum else {
                throw stream.badData(attempt, "no segment")
            }
            try pass(byteCount, attempt)
        }
        guard try findTrack(attempt) else { return nil }
    }

    func read(into frame: inout Frame?) throws -> RecordingStep {
        guard try nextPicture() else { return .ended(notices: pictures.notices) }
        let step = pictures.decode(into: &frame)
        frame?.capturedAt = pictureTime
        frame?.sequence = index
        index &+= 1
        return step
    }

    // MARK: Elements

    private enum ID {
        static let ebml: UInt32 = 0x1A45_DFA3
        static let void: UInt32 = 0xEC
        static let checksum: UInt32 = 0xBF
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
        static let defaultDuration: UInt32 = 0x23E383
        static let cluster: UInt32 = 0x1F43_B675
        static let timestamp: UInt32 = 0xE7
        static let blockGroup: UInt32 = 0xA0
        static let block: UInt32 = 0xA1
        static let simpleBlock: UInt32 = 0xA3

        /// Numbers that stand between blocks: position, previous size, duration, priority,
        /// references, discarded time.
        static let numbers: Set<UInt32> = [timestamp, 0xA7, 0xAB, 0x9B, 0xFA, 0xFB, 0xFD, 0x75A2]
        /// Cues, seek head, tags, chapters, attachments.
        static let others: Set<UInt32> = [
            ebml, segment, info, tracks, cluster, 0x1C53_BB6B, 0x114D_9B74, 0x1254_C367,
            0x1043_A770, 0x1941_A469
        ]
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
        /// Nanoseconds of a picture; 0 where the file does not say.
        var pictureNanoseconds: Int64 = 0

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
                enterCluster(byteCount)
                guard let found = tracks.first(where: \.isMotionJPEG) else { return false }
                track = found
                trackNumbers = Set(tracks.map(\.number))
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
            case ID.defaultDuration:
                track.pictureNanoseconds = Int64(
                    clamping: try self.unsigned(byteCount, attempt))
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

    /// Reads on to the next picture of the track; false at the end.
    private func nextPicture() throws -> Bool {
        while true {
            if let byteCount = laces.popLast() {
                pictureTime =
                    blockTime
                    + Interval(nanoseconds: track.pictureNanoseconds)
                    * Int64(laceCount - laces.count - 1)
                if byteCount == 0 { continue }
                if laces.isEmpty { return try take(byteCount) }
                guard try pictures.take(byteCount, prefix: track.prefix) else {
                    pictures.noteCut()
                    return false
                }
                return true
            }
            guard try stream.hasMore() else { return false }
            // The longest start of an element has 12 bytes; fewer are a recording cut short.
            let head = try stream.peek(12).count
            do {
                try enterElement()
            } catch let error as CameraError where error.kind == .badData {
                guard try stream.hasMore() || head == 12 else {
                    pictures.noteCut()
                    return false
                }
                laces = []
                if try pictures.takeDamage(reach: MatroskaReader.reach, isNext) { return true }
            }
        }
    }

    /// Reads the next element, and of a block its pictures' lengths.
    ///
    /// - Error: bad data where there is none, or its length is impossible.
    private func enterElement() throws {
        let attempt = "read picture \(index)"
        let (id, byteCount) = try element(attempt)
        switch id {
        case ID.segment, ID.blockGroup:
            // Entered by reading on; their ends need no attention.
            return
        case ID.cluster:
            enterCluster(byteCount)
        case ID.timestamp:
            clusterTime = Int64(truncatingIfNeeded: try unsigned(byteCount, attempt))
        case ID.simpleBlock, ID.block:
            try enterBlock(byteCount, attempt)
        default:
            if let byteCount { try checkFits(byteCount, attempt) }
            try pass(byteCount, attempt)
        }
    }

    private func enterCluster(_ byteCount: UInt64?) {
        guard let byteCount else {
            clusterEnd = .max
            return
        }
        let (end, overflow) = stream.position.addingReportingOverflow(byteCount)
        clusterEnd = overflow ? .max : end
    }

    private func checkFits(_ byteCount: UInt64, _ attempt: String) throws {
        if stream.position >= clusterEnd { clusterEnd = .max }
        guard byteCount <= clusterEnd - stream.position else {
            throw stream.badData(attempt, "an element of \(byteCount) bytes leaves its cluster")
        }
    }

    private func enterBlock(_ byteCount: UInt64?, _ attempt: String) throws {
        guard let byteCount, byteCount >= 4, byteCount <= UInt64(Int64.max) else {
            throw stream.badData(attempt, "a block without a length")
        }
        try checkFits(byteCount, attempt)
        let start = stream.position
        let number = try number(attempt)
        let high = try stream.byte(attempt)
        let low = try stream.byte(attempt)
        let relative = Int16(bitPattern: UInt16(high) << 8 | UInt16(low))
        let flags = try stream.byte(attempt)
        func left() throws -> UInt64 {
            let read = stream.position - start
            guard read <= byteCount else {
                throw stream.badData(attempt, "a block of \(byteCount) bytes")
            }
            return byteCount - read
        }
        // In a live stream nothing else says that a length is a lie.
        guard number.map(trackNumbers.contains) == true else {
            throw stream.badData(attempt, "a block of no track")
        }
        guard number == track.number else { return try stream.skip(left()) }
        let byteCounts = try laceByteCounts(flags, left, attempt)
        guard byteCounts.allSatisfy(pictures.believes) else {
            throw stream.badData(attempt, "a picture of \(byteCounts) bytes")
        }
        laces = byteCounts.reversed()
        laceCount = byteCounts.count
        let units = clusterTime.addingReportingOverflow(Int64(relative))
        let time = units.partialValue.multipliedReportingOverflow(by: scale)
        if !units.overflow, !time.overflow {
            blockTime = Instant(nanoseconds: time.partialValue)
        }
    }

    /// The lengths of the pictures of one block.
    ///
    /// - Source: RFC 9559, section 10.3, "Block Lacing".
    private func laceByteCounts(
        _ flags: UInt8, _ left: () throws -> UInt64, _ attempt: String
    ) throws -> [UInt64] {
        guard flags & 0x06 != 0 else { return [try left()] }
        let count = Int(try stream.byte(attempt)) + 1
        var byteCounts: [UInt64] = []
        switch flags & 0x06 {
        case 0x02:
            for _ in 1..<max(count, 1) {
                var byteCount: UInt64 = 0
                while try left() > 0 {
                    let byte = try stream.byte(attempt)
                    byteCount += UInt64(byte)
                    if byte < 255 { break }
                }
                byteCounts.append(byteCount)
            }
        case 0x06:
            for place in 1..<max(count, 1) {
                let start = stream.position
                let stated = try number(attempt) ?? 0
                guard place > 1 else {
                    byteCounts.append(stated)
                    continue
                }
                // A difference, of which the middle of the range is zero.
                let bits = 7 * (stream.position - start)
                let difference = Int64(stated) - (1 << (bits - 1) - 1)
                byteCounts.append(
                    UInt64(clamping: Int64(byteCounts[place - 2]) + difference))
            }
        default:
            let whole = try left()
            guard whole % UInt64(count) == 0 else {
                throw stream.badData(attempt, "\(count) equal pictures in \(whole) bytes")
            }
            return Array(repeating: whole / UInt64(count), count: count)
        }
        let whole = try left()
        var taken: UInt64 = 0
        for byteCount in byteCounts {
            taken += min(byteCount, MotionJPEG.byteCountMax + 1)
        }
        guard taken <= whole else {
            throw stream.badData(attempt, "\(taken) bytes of pictures in a block of \(whole)")
        }
        return byteCounts + [whole - taken]
    }

    /// Takes the last picture of a block, behind which another element must stand.
    private func take(_ byteCount: UInt64) throws -> Bool {
        let isWhole = try pictures.take(byteCount, prefix: track.prefix)
        if isWhole, try isElementOrEnd() { return true }
        return try pictures.findEnd(isWhole: isWhole, reach: MatroskaReader.reach, isNext)
    }

    /// Whether what may follow a block stands here, as far as the recording goes: its end may cut
    /// an element short. Every sixteenth byte is the name of some element: what they hold must fit
    /// as well.
    private func isElementOrEnd() throws -> Bool {
        let head = try stream.peek(MatroskaReader.reach)
        guard let first = head.first else { return true }
        let isCut = head.count < MatroskaReader.reach
        let length = first.leadingZeroBitCount + 1
        guard length <= 4 else { return false }
        guard length < head.count else { return isCut }
        let id = head[..<length].reduce(0) { $0 << 8 | UInt32($1) }
        if ID.others.contains(id) { return true }
        let content = length + head[length].leadingZeroBitCount + 1
        guard content <= head.count else { return isCut }
        var byteCount = UInt64(head[length]) & (0xFF >> UInt64(content - length))
        for byte in head[(length + 1)..<content] { byteCount = byteCount << 8 | UInt64(byte) }
        let room = clusterEnd > stream.position ? clusterEnd - stream.position : .max
        guard byteCount < min(room, MotionJPEG.byteCountMax) else { return false }
        switch id {
        case let id where ID.numbers.contains(id): return byteCount <= 8
        case ID.checksum: return byteCount == 4
        case ID.void: return true
        case ID.blockGroup:
            return content < head.count ? head[content] == UInt8(ID.block) : isCut
        case ID.block, ID.simpleBlock:
            guard content + 4 <= head.count else { return isCut }
            return head[content] & 0x80 != 0
                && trackNumbers.contains(UInt64(head[content] & 0x7F))
                && head[content + 3] & 0x70 == 0
        default: return false
        }
    }

    /// The longest start of a block with a picture: name, length, track, time, flags, FF D8.
    private static let reach = 1 + 8 + 8 + 2 + 1 + 2

    /// Whether a cluster begins here, or a block that begins like a picture.
    private func isNext(_ bytes: UnsafeRawBufferPointer) -> Bool {
        if bytes.starts(with: [0x1F, 0x43, 0xB6, 0x75]) { return true }
        guard bytes.count == MatroskaReader.reach, bytes[0] == 0xA3 || bytes[0] == 0xA1 else {
            return false
        }
        var place = 1
        for _ in 0..<2 { place += bytes[min(place, bytes.count - 1)].leadingZeroBitCount + 1 }
        guard place + 5 <= bytes.count else { return false }
        return bytes[place + 2] & 0x06 == 0 && bytes[place + 3] == 0xFF && bytes[place + 4] == 0xD8
    }
}
