import Testing

@testable import Networks

/// One shape, for one path. Each tap's pixel ends at a fence, or is a row of padding.
struct DepthwiseCase {
    var channels: Int
    var tapCount: Int
    var pixelCount: Int
    var inputZero: Int32 = 0
    var weightZero: Int32 = 0
    var leastWeight: Int8 = -127
    var path: KernelPath

    /// The first code that differs from the reference, or nil.
    func mismatch(_ numbers: inout KernelNumbers, input: FencedMemory) -> String? {
        let weights = numbers.codes(channels * tapCount, least: leastWeight)
        let bias = numbers.integers(channels)
        let output = numbers.requantization(channels)
        let filters = weights.withUnsafeBufferPointer {
            PackedDepthwise(
                weights: $0, channels: channels, tapCount: tapCount, inputZero: inputZero,
                weightZero: weightZero, bias: bias, output: output, path: path)
        }
        let inputCount = 7
        let from = input.end - inputCount * channels
        for (index, code) in numbers.codes(inputCount * channels).enumerated() {
            from[index] = code
        }
        var taps: [UnsafePointer<Int8>] = []
        for _ in 0..<pixelCount * tapCount {
            taps.append(UnsafePointer(from + Int(numbers.next() % UInt64(inputCount)) * channels))
        }
        let outputStride = channels + Int(numbers.next() % 5)
        let untouched = numbers.codes(pixelCount * outputStride + 64)
        var expected = untouched
        var actual = untouched
        filters.filterReference(
            taps: taps, pixelCount: pixelCount, into: &expected, outputStride: outputStride)
        filters.filter(
            taps: taps, pixelCount: pixelCount, into: &actual, outputStride: outputStride)
        guard let index = actual.indices.first(where: { actual[$0] != expected[$0] }) else {
            return nil
        }
        return "\(self): pixel \(index / outputStride) channel \(index % outputStride): "
            + "\(actual[index]) is not \(expected[index])"
    }
}

private let zeros: [(input: Int32, weight: Int32, least: Int8)] = [
    (0, 0, -127), (-128, 0, -127), (127, 0, -128), (-5, 3, -127), (127, -128, -128),
    (-128, 127, -128)
]

@Test(arguments: KernelPath.available)
func everyTailOfADepthwiseFilterMatchesItsReference(path: KernelPath) {
    var numbers = KernelNumbers(state: 0xD1B5_4A32_D192_ED03)
    let input = FencedMemory(capacity: 1 << 12)
    var shapes: [(channels: Int, taps: Int, pixels: Int)] = []
    for size in 1...67 {
        shapes.append((size, 9, 1 + size % 4))
        shapes.append((1 + size * 5 % 67, 1 + size % 27, 2))
    }
    for tapCount in 1...27 { shapes.append((16 + tapCount % 17, tapCount, 3)) }
    for (index, shape) in shapes.enumerated() {
        let zero = zeros[index % zeros.count]
        let mismatch = DepthwiseCase(
            channels: shape.channels, tapCount: shape.taps, pixelCount: shape.pixels,
            inputZero: zero.input, weightZero: zero.weight, leastWeight: zero.least, path: path
        ).mismatch(&numbers, input: input)
        #expect(mismatch == nil)
        if mismatch != nil { return }
    }
}
