/// TRANSPOSE_CONV: every input pixel adds its filters to the output around it.
///
/// - Shape: weights n × kh × kw × c, input b × h × w × c, output b × oh × ow × n.
/// - Source: TensorFlow Lite, `reference_integer_ops::TransposeConv`.
final class TransposedConvolution: Operator {
    private let input: Codes
    private let output: Codes
    private let weights: Weights
    private let bias: [Int32]
    private let vertical: Window
    private let horizontal: Window
    private let requantization: Requantization
    let macCount: Int

    init(_ site: Site) throws {
        weights = try site.weights(1, rank: 4, channelAxis: 0)
        input = try site.input(2, rank: 4)
        output = try site.output(rank: 4)
        let shape = try site.integers(0, "output shape")
        try site.require(
            shape == output.shape && shape[0] == input.shape[0]
                && weights.shape[3] == input.shape[3] && weights.shape[0] == shape[3],
            "output \(output.shape) for weights \(weights.shape), input \(input.shape) and output"
                + " shape \(shape)")
        let padding = try site.padding(0)
        // The windows of the convolution that this one undoes: they move over the output.
        vertical = try Window(
            padding, size: weights.shape[1], stride: site.positive(2, "stride"),
            over: output.shape[1], site)
        horizontal = try Window(
            padding, size: weights.shape[2], stride: site.positive(1, "stride"),
            over: output.shape[2], site)
        try site.require(
            vertical.outputCount == input.shape[1] && horizontal.outputCount == input.shape[2],
            "\(input.title): shape \(input.shape) does not fit an output of \(output.shape)")
        let count = weights.shape[0]
        bias = try site.bias(3, count: count)
        requantization = weights.requantization(
            from: input, to: output, count: count, range: try site.activationRange(3, of: output))
        macCount = input.count * count * weights.shape[1] * weights.shape[2]
    }

    private var lineCount: Int { output.shape[2] * output.shape[3] }

    var scratchByteCount: Int { lineCount * MemoryLayout<Int32>.stride }

    func run(_ memory: Memory) {
        let sums = memory.scratch.assumingMemoryBound(to: Int32.self)
        let count = output.shape[3]
        for line in 0..<output.shape[0] * output.shape[1] {
            let (image, y) = line.quotientAndRemainder(dividingBy: output.shape[1])
            sums.update(repeating: 0, count: lineCount)
            for tapY in 0..<weights.shape[1] {
                let (fromY, rest) = (y + vertical.before - tapY).quotientAndRemainder(
                    dividingBy: vertical.stride)
                guard rest == 0, (0..<input.shape[1]).contains(fromY) else { continue }
                let row = image * input.shape[1] + fromY
                add(memory[input] + row * input.shape[2] * input.shape[3], tapY, to: sums)
            }
            let target = memory[output] + line * lineCount
            for index in 0..<lineCount {
                let channel = index % count
                target[index] = requantization.code(
                    of: sums[index] &+ bias[channel], channel: channel)
            }
        }
    }

    /// One line of input through one line of the filters.
    private func add(
        _ codes: UnsafeMutablePointer<Int8>, _ tapY: Int, to sums: UnsafeMutablePointer<Int32>
    ) {
        let (count, depth) = (output.shape[3], input.shape[3])
        let (inputZero, weightZero) = (input.zero, weights.zero)
        weights.codes.withUnsafeBufferPointer { filters in
            for x in 0..<input.shape[2] {
                for tapX in 0..<weights.shape[2] {
                    let toX = horizontal.place(x, tapX)
                    guard horizontal.isInside(toX) else { continue }
                    for channel in 0..<count {
                        let first =
                            ((channel * weights.shape[1] + tapY) * weights.shape[2] + tapX) * depth
                        var sum: Int32 = 0
                        for index in 0..<depth {
                            let difference = Int32(codes[x * depth + index]) - inputZero
                            sum &+= difference &* (Int32(filters[first + index]) - weightZero)
                        }
                        sums[toX * count + channel] &+= sum
                    }
                }
            }
        }
    }
}
