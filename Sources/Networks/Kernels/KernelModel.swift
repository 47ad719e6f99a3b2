/// What a convolution computes, whatever kernel does it: weights, and how its sums become codes.
///
/// - Shape: `count` output channels, each a sum of `depth` products; the kernel says how `weights`
///   are laid out.
/// - Units: int8 codes; zero points are codes.
struct KernelModel: Sendable {
    let weights: [Int8]
    let count: Int
    let depth: Int
    let inputZero: Int32
    let weightZero: Int32
    /// One for each output channel; zeros if the model has none.
    let bias: [Int32]
    let output: Requantization
    /// For each output channel, where SiLU makes codes of what `output` scales; its limits are none.
    var silu: [SiLU]?
    /// The same where PReLU does.
    var slopes: [Int16]?
    /// Of depthwise filters, whose `depth` it is.
    var window = FilterWindow(height: 1, width: 1)

    /// Some output channels of a matrix, whose `weights` are count × depth.
    func matrix(channels: Range<Int>) -> KernelModel {
        KernelModel(
            weights: Array(weights[channels.lowerBound * depth..<channels.upperBound * depth]),
            count: channels.count, depth: depth, inputZero: inputZero, weightZero: weightZero,
            bias: Array(bias[channels]),
            output: Requantization(
                multipliers: Array(output.multipliers[channels]),
                shifts: Array(output.shifts[channels]), zero: output.zero,
                minimum: output.minimum, maximum: output.maximum),
            silu: silu.map { Array($0[channels]) },
            slopes: slopes.map { Array($0[channels]) })
    }
}

/// How depthwise filters lie over lines of pixels.
struct FilterWindow: Sendable {
    /// Taps.
    var height: Int
    var width: Int
    /// Along a line: pixels from output to output, and from tap to tap.
    var stride = 1
    var dilation = 1
}
