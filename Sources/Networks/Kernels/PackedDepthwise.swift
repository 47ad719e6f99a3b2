import CNetworks

/// A filter of its own for each channel, packed once for the machine it runs on:
///
///     into[p][c] = code of (bias[c] + Σ over j, i of
///         (lines[j][p · stride + i · dilation][c] − inputZero) · (w[j][i][c] − weightZero))
///
/// Lines are prepared before: padded at both ends, and laid out as the kernel reads them.
///
/// - Shape: weights are row-major, height × width × channels, as TensorFlow Lite's. A line is pixels ×
///   channels.
/// - Units: int8 codes; sums have 32 bits and wrap.
/// - Error: none; every path gives the bits of `filterReference`.
final class PackedDepthwise: @unchecked Sendable {
    private let model: PackedModel
    private let inputZero: Int8

    /// - `weights` of the model: taps × channels, row-major; `count` channels of input and output
    ///   alike, as many taps as its `window` has.
    init(_ model: KernelModel, path: KernelPath = .best) {
        precondition(model.depth == model.window.height * model.window.width, "one tap, one weight")
        inputZero = Int8(model.inputZero)
        self.model = PackedModel(
            model, path: path, size: networks_depthwise_size, pack: networks_pack_depthwise)
    }

    /// Bytes of a prepared line, for a line of `outputCount` pixels.
    func lineByteCount(outputCount: Int) -> Int {
        withUnsafePointer(to: model.packed) { networks_line_size($0, outputCount) }
    }

    /// Prepares a line of `pixelCount` pixels, `before` and `after` pixels of padding beside it; nil is
    /// a line of padding. `into` is aligned to 64.
    func prepare(
        line: UnsafePointer<Int8>?, pixelCount: Int, before: Int, after: Int,
        into: UnsafeMutableRawPointer
    ) {
        withUnsafePointer(to: model.packed) {
            networks_prepare_line($0, line, pixelCount, before, after, inputZero, into)
        }
    }

    /// Bytes of scratch that `filter` needs for a line of `outputCount` pixels; it is aligned to 64.
    func scratchByteCount(outputCount: Int) -> Int {
        withUnsafePointer(to: model.packed) { networks_filter_scratch($0, outputCount) }
    }

    /// The same bits as `KernelModel.filterReference`. Reads as many prepared lines as the window is
    /// high, and writes `channels` bytes for each pixel, no more.
    func filter(
        lines: UnsafePointer<UnsafeRawPointer?>, pixelCount: Int,
        into: UnsafeMutablePointer<Int8>, outputStride: Int, scratch: UnsafeMutableRawPointer
    ) {
        withUnsafePointer(to: model.packed) {
            networks_filter($0, lines, pixelCount, into, outputStride, scratch)
        }
    }
}

extension KernelModel {
    /// Defines the right answer. Kept slow and plain: optimise `PackedDepthwise.filter`, never this.
    ///
    /// - `lines`: as many as the window is high, as they were before they were prepared: of
    ///   `lineCount` pixels, after `before` pixels of padding; nil is padding.
    func filterReference(
        lines: [UnsafePointer<Int8>?], lineCount: Int, before: Int, pixelCount: Int,
        into: UnsafeMutablePointer<Int8>, outputStride: Int
    ) {
        for pixel in 0..<pixelCount {
            for channel in 0..<count {
                var sum = bias[channel]
                for tap in 0..<depth {
                    let (row, column) = tap.quotientAndRemainder(dividingBy: window.width)
                    let place = pixel * window.stride + column * window.dilation - before
                    guard let line = lines[row], place >= 0, place < lineCount else { continue }
                    let x = Int32(line[place * count + channel]) - inputZero
                    let w = Int32(weights[tap * count + channel]) - weightZero
                    sum &+= x * w
                }
                into[pixel * outputStride + channel] = code(of: sum, channel: channel)
            }
        }
    }
}
