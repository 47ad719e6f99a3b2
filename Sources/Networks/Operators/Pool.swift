/// AVERAGE_POOL_2D and MAX_POOL_2D: what is outside the image does not count.
///
/// - Shape: b × h × w × c to b × oh × ow × c.
/// - Source: TensorFlow Lite, `reference_integer_ops::AveragePool` and `MaxPool`.
class Pool: Operator, @unchecked Sendable {
    fileprivate let input: Codes
    fileprivate let output: Codes
    fileprivate let vertical: Window
    fileprivate let horizontal: Window
    fileprivate let range: ClosedRange<Int8>

    required init(_ site: Site) throws {
        input = try site.input(0, rank: 4)
        output = try site.output(rank: 4)
        let padding = try site.padding(0)
        vertical = try Window(
            padding, size: site.positive(4, "filter"), stride: site.positive(2, "stride"),
            over: input.shape[1], site)
        horizontal = try Window(
            padding, size: site.positive(3, "filter"), stride: site.positive(1, "stride"),
            over: input.shape[2], site)
        let wanted = [
            input.shape[0], vertical.outputCount, horizontal.outputCount, input.shape[3]
        ]
        try site.require(
            output.shape == wanted, "\(output.title): shape \(output.shape), not \(wanted)")
        range = try site.activationRange(5, of: output)
    }

    fileprivate var depth: Int { input.shape[3] }

    var scratchByteCount: Int { depth * MemoryLayout<Int32>.stride }
    var visitCount: Int {
        output.count * min(vertical.size, vertical.inputCount)
            * min(horizontal.size, horizontal.inputCount)
    }

    /// Calls `pixel` for each output pixel with where its codes go, then `tap` for each pixel under
    /// its window, then `finish` with the number of those.
    @inline(__always)
    fileprivate func slide(
        _ memory: Memory, begin: () -> Void, tap: (UnsafeMutablePointer<Int8>) -> Void,
        finish: (UnsafeMutablePointer<Int8>, Int) -> Void
    ) {
        var target = memory[output]
        for image in 0..<output.shape[0] {
            let base = memory[input] + image * vertical.inputCount * horizontal.inputCount * depth
            for y in 0..<vertical.outputCount {
                for x in 0..<horizontal.outputCount {
                    begin()
                    let (tapsY, tapsX) = (vertical.taps(y), horizontal.taps(x))
                    for tapY in tapsY {
                        let row = base + vertical.place(y, tapY) * horizontal.inputCount * depth
                        for tapX in tapsX { tap(row + horizontal.place(x, tapX) * depth) }
                    }
                    finish(target, tapsY.count * tapsX.count)
                    target += depth
                }
            }
        }
    }

    func run(_ memory: Memory) {}
}

final class AveragePool: Pool, @unchecked Sendable {
    override func run(_ memory: Memory) {
        let sums = memory.scratch.assumingMemoryBound(to: Int32.self)
        let (depth, offset) = (depth, input.offset)
        let (low, high) = (Int32(range.lowerBound), Int32(range.upperBound))
        slide(
            memory, begin: { sums.update(repeating: 0, count: depth) },
            tap: { codes in
                // Cannot overflow: at most 1024² taps of 2⁷.
                for index in 0..<depth { sums[index] += Int32(codes[index]) }
            },
            finish: { target, taps in
                let count = Int32(taps)
                for index in 0..<depth {
                    // Halves go away from the zero of the file's own codes.
                    let sum = sums[index] + offset * count
                    let mean = (sum > 0 ? sum + count / 2 : sum - count / 2) / count - offset
                    target[index] = Int8(min(max(mean, low), high))
                }
            })
    }
}

final class MaximumPool: Pool, @unchecked Sendable {
    override func run(_ memory: Memory) {
        let most = memory.scratch.assumingMemoryBound(to: Int8.self)
        let depth = depth
        let (low, high) = (range.lowerBound, range.upperBound)
        slide(
            memory, begin: { most.update(repeating: .min, count: depth) },
            tap: { codes in
                for index in 0..<depth { most[index] = max(most[index], codes[index]) }
            },
            finish: { target, _ in
                for index in 0..<depth { target[index] = min(max(most[index], low), high) }
            })
    }
}
