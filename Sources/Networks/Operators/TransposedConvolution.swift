/// TRANSPOSE_CONV: every input pixel adds its filters to the output around it.
///
/// - Shape: weights n × kh × kw × c, input b × h × w × c, output b × oh × ow × n.
/// - Source: TensorFlow Lite, `reference_integer_ops::TransposeConv`.
final class TransposedConvolution: Operator {
    private let input: Codes
    private let output: Codes
    /// n × kh × kw × c.
    private let filterShape: [Int]
    private let vertical: Window
    private let horizontal: Window
    private let kernel: KernelModel
    let macCount: Int

    init(_ site: Site) throws {
        let weights = try site.weights(1, rank: 4, channelAxis: 0)
        input = try site.input(2, rank: 4)
        output = try site.output(rank: 4)
        let shape = try site.integers(0, "output shape")
        try site.require(
            shape == output.shape && shape[0] == input.shape[0]
                && weights.shape[3] == input.shape[3] && weights.shape[0] == shape[3],
            "output \(output.shape) for weights \(weights.shape), input \(input.shape) and output"
                + " shape \(shape)")
        // The windows of the convolution that this one undoes: they move over the output.
        let windows = try Windows(
            site, site.windowOptions(), over: output, to: input, channels: input.shape[3],
            height: weights.shape[1], width: weights.shape[2])
        (vertical, horizontal) = (windows.vertical, windows.horizontal)
        filterShape = weights.shape
        let count = weights.shape[0]
        kernel = try weights.kernel(
            site, count: count, depth: weights.codes.count / count, from: input, to: output,
            bias: 3, .clamp(field: 3))
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
            for tapY in 0..<filterShape[1] {
                let (fromY, rest) = (y + vertical.before - tapY).quotientAndRemainder(
                    dividingBy: vertical.stride)
                guard rest == 0, (0..<input.shape[1]).contains(fromY) else { continue }
                let row = image * input.shape[1] + fromY
                add(memory[input] + row * input.shape[2] * input.shape[3], tapY, to: sums)
            }
            let target = memory[output] + line * lineCount
            for index in 0..<lineCount {
                let channel = index % count
                target[index] = kernel.output.code(
                    of: sums[index] &+ kernel.bias[channel], channel: channel)
            }
        }
    }

    /// One line of input through one line of the filters.
    private func add(
        _ codes: UnsafeMutablePointer<Int8>, _ tapY: Int, to sums: UnsafeMutablePointer<Int32>
    ) {
        let (count, depth) = (output.shape[3], input.shape[3])
        let (inputZero, weightZero) = (kernel.inputZero, kernel.weightZero)
        kernel.weights.withUnsafeBufferPointer { filters in
            for x in 0..<input.shape[2] {
                for tapX in 0..<filterShape[2] {
                    let toX = horizontal.place(x, tapX)
                    guard horizontal.isInside(toX) else { continue }
                    for channel in 0..<count {
                        let first =
                            ((channel * filterShape[1] + tapY) * filterShape[2] + tapX) * depth
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
