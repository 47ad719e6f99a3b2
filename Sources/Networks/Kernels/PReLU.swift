/// How one channel's sums become codes of v where v ≥ 0 and slope · v elsewhere, from more bits than a
/// code has.
///
/// A sum is scaled and rounded, as `Requantization` does it, to `y`, 16 bits of which 16 are a code's
/// worth: 2,048 codes either way, for what is far below 0 is much where a slope is small. Slopes may be
/// negative, as learned ones often are.
///
/// - Units: slopes are Q11, within ±32,767.
/// - Error: half a code, and where v < 0 that of the slope, 2⁻¹² of y.
/// - Source: He et al., "Delving Deep into Rectifiers", ICCV 2015, equation 1.
enum PReLU {
    /// How many bits `y` has more than a code.
    static let fraction = 4

    /// Defines the right answer. Cannot overflow: a slope is never the least number of 16 bits.
    static func code(of y: Int16, slope: Int16, zero: Int32) -> Int8 {
        let factor = y < 0 ? Int32(slope) : 1 << (15 - Int32(fraction))
        return Int8(clamping: (Int32(y) * factor + 1 << 14) >> 15 + zero)
    }
}
