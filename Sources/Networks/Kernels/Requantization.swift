/// How 32-bit sums of one output channel after the other become 8-bit codes:
///
///     y = clamp(zero + round(sum · multiplier · 2^(shift − 31)), minimum ... maximum)
///
/// - Shape: one multiplier and shift for each output channel.
/// - Units: multipliers are Q31, 2³⁰ ... 2³¹ − 1, or 0; shifts are −31 ... 30, positive to the left.
/// - Source: TensorFlow Lite `MultiplyByQuantizedMultiplier`, with its two roundings; Jacob et al.,
///   "Quantization and Training of Neural Networks for Efficient Integer-Arithmetic-Only
///   Inference", CVPR 2018, §2.2.
public struct Requantization: Sendable {
    public var multipliers: [Int32]
    public var shifts: [Int32]
    public var zero: Int32
    public var minimum: Int8
    public var maximum: Int8

    public init(
        multipliers: [Int32], shifts: [Int32], zero: Int32, minimum: Int8 = .min,
        maximum: Int8 = .max
    ) {
        precondition(multipliers.count == shifts.count, "one of each for each channel")
        self.multipliers = multipliers
        self.shifts = shifts
        self.zero = zero
        self.minimum = minimum
        self.maximum = maximum
    }

    /// Defines the right answer.
    func code(of sum: Int32, channel: Int) -> Int8 {
        let scaled = Self.multiply(sum, by: multipliers[channel], shift: shifts[channel])
        let code = Int64(scaled) + Int64(zero)
        return Int8(min(max(code, Int64(minimum)), Int64(maximum)))
    }

    /// `value` · `multiplier` · 2^(`shift` − 31), rounded twice: to a 32-bit integer half up, then, of
    /// the digits that a negative shift drops, half away from zero. What `value` · 2^shift has beyond
    /// 32 bits is lost, as in the source.
    static func multiply(_ value: Int32, by multiplier: Int32, shift: Int32) -> Int32 {
        let left = shift > 0 ? value &<< shift : value
        // |left · multiplier| ≤ 2⁶², so the sum fits; the quotient fits because multiplier < 2³¹.
        let high = Int32(truncatingIfNeeded: (Int64(left) * Int64(multiplier) + (1 << 30)) >> 31)
        return shift < 0 ? divide(high, byPowerOfTwo: -shift) : high
    }

    /// Rounded to nearest, half away from zero.
    static func divide(_ value: Int32, byPowerOfTwo exponent: Int32) -> Int32 {
        guard exponent > 0 else { return value }
        let half = Int64(1) << (exponent - 1)
        return Int32((Int64(value) + half - (value < 0 ? 1 : 0)) >> Int64(exponent))
    }
}
