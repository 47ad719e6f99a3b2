import CKernels

/// Sums of luma, and of its square, over any rectangle in four reads.
///
/// - Shape: (width + 1) × (height + 1) entries; entry (x, y) sums the pixels left of x and above y.
/// - Units: code values, and code values squared; both modulo 2³². A difference of four is exact
///   while its true value fits: any rectangle for sums (255 · 2²⁴ < 2³², see `pixelCountMax`), at
///   most 66 051 pixels (65 025 · 66 051 < 2³²) for squares.
/// - Source: Crow, "Summed-area tables for texture mapping", SIGGRAPH 1984.
public final class IntegralImage: @unchecked Sendable {
    public let width: Int
    public let height: Int

    public static let pixelCountMax = 1 << 24
    public static let squareAreaMax = 66_051

    private let stride: Int
    private let sums: UnsafeMutablePointer<UInt32>
    private let squares: UnsafeMutablePointer<UInt32>

    public init(width: Int, height: Int) {
        precondition(
            width > 0 && height > 0 && width <= Plane.sideMax && height <= Plane.sideMax
                && width * height <= IntegralImage.pixelCountMax,
            "checked when a camera opens")
        self.width = width
        self.height = height
        stride = width + 1
        sums = .allocate(capacity: stride * (height + 1))
        squares = .allocate(capacity: stride * (height + 1))
        sums.initialize(repeating: 0, count: stride * (height + 1))
        squares.initialize(repeating: 0, count: stride * (height + 1))
    }

    deinit {
        sums.deallocate()
        squares.deallocate()
    }

    /// Defines the right answer.
    public func computeReference(_ luma: PlaneView) {
        precondition(luma.width == width && luma.height == height, "one size per integral image")
        for y in 0..<height {
            var (rowSum, rowSquares): (UInt32, UInt32) = (0, 0)
            for x in 0..<width {
                let value = UInt32(luma.row(y)[x])
                rowSum &+= value
                rowSquares &+= value * value
                let index = (y + 1) * stride + x + 1
                sums[index] = sums[index - stride] &+ rowSum
                squares[index] = squares[index - stride] &+ rowSquares
            }
        }
    }

    /// The same bits as `computeReference`.
    public func compute(_ luma: PlaneView) {
        precondition(luma.width == width && luma.height == height, "one size per integral image")
        for y in 0..<height {
            let (above, below) = (y * stride + 1, (y + 1) * stride + 1)
            kernels_integral_row(
                luma.row(y), width, sums + above, squares + above, sums + below, squares + below)
        }
    }

    /// The sum of the pixels of `rectangle`, which lies within the picture.
    public func sum(in rectangle: Rectangle) -> UInt32 {
        Self.read(sums, stride, rectangle, width, height)
    }

    /// The sum of squares in `rectangle`, of at most `squareAreaMax` pixels.
    public func squareSum(in rectangle: Rectangle) -> UInt32 {
        precondition(rectangle.area <= Self.squareAreaMax, "larger areas would wrap")
        return Self.read(squares, stride, rectangle, width, height)
    }

    /// Variance in code values squared, rounded down; 0 for an empty rectangle.
    public func variance(in rectangle: Rectangle) -> Int {
        guard !rectangle.isEmpty else { return 0 }
        // Cannot overflow: n ≤ 66 051, so n · Σx² < 2⁴⁹.
        let (count, sum) = (rectangle.area, Int(sum(in: rectangle)))
        return (count * Int(squareSum(in: rectangle)) - sum * sum) / (count * count)
    }

    /// A number that any change to the tables changes, for self-tests.
    func hash(into hash: inout StableHash) {
        for index in 0..<stride * (height + 1) {
            hash.combine(UInt64(sums[index]) << 32 | UInt64(squares[index]))
        }
    }

    private static func read(
        _ table: UnsafeMutablePointer<UInt32>, _ stride: Int, _ rectangle: Rectangle,
        _ width: Int, _ height: Int
    ) -> UInt32 {
        guard !rectangle.isEmpty else { return 0 }
        let (left, top) = (rectangle.x, rectangle.y)
        let (right, bottom) = (left + rectangle.width, top + rectangle.height)
        precondition(
            left >= 0 && top >= 0 && right <= width && bottom <= height, "inside the picture")
        return table[bottom * stride + right] &- table[bottom * stride + left]
            &- table[top * stride + right] &+ table[top * stride + left]
    }
}
