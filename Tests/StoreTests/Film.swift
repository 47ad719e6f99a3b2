import Frames
import Linux
import Station

@testable import Store

/// Pictures for clips: real JPEGs, each lighter than the one before, ten a second.
///
/// With some texture: of a flat picture's few bytes ffmpeg says "EOI missing", whoever made them.
enum Film {
    static let width = 160
    static let height = 120

    static func pictures(
        _ range: Range<Int>, width: Int = Film.width, height: Int = Film.height
    ) throws -> [ClipPicture] {
        let encoder = try JPEGEncoder()
        let frame = Frame(width: width, height: height)
        return try range.map { index in
            for y in 0..<height {
                for x in 0..<width {
                    frame.luma[x, y] = UInt8(40 + index * 7 % 150 + (x * 7 + y * 13) % 50)
                }
            }
            return ClipPicture(
                width: width, height: height,
                capturedAt: .zero + .seconds(100) + .milliseconds(Int64(index) * 100),
                jpeg: try encoder.encode(frame, quality: 90))
        }
    }

    /// Pictures of so many bytes that are no JPEGs: for what does not look into them.
    static func bytes(_ range: Range<Int>, byteCount: Int) -> [ClipPicture] {
        range.map { index in
            ClipPicture(
                width: 640, height: 480,
                capturedAt: .zero + .seconds(100) + .milliseconds(Int64(index) * 100),
                jpeg: [UInt8](repeating: UInt8(truncatingIfNeeded: index), count: byteCount))
        }
    }
}

/// Other people's programs.
enum Tool {
    static let hasFFmpeg = Files.exists("/usr/bin/ffmpeg") && Files.exists("/usr/bin/ffprobe")

    /// What a program says, errors included.
    static func run(_ arguments: [String]) throws -> String {
        let (reading, writing) = try FileDescriptor.pipe()
        let child = try Child(arguments, output: writing, error: writing)
        try writing.close()
        var bytes: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 65_536)
        while true {
            let count = try chunk.withUnsafeMutableBytes { try reading.read(into: $0) }
            if count == 0 { break }
            bytes += chunk[..<count]
        }
        _ = try child.wait()
        return String(decoding: bytes, as: UTF8.self)
    }

    /// Times of a recording's pictures in milliseconds, as `ffprobe` decodes them, and whatever
    /// it complains of.
    static func probe(_ path: String) throws -> (times: [Int], complaints: [String]) {
        let text = try run([
            "ffprobe", "-v", "warning", "-show_entries", "frame=pts", "-of", "csv=p=0", path
        ])
        let lines = text.split(separator: "\n").map(String.init)
        let times = lines.compactMap { Int($0.prefix { $0 != "," }) }
        return (times, lines.filter { Int($0.prefix { $0 != "," }) == nil })
    }
}
