import Frames

/// YUV4MPEG2, as written by mjpegtools and `ffmpeg -f yuv4mpegpipe`: a header line, then for each
/// picture a `FRAME` line and raw planes.
///
/// - Shape: 8 bits, or 9 ... 16 bits in little-endian pairs of bytes, of which the top 8 are kept.
/// - Source: yuv4mpeg(5).
final class Y4MReader: RecordingReader {
    /// How the colour planes lie in the file, relative to luma.
    struct Layout: Hashable {
        /// Luma samples per chroma sample, each way; 0 where there is no chroma.
        var acrossRatio: Int
        var downRatio: Int
        var bitCount = 8
        var hasAlpha = false

        /// nil for a name that yuv4mpeg(5) and its users do not know.
        init?(_ name: String) {
            var base = name
            // "420p10", "mono12": samples of more than eight bits.
            let digits = String(base.reversed().prefix { $0.isNumber }.reversed())
            if base.hasPrefix("mono"), !digits.isEmpty {
                guard let count = Int(digits), (9...16).contains(count) else { return nil }
                bitCount = count
                base = "mono"
            } else if !digits.isEmpty, base.dropLast(digits.count).hasSuffix("p"),
                let count = Int(digits), (9...16).contains(count)
            {
                bitCount = count
                base = String(base.dropLast(digits.count + 1))
            }
            switch base {
            case "420", "420jpeg", "420mpeg2", "420paldv": (acrossRatio, downRatio) = (2, 2)
            case "422": (acrossRatio, downRatio) = (2, 1)
            case "444": (acrossRatio, downRatio) = (1, 1)
            case "411": (acrossRatio, downRatio) = (4, 1)
            case "410": (acrossRatio, downRatio) = (4, 4)
            case "440": (acrossRatio, downRatio) = (1, 2)
            case "mono": (acrossRatio, downRatio) = (0, 0)
            case "444alpha":
                (acrossRatio, downRatio) = (1, 1)
                hasAlpha = true
            default: return nil
            }
        }

        var byteCountPerSample: Int { bitCount > 8 ? 2 : 1 }
    }

    let width: Int
    let height: Int
    var object: String { stream.object }
    let rate: FrameRate
    let layout: Layout

    private let stream: ByteStream
    private var index: UInt32 = 0
    /// One row of the widest plane, in the file's samples.
    private let row: UnsafeMutableRawBufferPointer
    /// The second chroma plane comes after the first: both wait here until they can be paired.
    private let chromaPlanes: (UnsafeMutableRawBufferPointer, UnsafeMutableRawBufferPointer)
    private let chromaWidth: Int
    private let chromaHeight: Int

    static let headerByteCountMax = 4096
    static let frameLineByteCountMax = 1024

    init(_ stream: ByteStream) throws {
        let attempt = "read the Y4M header"
        guard let header = try stream.line(byteCountMax: Y4MReader.headerByteCountMax, attempt)
        else { throw stream.badData(attempt, "it is empty") }
        var width: Int?
        var height: Int?
        var rate = FrameRate.usual
        var name = "420"
        for field in header.split(separator: UInt8(ascii: " ")).dropFirst() {
            let value = String(decoding: field.dropFirst(), as: UTF8.self)
            switch field.first {
            case UInt8(ascii: "W"): width = Int(value)
            case UInt8(ascii: "H"): height = Int(value)
            case UInt8(ascii: "C"): name = value
            case UInt8(ascii: "F"):
                let terms = value.split(separator: ":").map { Int64($0) }
                guard terms.count == 2, let pictures = terms[0], let seconds = terms[1] else {
                    throw stream.badData(attempt, "the frame rate F\(value) is no fraction")
                }
                // 0:0 says that the rate is unknown.
                if pictures == 0, seconds == 0 { continue }
                guard let stated = FrameRate(checked: pictures, per: seconds) else {
                    throw stream.badData(attempt, "the frame rate F\(value) is impossible")
                }
                rate = stated
            default: continue
            }
        }
        guard let width, let height, PictureLimits.allows(width: width, height: height) else {
            throw stream.badData(
                attempt,
                "the size is W\(width.map(String.init) ?? "?") H\(height.map(String.init) ?? "?"); "
                    + "allowed is \(PictureLimits.text)")
        }
        guard let layout = Layout(name) else {
            throw stream.badData(attempt, "the colour layout C\(name) is unknown")
        }
        self.stream = stream
        self.width = width
        self.height = height
        self.rate = rate
        self.layout = layout
        let hasChroma = layout.acrossRatio > 0
        chromaWidth = hasChroma ? (width + layout.acrossRatio - 1) / layout.acrossRatio : 0
        chromaHeight = hasChroma ? (height + layout.downRatio - 1) / layout.downRatio : 0
        row = .allocate(byteCount: width * layout.byteCountPerSample, alignment: 16)
        let planeByteCount = max(chromaWidth * chromaHeight, 1)
        chromaPlanes = (
            .allocate(byteCount: planeByteCount, alignment: 16),
            .allocate(byteCount: planeByteCount, alignment: 16)
        )
    }

    deinit {
        row.deallocate()
        chromaPlanes.0.deallocate()
        chromaPlanes.1.deallocate()
    }

    func read(into frame: inout Frame?) throws -> RecordingStep {
        let frame = Frame.fitted(&frame, width: width, height: height)
        let attempt = "read picture \(index)"
        guard let line = try stream.line(byteCountMax: Y4MReader.frameLineByteCountMax, attempt)
        else { return .ended(notices: []) }
        guard line.starts(with: "FRAME".utf8) else {
            throw stream.badData(attempt, "no FRAME before byte \(stream.position)")
        }
        for y in 0..<height {
            try readRow(into: UnsafeMutableRawPointer(frame.luma.row(y)), count: width, attempt)
        }
        if layout.acrossRatio > 0 {
            for plane in [chromaPlanes.0, chromaPlanes.1] {
                for y in 0..<chromaHeight {
                    try readRow(
                        into: plane.baseAddress! + y * chromaWidth, count: chromaWidth, attempt)
                }
            }
            pairChroma(into: frame.chroma)
            if layout.hasAlpha {
                for _ in 0..<height { try readRow(into: row.baseAddress!, count: width, attempt) }
            }
        }
        frame.capturedAt = rate.time(of: index)
        frame.sequence = index
        index &+= 1
        return .picture
    }

    private func readRow(
        into target: UnsafeMutableRawPointer, count: Int, _ attempt: String
    ) throws {
        guard layout.bitCount > 8 else {
            try stream.readFully(
                into: UnsafeMutableRawBufferPointer(start: target, count: count), attempt)
            return
        }
        let samples = UnsafeMutableRawBufferPointer(rebasing: row[..<(2 * count)])
        try stream.readFully(into: samples, attempt)
        let shift = layout.bitCount - 8
        // In place where `target` is `row`: byte x is written after bytes 2x and 2x + 1 were read.
        for x in 0..<count {
            let sample = Int(samples[2 * x]) | Int(samples[2 * x + 1]) << 8
            target.storeBytes(
                of: UInt8(truncatingIfNeeded: min(sample >> shift, 255)), toByteOffset: x,
                as: UInt8.self)
        }
    }

    /// Takes the sample that covers the upper left of each 2 × 2 square: decisions use luma alone.
    private func pairChroma(into chroma: Plane) {
        for y in 0..<chroma.height {
            let from = min(2 * y / layout.downRatio, chromaHeight - 1) * chromaWidth
            let to = chroma.row(y)
            for pair in 0..<(chroma.width / 2) {
                let x = from + min(2 * pair / layout.acrossRatio, chromaWidth - 1)
                to[2 * pair] = chromaPlanes.0[x]
                to[2 * pair + 1] = chromaPlanes.1[x]
            }
        }
    }
}
