/// ADD and SUB: both inputs are brought to one scale, added with 20 places more, and rounded to the
/// output's.
///
/// - Source: TensorFlow Lite, `add.cc` `PrepareGeneral8BitAdd` and `reference_ops::AddElementwise`.
class Sum: Operator, @unchecked Sendable {
    private let one: Codes
    private let other: Codes
    private let output: Codes
    private let shape: Broadcast
    private let range: ClosedRange<Int8>
    private let factor: Scale.Factor
    /// What each code of an input adds.
    private let oneTerms: [Int32]
    private let otherTerms: [Int32]

    private static let leftShift = 20

    convenience required init(_ site: Site) throws {
        try self.init(site, otherSign: 1)
    }

    init(_ site: Site, otherSign: Int32) throws {
        one = try site.input(0)
        other = try site.input(1)
        output = try site.output()
        shape = try Broadcast(one, other, to: output, site)
        range = try site.activationRange(0, of: output)
        let factors = Scale.sumFactors(
            one.scale, other.scale, to: output.scale, leftShift: Self.leftShift)
        factor = factors.output
        try site.require(
            factor.shift <= 0,
            "\(output.title): scale \(output.scale.text) is too small for its inputs")
        oneTerms = Self.terms(one, factors.one, 1)
        otherTerms = Self.terms(other, factors.other, otherSign)
    }

    /// By code + 128. At most 2⁷ · 2²⁰ · 2 each, so that a sum of two fits.
    private static func terms(_ input: Codes, _ factor: Scale.Factor, _ sign: Int32) -> [Int32] {
        (-128...127).map { code in
            let shifted = (Int32(code) - input.zero) << leftShift
            return sign
                * Requantization.multiply(shifted, by: factor.multiplier, shift: factor.shift)
        }
    }

    func run(_ memory: Memory) {
        let (low, high) = (Int64(range.lowerBound), Int64(range.upperBound))
        let (zero, multiplier) = (Int64(output.zero), Int64(factor.multiplier))
        // `Requantization.multiply` with a shift that is known not to go to the left: nothing in it
        // can overflow, and nothing branches. Where nothing is shifted, nothing is rounded either.
        let shift = Int64(-factor.shift)
        let half: Int64 = shift > 0 ? 1 << (shift - 1) : 0
        let isShifted: Int64 = shift > 0 ? -1 : 0
        oneTerms.withUnsafeBufferPointer { oneTerms in
            otherTerms.withUnsafeBufferPointer { otherTerms in
                guard let a = oneTerms.baseAddress, let b = otherTerms.baseAddress else { return }
                let (left, right) = (a + 128, b + 128)
                shape.map(memory[one], memory[other], into: memory[output]) { a, b in
                    let sum = Int64(left[Int(a)] &+ right[Int(b)])
                    let product = (sum &* multiplier &+ (1 << 30)) &>> 31
                    let rounded = product &+ half &+ ((product &>> 63) & isShifted)
                    let code = (rounded &>> shift) &+ zero
                    return Int8(truncatingIfNeeded: min(max(code, low), high))
                }
            }
        }
    }
}

final class Addition: Sum, @unchecked Sendable {
}

final class Subtraction: Sum, @unchecked Sendable {
    convenience required init(_ site: Site) throws {
        try self.init(site, otherSign: -1)
    }
}
