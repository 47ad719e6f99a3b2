/// FNV-1a over 64-bit words: a hash that is the same on every machine and in every release.
///
/// - Source: Fowler, Noll, Vo; offset basis and prime of the 64-bit variant, applied to whole
///   little-endian words where values are wider than a byte. Not cryptographic.
public struct StableHash: Hashable, Sendable {
    public private(set) var value: UInt64 = 0xcbf2_9ce4_8422_2325

    public init() {}

    public mutating func combine(_ word: UInt64) {
        var rest = word
        for _ in 0..<8 {
            value = (value ^ (rest & 255)) &* 0x100_0000_01b3
            rest >>= 8
        }
    }

    public mutating func combine(_ byte: UInt8) {
        value = (value ^ UInt64(byte)) &* 0x100_0000_01b3
    }

    /// The samples of a plane, row by row, without the padding.
    public mutating func combine(_ plane: PlaneView) {
        for y in 0..<plane.height {
            for x in 0..<plane.width {
                combine(plane.row(y)[x])
            }
        }
    }
}
