import CNetworks

/// A filter of its own for each channel, packed once for the machine it runs on:
///
///     into[p][c] = code of (bias[c] + Σ over t of (taps[p][t][c] − inputZero) · (w[t][c] − weightZero))
///
/// - Shape: weights are row-major, taps × channels, as TensorFlow Lite's 1 × height × width ×
///   channels. A tap is a pixel of the input, or of inputZero codes where the filter hangs over.
/// - Units: int8 codes; sums have 32 bits and wrap.
/// - Error: none; every path gives the bits of `filterReference`.
/// - Source: pointers to taps: Dukhan, "The Indirect Convolution Algorithm", 2019.
final class PackedDepthwise: @unchecked Sendable {
    /// Of input and output alike.
    let channels: Int
    /// Kernel height × width.
    let tapCount: Int
    private let weights: [Int8]
    private let inputZero: Int32
    private let weightZero: Int32
    private let bias: [Int32]
    private let output: Requantization
    private let model: PackedModel

    /// - `weights`: taps × channels, row-major.
    /// - `bias`: `channels`; zeros if the model has none.
    init(
        weights: UnsafeBufferPointer<Int8>, channels: Int, tapCount: Int, inputZero: Int32,
        weightZero: Int32, bias: [Int32], output: Requantization, path: KernelPath = .best
    ) {
        self.channels = channels
        self.tapCount = tapCount
        self.weights = Array(weights)
        self.inputZero = inputZero
        self.weightZero = weightZero
        self.bias = bias
        self.output = output
        model = PackedModel(
            weights: weights, count: channels, depth: tapCount, inputZero: inputZero,
            weightZero: weightZero, bias: bias, output: output, path: path,
            size: networks_depthwise_size, pack: networks_pack_depthwise)
    }

    /// Defines the right answer. Kept slow and plain: optimise `filter`, never this.
    ///
    /// - `taps`: `tapCount` pointers for each output pixel, each to `channels` codes.
    func filterReference(
        taps: UnsafePointer<UnsafePointer<Int8>>, pixelCount: Int,
        into: UnsafeMutablePointer<Int8>, outputStride: Int
    ) {
        for pixel in 0..<pixelCount {
            for channel in 0..<channels {
                var sum = bias[channel]
                for tap in 0..<tapCount {
                    let x = Int32(taps[pixel * tapCount + tap][channel]) - inputZero
                    let w = Int32(weights[tap * channels + channel]) - weightZero
                    sum &+= x * w
                }
                into[pixel * outputStride + channel] = output.code(of: sum, channel: channel)
            }
        }
    }

    /// The same bits as `filterReference`. Reads `channels` bytes of each tap and writes `channels`
    /// bytes for each pixel, no more.
    func filter(
        taps: UnsafePointer<UnsafePointer<Int8>>, pixelCount: Int,
        into: UnsafeMutablePointer<Int8>, outputStride: Int
    ) {
        // In C the pointers may be null; here they never are, and both are as large.
        let taps = UnsafeRawPointer(taps).assumingMemoryBound(to: UnsafePointer<Int8>?.self)
        withUnsafePointer(to: model.packed) {
            networks_filter($0, taps, pixelCount, into, outputStride)
        }
    }
}
