import CKernels

/// What one cell of a grid over the picture looks like: how bright, how much contrast, how sharp.
public struct BlockStatistics: Hashable, Sendable {
    /// Pixels of the cell.
    public var count: UInt64 = 0
    /// Σ x, code values.
    public var sum: UInt64 = 0
    /// Σ x², code values squared.
    public var squareSum: UInt64 = 0
    /// Σ (4x − left − right − above − below)², over the pixels of the cell that have all four
    /// neighbours in the picture. Falls steeply when a lens is defocused or sprayed.
    public var laplacianEnergy: UInt64 = 0

    public init() {}

    /// UQ8.8 code values, rounded down.
    public var mean: Int { count == 0 ? 0 : Int(sum << 8 / count) }

    /// Code values squared, rounded down.
    ///
    /// Cannot overflow: count ≤ 2²⁸ and squareSum < 2⁴⁴ for the largest picture; for cells up to
    /// 2²³ pixels the product is below 2⁶²; larger cells are divided first.
    public var variance: Int {
        guard count > 0 else { return 0 }
        guard count <= 1 << 23 else {
            return Int(squareSum / count) - Int(sum / count) * Int(sum / count)
        }
        return Int((count * squareSum - sum * sum) / (count * count))
    }

    /// Laplacian energy per pixel, code values squared, rounded down.
    public var sharpness: Int { count == 0 ? 0 : Int(laplacianEnergy / count) }
}

/// Brightness, contrast and sharpness on a grid: the picture's health at a glance.
///
/// - Shape: cell (i, j) of columns × rows spans x from ⌊i·width / columns⌋ up to
///   ⌊(i + 1)·width / columns⌋, and y likewise; cells are row-major in the result.
/// - Source: sum of squared Laplacian, Subbarao and Tyan, IEEE TPAMI 20(8), 1998.
public enum Sharpness {
    /// Defines the right answer.
    public static func measureReference(
        _ luma: PlaneView, columns: Int, rows: Int,
        into cells: UnsafeMutableBufferPointer<BlockStatistics>
    ) {
        check(luma, columns, rows, cells)
        for row in 0..<rows {
            for column in 0..<columns {
                var cell = BlockStatistics()
                for y in span(row, rows, luma.height) {
                    for x in span(column, columns, luma.width) {
                        add(luma, x, y, to: &cell)
                    }
                }
                cells[row * columns + column] = cell
            }
        }
    }

    /// The same numbers as `measureReference`.
    public static func measure(
        _ luma: PlaneView, columns: Int, rows: Int,
        into cells: UnsafeMutableBufferPointer<BlockStatistics>
    ) {
        check(luma, columns, rows, cells)
        cells.update(repeating: BlockStatistics())
        // Four 64-bit words in the same order.
        cells.withMemoryRebound(to: kernel_cell.self) { words in
            guard let base = words.baseAddress else { return }
            for row in 0..<rows {
                let covered = span(row, rows, luma.height)
                for first in stride(from: covered.lowerBound, to: covered.upperBound, by: 256) {
                    // In bands so short that the sums of a column fit 32 bits.
                    kernels_sharpness_band(
                        luma.kernel, luma.width, luma.height, first,
                        min(first + 256, covered.upperBound), base + row * columns, columns)
                }
            }
        }
    }

    private static func add(_ luma: PlaneView, _ x: Int, _ y: Int, to cell: inout BlockStatistics) {
        let value = Int(luma.row(y)[x])
        cell.count += 1
        cell.sum += UInt64(value)
        cell.squareSum += UInt64(value * value)
        guard x > 0, y > 0, x + 1 < luma.width, y + 1 < luma.height else { return }
        let across = Int(luma.row(y)[x - 1]) + Int(luma.row(y)[x + 1])
        let along = Int(luma.row(y - 1)[x]) + Int(luma.row(y + 1)[x])
        let laplacian = 4 * value - across - along
        cell.laplacianEnergy += UInt64(laplacian * laplacian)
    }

    static func span(_ index: Int, _ count: Int, _ length: Int) -> Range<Int> {
        index * length / count..<(index + 1) * length / count
    }

    private static func check(
        _ luma: PlaneView, _ columns: Int, _ rows: Int,
        _ cells: UnsafeMutableBufferPointer<BlockStatistics>
    ) {
        precondition(
            columns > 0 && rows > 0 && columns <= luma.width && rows <= luma.height
                && cells.count == columns * rows,
            "shapes are checked when a camera opens")
    }
}
