import CKernels

/// Some rows of a picture at full sharpness, kept to be compared with later ones.
///
/// Shrinking a picture averages the sensor's noise away; whether a picture stands still to the
/// last bit shows only in pixels as they were delivered.
///
/// - Shape: at most `rowCountMax` rows, evenly spaced, each as wide as the picture.
public final class SampledRows: @unchecked Sendable {
    public static let rowCountMax = 60

    public let width: Int
    public let height: Int
    public let rowCount: Int
    private let kept: Plane
    /// 255 where a pixel counts.
    private let mask: Plane
    /// Pixels that count.
    public let pixelCount: Int

    /// - Parameter hidden: what is never looked at.
    public init(width: Int, height: Int, hidden: [Polygon] = []) {
        self.width = width
        self.height = height
        rowCount = min(height, Self.rowCountMax)
        kept = Plane(width: width, height: rowCount)
        mask = Plane(width: width, height: rowCount)
        let whole = Plane(width: width, height: height)
        PolygonMask.draw(hidden, inside: 0, outside: 255, into: whole)
        var count = 0
        for index in 0..<rowCount {
            let source = whole.row(Self.line(index, height, rowCount))
            for x in 0..<width {
                mask.row(index)[x] = source[x]
                count += source[x] == 0 ? 0 : 1
            }
        }
        pixelCount = count
    }

    public func keep(_ luma: PlaneView) {
        precondition(luma.width == width && luma.height == height, "one size per camera")
        for index in 0..<rowCount {
            kept.row(index).update(from: luma.row(Self.line(index, height, rowCount)), count: width)
        }
    }

    /// The sum of absolute differences to the kept rows; code values. Defines the right answer.
    ///
    /// Cannot overflow: at most 60 · 2¹⁴ pixels of 255 each.
    public func differenceReference(from luma: PlaneView) -> Int {
        precondition(luma.width == width && luma.height == height, "one size per camera")
        var sum = 0
        for index in 0..<rowCount {
            let row = luma.row(Self.line(index, height, rowCount))
            for x in 0..<width where mask.row(index)[x] != 0 {
                sum += abs(Int(row[x]) - Int(kept.row(index)[x]))
            }
        }
        return sum
    }

    /// The same number as `differenceReference`.
    public func difference(from luma: PlaneView) -> Int {
        precondition(luma.width == width && luma.height == height, "one size per camera")
        var sum: UInt64 = 0
        for index in 0..<rowCount {
            sum += kernels_row_distance(
                luma.row(Self.line(index, height, rowCount)), kept.row(index), mask.row(index),
                width)
        }
        return Int(sum)
    }

    private static func line(_ index: Int, _ height: Int, _ rowCount: Int) -> Int {
        (2 * index + 1) * height / (2 * rowCount)
    }
}
