/// Functions of 32-bit fixed-point numbers, bit for bit as in gemmlowp `fixedpoint.h`.
enum FixedPoint {
    /// Two Q0.31 numbers, rounded half up; never both −1.
    static func multiply(_ one: Int32, _ other: Int32) -> Int32 {
        Requantization.multiply(one, by: other, shift: 0)
    }

    /// e^x of a Q5.26 number x ≤ 0, Q0.31.
    static func exponential(_ x: Int32) -> Int32 {
        guard x != 0 else { return .max }
        let quarter: Int32 = 1 << 24
        let rest = (x & (quarter - 1)) - quarter
        var result = exponentialOfPart(shiftedLeft(rest, 5))
        let remainder = rest - x
        for (exponent, factor) in powers where remainder & (1 << (26 + exponent)) != 0 {
            result = multiply(result, factor)
        }
        return result
    }

    /// e^−(2^exponent), Q0.31.
    private static let powers: [(exponent: Int32, factor: Int32)] = [
        (-2, 1_672_461_947), (-1, 1_302_514_674), (0, 790_015_084), (1, 290_630_308),
        (2, 39_332_535), (3, 720_401), (4, 242)
    ]

    /// e^x for −1/4 ≤ x < 0, Q0.31: a Taylor series about −1/8.
    private static func exponentialOfPart(_ a: Int32) -> Int32 {
        let constant: Int32 = 1_895_147_668
        let x = a + (1 << 28)
        let x2 = multiply(x, x)
        let x3 = multiply(x2, x)
        let x4 = multiply(x2, x2)
        let quarter = Requantization.divide(x4, byPowerOfTwo: 2)
        let third = multiply(quarter + x3, 715_827_883)
        let series = Requantization.divide(third + x2, byPowerOfTwo: 1)
        return constant + multiply(constant, x + series)
    }

    /// 1 / (1 + a) of a Q0.31 number 0 ≤ a < 1, Q0.31: three steps after Newton.
    static func inverse(onePlus a: Int32) -> Int32 {
        let sum = Int64(a) + Int64(Int32.max)
        let half = Int32((sum + (sum >= 0 ? 1 : -1)) / 2)
        // 48/17 − 32/17 · half, Q2.29.
        var x = 1_515_870_810 + multiply(half, -1_010_580_540)
        for _ in 0..<3 {
            let error = (1 << 29) - multiply(half, x)
            x &+= shiftedLeft(multiply(x, error), 2)
        }
        return shiftedLeft(x, 1)
    }

    /// value · 2^places, held at the ends of the range.
    private static func shiftedLeft(_ value: Int32, _ places: Int64) -> Int32 {
        Int32(clamping: Int64(value) << places)
    }
}
