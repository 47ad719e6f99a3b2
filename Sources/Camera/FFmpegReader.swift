import Frames
import Linux

/// Any other container or codec, decoded by `ffmpeg` in a process of its own and read as Y4M.
///
/// It may open nothing but the file, keeps the file's own colour layout (a conversion is not the
/// same on every machine), and is stopped with its reader.
final class FFmpegReader: RecordingReader {
    let width: Int
    let height: Int

    private let child: Child
    private let reader: Y4MReader
    private let complaints: FileDescriptor
    private let object: String

    init(path: String, object: String, program: String = "ffmpeg") throws {
        self.object = object
        let attempt = "decode through \(program)"
        let child: Child
        let pictures: (reading: FileDescriptor, writing: FileDescriptor)
        let words: (reading: FileDescriptor, writing: FileDescriptor)
        do {
            pictures = try FileDescriptor.pipe()
            words = try FileDescriptor.pipe()
            // Complaints beyond a pipe's worth are dropped, rather than waited for.
            try words.writing.setNonBlocking(true)
            try words.reading.setNonBlocking(true)
            child = try Child(
                [
                    program, "-v", "error", "-nostdin", "-protocol_whitelist", "file,pipe",
                    "-i", "file:\(path)", "-map", "0:v:0", "-sws_flags", "accurate_rnd+bitexact",
                    "-strict", "-1", "-f", "yuv4mpegpipe", "-"
                ], output: pictures.writing, error: words.writing)
            try pictures.writing.close()
            try words.writing.close()
        } catch .noSuchFile {
            throw CameraError(
                kind: .unavailable, object: object, attempt: attempt,
                cause: "\(program) is not installed, and the file is neither Y4M, MJPEG in AVI or "
                    + "Matroska, nor a Kuzet recording; apt install ffmpeg")
        } catch {
            throw CameraError(
                kind: .unavailable, object: object, attempt: attempt, cause: error.description)
        }
        self.child = child
        complaints = words.reading
        let stream = ByteStream(pictures.reading, object: object)
        guard try stream.hasMore() else {
            _ = try? child.wait()
            throw stream.badData(attempt, FFmpegReader.lastLine(of: words.reading) ?? "no picture")
        }
        reader = try Y4MReader(stream)
        width = reader.width
        height = reader.height
    }

    func read(into frame: Frame) throws -> RecordingStep {
        let step = try reader.read(into: frame)
        guard case .ended = step else { return step }
        let status = try? child.wait()
        let complaint = FFmpegReader.lastLine(of: complaints)
        guard status != .exited(0) || complaint != nil else { return step }
        return .ended(
            notice: "\(object): decode through ffmpeg: "
                + (complaint ?? status.map(\.description) ?? "it is gone"))
    }

    private static func lastLine(of descriptor: FileDescriptor) -> String? {
        var bytes = [UInt8](repeating: 0, count: 4096)
        let count =
            bytes.withUnsafeMutableBytes { try? descriptor.read(into: $0) } ?? 0
        let text = String(decoding: bytes[..<count], as: UTF8.self)
        return text.split(separator: "\n").last.map(String.init)
    }
}
