import CNetworks

/// FULLY_CONNECTED: a matrix times every row of the input.
///
/// Its sums are not rounded as those of a convolution: the source multiplies them with a 64-bit
/// floating point factor and rounds once. The same is done here on integers.
///
/// - Shape: input … × k, seen as rows of k; weights n × k; output rows of n.
/// - Source: TensorFlow Lite, `reference_integer_ops::FullyConnected` with `double` scales.
final class FullyConnected: Operator {
    private let input: Codes
    private let output: Codes
    private let rowCount: Int
    private let depth: Int
    private let weights: [Int8]
    /// What Σ x·w becomes a sum of differences with: bias − zx·Σ w + k·zx·zw; for each output.
    private let corrections: [Int32]
    private let weightZero: Int32
    private let factors: [Scale.ExactFactor]
    private let range: ClosedRange<Int8>
    private let workerCount: Int
    let macCount: Int

    init(_ site: Site) throws {
        input = try site.input(0)
        let weights = try site.weights(1, rank: 2, channelAxis: 0)
        output = try site.output()
        let (count, depth) = (weights.shape[0], weights.shape[1])
        rowCount = input.count / depth
        try site.require(
            rowCount * depth == input.count && rowCount * count == output.count,
            "input \(input.shape), weights \(weights.shape) and output \(output.shape) do not fit")
        let format = try site.byteOption(1)
        try site.require(format == 0, "weights format \(format): not DEFAULT")
        range = try site.activationRange(0, of: output)
        let (from, to) = (input.scale, output.scale)
        factors = weights.scales.map { Scale.exactFactor(from, $0, to: to) }
        let bias = try site.bias(2, count: count)
        let (zero, weightZero) = (input.zero, weights.zero)
        corrections = (0..<count).map { row in
            let sum = weights.codes[row * depth..<(row + 1) * depth].reduce(0) { $0 &+ Int32($1) }
            return bias[row] &- zero &* sum &+ Int32(truncatingIfNeeded: depth) &* zero
                &* weightZero
        }
        self.weights = weights.codes
        self.weightZero = weightZero
        self.depth = depth
        workerCount = site.workerCount
        macCount = output.count * depth
    }

    func run(_ memory: Memory) {
        memory.workers.run { worker in
            let columns = part(worker, of: workerCount, total: corrections.count)
            for row in 0..<rowCount { multiply(row, columns, memory) }
        }
    }

    private func multiply(_ row: Int, _ columns: Range<Int>, _ memory: Memory) {
        let codes = memory[input] + row * depth
        let into = memory[output] + row * corrections.count
        // Σ (x − zx)(w − zw) = Σ x·w − zw·Σ x − zx·Σ w + k·zx·zw
        var shift: Int32 = 0
        if weightZero != 0 {
            for index in 0..<depth { shift &+= Int32(codes[index]) }
            shift = shift &* weightZero
        }
        weights.withUnsafeBufferPointer { weights in
            for column in columns {
                let product = networks_dot(codes, weights.baseAddress! + column * depth, depth)
                let sum = product &- shift &+ corrections[column]
                let factor = factors[factors.count == 1 ? 0 : column]
                let code = Int64(Self.scale(sum, by: factor)) + Int64(output.zero)
                into[column] = Int8(
                    min(max(code, Int64(range.lowerBound)), Int64(range.upperBound)))
            }
        }
    }

    /// round(double(sum) · factor): the product rounded to 53 bits, half to even, and then to a whole
    /// number, half away from zero; within ± 2³⁰.
    static func scale(_ sum: Int32, by factor: Scale.ExactFactor) -> Int32 {
        // Below 2³¹ · 2⁵³, so the high word is below 2²⁰.
        let (high, low) = UInt64(sum.magnitude).multipliedFullWidth(by: factor.mantissa)
        guard high != 0 || low != 0 else { return 0 }
        let length = high != 0 ? 128 - high.leadingZeroBitCount : 64 - low.leadingZeroBitCount
        var (mantissa, exponent) = (low, factor.exponent)
        if length > 53 {
            let dropped = UInt64(length - 53)
            let rest = low & (1 << dropped - 1)
            mantissa = low >> dropped | high << (64 - dropped)
            let half = UInt64(1) << (dropped - 1)
            if rest > half || (rest == half && mantissa & 1 == 1) { mantissa += 1 }
            exponent += Int(dropped)
        }
        let limit: UInt64 = 1 << 30
        var whole: UInt64
        if exponent >= 0 {
            whole =
                exponent < 30 && mantissa < limit >> UInt64(exponent)
                ? mantissa << UInt64(exponent) : limit
        } else if exponent <= -56 {
            whole = 0
        } else {
            whole = (mantissa + 1 << UInt64(-exponent - 1)) >> UInt64(-exponent)
        }
        whole = min(whole, limit)
        return sum < 0 ? -Int32(whole) : Int32(whole)
    }
}
