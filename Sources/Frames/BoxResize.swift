import CKernels

/// Shrinks a picture by averaging area: every output pixel is the mean of the rectangle of the
/// input that it covers, pixels cut by its edge weighted by the part inside.
///
///     out = ⌊(2·Σ wₓ·w_y·p + T) / 2T⌋,  T = Σ wₓ·w_y      (the exact mean, rounded half up)
///
/// - Shape: any width × height to any other, each side by a rational factor of its own; growing is
///   allowed and repeats pixels.
/// - Error: none; the weights are integers: with both widths divided by their greatest common
///   divisor, w for the input and W for the output, input pixel x spans x·W ..< (x + 1)·W and
///   output pixel X spans X·w ..< (X + 1)·w. The weight is the overlap of the two.
/// - Memory: allocated once, here; `resize` allocates nothing.
public final class BoxResize: @unchecked Sendable {
    public let fromWidth: Int
    public let fromHeight: Int
    public let toWidth: Int
    public let toHeight: Int

    private let across: Ratio
    private let down: Ratio
    /// One weighted sum for each input column, for the output row in hand.
    private let columnSums: UnsafeMutablePointer<UInt32>

    public init(fromWidth: Int, fromHeight: Int, toWidth: Int, toHeight: Int) {
        precondition(
            min(fromWidth, fromHeight, toWidth, toHeight) > 0
                && max(fromWidth, fromHeight, toWidth, toHeight) <= Plane.sideMax,
            "checked when a camera opens")
        self.fromWidth = fromWidth
        self.fromHeight = fromHeight
        self.toWidth = toWidth
        self.toHeight = toHeight
        across = Ratio(from: fromWidth, to: toWidth)
        down = Ratio(from: fromHeight, to: toHeight)
        columnSums = .allocate(capacity: fromWidth)
        columnSums.initialize(repeating: 0, count: fromWidth)
    }

    deinit {
        columnSums.deallocate()
    }

    /// Defines the right answer.
    ///
    /// Cannot overflow: T ≤ sideMax² = 2²⁸, so 2·Σ ≤ 2 · 255 · 2²⁸ < 2³⁷.
    public func resizeReference(_ source: PlaneView, into target: Plane) {
        check(source, target)
        let total = across.from * down.from
        for row in 0..<toHeight {
            for column in 0..<toWidth {
                var sum = 0
                for y in down.covered(by: row) {
                    for x in across.covered(by: column) {
                        let weight = across.weight(of: x, in: column) * down.weight(of: y, in: row)
                        sum += weight * Int(source.row(y)[x])
                    }
                }
                target.row(row)[column] = UInt8((2 * sum + total) / (2 * total))
            }
        }
    }

    /// The same bits as `resizeReference`.
    public func resize(_ source: PlaneView, into target: Plane) {
        check(source, target)
        switch (across.from, across.to, down.from, down.to) {
        case (1, 1, 1, 1): LumaExtraction.copy(source, into: target)
        case (2, 1, 2, 1): kernels_halve(source.kernel, target.kernel, toWidth, toHeight)
        case (4, 1, 4, 1): kernels_quarter(source.kernel, target.kernel, toWidth, toHeight)
        default: resizeByWeights(source, target)
        }
    }

    /// Rows first, each input sample once per output row that it touches; then columns.
    private func resizeByWeights(_ source: PlaneView, _ target: Plane) {
        let total = UInt64(across.from * down.from)
        for row in 0..<toHeight {
            let covered = down.covered(by: row)
            let (first, last) = (covered.lowerBound, covered.upperBound - 1)
            kernels_weigh_rows(
                kernel_plane(base: source.row(first), stride: source.stride), covered.count,
                UInt32(down.weight(of: first, in: row)), UInt32(down.to),
                UInt32(down.weight(of: last, in: row)), columnSums, fromWidth)
            kernels_weigh_columns(
                columnSums, UInt32(across.from), UInt32(across.to), total, target.row(row),
                toWidth)
        }
    }

    private func check(_ source: PlaneView, _ target: Plane) {
        precondition(
            source.width == fromWidth && source.height == fromHeight
                && target.width == toWidth && target.height == toHeight,
            "shapes are checked when a camera opens")
    }

    /// One side's factor in lowest terms, and the overlap of input and output pixels along it.
    private struct Ratio {
        let from: Int
        let to: Int

        init(from: Int, to: Int) {
            var (a, b) = (from, to)
            while b != 0 {
                (a, b) = (b, a % b)
            }
            self.from = from / a
            self.to = to / a
        }

        func covered(by output: Int) -> Range<Int> {
            output * from / to..<((output + 1) * from + to - 1) / to
        }

        func weight(of input: Int, in output: Int) -> Int {
            min((input + 1) * to, (output + 1) * from) - max(input * to, output * from)
        }
    }
}
