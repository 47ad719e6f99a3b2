import CNetworks

/// MEAN over some sides of the input.
///
/// - Source: TensorFlow Lite, `reference_ops::QuantizedMeanOrSum`.
final class Mean: Operator {
    private let input: Codes
    private let output: Codes
    /// How far in the output each side of the input moves; 0 for those that are summed up.
    private let steps: [Int]
    /// Rows along the innermost side, one after the other, that are summed up in one place.
    private let togetherCount: Int
    private let correction: Int32
    private let factor: (multiplier: Int32, shift: Int32)

    init(_ site: Site) throws {
        input = try site.input(0)
        output = try site.output()
        let rank = input.shape.count
        let axes = Set(try site.integers(1, "axes").map { $0 < 0 ? $0 + rank : $0 })
        try site.require(
            axes.allSatisfy { (0..<rank).contains($0) }, "axes \(axes.sorted()) of \(rank)")
        var steps = Array(repeating: 0, count: rank)
        var (kept, reduced) = (1, 1)
        for axis in (0..<rank).reversed() {
            if axes.contains(axis) {
                reduced *= input.shape[axis]
            } else {
                steps[axis] = kept
                kept *= input.shape[axis]
            }
        }
        try site.require(
            output.count == kept, "\(output.title): shape \(output.shape), not \(kept) means")
        try site.require(reduced < 1 << 23, "\(reduced) codes for one mean: 2²³ at most")
        self.steps = steps
        let together = (0..<max(rank - 1, 0)).reversed().prefix { axes.contains($0) }
        let input = input
        togetherCount = together.reduce(1) { $0 * input.shape[$1] }
        // Cannot overflow: |zero| · 2²³ ≤ 2³⁰.
        correction = input.zero * Int32(reduced)
        let whole = Scale.factor(input.scale, to: output.scale)
        var places = min(Int32(63 - reduced.leadingZeroBitCount), 32)
        places = max(min(places, 31 + whole.shift), 0)
        factor = (
            Int32(truncatingIfNeeded: (Int64(whole.multiplier) << places) / Int64(reduced)),
            whole.shift - places
        )
    }

    var scratchByteCount: Int { output.count * MemoryLayout<Int32>.stride }

    func run(_ memory: Memory) {
        let sums = memory.scratch.assumingMemoryBound(to: Int32.self)
        sums.update(repeating: 0, count: output.count)
        let rowCount = input.shape.last ?? 1
        let step = steps.last ?? 0
        for first in stride(from: 0, to: input.count / rowCount, by: togetherCount) {
            var (rest, place) = (first, 0)
            for axis in steps.indices.dropLast().reversed() {
                place += rest % input.shape[axis] * steps[axis]
                rest /= input.shape[axis]
            }
            let (codes, into) = (memory[input] + first * rowCount, sums + place)
            // Cannot overflow: 2²³ codes of at most 2⁷.
            if step == 1 {
                networks_add_columns(codes, togetherCount, rowCount, into)
            } else {
                for index in 0..<togetherCount * rowCount { into[0] &+= Int32(codes[index]) }
            }
        }
        for index in 0..<output.count {
            let scaled = Requantization.multiply(
                sums[index] - correction, by: factor.multiplier, shift: factor.shift)
            memory[output][index] = Int8(clamping: Int64(scaled) + Int64(output.zero))
        }
    }
}
