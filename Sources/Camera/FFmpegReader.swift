import Frames
import Linux

/// Any other container or codec, decoded by `ffmpeg` in a process of its own and read as Y4M.
///
/// The file is handed over open, as its standard input, and no other way of opening anything is
/// allowed: lists, playlists and containers that name other files find them closed, whatever they
/// say. Layouts that Y4M has are kept (a conversion is not the same on every machine); the others
/// become the nearest one that it has. `ffmpeg` is stopped with its reader.
final class FFmpegReader: RecordingReader {
    let object: String

    private let child: Child
    private let reader: Y4MReader
    private let complaints: Complaints

    /// How `ffmpeg` reads its standard input and yet may seek in it, as files that keep their
    /// index at the end need: since version 6, and before it by a copy in a temporary file.
    private static let inputs = [
        ["-protocol_whitelist", "fd", "-i", "fd:"],
        ["-protocol_whitelist", "cache,pipe", "-read_ahead_limit", "-1", "-i", "cache:pipe:0"]
    ]

    /// What Y4M can carry.
    private static let layouts =
        ["gray", "yuv411p", "yuvj420p", "yuvj422p", "yuvj444p", "yuva444p"]
        + ["9le", "10le", "12le", "16le"].map { "gray\($0)" }
        + ["yuv420p", "yuv422p", "yuv444p"].flatMap { layout in
            ["", "9le", "10le", "12le", "14le", "16le"].map { layout + $0 }
        }

    /// - Parameter file: a regular file; where its offset stands does not matter.
    init(_ file: FileDescriptor, object: String, program: String = "ffmpeg") throws {
        self.object = object
        let attempt = "decode through \(program)"
        var words = "no picture"
        for input in FFmpegReader.inputs {
            let (child, stream, complaints) = try FFmpegReader.start(
                program, input, file, object, attempt)
            if try stream.hasMore() {
                self.child = child
                self.complaints = complaints
                reader = try Y4MReader(stream)
                return
            }
            let status = try? child.wait()
            words = complaints.next() ?? status.map(\.description) ?? "no picture"
            guard words.hasSuffix("Protocol not found") else { break }
        }
        throw CameraError(kind: .badData, object: object, attempt: attempt, cause: words)
    }

    private static func start(
        _ program: String, _ input: [String], _ file: FileDescriptor, _ object: String,
        _ attempt: String
    ) throws -> (Child, ByteStream, Complaints) {
        do {
            try file.seek(to: 0)
            let pictures = try FileDescriptor.pipe()
            let words = try FileDescriptor.pipe()
            // Complaints beyond a pipe's worth are dropped, rather than waited for.
            try words.writing.setNonBlocking(true)
            try words.reading.setNonBlocking(true)
            let child = try Child(
                [program, "-v", "error", "-nostdin"] + input + [
                    "-map", "0:v:0", "-vf", "format=pix_fmts=" + layouts.joined(separator: "|"),
                    "-sws_flags", "accurate_rnd+bitexact", "-strict", "-1", "-f", "yuv4mpegpipe",
                    "-"
                ], input: file, output: pictures.writing, error: words.writing)
            try pictures.writing.close()
            try words.writing.close()
            return (
                child, ByteStream(pictures.reading, object: object), Complaints(words.reading)
            )
        } catch {
            throw CameraError(
                kind: .unavailable, object: object, attempt: attempt,
                cause: error == .noSuchFile
                    ? "\(program) is not installed, and the file is neither Y4M, MJPEG in AVI or "
                        + "Matroska, nor a Kuzet recording; apt install ffmpeg"
                    : error.description)
        }
    }

    func read(into frame: inout Frame?) throws -> RecordingStep {
        let step = try reader.read(into: &frame)
        guard case .ended = step else { return step }
        let status = try? child.wait()
        let complaint = complaints.next()
        guard status != .exited(0) || complaint != nil else { return step }
        return .ended(notices: [
            "decode through ffmpeg: " + (complaint ?? status.map(\.description) ?? "it is gone")
        ])
    }
}

/// What `ffmpeg` says on standard error.
final class Complaints {
    private let descriptor: FileDescriptor

    static let byteCountMax = 65_536

    init(_ descriptor: FileDescriptor) {
        self.descriptor = descriptor
    }

    /// The first line that says what is wrong, of those that came since the last call; nil where
    /// there is none.
    func next() -> String? {
        var bytes = [UInt8](repeating: 0, count: Complaints.byteCountMax)
        let count = bytes.withUnsafeMutableBytes { try? descriptor.read(into: $0) } ?? 0
        return Complaints.first(of: String(decoding: bytes[..<count], as: UTF8.self))
    }

    /// Lines that follow from others, or from how the file is handed over.
    private static let followers = [
        "Inner protocol failed to seekback", "Last message repeated", "Error marking filters",
        "Error initializing output stream", "Error opening output file", "Conversion failed",
        "Error while opening encoder", "Terminating thread", "Nothing was written into output"
    ]

    static func first(of text: String) -> String? {
        let lines = text.split(whereSeparator: \.isNewline).map(said)
        let causes = lines.filter { line in
            !line.isEmpty && !followers.contains { String(line).holds($0) }
        }
        return causes.first
    }

    /// A line without "[mov @ 0x55d0c3]" and the name of its input, of which people know nothing.
    private static func said(_ line: Substring) -> String {
        var rest = line
        while rest.hasPrefix("["), let end = rest.firstIndex(of: "]"),
            String(rest[..<end]).holds(" @ 0x")
        {
            rest = rest[rest.index(after: end)...].drop { $0 == " " }
        }
        for input in ["cache:pipe:0: ", "fd:: "] where rest.hasPrefix(input) {
            rest = rest.dropFirst(input.count)
        }
        return String(rest.drop { $0 == " " }.prefix(300))
    }
}
