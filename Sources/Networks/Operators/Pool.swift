/// AVERAGE_POOL_2D and MAX_POOL_2D: what is outside the image does not count.
///
/// - Shape: b × h × w × c to b × oh × ow × c.
/// - Source: TensorFlow Lite, `reference_integer_ops::AveragePool` and `MaxPool`.
private struct Pooling: Sendable {
    let input: Codes
    let output: Codes
    let vertical: Window
    let horizontal: Window
    let range: ClosedRange<Int8>

    init(_ site: Site) throws {
        input = try site.input(0, rank: 4)
        output = try site.output(rank: 4)
        let windows = try Windows(
            site, site.windowOptions(), over: input, to: output, channels: input.shape[3],
            height: site.positive(4, "filter"), width: site.positive(3, "filter"))
        (vertical, horizontal) = (windows.vertical, windows.horizontal)
        range = try site.activationRange(5, of: output)
    }

    var depth: Int { input.shape[3] }
    var visitCount: Int {
        output.count * min(vertical.size, vertical.inputCount)
            * min(horizontal.size, horizontal.inputCount)
    }

    /// Calls `pixel` for each output pixel with where its codes go, then `tap` for each pixel under
    /// its window, then `finish` with the number of those.
    @inline(__always)
    func slide(
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
}

final class AveragePool: Operator {
    private let pooling: Pooling

    init(_ site: Site) throws { pooling = try Pooling(site) }

    var scratchByteCount: Int { pooling.depth * MemoryLayout<Int32>.stride }
    var visitCount: Int { pooling.visitCount }

    func run(_ memory: Memory) {
        let sums = memory.scratch.assumingMemoryBound(to: Int32.self)
        let (depth, offset) = (pooling.depth, pooling.input.offset)
        let (low, high) = (Int32(pooling.range.lowerBound), Int32(pooling.range.upperBound))
        pooling.slide(
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

final class MaximumPool: Operator {
    private let pooling: Pooling

    init(_ site: Site) throws { pooling = try Pooling(site) }

    var scratchByteCount: Int { pooling.depth * MemoryLayout<Int8>.stride }
    var visitCount: Int { pooling.visitCount }

    func run(_ memory: Memory) {
        let most = memory.scratch.assumingMemoryBound(to: Int8.self)
        let depth = pooling.depth
        let (low, high) = (pooling.range.lowerBound, pooling.range.upperBound)
        pooling.slide(
            memory, begin: { most.update(repeating: .min, count: depth) },
            tap: { codes in
                for index in 0..<depth { most[index] = max(most[index], codes[index]) }
            },
            finish: { target, _ in
                for index in 0..<depth { target[index] = min(max(most[index], low), high) }
            })
    }
}
