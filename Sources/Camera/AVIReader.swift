import Frames

/// MJPEG in AVI: chunks are taken in the order in which they stand, so that a pipe serves as well
/// as a file; the index at the end is not needed and not believed.
///
/// - Shape: pictures are decoded at 1/`denominator` of their size, see `MotionJPEG`.
/// - Source: Microsoft, "AVI RIFF File Reference"; OpenDML AVI File Format Extensions 1.02, 1996.
final class AVIReader: RecordingReader {
    private let stream: ByteStream
    private let pictures: MotionJPEG
    private let rate: FrameRate
    /// "00dc": compressed pictures of the stream that was chosen.
    private let chunkNames: [UInt32]
    private var index: UInt32 = 0

    var width: Int { pictures.width }
    var height: Int { pictures.height }

    static let headerByteCountMax: UInt64 = 1 << 20
    static let streamCountMax = 16

    /// - Returns: nil where the video in it is not MJPEG.
    init?(_ stream: ByteStream) throws {
        self.stream = stream
        let attempt = "read the AVI header"
        _ = try stream.littleEndian(byteCount: 8, attempt)
        guard try stream.littleEndian(byteCount: 4, attempt) == AVIReader.code("AVI ") else {
            throw stream.badData(attempt, "RIFF, but no AVI")
        }
        var streams: [StreamHeader] = []
        // LISTs of headers are entered, all else before the pictures is passed over.
        while true {
            let (name, byteCount) = try AVIReader.chunk(stream, attempt)
            if name == AVIReader.code("LIST") {
                let kind = UInt32(try stream.littleEndian(byteCount: 4, attempt))
                if kind == AVIReader.code("movi") { break }
                if kind == AVIReader.code("hdrl") { continue }
                if kind == AVIReader.code("strl") {
                    guard streams.count < AVIReader.streamCountMax else {
                        throw stream.badData(
                            attempt, "more than \(AVIReader.streamCountMax) streams")
                    }
                    streams.append(StreamHeader())
                    continue
                }
                try stream.skipPadded(byteCount < 4 ? 0 : byteCount - 4)
            } else if name == AVIReader.code("strh") || name == AVIReader.code("strf") {
                guard byteCount <= AVIReader.headerByteCountMax else {
                    throw stream.badData(attempt, "a stream header of \(byteCount) bytes")
                }
                var bytes = [UInt8](repeating: 0, count: Int(byteCount))
                try bytes.withUnsafeMutableBytes { try stream.readFully(into: $0, attempt) }
                if byteCount % 2 == 1 { try stream.skip(1) }
                if !streams.isEmpty {
                    streams[streams.count - 1].take(
                        bytes, isFormat: name == AVIReader.code("strf"))
                }
            } else {
                try stream.skipPadded(byteCount)
            }
        }
        guard let position = streams.firstIndex(where: \.isMotionJPEG) else { return nil }
        rate = streams[position].rate ?? .usual
        let digits =
            UInt32(UInt8(ascii: "0") + UInt8(position / 10))
            | UInt32(UInt8(ascii: "0") + UInt8(position % 10)) << 8
        chunkNames = ["dc", "db"].map { digits | AVIReader.code($0) << 16 }
        pictures = try MotionJPEG(stream)
        // The first picture says what size they have; the container's header may say anything.
        guard try nextPicture() else {
            throw stream.badData("read picture 0", "there is no picture in it")
        }
        try pictures.open("read picture 0")
    }

    func read(into frame: Frame) throws -> RecordingStep {
        if !pictures.isInHand, try !nextPicture() { return .ended(notice: pictures.cutNotice) }
        frame.capturedAt = rate.time(of: index)
        frame.sequence = index
        index &+= 1
        return pictures.decode(into: frame) ? .picture : .damaged
    }

    /// Reads on to the next chunk with a picture; false at the end.
    private func nextPicture() throws -> Bool {
        let attempt = "read picture \(index)"
        while try stream.hasMore() {
            guard let (name, byteCount) = try AVIReader.chunkOrCut(stream) else {
                pictures.noteCut()
                return false
            }
            if name == AVIReader.code("LIST") || name == AVIReader.code("RIFF") {
                // Groups of chunks, and the next gigabyte of a long file: look inside.
                if try stream.peek(4).count == 4 {
                    _ = try stream.littleEndian(byteCount: 4, attempt)
                }
            } else if chunkNames.contains(name) {
                if byteCount == 0 {
                    // A picture that the recorder dropped keeps its place in time.
                    index &+= 1
                    continue
                }
                guard try pictures.take(byteCount, attempt) else { return false }
                if byteCount % 2 == 1 { try stream.skip(1) }
                return true
            } else {
                try stream.skipPadded(byteCount)
            }
        }
        return false
    }

    private static func chunk(
        _ stream: ByteStream, _ attempt: String
    ) throws -> (name: UInt32, byteCount: UInt64) {
        let name = UInt32(try stream.littleEndian(byteCount: 4, attempt))
        return (name, try stream.littleEndian(byteCount: 4, attempt))
    }

    private static func chunkOrCut(
        _ stream: ByteStream
    ) throws -> (name: UInt32, byteCount: UInt64)? {
        guard try stream.peek(8).count == 8 else { return nil }
        return try chunk(stream, "read")
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
            func number(at offset: Int) -> UInt32 {
                guard bytes.count >= offset + 4 else { return 0 }
                return (0..<4).reduce(0) { $0 | UInt32(bytes[offset + $1]) << (8 * UInt32($1)) }
            }
            if isFormat {
                if compression == 0 { compression = number(at: 16) }
            } else {
                isVideo = number(at: 0) == code("vids")
                handler = number(at: 4)
                rate = FrameRate(checked: Int64(number(at: 24)), per: Int64(number(at: 20)))
            }
        }
    }
}

extension ByteStream {
    /// Passes over a chunk and the byte that makes its length even.
    fileprivate func skipPadded(_ byteCount: UInt64) throws {
        try skip(byteCount + byteCount % 2)
    }
}
