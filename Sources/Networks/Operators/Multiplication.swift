/// MUL.
///
/// - Source: TensorFlow Lite, `mul.cc` and `reference_integer_ops::MulElementwise`.
final class Multiplication: Operator {
    private let one: Codes
    private let other: Codes
    private let output: Codes
    private let shape: Broadcast
    private let range: ClosedRange<Int8>
    private let factor: Scale.Factor

    init(_ site: Site) throws {
        one = try site.input(0)
        other = try site.input(1)
        output = try site.output()
        shape = try Broadcast(one, other, to: output, site)
        range = try site.activationRange(0, of: output)
        factor = Scale.productFactor(one.scale, other.scale, to: output.scale)
    }

    func run(_ memory: Memory) {
        let (low, high, zero) = (Int32(range.lowerBound), Int32(range.upperBound), output.zero)
        let (multiplier, shift) = (factor.multiplier, factor.shift)
        let (oneZero, otherZero) = (one.zero, other.zero)
        shape.map(memory[one], memory[other], into: memory[output]) { a, b in
            // |product| ≤ 255², shifted within 32 bits as in the source.
            let product = (Int32(a) - oneZero) * (Int32(b) - otherZero)
            let scaled = Requantization.multiply(product, by: multiplier, shift: shift)
            return Int8(
                truncatingIfNeeded: min(max(Int64(scaled) + Int64(zero), Int64(low)), Int64(high)))
        }
    }
}
