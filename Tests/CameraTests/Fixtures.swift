import Frames
import Linux
import Station

@testable import Camera

/// A folder that is gone when the test is over.
final class Scratch {
    let path: String

    init() throws {
        path =
            "/tmp/kuzet-camera-tests-\(Process.pid)-\(UInt64.random(in: 0...UInt64.max))"
        try Files.makeFolder(path)
    }

    deinit {
        for name in (try? Files.names(in: path)) ?? [] { try? Files.remove(path + "/" + name) }
        try? Files.removeFolder(path)
    }

    func file(_ name: String, _ bytes: [UInt8]) throws -> String {
        try Files.replace(path + "/" + name, with: bytes)
        return path + "/" + name
    }
}

func stream(_ bytes: [UInt8]) -> ByteStream {
    bytes.withUnsafeBytes { ByteStream($0, object: "recording test") }
}

/// The words of the error that `body` throws; nil where it throws none.
func complaint(_ body: () throws -> Void) -> String? {
    do {
        try body()
        return nil
    } catch {
        return "\(error)"
    }
}

/// Every picture of a source, copied.
func pictures(of source: any FrameSource) throws -> [Picture] {
    var pictures: [Picture] = []
    while true {
        switch try source.next(timeout: .zero) {
        case .frame(let frame): pictures.append(Picture(frame))
        case .ended: return pictures
        case .waiting, .lost, .restored: continue
        }
    }
}

struct Picture: Hashable {
    var luma: [UInt8]
    var chroma: [UInt8]
    var time: Instant
    var sequence: UInt32

    init(_ frame: Frame) {
        luma = samples(of: frame.luma)
        chroma = samples(of: frame.chroma)
        time = frame.capturedAt
        sequence = frame.sequence
    }
}

func samples(of plane: Plane) -> [UInt8] {
    (0..<plane.height).flatMap { y in (0..<plane.width).map { plane[$0, y] } }
}

/// A picture whose every sample is different from its neighbours and from other pictures.
func patterned(width: Int, height: Int, seed: Int, isGrey: Bool = false) -> Frame {
    let frame = Frame(width: width, height: height)
    for y in 0..<height {
        for x in 0..<width {
            frame.luma[x, y] = UInt8(truncatingIfNeeded: 31 * x + 17 * y + 101 * seed)
        }
    }
    if !isGrey {
        for y in 0..<frame.chroma.height {
            for x in 0..<frame.chroma.width {
                frame.chroma[x, y] = UInt8(truncatingIfNeeded: 7 * x + 3 * y + 53 * seed)
            }
        }
    }
    frame.sequence = UInt32(seed)
    frame.capturedAt = .zero + .milliseconds(Int64(seed) * 40)
    return frame
}
