/// Where in one block of memory each buffer lies, so that buffers share places that are never in use
/// at one time.
///
/// - Source: Pisarchyk and Lee, "Efficient Memory Management for Deep Neural Net Inference", 2020,
///   greedy by size: the largest first, each at the lowest gap that holds it.
struct Arena {
    /// A buffer from the step that first writes it to the one that last reads it.
    struct Buffer {
        let byteCount: Int
        let steps: ClosedRange<Int>
    }

    private(set) var offsets: [Int]
    private(set) var byteCount = 0

    static let alignment = 64

    /// The block itself, zeros at first.
    final class Memory {
        let start: UnsafeMutableRawPointer
        private let byteCount: Int

        init(byteCount: Int) {
            self.byteCount = byteCount
            start = .allocate(byteCount: max(byteCount, 1), alignment: Arena.alignment)
            start.initializeMemory(as: UInt8.self, repeating: 0, count: byteCount)
        }

        deinit { start.deallocate() }

        func overwrite() {
            start.initializeMemory(as: UInt8.self, repeating: 0, count: byteCount)
        }
    }

    init(_ buffers: [Buffer]) {
        offsets = Array(repeating: 0, count: buffers.count)
        let order = buffers.indices.filter { buffers[$0].byteCount > 0 }.sorted {
            let (one, other) = (buffers[$0], buffers[$1])
            if one.byteCount != other.byteCount { return one.byteCount > other.byteCount }
            return (one.steps.lowerBound, $0) < (other.steps.lowerBound, $1)
        }
        // In order of their offsets.
        var placed: [Int] = []
        for index in order {
            let size = Self.aligned(buffers[index].byteCount)
            var offset = 0
            var best: (offset: Int, gap: Int)?
            for other in placed where buffers[other].steps.overlaps(buffers[index].steps) {
                let gap = offsets[other] - offset
                if gap >= size, gap < best?.gap ?? .max { best = (offset, gap) }
                offset = max(offset, offsets[other] + Self.aligned(buffers[other].byteCount))
            }
            offsets[index] = best?.offset ?? offset
            var (low, high) = (0, placed.count)
            while low < high {
                let middle = (low + high) / 2
                if offsets[placed[middle]] > offsets[index] {
                    high = middle
                } else {
                    low = middle + 1
                }
            }
            placed.insert(index, at: low)
            byteCount = max(byteCount, offsets[index] + size)
        }
    }

    private static func aligned(_ size: Int) -> Int { (size + alignment - 1) & ~(alignment - 1) }
}
