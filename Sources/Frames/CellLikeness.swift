import CKernels

/// How one cell of a picture looks beside the same cell of a reference picture.
///
/// Everything is a plain sum over the cell's 64 pixels, so that ratios of them can be compared
/// without division.
public struct CellSums: Hashable, Sendable {
    /// Σ x and Σ r; code values, 0 ... 16 320.
    public var sum: Int32 = 0
    public var referenceSum: Int32 = 0
    /// Σ x², Σ r², Σ x·r; code values squared, 0 ... 4 161 600.
    public var squareSum: Int32 = 0
    public var referenceSquareSum: Int32 = 0
    public var productSum: Int32 = 0
    /// Σ |4x − left − right − above − below|, a neighbour outside the picture taken to be x;
    /// code values, 0 ... 65 280.
    public var laplacianSum: Int32 = 0

    public init() {}

    /// 64² times the variance of the cell: 64·Σx² − (Σx)² ≤ 2²⁸, so it fits.
    public var scatter: Int { 64 * Int(squareSum) - Int(sum) * Int(sum) }
    /// 64² times the variance of the reference's cell.
    public var referenceScatter: Int {
        64 * Int(referenceSquareSum) - Int(referenceSum) * Int(referenceSum)
    }
    /// 64² times the covariance of the two.
    public var coscatter: Int { 64 * Int(productSum) - Int(sum) * Int(referenceSum) }
}

/// Compares a picture with a reference, cell by cell of 8 × 8 pixels.
///
/// - Shape: both planes of one size, both sides a multiple of 8; cells are row-major, `width` / 8
///   to a row.
/// - Source: normalised cross-correlation, Lewis, "Fast Normalized Cross-Correlation", 1995, left
///   undivided.
public enum CellLikeness {
    public static let side = 8

    /// Defines the right answer.
    public static func measureReference(
        _ luma: PlaneView, against reference: PlaneView,
        into cells: UnsafeMutableBufferPointer<CellSums>
    ) {
        check(luma, reference, cells)
        let columns = luma.width / side
        for index in 0..<columns * (luma.height / side) {
            var sums = CellSums()
            for y in index / columns * side..<(index / columns + 1) * side {
                for x in index % columns * side..<(index % columns + 1) * side {
                    let (value, other) = (Int32(luma.row(y)[x]), Int32(reference.row(y)[x]))
                    sums.sum += value
                    sums.squareSum += value * value
                    sums.referenceSum += other
                    sums.referenceSquareSum += other * other
                    sums.productSum += value * other
                    sums.laplacianSum += laplacian(luma, x, y)
                }
            }
            cells[index] = sums
        }
    }

    /// The same numbers as `measureReference`.
    public static func measure(
        _ luma: PlaneView, against reference: PlaneView,
        into cells: UnsafeMutableBufferPointer<CellSums>
    ) {
        check(luma, reference, cells)
        // Six 32-bit words in the same order.
        cells.withMemoryRebound(to: kernel_likeness.self) { words in
            guard let base = words.baseAddress else { return }
            kernels_likeness(luma.kernel, reference.kernel, luma.width, luma.height, base)
        }
    }

    private static func laplacian(_ luma: PlaneView, _ x: Int, _ y: Int) -> Int32 {
        let row = luma.row(y)
        let sides = Int32(row[max(x - 1, 0)]) + Int32(row[min(x + 1, luma.width - 1)])
        let above = Int32(luma.row(max(y - 1, 0))[x])
        let below = Int32(luma.row(min(y + 1, luma.height - 1))[x])
        return abs(4 * Int32(row[x]) - sides - above - below)
    }

    private static func check(
        _ luma: PlaneView, _ reference: PlaneView, _ cells: UnsafeMutableBufferPointer<CellSums>
    ) {
        precondition(
            luma.width == reference.width && luma.height == reference.height
                && luma.width % side == 0 && luma.height % side == 0
                && cells.count == luma.width / side * (luma.height / side),
            "shapes are checked when a camera opens")
    }
}
