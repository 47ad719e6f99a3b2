import Frames
import Linux
import Station

/// What takes pictures out of one kind of file.
protocol RecordingReader: AnyObject {
    /// What errors call it, "recording evening.y4m".
    var object: String { get }
    /// Fills `frame` and its time and sequence; puts another one there where there is none yet, or
    /// the picture has another size.
    func read(into frame: inout Frame?) throws -> RecordingStep
}

enum RecordingStep {
    case picture
    /// A picture whose last row of blocks breaks off.
    case mended
    /// A picture that must not be shown, and why.
    case damaged(String)
    /// Nothing more, and what a person should know about that.
    case ended(notices: [String])
}

/// A recording as a source of frames: Y4M, MJPEG in AVI or Matroska, Kuzet's own, and through
/// `ffmpeg`, if it is installed, whatever else that reads.
///
/// The same file gives the same frames on every machine (through `ffmpeg`, as far as that does).
/// Memory is bounded by the picture's size, which is limited whatever the file claims. Pictures may
/// change their size; times are the file's own, see `RecordingTimes`.
public final class Recording: FrameSource {
    public private(set) var counts = FrameCounts()
    /// What a person should know about the file once it is over: what was left out and why, that
    /// its tail was cut off, that its times go back.
    public private(set) var notices: [String] = []

    private let reader: any RecordingReader
    private var frame: Frame?
    private var times = RecordingTimes()
    private var findings = RecordingFindings()
    /// What the reader said of the end.
    private var tail: [String] = []
    private var hasFrameInHand = false
    private var hasEnded = false

    /// Reads on to the first picture that can be shown.
    ///
    /// - Error: `badData` where there is none, with the reason.
    init(_ reader: any RecordingReader) throws {
        self.reader = reader
        hasFrameInHand = try advance()
        guard !hasFrameInHand else { return }
        let reasons = findings.reasons
        let cause =
            reasons.isEmpty
            ? "there is no picture in it"
            : "not one of its \(counts.damaged) pictures can be shown: \(reasons)"
        throw CameraError(
            kind: .badData, object: reader.object, attempt: "read",
            cause: ([cause] + tail).joined(separator: "; "))
    }

    /// Of the picture shown last; before the first call of `next`, of the first one.
    public var width: Int { frame?.width ?? 0 }
    public var height: Int { frame?.height ?? 0 }

    /// How long a pipe may have nobody who writes into it.
    private static let pipePatienceMilliseconds: Int64 = 3_000

    /// - Parameter path: "-" is standard input; else a file, or a pipe that somebody writes into.
    /// - Error: `CameraError`, of kind `badData` where the file is no recording.
    public static func open(_ path: String) throws -> Recording {
        let object = path == "-" ? "recording on standard input" : "recording \(path)"
        let descriptor: FileDescriptor
        var isFile = false
        do throws(Errno) {
            let kind = path == "-" ? nil : try Files.facts(path).kind
            isFile = kind != nil && kind != .pipe
            if path == "-" {
                descriptor = .standardInput
            } else if kind == .pipe {
                let pipe = try Files.openPipe(path, within: pipePatienceMilliseconds)
                guard let pipe else { throw .brokenPipe }
                descriptor = pipe
            } else {
                descriptor = try Files.open(path)
            }
        } catch {
            throw CameraError(
                kind: [.notARegularFile, .brokenPipe].contains(error) ? .badData : .unavailable,
                object: object, attempt: "open",
                cause: error == .brokenPipe ? "nobody writes into this pipe" : error.description)
        }
        let stream = ByteStream(descriptor, object: object)
        if let recording = try open(stream) { return recording }
        // What was read of a stream is gone; of a file ffmpeg begins anew.
        guard isFile else {
            throw stream.badData(
                "recognise",
                "neither Y4M, AVI with MJPEG, Matroska with MJPEG nor a Kuzet recording, and a "
                    + "pipe is not decoded; convert it with: "
                    + "ffmpeg -i FILE -f yuv4mpegpipe - | kuzet replay -")
        }
        return try Recording(FFmpegReader(descriptor, object: object))
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
        if begins("YUV4MPEG2") { return try Recording(Y4MReader(stream)) }
        if begins("KUZETREC") { return try Recording(KuzetReader(stream)) }
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
        let isThere = try hasFrameInHand || advance()
        hasFrameInHand = false
        guard isThere, let frame else { return .ended }
        counts.delivered += 1
        return .frame(frame)
    }

    /// Reads on to the next picture that can be shown; false at the end.
    private func advance() throws -> Bool {
        while !hasEnded {
            let step = try reader.read(into: &frame)
            switch step {
            case .picture, .mended:
                guard let frame else { continue }
                var isMended = false
                if case .mended = step { isMended = true }
                findings.showed(width: frame.width, height: frame.height, isMended: isMended)
                frame.capturedAt = times.time(stated: frame.capturedAt)
                return true
            case .damaged(let cause):
                counts.damaged += 1
                findings.leftOut(cause)
            case .ended(let tail):
                hasEnded = true
                self.tail = tail
                notices = findings.notices
                if let notice = times.notice { notices.append(notice) }
                notices = (notices + tail).map { "\(reader.object): \($0)" }
            }
        }
        return false
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

extension Frame {
    /// The frame there, or a new one where that has another size.
    static func fitted(_ frame: inout Frame?, width: Int, height: Int) -> Frame {
        if let frame, frame.width == width, frame.height == height { return frame }
        let fitted = Frame(width: width, height: height)
        frame = fitted
        return fitted
    }
}
