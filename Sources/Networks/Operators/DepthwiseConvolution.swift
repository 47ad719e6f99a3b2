/// DEPTHWISE_CONV_2D: each channel has filters of its own.
///
/// - Shape: input b × h × w × c, weights 1 × kh × kw × (c · multiplier), output b × oh × ow ×
///   (c · multiplier); output channel i · multiplier + j comes from input channel i.
/// - Source: TensorFlow Lite, `reference_integer_ops::DepthwiseConvPerChannel`.
final class DepthwiseConvolution: Operator {
    private let input: Codes
    private let output: Codes
    private let filters: PackedDepthwise
    private let vertical: Window
    private let horizontal: Window
    private let multiplier: Int
    private let workerCount: Int
    let macCount: Int

    private var channelCount: Int { output.shape[3] }
    private var tapCount: Int { vertical.size * horizontal.size }

    init(_ site: Site) throws {
        input = try site.input(0, rank: 4)
        let weights = try site.weights(1, rank: 4, channelAxis: 3)
        output = try site.output(rank: 4)
        let padding = try site.padding(0)
        vertical = try Window(
            padding, size: weights.shape[1], stride: site.positive(2, "stride"),
            dilation: site.positive(6, "dilation", or: 1), over: input.shape[1], site)
        horizontal = try Window(
            padding, size: weights.shape[2], stride: site.positive(1, "stride"),
            dilation: site.positive(5, "dilation", or: 1), over: input.shape[2], site)
        let (depth, count) = (input.shape[3], weights.shape[3])
        multiplier = count / depth
        try site.require(
            weights.shape[0] == 1 && multiplier >= 1 && multiplier * depth == count,
            "weights, \(weights.title): shape \(weights.shape) for \(depth) input channels")
        let wanted = [input.shape[0], vertical.outputCount, horizontal.outputCount, count]
        try site.require(
            output.shape == wanted, "\(output.title): shape \(output.shape), not \(wanted)")
        let taps = weights.shape[1] * weights.shape[2]
        let bias = try site.bias(2, count: count)
        let requantization = weights.requantization(
            from: input, to: output, count: count, range: try site.activationRange(4, of: output))
        let zero = input.zero
        filters = weights.codes.withUnsafeBufferPointer {
            PackedDepthwise(
                weights: $0, channels: count, tapCount: taps, inputZero: zero,
                weightZero: weights.zero, bias: bias, output: requantization)
        }
        workerCount = site.workerCount
        macCount = output.count * taps
    }

    // A worker's scratch: a pixel of padding, the input lines under the window with each channel
    // repeated (if there is a multiplier), and the pointers to the taps of a line of output.
    private var paddingByteCount: Int { (channelCount + 63) & ~63 }
    private var lineByteCount: Int { horizontal.inputCount * channelCount }
    private var linesByteCount: Int {
        multiplier == 1 ? 0 : (vertical.size * lineByteCount + 63) & ~63
    }
    private var workerByteCount: Int {
        let pointers = horizontal.outputCount * tapCount * MemoryLayout<UnsafePointer<Int8>>.stride
        return paddingByteCount + linesByteCount + (pointers + 63) & ~63
    }
    var scratchByteCount: Int { workerCount * workerByteCount }

    func run(_ memory: Memory) {
        let lineCount = output.shape[0] * vertical.outputCount
        memory.workers.run { worker in
            let scratch = memory.scratch + worker * workerByteCount
            let padding = scratch.assumingMemoryBound(to: Int8.self)
            padding.update(repeating: Int8(input.zero), count: channelCount)
            let taps = (scratch + paddingByteCount + linesByteCount)
                .assumingMemoryBound(to: UnsafePointer<Int8>.self)
            for line in part(worker, of: workerCount, total: lineCount) {
                point(taps, at: line, memory[input], padding)
                let width = horizontal.outputCount
                filters.filter(
                    taps: taps, pixelCount: width,
                    into: memory[output] + line * width * channelCount, outputStride: channelCount)
            }
        }
    }

    /// Fills in where the taps of a line of output are.
    private func point(
        _ taps: UnsafeMutablePointer<UnsafePointer<Int8>>, at line: Int,
        _ codes: UnsafeMutablePointer<Int8>, _ padding: UnsafeMutablePointer<Int8>
    ) {
        let (image, y) = line.quotientAndRemainder(dividingBy: vertical.outputCount)
        for tapY in 0..<vertical.size {
            let fromY = vertical.place(y, tapY)
            guard vertical.isInside(fromY) else {
                for x in 0..<horizontal.outputCount {
                    for tapX in 0..<horizontal.size {
                        taps[x * tapCount + tapY * horizontal.size + tapX] = UnsafePointer(padding)
                    }
                }
                continue
            }
            let count = horizontal.inputCount * input.shape[3]
            var row = codes + (image * vertical.inputCount + fromY) * count
            if multiplier > 1 {
                let repeated = padding + paddingByteCount + tapY * lineByteCount
                repeatChannels(row, count, into: repeated)
                row = repeated
            }
            for x in 0..<horizontal.outputCount {
                for tapX in 0..<horizontal.size {
                    let fromX = horizontal.place(x, tapX)
                    taps[x * tapCount + tapY * horizontal.size + tapX] = UnsafePointer(
                        horizontal.isInside(fromX) ? row + fromX * channelCount : padding)
                }
            }
        }
    }

    private func repeatChannels(
        _ row: UnsafeMutablePointer<Int8>, _ count: Int, into repeated: UnsafeMutablePointer<Int8>
    ) {
        for index in 0..<count {
            (repeated + index * multiplier).update(repeating: row[index], count: multiplier)
        }
    }
}
