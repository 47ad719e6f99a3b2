import Frames

/// A few seconds of a room in which something moves: texture, noise, two walkers. The same on every
/// machine, and independent of how the simulated venue is drawn.
enum BenchPictures {
    static let width = 640
    static let height = 480
    static var pixelCount: Int { width * height }
    static let count = 8

    /// One turn of the loop, 40 ms apart.
    static func frames() -> [Frame] {
        let texture = Plane(width: width, height: height)
        for y in 0..<height {
            for x in 0..<width {
                // Panels of 40 × 60 with a grain, 60 ... 187.
                let panel = (x / 40 * 37 + y / 60 * 53) % 96
                texture[x, y] = UInt8(60 + panel + (x * 7 ^ y * 13) % 32)
            }
        }
        return (0..<count).map { index in
            let frame = Frame(width: width, height: height)
            frame.sequence = UInt32(index)
            draw(index, texture, into: frame.luma)
            return frame
        }
    }

    private static func draw(_ index: Int, _ texture: Plane, into luma: Plane) {
        var state = UInt64(index + 1)
        for y in 0..<height {
            for x in 0..<width {
                state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
                luma[x, y] = texture[x, y] + UInt8(state >> 61)
            }
        }
        for (left, top, shade) in [(100 + 12 * index, 120, 20), (420 - 8 * index, 180, 230)] {
            for y in top..<top + 200 {
                for x in left..<left + 70 {
                    luma[x, y] = UInt8(shade + (x - left + y) % 16)
                }
            }
        }
    }

    /// Everything but a corner.
    static func zone(width: Int, height: Int) -> Plane {
        let mask = Plane(width: width, height: height)
        let corners = [(0, 0), (1000, 0), (1000, 1000), (200, 1000), (0, 700)]
        PolygonMask.draw(
            [Polygon(corners: corners.map { .init(x: UInt16($0.0), y: UInt16($0.1)) })], into: mask)
        return mask
    }
}

extension StableHash {
    /// The hash of one plane.
    static func of(_ plane: Plane) -> UInt64 {
        var hash = StableHash()
        hash.combine(plane.view)
        return hash.value
    }
}
