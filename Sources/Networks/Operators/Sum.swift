import CNetworks

/// ADD and SUB: both inputs are brought to one scale, added with 20 places more, and rounded to the
/// output's.
///
/// - Source: TensorFlow Lite, `add.cc` `PrepareGeneral8BitAdd` and `reference_ops::AddElementwise`.
final class Sum: Operator, @unchecked Sendable {
    private let one: Codes
    private let other: Codes
    private let output: Codes
    private let shape: Broadcast
    private let range: ClosedRange<Int8>
    private let factor: Scale.Factor
    /// What each code of an input adds.
    private let oneTerms: [Int32]
    private let otherTerms: [Int32]
    private let adder: networks_adder
    private let workerCount: Int

    private static let leftShift = 20

    /// - Parameter otherSign: −1 to subtract the other input.
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
        workerCount = site.workerCount
        adder = networks_adder(
            path: KernelPath.best.code, zeros: (one.zero, other.zero),
            left: Int32(Self.leftShift), is_difference: otherSign < 0 ? 1 : 0,
            terms: (
                networks_scale(factors.one.multiplier, factors.one.shift),
                networks_scale(factors.other.multiplier, factors.other.shift)
            ),
            sum: networks_scale(factor.multiplier, factor.shift),
            codes: networks_codes(
                zero: output.zero, minimum: range.lowerBound, maximum: range.upperBound))
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
        if shape.oneStep == 1 && shape.otherStep == 1 {
            memory.workers.run { worker in
                let (left, right, into) = (memory[one], memory[other], memory[output])
                withUnsafePointer(to: adder) { adder in
                    shape.forEachRow { one, other, place in
                        let share = part(worker, of: workerCount, total: shape.rowCount)
                        networks_add(
                            adder, left + one + share.lowerBound, right + other + share.lowerBound,
                            share.count, into + place + share.lowerBound)
                    }
                }
            }
        } else {
            addReference(memory[one], memory[other], into: memory[output])
        }
    }

    /// Defines the right answer, and does what repeats an input's codes along rows.
    func addReference(
        _ left: UnsafePointer<Int8>, _ right: UnsafePointer<Int8>,
        into: UnsafeMutablePointer<Int8>
    ) {
        let (low, high, zero) = (Int32(range.lowerBound), Int32(range.upperBound), output.zero)
        let (multiplier, shift) = (factor.multiplier, factor.shift)
        oneTerms.withUnsafeBufferPointer { oneTerms in
            otherTerms.withUnsafeBufferPointer { otherTerms in
                shape.map(left, right, into: into) { a, b in
                    let sum = oneTerms[Int(a) + 128] &+ otherTerms[Int(b) + 128]
                    let scaled = Requantization.multiply(sum, by: multiplier, shift: shift)
                    return Int8(truncatingIfNeeded: min(max(scaled &+ zero, low), high))
                }
            }
        }
    }
}
