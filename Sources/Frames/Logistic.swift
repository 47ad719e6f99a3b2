/// 1 / (1 + e⁻ˣ) in integers.
///
/// - Units: x in 1/2²⁴; the result is Q15, at most `Q15.one`.
/// - Error: at most 0.0008: linear between values at every quarter, exact ends beyond ± 8.
public enum Logistic {
    public static func q15(ofQ24 x: Int64) -> Q15 {
        let distance = x.magnitude
        guard distance < 8 << 24 else { return x < 0 ? .zero : .one }
        let (place, rest) = (Int(distance >> 22), Int(distance & (1 << 22 - 1)))
        // Cannot overflow: a step is at most 2 040, times 2²².
        let above = values[place] + ((values[place + 1] - values[place]) * rest) >> 22
        return Q15(rawValue: Int16(x < 0 ? 32_768 - above : min(above, 32_767)))
    }

    /// 32 768 / (1 + e⁻ᵏᐟ⁴), rounded, for k = 0 ... 32.
    private static let values: [Int] = [
        16_384, 18_421, 20_397, 22_255, 23_955, 25_471, 26_790, 27_917, 28_862, 29_644, 30_282,
        30_799, 31_214, 31_545, 31_807, 32_015, 32_179, 32_307, 32_408, 32_487, 32_549, 32_597,
        32_635, 32_664, 32_687, 32_705, 32_719, 32_730, 32_738, 32_745, 32_750, 32_754, 32_757
    ]
}
