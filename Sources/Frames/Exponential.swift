/// eˣ in integers.
///
/// - Units: x in 1/2²⁴, clamped to ± 10; the result in 1/2¹⁶.
/// - Error: 1 in 8,000 and half a unit: linear between 32 values of 2ᶠ.
public enum Exponential {
    public static func q16(ofQ24 x: Int64) -> Int {
        let clamped = min(max(x, -10 << 24), 10 << 24)
        // Cannot overflow: below 2²⁸, times 2²⁵.
        let power = (clamped * 24_204_406) >> 24
        let (whole, rest) = (Int(power >> 24), Int(power & (1 << 24 - 1)))
        let (place, part) = (rest >> 19, rest & (1 << 19 - 1))
        let value = values[place] + ((values[place + 1] - values[place]) * part) >> 19
        return whole >= 0 ? value << whole : value >> -whole
    }

    /// 2¹⁶ · 2^(k/32), rounded, for k = 0 ... 32.
    private static let values: [Int] = [
        65_536, 66_971, 68_438, 69_936, 71_468, 73_032, 74_632, 76_266, 77_936, 79_642, 81_386,
        83_169, 84_990, 86_851, 88_752, 90_696, 92_682, 94_711, 96_785, 98_905, 101_070, 103_283,
        105_545, 107_856, 110_218, 112_631, 115_098, 117_618, 120_194, 122_825, 125_515, 128_263,
        131_072
    ]
}
