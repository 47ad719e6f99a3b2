import CNetworks

/// CONV_2D: every output pixel is a matrix times the patch of the input under the window. And
/// KuzetConv2D, the same with SiLU or PReLU at its end.
///
/// - Shape: input b × h × w × c, weights n × kh × kw × c, output b × oh × ow × n.
/// - Source: TensorFlow Lite, `reference_integer_ops::ConvPerChannel` and `reference_ops::Conv`.
final class Convolution: Operator {
    private let input: Codes
    private let output: Codes
    /// What each worker does.
    private let shares: [Share]
    /// Products of each sum, and output channels.
    private let (depth, count): (Int, Int)
    private let vertical: Window
    private let horizontal: Window
    /// Pixels of a line of output whose windows are inside the input.
    private let wholeWindows: Range<Int>
    /// Patches are the input's own pixels, one after the other.
    private let isPointwise: Bool
    let macCount: Int

    /// Patches that are gathered and multiplied at once; fewer where each thread has fewer. As many as
    /// kernels take in one block (`rows_in_block`).
    private let tile: Int
    private static let tileMax = 64
    /// Of a worker's scratch: patches, and all of it.
    private let patchesByteCount: Int
    private let workerByteCount: Int

    init(_ site: Site, isBent: Bool = false) throws {
        input = try site.input(0, rank: 4)
        let weights = try site.weights(1, rank: 4, channelAxis: 0)
        output = try site.output(rank: 4)
        let channelCount = input.shape[3]
        count = weights.shape[0]
        try site.require(
            weights.shape[3] == channelCount,
            "weights, \(weights.title): are for \(weights.shape[3]) channels, the input has"
                + " \(channelCount)")
        let bent = isBent ? try site.bentOptions() : nil
        let windows = try Windows(
            site, bent?.window ?? site.windowOptions(dilations: (5, 4)), over: input, to: output,
            channels: count, height: weights.shape[1], width: weights.shape[2])
        (vertical, horizontal) = (windows.vertical, windows.horizontal)
        wholeWindows = horizontal.whole
        depth = weights.shape[1] * weights.shape[2] * channelCount
        isPointwise = depth == channelCount && vertical.stride == 1 && horizontal.stride == 1
        shares = Share.shares(
            of: try weights.kernel(
                site, count: count, depth: depth, from: input, to: output, bias: 2,
                bent.map { .bent($0.bend) } ?? .clamp(field: 3)),
            pixelCount: output.count / count, workerCount: site.workerCount)
        let most = shares.map(\.pixels.count).max() ?? 0
        tile = min((most + Share.pixelStep - 1) / Share.pixelStep * Share.pixelStep, Self.tileMax)
        patchesByteCount = isPointwise ? 0 : (tile * depth + 63) & ~63
        let multiplying = shares.map { [tile] in $0.matrix.scratchByteCount(rowCount: tile) }
        workerByteCount = patchesByteCount + ((multiplying.max() ?? 0) + 63) & ~63
        macCount = output.count * depth
    }

    var scratchByteCount: Int { shares.count * workerByteCount }

    func run(_ memory: Memory) {
        memory.workers.run { worker in
            run(shares[worker], memory, scratch: memory.scratch + worker * workerByteCount)
        }
    }

    private func run(_ share: Share, _ memory: Memory, scratch: UnsafeMutableRawPointer) {
        var first = share.pixels.lowerBound
        while first < share.pixels.upperBound {
            let rowCount = min(tile, share.pixels.upperBound - first)
            var rows = UnsafePointer(memory[input] + first * depth)
            if !isPointwise {
                let patches = scratch.assumingMemoryBound(to: Int8.self)
                gather(from: memory[input], first..<first + rowCount, into: patches)
                rows = UnsafePointer(patches)
            }
            share.matrix.multiply(
                rows: rows, rowStride: depth, rowCount: rowCount,
                into: memory[output] + first * count + share.firstChannel, outputStride: count,
                scratch: scratch + patchesByteCount)
            first += rowCount
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
            patch += run.count * depth
            pixel += run.count
        }
    }

    /// One line of the window at neighbouring output pixels; nil is a line outside the input.
    private func gatherLine(
        from row: UnsafeMutablePointer<Int8>?, _ run: Range<Int>,
        into target: UnsafeMutablePointer<Int8>
    ) {
        let (channelCount, zero) = (input.shape[3], Int8(input.zero))
        let whole = row == nil ? run.upperBound..<run.upperBound : wholeWindows.clamped(to: run)
        // Pixels before and after those whose windows are inside.
        var x = run.lowerBound
        while x < run.upperBound {
            if x == whole.lowerBound && !whole.isEmpty {
                x = whole.upperBound
                continue
            }
            let target = target + (x - run.lowerBound) * depth
            for tapX in 0..<horizontal.size {
                let fromX = horizontal.place(x, tapX)
                if let row, horizontal.isInside(fromX) {
                    (target + tapX * channelCount).update(
                        from: row + fromX * channelCount, count: channelCount)
                } else {
                    (target + tapX * channelCount).update(repeating: zero, count: channelCount)
                }
            }
            x += 1
        }
        guard let row, !whole.isEmpty else { return }
        networks_copy_pieces(
            whole.count, horizontal.size * channelCount,
            row + horizontal.place(whole.lowerBound, 0) * channelCount,
            horizontal.stride * channelCount,
            target + (whole.lowerBound - run.lowerBound) * depth, depth)
    }
}

/// Of a convolution: the pixels and output channels of one worker.
private struct Share {
    /// Of its channels alone.
    let matrix: PackedMatrix
    let firstChannel: Int
    let pixels: Range<Int>

    /// What kernels take at once.
    static let pixelStep = 8
    private static let channelStep = 32

    /// By pixels, so that no worker reads what another has written, as far as layers allow. Where there
    /// are few, by channels: weights are what takes time there, and each worker reads its own alone.
    static func shares(of kernel: KernelModel, pixelCount: Int, workerCount: Int) -> [Share] {
        let pixelGroups = (pixelCount + pixelStep - 1) / pixelStep
        let channelGroups = (kernel.count + channelStep - 1) / channelStep
        guard pixelGroups < 4 * workerCount, channelGroups >= workerCount else {
            let matrix = PackedMatrix(kernel)
            return (0..<workerCount).map { worker in
                let share = part(worker, of: workerCount, total: pixelGroups)
                let end = min(share.upperBound * pixelStep, pixelCount)
                return Share(
                    matrix: matrix, firstChannel: 0, pixels: share.lowerBound * pixelStep..<end)
            }
        }
        return (0..<workerCount).map { worker in
            let share = part(worker, of: workerCount, total: channelGroups)
            let end = min(share.upperBound * channelStep, kernel.count)
            let channels = share.lowerBound * channelStep..<end
            return Share(
                matrix: PackedMatrix(kernel.matrix(channels: channels)),
                firstChannel: channels.lowerBound, pixels: 0..<pixelCount)
        }
    }
}

/// What worker number `worker` of `count` does of `total` pieces.
func part(_ worker: Int, of count: Int, total: Int) -> Range<Int> {
    worker * total / count..<(worker + 1) * total / count
}
