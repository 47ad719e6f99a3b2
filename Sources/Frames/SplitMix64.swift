/// The one source of chance: a seed gives the same night, or the same pauses, on every machine.
///
/// - Source: Steele, Lea, Flood, "Fast splittable pseudorandom number generators", OOPSLA 2014.
public struct SplitMix64: RandomNumberGenerator, Hashable, Sendable {
    private var state: UInt64

    public init(seed: UInt64) {
        state = seed
    }

    public mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }

    /// A whole number in `range`; its slight bias (below 2⁻³² for ranges below 2³²) is harmless
    /// here, and the result does not depend on the standard library's method.
    public mutating func whole(in range: ClosedRange<Int>) -> Int {
        let span = UInt64(range.upperBound - range.lowerBound) + 1
        return range.lowerBound + Int(next() % span)
    }

    /// True in `numerator` of `denominator` cases.
    public mutating func chance(_ numerator: Int, in denominator: Int) -> Bool {
        whole(in: 1...denominator) <= numerator
    }
}
