import Testing

@testable import Networks

/// One shape, for one path. Rows end at a fence, scratch is just as large as was asked for.
struct MatrixCase {
    var count: Int
    var depth: Int
    var rowCount: Int
    var inputZero: Int32 = 0
    var weightZero: Int32 = 0
    var leastWeight: Int8 = -127
    var path: KernelPath
    /// At the end; without limits and a zero point of weights.
    var bend: FusedBend?

    /// The first code that differs from the reference, or nil.
    func mismatch(_ numbers: inout KernelNumbers, rows: FencedMemory, scratch: FencedMemory)
        -> String?
    {
        // Large and small ones: of the latter more products are added before they are widened.
        let shift = numbers.next() % 4
        let weights = numbers.codes(count * depth, least: leastWeight).map { $0 >> shift }
        let bias = numbers.integers(count)
        let output = numbers.requantization(count)
        let model = KernelModel(
            weights: weights, count: count, depth: depth, inputZero: inputZero,
            weightZero: bend == nil ? weightZero : 0, bias: bias, output: output,
            silu: bend == .silu ? numbers.silu(count) : nil,
            slopes: bend == .prelu ? numbers.slopes(count) : nil)
        let matrix = PackedMatrix(model, path: path)
        let rowStride = depth + Int(numbers.next() % 5)
        let outputStride = count + Int(numbers.next() % 5)
        let byteCount = (rowCount - 1) * rowStride + depth
        let from = rows.end - byteCount
        for (index, code) in numbers.codes(byteCount).enumerated() { from[index] = code }
        let scratchCount = (matrix.scratchByteCount(rowCount: rowCount) + 63) / 64 * 64

        // What lies between rows of codes, and after the last, must stay as it was.
        let untouched = numbers.codes(rowCount * outputStride + 64)
        var expected = untouched
        var actual = untouched
        model.multiplyReference(
            rows: from, rowStride: rowStride, rowCount: rowCount, into: &expected,
            outputStride: outputStride)
        matrix.multiply(
            rows: from, rowStride: rowStride, rowCount: rowCount, into: &actual,
            outputStride: outputStride, scratch: scratch.end - scratchCount)
        guard let index = actual.indices.first(where: { actual[$0] != expected[$0] }) else {
            return nil
        }
        return "\(self): row \(index / outputStride) channel \(index % outputStride): "
            + "\(actual[index]) is not \(expected[index])"
    }
}

@Test(arguments: KernelPath.available, [nil, FusedBend.silu, .prelu])
func everyTailOfAMatrixMatchesItsReference(path: KernelPath, bend: FusedBend?) {
    var numbers = KernelNumbers(state: 0x9E37_79B9_7F4A_7C15)
    let rows = FencedMemory(capacity: 1 << 16)
    let scratch = FencedMemory(capacity: 1 << 16)
    var shapes: [(depth: Int, count: Int, rows: Int)] = []
    for size in 1...67 {
        shapes.append((size, 1 + size * 7 % 67, 1 + size % 20))
        shapes.append((1 + size * 11 % 67, size, 1 + size * 3 % 20))
    }
    for rowCount in 1...20 { shapes.append((17, 19, rowCount)) }
    shapes += [(33, 9, 48), (20, 24, 49), (3, 33, 97), (131, 65, 2), (256, 16, 5)]
    for (index, shape) in shapes.enumerated() {
        let zero = KernelNumbers.zeros[index % KernelNumbers.zeros.count]
        let mismatch = MatrixCase(
            count: shape.count, depth: shape.depth, rowCount: shape.rows, inputZero: zero.input,
            weightZero: zero.weight, leastWeight: zero.least, path: path, bend: bend
        ).mismatch(&numbers, rows: rows, scratch: scratch)
        #expect(mismatch == nil)
        if mismatch != nil { return }
    }
}

/// Codes that differ most from their zero points, where lanes of 16 bits would overflow first.
@Test(arguments: KernelPath.available, [Int8.min, .max])
func theLargestSumsMatchTheirReference(path: KernelPath, code: Int8) {
    let depth = 64
    let count = 17
    for weight in [Int8.min, -127, .max] {
        for zero in [Int32(0), -128, 127] {
            let output = Requantization(
                multipliers: [Int32](repeating: .max, count: count),
                shifts: (0..<count).map { -Int32($0) }, zero: -1)
            let weights = [Int8](repeating: weight, count: count * depth)
            let model = KernelModel(
                weights: weights, count: count, depth: depth, inputZero: -(zero + 1),
                weightZero: zero, bias: [Int32](repeating: 0, count: count), output: output)
            let matrix = PackedMatrix(model, path: path)
            let rows = [Int8](repeating: code, count: 5 * depth)
            var expected = [Int8](repeating: 0, count: 5 * count)
            var actual = expected
            let scratch = FencedMemory(capacity: matrix.scratchByteCount(rowCount: 5))
            let byteCount = (matrix.scratchByteCount(rowCount: 5) + 63) / 64 * 64
            model.multiplyReference(
                rows: rows, rowStride: depth, rowCount: 5, into: &expected, outputStride: count)
            matrix.multiply(
                rows: rows, rowStride: depth, rowCount: 5, into: &actual, outputStride: count,
                scratch: scratch.end - byteCount)
            #expect(actual == expected, "weight \(weight), zero \(zero)")
        }
    }
}

/// Each shift with the sums on both sides of a half, and the largest, which have no room for one.
@Test(arguments: KernelPath.available) func everyRoundingMatchesItsReference(path: KernelPath) {
    for shift in Int32(-31)...30 {
        let edge = shift < 0 ? Int32(truncatingIfNeeded: Int64(1) << (-shift - 1)) : 1
        let near: [Int32] = [0, 1, 2, edge, edge &* 3, 1 << 30, .max, .min]
        let biases = near.flatMap { [$0 &- 2, $0 &- 1, $0, $0 &+ 1, 0 &- $0, 1 &- $0, -1 &- $0] }
        for multiplier in [Int32(0), 1 << 30, (1 << 30) + 1, .max] {
            let output = Requantization(
                multipliers: [Int32](repeating: multiplier, count: biases.count),
                shifts: [Int32](repeating: shift, count: biases.count), zero: shift)
            let weights = [Int8](repeating: 0, count: biases.count)
            let matrix = PackedMatrix(
                KernelModel(
                    weights: weights, count: biases.count, depth: 1, inputZero: 0, weightZero: 0,
                    bias: biases, output: output), path: path)
            var actual = [Int8](repeating: 0, count: biases.count)
            let scratch = FencedMemory(capacity: matrix.scratchByteCount(rowCount: 1))
            let byteCount = (matrix.scratchByteCount(rowCount: 1) + 63) / 64 * 64
            matrix.multiply(
                rows: [1], rowStride: 1, rowCount: 1, into: &actual, outputStride: biases.count,
                scratch: scratch.end - byteCount)
            let expected = biases.indices.map { output.code(of: biases[$0], channel: $0) }
            #expect(actual == expected, "shift \(shift), multiplier \(multiplier)")
        }
    }
}
