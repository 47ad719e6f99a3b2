import CNetworks

/// MUL.
///
/// - Source: TensorFlow Lite, `mul.cc` and `reference_integer_ops::MulElementwise`.
final class Multiplication: Operator, @unchecked Sendable {
    private let one: Codes
    private let other: Codes
    private let output: Codes
    private let shape: Broadcast
    private let range: ClosedRange<Int8>
    private let factor: Scale.Factor
    private let multiplier: networks_multiplier

    init(_ site: Site) throws {
        one = try site.input(0)
        other = try site.input(1)
        output = try site.output()
        shape = try Broadcast(one, other, to: output, site)
        range = try site.activationRange(0, of: output)
        factor = Scale.productFactor(one.scale, other.scale, to: output.scale)
        multiplier = networks_multiplier(
            path: KernelPath.best.code, zeros: (one.zero, other.zero),
            scale: networks_scale(factor.multiplier, factor.shift),
            codes: networks_codes(
                zero: output.zero, minimum: range.lowerBound, maximum: range.upperBound))
    }

    func run(_ memory: Memory) {
        guard shape.oneStep == 1 && shape.otherStep == 1 else {
            return multiplyReference(memory[one], memory[other], into: memory[output])
        }
        let sheet = shape.sheet
        withUnsafePointer(to: multiplier) { multiplier in
            shape.forEachSheet { left, right, place in
                networks_product(
                    multiplier, memory[one] + left, sheet.oneStep, memory[other] + right,
                    sheet.otherStep, sheet.rowCount, shape.rowCount, memory[output] + place)
            }
        }
    }

    /// Defines the right answer, and does what repeats an input's codes along rows.
    func multiplyReference(
        _ left: UnsafePointer<Int8>, _ right: UnsafePointer<Int8>,
        into: UnsafeMutablePointer<Int8>
    ) {
        let (low, high, zero) = (Int32(range.lowerBound), Int32(range.upperBound), output.zero)
        let (multiplier, shift) = (factor.multiplier, factor.shift)
        let (oneZero, otherZero) = (one.zero, other.zero)
        shape.map(left, right, into: into) { a, b in
            // |product| ≤ 255², shifted within 32 bits as in the source.
            let product = (Int32(a) - oneZero) * (Int32(b) - otherZero)
            let scaled = Requantization.multiply(product, by: multiplier, shift: shift)
            return Int8(
                truncatingIfNeeded: min(max(Int64(scaled) + Int64(zero), Int64(low)), Int64(high)))
        }
    }
}
