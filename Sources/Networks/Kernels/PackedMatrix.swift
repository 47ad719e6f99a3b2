import CNetworks

/// A matrix of weights that multiplies rows of codes, packed once for the machine it runs on:
///
///     into[r][n] = code of (bias[n] + Σ over k of (rows[r][k] − inputZero) · (w[n][k] − weightZero))
///
/// - Shape: weights are row-major, count × depth. Rows and results have strides of their own.
/// - Units: int8 codes; sums have 32 bits and wrap.
/// - Error: none; every path gives the bits of `multiplyReference`.
/// - Source: Jacob et al., CVPR 2018, §2.2 and §2.3: what zero points add is multiplied out.
final class PackedMatrix: @unchecked Sendable {
    /// Products of each sum.
    let depth: Int
    /// Of output channels.
    let count: Int
    private let model: PackedModel

    /// - `weights` of the model: count × depth, row-major.
    init(_ model: KernelModel, path: KernelPath = .best) {
        depth = model.depth
        count = model.count
        self.model = PackedModel(
            model, path: path, size: networks_matrix_size, pack: networks_pack_matrix)
    }

    /// Bytes of scratch that `multiply` needs for up to `rowCount` rows; it is aligned to 64.
    func scratchByteCount(rowCount: Int) -> Int {
        withUnsafePointer(to: model.packed) { networks_multiply_scratch($0, rowCount) }
    }

    /// The same bits as `KernelModel.multiplyReference`. Reads `depth` bytes of each row and writes `count` bytes
    /// for each, no more.
    func multiply(
        rows: UnsafePointer<Int8>, rowStride: Int, rowCount: Int,
        into: UnsafeMutablePointer<Int8>, outputStride: Int, scratch: UnsafeMutableRawPointer
    ) {
        withUnsafePointer(to: model.packed) {
            networks_multiply($0, rows, rowStride, rowCount, into, outputStride, scratch)
        }
    }
}

extension KernelModel {
    /// Defines the right answer. Kept slow and plain: optimise `PackedMatrix.multiply`, never this.
    func multiplyReference(
        rows: UnsafePointer<Int8>, rowStride: Int, rowCount: Int,
        into: UnsafeMutablePointer<Int8>, outputStride: Int
    ) {
        for row in 0..<rowCount {
            for channel in 0..<count {
                var sum = bias[channel]
                for k in 0..<depth {
                    let x = Int32(rows[row * rowStride + k]) - inputZero
                    let w = Int32(weights[channel * depth + k]) - weightZero
                    sum &+= x * w
                }
                into[row * outputStride + channel] = code(of: sum, channel: channel)
            }
        }
    }
}
