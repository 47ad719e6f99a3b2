/// SOFTMAX over the innermost side, in fixed point.
///
/// - Source: TensorFlow Lite, `reference_ops::Softmax`, and gemmlowp `fixedpoint.h`, whose formats
///   Qm.n have m integer bits.
final class Softmax: Operator {
    private let input: Codes
    private let output: Codes
    /// e^-distance for each distance of a code from the largest, Q0.31; 0 where it counts for nothing.
    private let powers: [Int32]

    init(_ site: Site) throws {
        input = try site.input(0)
        output = try site.output()
        try site.require(
            input.shape == output.shape && !input.shape.isEmpty,
            "\(output.title): shape \(output.shape), the input has \(input.shape)")
        try site.require(
            output.scale.isOne256th && output.zero == -128,
            "\(output.title): scale \(output.scale.text) and zero point \(output.zero + output.offset),"
                + " not 1/256 and the lowest code")
        let sharpness = try site.node.options?.number(0, or: UInt32(0)) ?? 0
        let factor = Scale.softmaxFactor(input.scale, sharpness: sharpness)
        try site.require(
            factor.multiplier > 0 && factor.shift >= 0 && factor.shift <= 31,
            "\(input.title): scale \(input.scale.text) is too small for a softmax")
        let distanceMax = Int32((31 << 26) >> Int64(factor.shift))
        powers = (Int32(0)...255).map { distance in
            guard distance <= distanceMax else { return 0 }
            return FixedPoint.exponential(
                Requantization.multiply(-distance, by: factor.multiplier, shift: factor.shift))
        }
        try site.require(input.shape.last ?? 1 <= 1 << 12, "over 4096 classes")
    }

    func run(_ memory: Memory) {
        let depth = input.shape.last ?? 1
        for row in 0..<input.count / depth {
            apply(memory[input] + row * depth, into: memory[output] + row * depth, depth)
        }
    }

    private func apply(
        _ codes: UnsafeMutablePointer<Int8>, into output: UnsafeMutablePointer<Int8>, _ depth: Int
    ) {
        var most = codes[0]
        for index in 1..<max(depth, 1) { most = max(most, codes[index]) }
        // Q12.19. Cannot overflow: at most 4096 of 1.
        var sum: Int32 = 0
        for index in 0..<depth {
            sum &+= Requantization.divide(power(codes[index], most), byPowerOfTwo: 12)
        }
        let headroom = Int32(UInt32(bitPattern: sum).leadingZeroBitCount)
        let share = FixedPoint.inverse(
            onePlus: Int32(bitPattern: (UInt32(bitPattern: sum) << UInt32(headroom)) ^ (1 << 31)))
        let places = 12 - headroom + 23
        for index in 0..<depth {
            let scaled = FixedPoint.multiply(share, power(codes[index], most))
            let whole = Requantization.divide(scaled, byPowerOfTwo: min(max(places, 0), 31))
            output[index] = Int8(clamping: Int64(whole) - 128)
        }
    }

    private func power(_ code: Int8, _ most: Int8) -> Int32 { powers[Int(most) - Int(code)] }
}
