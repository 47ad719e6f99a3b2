import Frames
import Linux
import Station

/// What takes pictures out of one kind of file.
protocol RecordingReader: AnyObject {
    var width: Int { get }
    var height: Int { get }
    /// Fills `frame`, which has the size above, and its time and sequence.
    func read(into frame: Frame) throws -> RecordingStep
}

enum RecordingStep {
    case picture
    /// A picture that must not be shown.
    case damaged
    /// Nothing more; `notice` says what a person should know about the end.
    case ended(notice: String?)
}

/// A recording as a source of frames: Y4M, MJPEG in AVI or Matroska, Kuzet's own, and through
/// `ffmpeg`, if it is installed, whatever else that reads.
///
/// The same file gives the same frames on every machine (through `ffmpeg`, as far as that does).
/// Memory is bounded by the picture's size, which is limited whatever the file claims.
public final class Recording: FrameSource {
    public let width: Int
    public let height: Int
    public private(set) var counts = FrameCounts()
    /// What a person should know about the file: that its tail was cut off.
    public private(set) var notices: [String] = []

    private let reader: any RecordingReader
    private let frame: Frame
    private var hasEnded = false

    init(_ reader: any RecordingReader) {
        self.reader = reader
        width = reader.width
        height = reader.height
        frame = Frame(width: width, height: height)
    }

    /// - Parameter path: "-" is standard input.
    /// - Error: `CameraError`, of kind `badData` where the file is no recording.
    public static func open(_ path: String) throws -> Recording {
        let object = path == "-" ? "recording on standard input" : "recording \(path)"
        let descriptor: FileDescriptor
        do {
            if path == "-" {
                descriptor = .standardInput
            } else {
                descriptor = try FileDescriptor.open(path, .readOnly)
                guard try descriptor.facts().kind != .directory else {
                    throw CameraError(
                        kind: .badData, object: object, attempt: "open", cause: "it is a folder")
                }
            }
        } catch let cause as Errno {
            throw CameraError(
                kind: .unavailable, object: object, attempt: "open", cause: cause.description)
        }
        let stream = ByteStream(descriptor, object: object)
        if let recording = try open(stream) { return recording }
        guard path != "-" else {
            throw stream.badData(
                "recognise",
                "neither Y4M, AVI with MJPEG, Matroska with MJPEG nor a Kuzet recording; "
                    + "convert it with: ffmpeg -i FILE -f yuv4mpegpipe -")
        }
        return Recording(try FFmpegReader(path: path, object: object))
    }

    /// What the first bytes say it is; nil where they say nothing, or name a codec not our own.
    static func open(_ stream: ByteStream) throws -> Recording? {
        let magic = try stream.peek(12)
        guard !magic.isEmpty else {
            throw stream.badData("recognise", "it is empty")
        }
        func begins(_ text: StaticString, at offset: Int = 0) -> Bool {
            guard magic.count >= offset + text.utf8CodeUnitCount else { return false }
            return (0..<text.utf8CodeUnitCount).allSatisfy {
                magic[offset + $0] == text.utf8Start[$0]
            }
        }
        if begins("YUV4MPEG2") { return Recording(try Y4MReader(stream)) }
        if begins("KUZETREC") { return Recording(try KuzetReader(stream)) }
        if begins("RIFF"), begins("AVI ", at: 8) {
            return try AVIReader(stream).map(Recording.init)
        }
        if begins("\u{1A}"), magic.count >= 4, magic[1] == 0x45, magic[2] == 0xDF, magic[3] == 0xA3
        {
            return try MatroskaReader(stream).map(Recording.init)
        }
        return nil
    }

    public func next(timeout: Interval) throws -> FrameEvent {
        while !hasEnded {
            switch try reader.read(into: frame) {
            case .picture:
                counts.delivered += 1
                return .frame(frame)
            case .damaged:
                counts.damaged += 1
            case .ended(let notice):
                hasEnded = true
                if let notice { notices.append(notice) }
            }
        }
        return .ended
    }
}

/// Times of pictures that come at a constant rate.
struct FrameRate: Hashable {
    /// `pictures` in `seconds`, both positive and at most 1 000 000 000.
    let pictures: Int64
    let seconds: Int64

    static let termMax: Int64 = 1_000_000_000
    /// For files that do not say.
    static let usual = FrameRate(pictures: 25, seconds: 1)

    /// nil where a term is outside 1 ... `termMax`.
    init?(checked pictures: Int64, per seconds: Int64) {
        let terms = 1...FrameRate.termMax
        guard terms.contains(pictures), terms.contains(seconds) else { return nil }
        self.init(pictures: pictures, seconds: seconds)
    }

    private init(pictures: Int64, seconds: Int64) {
        self.pictures = pictures
        self.seconds = seconds
    }

    /// When picture `index` was taken, from zero on, rounded down to a nanosecond.
    func time(of index: UInt32) -> Instant {
        // Cannot overflow: index · seconds < 2³² · 2³⁰, the remainder · 10⁹ < 2³⁰ · 2³⁰.
        let scaled = Int64(index) * seconds
        let (whole, part) = scaled.quotientAndRemainder(dividingBy: pictures)
        return .zero + .seconds(whole) + Interval(nanoseconds: part * 1_000_000_000 / pictures)
    }
}
