import Frames
import Glibc

/// Test input whose last byte is followed by a page that must not be touched: a kernel that reads
/// past its source ends the test run.
final class Picture {
    enum Content: CaseIterable {
        case black, white, random, noise, ramp, checkered, sparse
    }

    private let base: UnsafeMutablePointer<UInt8>
    private let size: (width: Int, height: Int, stride: Int)
    private let mapping: UnsafeMutableRawPointer
    private let byteCount: Int

    init(_ width: Int, _ height: Int, stride: Int? = nil, _ content: Content, seed: UInt64 = 1) {
        let stride = stride ?? width
        let used = stride * (height - 1) + width
        let page = 4096
        let kept = (used + page - 1) / page * page
        byteCount = kept + page
        mapping = mmap(
            nil, byteCount, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0)
        mprotect(mapping + kept, page, PROT_NONE)
        base = (mapping + kept - used).bindMemory(to: UInt8.self, capacity: used)
        var chance = Chance(seed: seed)
        for y in 0..<height {
            for x in 0..<width {
                base[y * stride + x] = Self.value(content, x, y, &chance)
            }
        }
        size = (width, height, stride)
    }

    var view: PlaneView {
        PlaneView(
            base: base, width: size.width, height: size.height, stride: size.stride, owner: self)
    }

    deinit {
        munmap(mapping, byteCount)
    }

    private static func value(
        _ content: Content, _ x: Int, _ y: Int, _ chance: inout Chance
    ) -> UInt8 {
        switch content {
        case .black: 0
        case .white: 255
        case .random: UInt8(truncatingIfNeeded: chance.next())
        case .noise: UInt8(120 + chance.next() % 9)
        case .ramp: UInt8((3 * x + 7 * y) % 256)
        case .checkered: (x + y) % 2 == 0 ? 0 : 255
        case .sparse: chance.next() % 11 == 0 ? UInt8(1 + chance.next() % 255) : 0
        }
    }
}

struct Chance {
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
        return (state ^ (state >> 29)) >> 13
    }
}

/// Where two planes differ first, in words; nil where they do not.
func mismatch(_ a: Plane, _ b: Plane) -> String? {
    for y in 0..<a.height {
        for x in 0..<a.width where a[x, y] != b[x, y] {
            return "(\(x), \(y)) of \(a.width)×\(a.height): \(a[x, y]) and \(b[x, y])"
        }
    }
    return nil
}

/// Every tail of a vector of 16 or 32, and a little more.
let tailWidths = Array(1...33) + [47, 48, 49, 64, 65]

func plane(_ rows: [[UInt8]]) -> Plane {
    let plane = Plane(width: rows[0].count, height: rows.count)
    for (y, row) in rows.enumerated() {
        for (x, value) in row.enumerated() {
            plane[x, y] = value
        }
    }
    return plane
}
