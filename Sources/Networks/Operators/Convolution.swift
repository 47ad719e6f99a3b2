/// CONV_2D: every output pixel is a matrix times the patch of the input under the window.
///
/// - Shape: input b × h × w × c, weights n × kh × kw × c, output b × oh × ow × n.
/// - Source: TensorFlow Lite, `reference_integer_ops::ConvPerChannel` and `reference_ops::Conv`.
final class Convolution: Operator {
    private let input: Codes
    private let output: Codes
    private let matrix: PackedMatrix
    private let vertical: Window
    private let horizontal: Window
    /// Pixels of a line of output whose windows are inside the input.
    private let wholeWindows: Range<Int>
    /// Patches are the input's own pixels, one after the other.
    private let isPointwise: Bool
    private let workerCount: Int
    let macCount: Int

    /// Patches that are gathered and multiplied at once; fewer where each thread has fewer. As many as
    /// kernels take in one block (`rows_in_block`).
    private let tile: Int
    private static let tileMax = 64
    /// Threads share the work by so many: what kernels take at once.
    private static let tileMin = 8

    init(_ site: Site) throws {
        input = try site.input(0, rank: 4)
        let weights = try site.weights(1, rank: 4, channelAxis: 0)
        output = try site.output(rank: 4)
        let (depth, count) = (input.shape[3], weights.shape[0])
        try site.require(
            weights.shape[3] == depth,
            "weights, \(weights.title): are for \(weights.shape[3]) channels, the input has \(depth)"
        )
        let windows = try Windows(
            site, over: input, to: output, channels: count, height: weights.shape[1],
            width: weights.shape[2], dilations: (5, 4))
        (vertical, horizontal) = (windows.vertical, windows.horizontal)
        wholeWindows = horizontal.whole
        let patch = weights.shape[1] * weights.shape[2] * depth
        matrix = PackedMatrix(
            try weights.kernel(
                site, count: count, depth: patch, from: input, to: output, bias: 2, activation: 3))
        isPointwise =
            patch == depth && vertical.stride == 1 && horizontal.stride == 1
        workerCount = site.workerCount
        let groups = (output.count / count + Self.tileMin - 1) / Self.tileMin
        tile = min((groups + workerCount - 1) / workerCount * Self.tileMin, Self.tileMax)
        macCount = output.count * patch
    }

    private var patchesByteCount: Int {
        isPointwise ? 0 : (tile * matrix.depth + 63) & ~63
    }

    private var workerByteCount: Int {
        patchesByteCount + (matrix.scratchByteCount(rowCount: tile) + 63) & ~63
    }

    var scratchByteCount: Int { workerCount * workerByteCount }

    func run(_ memory: Memory) {
        let pixelCount = output.count / matrix.count
        let groupCount = (pixelCount + Self.tileMin - 1) / Self.tileMin
        memory.workers.run { worker in
            let share = part(worker, of: workerCount, total: groupCount)
            let end = min(share.upperBound * Self.tileMin, pixelCount)
            let patches = memory.scratch + worker * workerByteCount
            let scratch = patches + patchesByteCount
            for first in stride(from: share.lowerBound * Self.tileMin, to: end, by: tile) {
                let count = min(tile, end - first)
                var rows = UnsafePointer(memory[input] + first * matrix.depth)
                if !isPointwise {
                    let gathered = patches.assumingMemoryBound(to: Int8.self)
                    gather(from: memory[input], first..<first + count, into: gathered)
                    rows = UnsafePointer(gathered)
                }
                matrix.multiply(
                    rows: rows, rowStride: matrix.depth, rowCount: count,
                    into: memory[output] + first * matrix.count, outputStride: matrix.count,
                    scratch: scratch)
            }
        }
    }

    /// The patches under the window at some output pixels; outside the input is its zero.
    private func gather(
        from codes: UnsafeMutablePointer<Int8>, _ pixels: Range<Int>,
        into patches: UnsafeMutablePointer<Int8>
    ) {
        var patch = patches
        var pixel = pixels.lowerBound
        while pixel < pixels.upperBound {
            let (line, x) = pixel.quotientAndRemainder(dividingBy: horizontal.outputCount)
            let (image, y) = line.quotientAndRemainder(dividingBy: vertical.outputCount)
            let run = x..<min(horizontal.outputCount, x + pixels.upperBound - pixel)
            let lineByteCount = horizontal.inputCount * input.shape[3]
            for tapY in 0..<vertical.size {
                let fromY = vertical.place(y, tapY)
                let row = codes + (image * vertical.inputCount + fromY) * lineByteCount
                gatherLine(
                    from: vertical.isInside(fromY) ? row : nil, run,
                    into: patch + tapY * horizontal.size * input.shape[3])
            }
            patch += run.count * matrix.depth
            pixel += run.count
        }
    }

    /// One line of the window at neighbouring output pixels; nil is a line outside the input.
    private func gatherLine(
        from row: UnsafeMutablePointer<Int8>?, _ run: Range<Int>,
        into target: UnsafeMutablePointer<Int8>
    ) {
        let (depth, zero) = (input.shape[3], Int8(input.zero))
        let whole = row == nil ? run.upperBound..<run.upperBound : wholeWindows.clamped(to: run)
        // Pixels before and after those whose windows are inside.
        var x = run.lowerBound
        while x < run.upperBound {
            if x == whole.lowerBound && !whole.isEmpty {
                x = whole.upperBound
                continue
            }
            let target = target + (x - run.lowerBound) * matrix.depth
            for tapX in 0..<horizontal.size {
                let fromX = horizontal.place(x, tapX)
                if let row, horizontal.isInside(fromX) {
                    (target + tapX * depth).update(from: row + fromX * depth, count: depth)
                } else {
                    (target + tapX * depth).update(repeating: zero, count: depth)
                }
            }
            x += 1
        }
        guard let row, !whole.isEmpty else { return }
        copy(
            whole.count, of: horizontal.size * depth,
            from: row + horizontal.place(whole.lowerBound, 0) * depth,
            by: horizontal.stride * depth,
            into: target + (whole.lowerBound - run.lowerBound) * matrix.depth, by: matrix.depth)
    }
}

/// Copies `pieceCount` pieces of `count` codes. An image's first window has a few codes in a line, for
/// which a call takes longer than two overlapping words.
private func copy(
    _ pieceCount: Int, of count: Int, from: UnsafeMutablePointer<Int8>, by sourceStep: Int,
    into: UnsafeMutablePointer<Int8>, by targetStep: Int
) {
    var (source, target) = (UnsafeRawPointer(from), UnsafeMutableRawPointer(into))
    guard 8...16 ~= count else {
        for _ in 0..<pieceCount {
            target.copyMemory(from: source, byteCount: count)
            source += sourceStep
            target += targetStep
        }
        return
    }
    for _ in 0..<pieceCount {
        let last = source.loadUnaligned(fromByteOffset: count - 8, as: UInt64.self)
        target.storeBytes(of: source.loadUnaligned(as: UInt64.self), as: UInt64.self)
        target.storeBytes(of: last, toByteOffset: count - 8, as: UInt64.self)
        source += sourceStep
        target += targetStep
    }
}

/// What worker number `worker` of `count` does of `total` pieces.
func part(_ worker: Int, of count: Int, total: Int) -> Range<Int> {
    worker * total / count..<(worker + 1) * total / count
}
