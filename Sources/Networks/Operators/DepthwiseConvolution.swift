/// DEPTHWISE_CONV_2D: each channel has filters of its own. And KuzetDepthwiseConv2D, the same with
/// SiLU or PReLU at its end and one filter for each channel.
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
    /// Pixels of a line that are read, and of padding after them.
    private let readCount: Int
    private let after: Int
    private let lineByteCount: Int
    /// Prepared lines that are kept: all that a line of output needs, from the first to the last.
    private let keptCount: Int
    private let filteringByteCount: Int
    private let workerCount: Int
    let macCount: Int

    private var channelCount: Int { output.shape[3] }
    private static let lineByteCountMax = 1 << 28

    init(_ site: Site, isBent: Bool = false) throws {
        input = try site.input(0, rank: 4)
        let weights = try site.weights(1, rank: 4, channelAxis: 3)
        output = try site.output(rank: 4)
        let (depth, count) = (input.shape[3], weights.shape[3])
        multiplier = count / depth
        try site.require(
            weights.shape[0] == 1 && multiplier >= 1 && multiplier * depth == count
                && (multiplier == 1 || !isBent),
            "weights, \(weights.title): shape \(weights.shape) for \(depth) input channels")
        let bent = isBent ? try site.bentOptions() : nil
        let windows = try Windows(
            site, bent?.window ?? site.windowOptions(dilations: (6, 5)), over: input, to: output,
            channels: count, height: weights.shape[1], width: weights.shape[2])
        (vertical, horizontal) = (windows.vertical, windows.horizontal)
        let taps = weights.shape[1] * weights.shape[2]
        var kernel = try weights.kernel(
            site, count: count, depth: taps, from: input, to: output, bias: 2,
            bent.map { .bent($0.bend) } ?? .clamp(field: 4))
        kernel.window = FilterWindow(
            height: vertical.size, width: horizontal.size, stride: horizontal.stride,
            dilation: horizontal.dilation)
        filters = PackedDepthwise(kernel)
        let reach =
            (horizontal.outputCount - 1) * horizontal.stride
            + (horizontal.size - 1) * horizontal.dilation + 1
        readCount = min(horizontal.inputCount, reach - horizontal.before)
        after = reach - horizontal.before - readCount
        let kept = (vertical.size - 1) * vertical.dilation + 1
        try site.require(
            reach <= Self.lineByteCountMax / count && kept <= Self.lineByteCountMax,
            "a window of \(kept) × \(reach) pixels is too large")
        lineByteCount = filters.lineByteCount(outputCount: horizontal.outputCount)
        filteringByteCount = filters.scratchByteCount(outputCount: horizontal.outputCount)
        keptCount = kept
        workerCount = site.workerCount
        macCount = output.count * taps
    }

    // A worker's scratch: the kept lines, what filters need for one, pointers to those under the window,
    // and a line of input with each channel repeated, if there is a multiplier.
    private var linesByteCount: Int { keptCount * lineByteCount }
    private var pointersPlace: Int { linesByteCount + (filteringByteCount + 63) & ~63 }
    private var pointersByteCount: Int {
        (vertical.size * MemoryLayout<UnsafeRawPointer?>.stride + 63) & ~63
    }
    private var repeatedByteCount: Int {
        multiplier == 1 ? 0 : (horizontal.inputCount * channelCount + 63) & ~63
    }
    private var workerByteCount: Int { pointersPlace + pointersByteCount + repeatedByteCount }
    var scratchByteCount: Int { workerCount * workerByteCount }

    func run(_ memory: Memory) {
        let lineCount = output.shape[0] * vertical.outputCount
        let rowByteCount = horizontal.outputCount * channelCount
        memory.workers.run { worker in
            let lines = memory.scratch + worker * workerByteCount
            let pointers = (lines + pointersPlace).assumingMemoryBound(to: UnsafeRawPointer?.self)
            let repeated = (lines + pointersPlace + pointersByteCount)
                .assumingMemoryBound(to: Int8.self)
            // The image that kept lines belong to, and the first line that is not among them.
            var (image, next) = (-1, 0)
            for line in part(worker, of: workerCount, total: lineCount) {
                let (now, y) = line.quotientAndRemainder(dividingBy: vertical.outputCount)
                let first = vertical.place(y, 0)
                if now != image { (image, next) = (now, first) }
                for place in max(first, next)..<first + keptCount {
                    prepare(place, of: memory[input], image, repeated, into: kept(place, lines))
                }
                next = first + keptCount
                for tap in 0..<vertical.size {
                    pointers[tap] = UnsafeRawPointer(kept(vertical.place(y, tap), lines))
                }
                filters.filter(
                    lines: pointers, pixelCount: horizontal.outputCount,
                    into: memory[output] + line * rowByteCount, outputStride: channelCount,
                    scratch: lines + linesByteCount)
            }
        }
    }

    /// Where a line of input is kept; lines of padding above have numbers below 0.
    private func kept(_ place: Int, _ lines: UnsafeMutableRawPointer) -> UnsafeMutableRawPointer {
        lines + (place + vertical.before) % keptCount * lineByteCount
    }

    private func prepare(
        _ place: Int, of codes: UnsafeMutablePointer<Int8>, _ image: Int,
        _ repeated: UnsafeMutablePointer<Int8>, into: UnsafeMutableRawPointer
    ) {
        var line: UnsafePointer<Int8>?
        if vertical.isInside(place) {
            let count = horizontal.inputCount * input.shape[3]
            let row = codes + (image * vertical.inputCount + place) * count
            if multiplier > 1 { repeatChannels(row, count, into: repeated) }
            line = UnsafePointer(multiplier > 1 ? repeated : row)
        }
        filters.prepare(
            line: line, pixelCount: readCount, before: horizontal.before, after: after, into: into)
    }

    private func repeatChannels(
        _ row: UnsafeMutablePointer<Int8>, _ count: Int, into repeated: UnsafeMutablePointer<Int8>
    ) {
        guard multiplier % 8 == 0 else {
            for index in 0..<count {
                for place in 0..<multiplier { repeated[index * multiplier + place] = row[index] }
            }
            return
        }
        let into = UnsafeMutableRawPointer(repeated)
        for index in 0..<count {
            let eight = UInt64(UInt8(bitPattern: row[index])) &* 0x0101_0101_0101_0101
            for place in stride(from: 0, to: multiplier, by: 8) {
                into.storeBytes(
                    of: eight, toByteOffset: index * multiplier + place, as: UInt64.self)
            }
        }
    }
}
