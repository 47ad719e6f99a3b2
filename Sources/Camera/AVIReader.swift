import Frames

/// MJPEG in AVI: chunks are taken in the order in which they stand, so that a pipe serves as well
/// as a file; the index at the end is not needed and not believed.
///
/// Where a length is a lie or no chunk stands, reading goes on at the next chunk that begins like a
/// picture; what lies between belongs to the picture before, or is one that lost its name.
///
/// - Shape: pictures are decoded at 1/`denominator` of their size, see `MotionJPEG`.
/// - Source: Microsoft, "AVI RIFF File Reference"; OpenDML AVI File Format Extensions 1.02, 1996.
final class AVIReader: RecordingReader {
    private let stream: ByteStream
    private let pictures: MotionJPEG
    private let rate: FrameRate
    /// "00dc": compressed pictures of the stream that was chosen.
    private let chunkNames: [UInt32]
    /// Where the RIFF that is being read ends; unknown where its recorder did not get that far.
    private var riffEnd = UInt64.max
    private var index: UInt32 = 0

    var object: String { stream.object }

    static let headerByteCountMax: UInt64 = 1 << 20
    static let streamCountMax = 16

    /// - Returns: nil where the video in it is not MJPEG.
    init?(_ stream: ByteStream) throws {
        self.stream = stream
        let attempt = "read the AVI header"
        _ = try stream.littleEndian(byteCount: 4, attempt)
        let riffByteCount = try stream.littleEndian(byteCount: 4, attempt)
        guard try stream.littleEndian(byteCount: 4, attempt) == AVIReader.code("AVI ") else {
            throw stream.badData(attempt, "RIFF, but no AVI")
        }
        let (streams, microseconds) = try AVIReader.headers(stream, attempt)
        guard let position = streams.firstIndex(where: \.isMotionJPEG) else { return nil }
        let common = FrameRate(checked: 1_000_000, per: Int64(microseconds))
        let own = streams[position].rate
        rate = [own, common].compactMap { $0 }.first(where: \.isPlausible) ?? own ?? .usual
        let digits =
            UInt32(UInt8(ascii: "0") + UInt8(position / 10))
            | UInt32(UInt8(ascii: "0") + UInt8(position % 10)) << 8
        chunkNames = ["dc", "db"].map { digits | AVIReader.code($0) << 16 }
        pictures = try MotionJPEG(stream)
        enterRIFF(riffByteCount, at: 8)
    }

    func read(into frame: inout Frame?) throws -> RecordingStep {
        guard try nextPicture() else { return .ended(notices: pictures.notices) }
        let step = pictures.decode(into: &frame)
        frame?.capturedAt = rate.time(of: index)
        frame?.sequence = index
        index &+= 1
        return step
    }

    // MARK: Headers

    /// Reads on to the first picture: LISTs of headers are entered, all else is passed over.
    ///
    /// - Returns: the streams, and the microseconds of a picture that the whole file states.
    private static func headers(
        _ stream: ByteStream, _ attempt: String
    ) throws -> (streams: [StreamHeader], microseconds: UInt32) {
        var streams: [StreamHeader] = []
        var microseconds: UInt32 = 0
        while true {
            let (name, byteCount) = try chunk(stream, attempt)
            switch name {
            case code("LIST"):
                let kind = UInt32(try stream.littleEndian(byteCount: 4, attempt))
                switch kind {
                case code("movi"): return (streams, microseconds)
                case code("hdrl"): continue
                case code("strl"):
                    guard streams.count < streamCountMax else {
                        throw stream.badData(attempt, "more than \(streamCountMax) streams")
                    }
                    streams.append(StreamHeader())
                default:
                    try stream.skip(byteCount < 4 ? 0 : byteCount - 4)
                    try skipPadding(stream, byteCount)
                }
            case code("avih"), code("strh"), code("strf"):
                guard byteCount <= headerByteCountMax else {
                    throw stream.badData(attempt, "a stream header of \(byteCount) bytes")
                }
                var bytes = [UInt8](repeating: 0, count: Int(byteCount))
                try bytes.withUnsafeMutableBytes { try stream.readFully(into: $0, attempt) }
                try skipPadding(stream, byteCount)
                if name == code("avih") {
                    microseconds = bytes.littleEndian(at: 0)
                } else if !streams.isEmpty {
                    streams[streams.count - 1].take(bytes, isFormat: name == code("strf"))
                }
            default:
                try stream.skip(byteCount)
                try skipPadding(stream, byteCount)
            }
        }
    }

    // MARK: Chunks

    /// Reads on to the next chunk with a picture; false at the end.
    private func nextPicture() throws -> Bool {
        let attempt = "read picture \(index)"
        while try stream.hasMore() {
            let head = try stream.peek(8)
            guard head.count == 8 else {
                pictures.noteCut()
                return false
            }
            if stream.position > riffEnd { riffEnd = .max }
            guard AVIReader.isName(head) else {
                if try pictures.takeDamage(reach: 12, isNext) { return true }
                continue
            }
            let (name, byteCount) = try AVIReader.chunk(stream, attempt)
            let isBeyond = byteCount > riffEnd &- min(stream.position, riffEnd)
            if name == AVIReader.code("LIST") || name == AVIReader.code("RIFF") {
                // Groups of chunks, and the next gigabyte of a long file: look inside.
                if name == AVIReader.code("RIFF") { enterRIFF(byteCount, at: stream.position) }
                if try stream.peek(4).count == 4 {
                    _ = try stream.littleEndian(byteCount: 4, attempt)
                }
            } else if chunkNames.contains(name) {
                if byteCount == 0 {
                    // A picture that the recorder dropped keeps its place in time.
                    index &+= 1
                    continue
                }
                guard !isBeyond, pictures.believes(byteCount) else {
                    if try pictures.takeDamage(reach: 12, isNext) { return true }
                    continue
                }
                let isWhole = try pictures.take(byteCount)
                try AVIReader.skipPadding(stream, byteCount)
                if isWhole, try isChunkOrEnd() { return true }
                return try pictures.findEnd(isWhole: isWhole, reach: 12, isNext)
            } else if isBeyond {
                if try pictures.takeDamage(reach: 12, isNext) { return true }
            } else {
                try stream.skip(byteCount)
                try AVIReader.skipPadding(stream, byteCount)
            }
        }
        return false
    }

    private func enterRIFF(_ byteCount: UInt64, at position: UInt64) {
        // Recorders that are cut off leave 0 there, or a length from before.
        riffEnd = byteCount > 4 ? position + byteCount : .max
    }

    private func isChunkOrEnd() throws -> Bool {
        let head = try stream.peek(8)
        return head.count < 8 || AVIReader.isName(head)
    }

    /// Whether a picture begins here, or what may come between pictures and cannot be mistaken.
    private func isNext(_ bytes: UnsafeRawBufferPointer) -> Bool {
        guard bytes.count == 12 else { return false }
        switch bytes.littleEndian(at: 0) {
        case AVIReader.code("RIFF"): return bytes.littleEndian(at: 8) == AVIReader.code("AVIX")
        case AVIReader.code("LIST"):
            let kind = bytes.littleEndian(at: 8)
            return kind == AVIReader.code("rec ") || kind == AVIReader.code("movi")
        case AVIReader.code("idx1"): return true
        case let name: return chunkNames.contains(name) && bytes[8] == 0xFF && bytes[9] == 0xD8
        }
    }

    /// Names are made of letters, digits and spaces.
    private static func isName(_ bytes: UnsafeRawBufferPointer) -> Bool {
        bytes.count >= 8
            && bytes[..<4].allSatisfy {
                switch $0 {
                case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                    UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: " "):
                    true
                default: false
                }
            }
    }

    /// Passes over the byte that makes a chunk's length even, which some recorders forget.
    private static func skipPadding(_ stream: ByteStream, _ byteCount: UInt64) throws {
        guard byteCount % 2 == 1 else { return }
        let ahead = try stream.peek(9)
        let isThere = isName(UnsafeRawBufferPointer(rebasing: ahead.dropFirst()))
        if isThere || ahead.count < 9 && !isName(ahead) { try stream.skip(1) }
    }

    private static func chunk(
        _ stream: ByteStream, _ attempt: String
    ) throws -> (name: UInt32, byteCount: UInt64) {
        let name = UInt32(try stream.littleEndian(byteCount: 4, attempt))
        return (name, try stream.littleEndian(byteCount: 4, attempt))
    }

    /// "LIST" as it stands in a file, read as a little-endian number.
    fileprivate static func code(_ text: StaticString) -> UInt32 {
        (0..<text.utf8CodeUnitCount).reduce(0) {
            $0 | UInt32(text.utf8Start[$1]) << (8 * UInt32($1))
        }
    }

    private static func code(_ text: String) -> UInt32 {
        text.utf8.reversed().reduce(0) { $0 << 8 | UInt32($1) }
    }

    private struct StreamHeader {
        private var isVideo = false
        private var handler: UInt32 = 0
        private var compression: UInt32 = 0
        private(set) var rate: FrameRate?

        private static let names: Set<UInt32> = [
            code("MJPG"), code("mjpg"), code("AVRn"), code("dmb1"), code("jpeg"), code("JPEG")
        ]

        var isMotionJPEG: Bool {
            isVideo && (Self.names.contains(compression) || Self.names.contains(handler))
        }

        mutating func take(_ bytes: [UInt8], isFormat: Bool) {
            if isFormat {
                if compression == 0 { compression = bytes.littleEndian(at: 16) }
                return
            }
            isVideo = bytes.littleEndian(at: 0) == code("vids")
            handler = bytes.littleEndian(at: 4)
            var pictures = Int64(bytes.littleEndian(at: 24))
            var seconds = Int64(bytes.littleEndian(at: 20))
            while max(pictures, seconds) > FrameRate.termMax {
                (pictures, seconds) = (pictures / 2, seconds / 2)
            }
            rate = FrameRate(checked: pictures, per: seconds)
        }
    }
}

extension FrameRate {
    /// Between one picture an hour and a thousand a second; anything else is a field that its
    /// recorder did not fill in.
    fileprivate var isPlausible: Bool {
        pictures <= 1000 * seconds && seconds <= 3600 * pictures
    }
}

extension RandomAccessCollection<UInt8> where Index == Int {
    /// Four bytes as a number; 0 where they are not all there.
    fileprivate func littleEndian(at offset: Int) -> UInt32 {
        guard count >= offset + 4 else { return 0 }
        return (0..<4).reduce(0) { $0 | UInt32(self[startIndex + offset + $1]) << (8 * UInt32($1)) }
    }
}
