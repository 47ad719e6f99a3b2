import Testing

@testable import Networks

/// One shape, for one path. Lines end at a fence; a prepared line is just as large as was asked for.
struct DepthwiseCase {
    var channels: Int
    var window: FilterWindow
    var pixelCount: Int
    var before = 0
    var inputZero: Int32 = 0
    var weightZero: Int32 = 0
    var leastWeight: Int8 = -127
    /// Weights are as many bits smaller: of small ones more go together in 16 bits.
    var weightShift = 0
    var path: KernelPath
    /// As in `MatrixCase`.
    var bend: FusedBend?

    /// The first code that differs from the reference, or nil.
    func mismatch(
        _ numbers: inout KernelNumbers, input: FencedMemory, prepared: FencedMemory,
        scratch: FencedMemory
    ) -> String? {
        let tapCount = window.height * window.width
        let weights = numbers.codes(channels * tapCount, least: leastWeight)
            .map { $0 >> weightShift }
        let bias = numbers.integers(channels)
        let output = numbers.requantization(channels)
        let model = KernelModel(
            weights: weights, count: channels, depth: tapCount, inputZero: inputZero,
            weightZero: bend == nil ? weightZero : 0, bias: bias, output: output,
            silu: bend == .silu ? numbers.silu(channels) : nil,
            slopes: bend == .prelu ? numbers.slopes(channels) : nil, window: window)
        let filters = PackedDepthwise(model, path: path)
        let reach = (pixelCount - 1) * window.stride + (window.width - 1) * window.dilation + 1
        let after = min(Int(numbers.next() % 3), max(reach - before - 1, 0))
        let lineCount = reach - before - after
        let lineByteCount = (filters.lineByteCount(outputCount: pixelCount) + 63) / 64 * 64
        // Every line but one of padding, the last right before the fence.
        let padding = Int(numbers.next() % UInt64(window.height + 1))
        var lines: [UnsafePointer<Int8>?] = []
        var preparedLines: [UnsafeRawPointer?] = []
        for row in 0..<window.height {
            let line = input.end - (window.height - row) * lineCount * channels
            let codes = numbers.codes(lineCount * channels)
            for (index, code) in codes.enumerated() { line[index] = code }
            lines.append(row == padding ? nil : UnsafePointer(line))
            let place = UnsafeMutableRawPointer(
                prepared.end - (window.height - row) * lineByteCount)
            filters.prepare(
                line: lines[row], pixelCount: lineCount, before: before, after: after, into: place)
            preparedLines.append(UnsafeRawPointer(place))
        }
        let outputStride = channels + Int(numbers.next() % 5)
        let untouched = numbers.codes(pixelCount * outputStride + 64)
        var expected = untouched
        var actual = untouched
        model.filterReference(
            lines: lines, lineCount: lineCount, before: before, pixelCount: pixelCount,
            into: &expected, outputStride: outputStride)
        filters.filter(
            lines: preparedLines, pixelCount: pixelCount, into: &actual, outputStride: outputStride,
            scratch: scratch.end - (filters.scratchByteCount(outputCount: pixelCount) + 63) / 64
                * 64)
        guard let index = actual.indices.first(where: { actual[$0] != expected[$0] }) else {
            return nil
        }
        return "\(self): pixel \(index / outputStride) channel \(index % outputStride): "
            + "\(actual[index]) is not \(expected[index])"
    }
}

@Test(arguments: KernelPath.available, [nil, FusedBend.silu, .prelu])
func everyTailOfADepthwiseFilterMatchesItsReference(path: KernelPath, bend: FusedBend?) {
    var numbers = KernelNumbers(state: 0xD1B5_4A32_D192_ED03)
    let input = FencedMemory(capacity: 1 << 17)
    let prepared = FencedMemory(capacity: 1 << 20)
    let scratch = FencedMemory(capacity: 1 << 16)
    var cases: [DepthwiseCase] = []
    func add(_ channels: Int, _ height: Int, _ width: Int, _ stride: Int, _ dilation: Int) {
        let window = FilterWindow(height: height, width: width, stride: stride, dilation: dilation)
        cases.append(
            DepthwiseCase(
                channels: channels, window: window, pixelCount: 1 + cases.count % 6,
                before: cases.count % (width * dilation + 1) % width, path: path, bend: bend))
    }
    for channels in 1...99 { add(channels, 3, 3, 1 + channels % 2, 1) }
    for width in 1...9 {
        for stride in 1...3 {
            for dilation in 1...3 { add(13 + 7 * width, 1 + width % 4, width, stride, dilation) }
        }
    }
    // Squares, which have paths of their own; each with lines of a few pixels and of several at once.
    for side in [3, 5, 7] {
        for channels in [1, 7, 8, 15, 16, 17, 31, 32, 40] {
            for stride in 1...2 {
                for shift in [0, 2, 4] {
                    add(channels, side, side, stride, 1)
                    cases[cases.count - 1].weightShift = shift
                    cases[cases.count - 1].pixelCount += cases.count % 3 * 4
                }
            }
        }
    }
    // More taps than are searched for those that go together.
    for shift in [0, 5] {
        add(19, 7, 10, 1, 2)
        cases[cases.count - 1].weightShift = shift
    }
    for index in cases.indices {
        let zero = KernelNumbers.zeros[index % KernelNumbers.zeros.count]
        cases[index].inputZero = zero.input
        cases[index].weightZero = zero.weight
        cases[index].leastWeight = zero.least
        let mismatch = cases[index].mismatch(
            &numbers, input: input, prepared: prepared, scratch: scratch)
        #expect(mismatch == nil)
        if mismatch != nil { return }
    }
}

/// Where lanes of 16 bits would overflow first: every code and every weight the least, or weights of both
/// ends in turn.
@Test(arguments: KernelPath.available, [3, 5, 7])
func theLargestProductsOfADepthwiseFilterAreExact(path: KernelPath, side: Int) {
    let channels = 18
    let pixelCount = 6
    for other in [Int8.min, .max, -127, 0] {
        let weights = (0..<channels * side * side).map { $0 % 3 == 0 ? other : Int8.min }
        let model = KernelModel(
            weights: weights, count: channels, depth: side * side, inputZero: 0, weightZero: 0,
            bias: [Int32](repeating: 0, count: channels),
            output: Requantization(
                multipliers: [Int32](repeating: 1 << 30, count: channels),
                shifts: [Int32](repeating: -11, count: channels), zero: -3),
            window: FilterWindow(height: side, width: side, stride: 1, dilation: 1))
        let filters = PackedDepthwise(model, path: path)
        let lineCount = pixelCount + side - 1
        let line = [Int8](repeating: .min, count: lineCount * channels)
        let byteCount = (filters.lineByteCount(outputCount: pixelCount) + 63) / 64 * 64
        let prepared = FencedMemory(capacity: byteCount)
        let scratch = FencedMemory(capacity: filters.scratchByteCount(outputCount: pixelCount) + 64)
        let place = UnsafeMutableRawPointer(prepared.end - byteCount)
        var (actual, expected) = (
            [Int8](repeating: 0, count: pixelCount * channels),
            [Int8](repeating: 0, count: pixelCount * channels)
        )
        line.withUnsafeBufferPointer { line in
            filters.prepare(
                line: line.baseAddress, pixelCount: lineCount, before: 0, after: 0, into: place)
            model.filterReference(
                lines: .init(repeating: line.baseAddress, count: side), lineCount: lineCount,
                before: 0, pixelCount: pixelCount, into: &expected, outputStride: channels)
        }
        filters.filter(
            lines: [UnsafeRawPointer?](repeating: UnsafeRawPointer(place), count: side),
            pixelCount: pixelCount,
            into: &actual, outputStride: channels,
            scratch: scratch.end
                - (filters.scratchByteCount(outputCount: pixelCount) + 63) / 64 * 64)
        #expect(actual == expected)
    }
}
