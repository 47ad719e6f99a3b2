import Frames
import Linux

/// Writes pictures as YUV4MPEG2, which every player and converter reads.
final class Y4MFile {
    private let file: FileDescriptor
    private var bytes: [UInt8] = []

    /// - Error: of the file that cannot be made; an existing one is replaced.
    init(path: String, width: Int, height: Int, framesPerSecond: Int) throws(Errno) {
        file = try Files.openOutput(path)
        let header = "YUV4MPEG2 W\(width) H\(height) F\(framesPerSecond):1 Ip A1:1 C420\n"
        try file.writeAll(Array(header.utf8))
    }

    func append(_ frame: Frame) throws(Errno) {
        bytes.removeAll(keepingCapacity: true)
        bytes += Array("FRAME\n".utf8)
        for y in 0..<frame.luma.height {
            bytes += UnsafeBufferPointer(start: frame.luma.row(y), count: frame.luma.width)
        }
        // Cb, Cr pairs become two planes.
        for part in 0..<2 {
            for y in 0..<frame.chroma.height {
                let row = frame.chroma.row(y)
                for x in stride(from: part, to: frame.chroma.width, by: 2) { bytes.append(row[x]) }
            }
        }
        try file.writeAll(bytes)
    }

    func finish() throws(Errno) { try file.close() }
}
