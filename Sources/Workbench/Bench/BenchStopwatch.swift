import Linux

/// Runs benchmarks one after the other, in this thread, a fixed number of frames each.
final class BenchStopwatch {
    private let frameCount: Int
    let counter = AllocationCounter()
    private var times: [Int64]

    init(frameCount: Int) {
        self.frameCount = frameCount
        times = []
        times.reserveCapacity(frameCount)
    }

    var countsAllocations: Bool { counter != nil }

    /// One frame to warm up, then every frame on its own. The allocator is counted over the same
    /// frames; reading the clock does not allocate, and room for the times is taken before.
    func measure(_ benchmark: Benchmark) -> BenchRow {
        benchmark.frame(0)
        times.removeAll(keepingCapacity: true)
        let allocations: UInt64?
        if let counter {
            allocations = counter.allocations { run(benchmark) }
        } else {
            run(benchmark)
            allocations = nil
        }
        times.sort()
        return BenchRow(
            name: benchmark.name, pixelCount: benchmark.pixelCount,
            picosecondsPerPixel: times[frameCount / 2] * 1000 / Int64(benchmark.pixelCount),
            allocationCount: allocations, frameCount: frameCount,
            hash: benchmark.hash())
    }

    private func run(_ benchmark: Benchmark) {
        for index in 0..<frameCount {
            let start = Clocks.threadNanoseconds()
            benchmark.frame(index)
            times.append(Clocks.threadNanoseconds() - start)
        }
    }
}
