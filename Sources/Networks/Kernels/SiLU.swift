/// How one channel's sums become codes of v / (1 + e^−v) in a unit of the channel's own, from more
/// bits than a code has: networks with SiLU lose their accuracy where it is looked up by a code.
///
/// A sum is scaled and rounded, as `Requantization` does it, to `y`, 16 bits of which each is worth
/// q = step · 2^−fraction, `step` being a code's worth in v. Then
///
///     SiLU(v) = max(v, 0) − h(|v|), h(t) = t / (1 + e^t)
///
/// where h never exceeds 0.2785 and is next to nothing beyond 8: a table of 64 places and the slope
/// between them have it to 0.003.
///
/// - Units: `magnitude` is Q15, 2¹⁴ ... 2¹⁵ − 1, and brings |y|, shifted by `exponent`, 1 ... 15, to
///   Q12; `gain` is Q15, 0 ... 2¹⁵ − 1, and brings 128 times what the table has to y; `fraction`, 1 ...
///   7, is how many bits y has more than a code.
/// - Error: of what y is worth, half a code and the larger of 0.003 / step and a hundredth of one; y
///   itself is rounded, as sums are.
struct SiLU: Equatable, Sendable {
    var magnitude: Int16
    var exponent: Int16
    var gain: Int16
    var fraction: Int16

    /// h(i / 8) in 255ths of its maximum, i 0 ..< 64; that at 64 is taken for 0.
    static let heights: [UInt8] = [
        0, 54, 100, 140, 173, 200, 220, 236, 246, 252, 255, 254, 251, 245, 237, 228, 218, 208, 196,
        185, 174, 162, 151, 141, 130, 120, 111, 102, 94, 86, 79, 72, 66, 60, 55, 50, 45, 41, 37, 34,
        31, 28, 25, 23, 20, 19, 17, 15, 14, 12, 11, 10, 9, 8, 7, 6, 6, 5, 5, 4, 4, 3, 3, 3
    ]

    /// Defines the right answer.
    func code(of y: Int16, zero: Int32) -> Int8 {
        let size = Int32(y.magnitude > 32_767 ? 32_767 : y.magnitude)
        // |v| in Q12: 0 ... 8 is 0 ... 2¹⁵; beyond, all that fits 15 bits.
        let scaled = Self.multiply(size, Int32(magnitude))
        let t = min(scaled, Int32.max16 >> Int32(exponent)) << Int32(exponent)
        let (place, rest) = (Int(t >> 9), t & 511)
        let height = Int32(Self.heights[place])
        let next = place + 1 < Self.heights.count ? Int32(Self.heights[place + 1]) : 0
        // 0 ... 255 · 128, which is why `gain` has the factor 1/128.
        let h = height << 7 + ((next - height) * rest) >> 2
        let result = max(Int32(y), 0) - Self.multiply(h, Int32(gain))
        let code = Self.multiply(result, 1 << (15 - Int32(fraction))) + zero
        return Int8(clamping: code)
    }

    /// Of two numbers of 16 bits, Q15, rounded half up. Cannot overflow: never both the least.
    private static func multiply(_ one: Int32, _ other: Int32) -> Int32 {
        (one * other + 1 << 14) >> 15
    }
}

extension Int32 {
    fileprivate static let max16 = Int32(Int16.max)
}

extension KernelModel {
    /// Defines the right answer: what becomes of the sum of one output channel.
    func code(of sum: Int32, channel: Int) -> Int8 {
        guard silu != nil || slopes != nil else { return output.code(of: sum, channel: channel) }
        let y = Int16(
            clamping: Requantization.multiply(
                sum, by: output.multipliers[channel], shift: output.shifts[channel]))
        if let slopes { return PReLU.code(of: y, slope: slopes[channel], zero: output.zero) }
        return silu?[channel].code(of: y, zero: output.zero) ?? 0
    }
}
