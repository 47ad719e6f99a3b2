/// A fraction in −1 ..< 1 with fifteen binary places: `rawValue` / 32 768.
public struct Q15: Hashable, Comparable, Sendable {
    public var rawValue: Int16

    public init(rawValue: Int16) {
        self.rawValue = rawValue
    }

    public static let zero = Q15(rawValue: 0)
    /// The largest fraction, 32 767 / 32 768; stands for "certain" in a score.
    public static let one = Q15(rawValue: .max)

    /// - Parameter perMille: 0 ... 1000; values outside are clamped.
    public static func perMille(_ perMille: Int) -> Q15 {
        // Cannot overflow: at most 1000 · 32 767 < 2²⁵.
        Q15(rawValue: Int16(min(max(perMille, 0), 1000) * 32_767 / 1000))
    }

    /// The fraction in thousandths, rounded to nearest.
    public var perMille: Int { (Int(rawValue) * 1000 + 16_384) / 32_768 }

    /// `part` of `whole` as a fraction, clamped to 0 ... `one`.
    public static func ratio(_ part: Int, of whole: Int) -> Q15 {
        guard whole > 0, part > 0 else { return .zero }
        guard part < whole else { return .one }
        // part < whole, so the quotient is below 32 768; the product fits because part < 2⁴⁷.
        return Q15(rawValue: Int16(truncatingIfNeeded: part &* 32_767 / whole))
    }

    public static func < (left: Q15, right: Q15) -> Bool { left.rawValue < right.rawValue }
}
