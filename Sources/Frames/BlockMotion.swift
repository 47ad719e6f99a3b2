import CKernels

/// Where each 16 × 16 block of a picture was in the picture before.
public struct MotionVector: Hashable, Sendable {
    /// The block now at (x, y) was at (x + dx, y + dy); pixels.
    public var dx: Int8
    public var dy: Int8
    /// Sum of absolute differences at (dx, dy), 0 ... 65 280.
    public var difference: UInt16
    /// Sum of absolute differences at (0, 0).
    public var stillDifference: UInt16

    public init(dx: Int8 = 0, dy: Int8 = 0, difference: UInt16 = 0, stillDifference: UInt16 = 0) {
        self.dx = dx
        self.dy = dy
        self.difference = difference
        self.stillDifference = stillDifference
    }
}

/// Block matching between two pictures: full search of ± `range` pixels, integer vectors.
///
/// Offsets are tried from the nearest outward, ordered by dx² + dy², then dy, then dx; only a
/// strictly smaller difference wins, so a flat block stays still. A block whose difference at
/// (0, 0) is at most `stillDifferenceMax` is not searched. Offsets that leave the picture are
/// skipped.
///
/// - Shape: one block every `step` pixels, ⌈(side − 16) / step⌉ + 1 along each side of the picture
///   (with a step of 16, ⌈side / 16⌉), row-major; blocks overlap where the step is smaller. The last
///   block of a row or column is moved inward to lie whole in the picture. Both sides of the picture
///   are at least 16.
/// - Cost: at most (2 · range + 1)² block differences for each block.
public final class BlockMotion: @unchecked Sendable {
    public static let side = 16
    public static let rangeMax = 15

    public let width: Int
    public let height: Int
    public let columns: Int
    public let rows: Int
    public let range: Int
    /// From one block to the next, in pixels.
    public let step: Int
    public let stillDifferenceMax: UInt16
    /// The last result; row-major.
    public let vectors: UnsafeMutableBufferPointer<MotionVector>

    /// The offsets in the order in which they are tried: dx, dy interleaved; (0, 0) first.
    private let offsets: UnsafeMutableBufferPointer<Int8>
    /// The place of each offset in that order, by dy, then dx.
    private let ranks: UnsafeMutablePointer<UInt16>
    /// Of 8 × 8 pixels of the picture before, and of 8 rows of each of its columns.
    private let sums: UnsafeMutablePointer<UInt16>
    private let columnSums: UnsafeMutablePointer<UInt16>

    /// - Parameters:
    ///   - range: 1 ... `rangeMax`; values outside are clamped.
    ///   - step: 1 ... 16; values outside are clamped.
    ///   - stillDifferenceMax: 512 is two code values for each pixel, a camera's noise.
    public init(
        width: Int, height: Int, range: Int = 4, step: Int = BlockMotion.side,
        stillDifferenceMax: UInt16 = 512
    ) {
        precondition(
            width >= BlockMotion.side && height >= BlockMotion.side
                && width <= Plane.sideMax && height <= Plane.sideMax,
            "checked when a camera opens")
        self.width = width
        self.height = height
        self.range = min(max(range, 1), Self.rangeMax)
        self.stillDifferenceMax = stillDifferenceMax
        self.step = min(max(step, 1), Self.side)
        columns = (width - Self.side + self.step - 1) / self.step + 1
        rows = (height - Self.side + self.step - 1) / self.step + 1
        vectors = .allocate(capacity: columns * rows)
        vectors.initialize(repeating: MotionVector())
        offsets = Self.outwardOffsets(self.range)
        ranks = .allocate(capacity: offsets.count / 2)
        for (rank, place) in stride(from: 0, to: offsets.count, by: 2).enumerated() {
            let (dx, dy) = (Int(offsets[place]), Int(offsets[place + 1]))
            let index = (dy + self.range) * (2 * self.range + 1) + dx + self.range
            (ranks + index).initialize(to: UInt16(rank))
        }
        sums = .allocate(capacity: width * height + 16)
        sums.initialize(repeating: 0, count: width * height + 16)
        columnSums = .allocate(capacity: width + 32)
        columnSums.initialize(repeating: 0, count: width + 32)
    }

    deinit {
        vectors.deallocate()
        offsets.deallocate()
        ranks.deallocate()
        sums.deallocate()
        columnSums.deallocate()
    }

    /// Defines the right answer.
    public func matchReference(_ now: PlaneView, before: PlaneView) {
        check(now, before)
        for row in 0..<rows {
            for column in 0..<columns {
                let (x, y) = origin(column, row)
                vectors[row * columns + column] = searchReference(now, before, x, y)
            }
        }
    }

    /// The same vectors as `matchReference`.
    ///
    /// Most shifts are left without a look at their pixels: the sums of a block's four quarters
    /// differ by no more than its pixels do. Source: Li, Salari, "Successive elimination algorithm
    /// for motion estimation", IEEE TIP 4(1), 1995.
    public func match(_ now: PlaneView, before: PlaneView) {
        check(now, before)
        var isSummed = false
        for row in 0..<rows {
            // What the block to the left did is tried first.
            var guess = kernel_vector()
            for column in 0..<columns {
                let (x, y) = origin(column, row)
                let still = Self.difference(now, before, x, y, dx: 0, dy: 0)
                var found = kernel_vector(
                    dx: 0, dy: 0, difference: still, still_difference: still)
                if still > stillDifferenceMax {
                    if !isSummed {
                        kernels_window_sums(before.kernel, width, height, columnSums, sums)
                        isSummed = true
                    }
                    let (dx, dy) = (Int(guess.dx), Int(guess.dy))
                    if dx | dy != 0, contains(x + dx, y + dy) {
                        let difference = Self.difference(now, before, x, y, dx: dx, dy: dy)
                        if difference < still {
                            (found.dx, found.dy) = (guess.dx, guess.dy)
                            found.difference = difference
                        }
                    }
                    found = kernels_match_block(
                        now.kernel, before.kernel, sums, width, height, x, y, range, ranks,
                        found)
                }
                guess = found
                vectors[row * columns + column] = MotionVector(
                    dx: found.dx, dy: found.dy, difference: found.difference,
                    stillDifference: found.still_difference)
            }
        }
    }

    private func contains(_ left: Int, _ top: Int) -> Bool {
        left >= 0 && top >= 0 && left + Self.side <= width && top + Self.side <= height
    }

    private static func difference(
        _ now: PlaneView, _ before: PlaneView, _ x: Int, _ y: Int, dx: Int, dy: Int
    ) -> UInt16 {
        let block = now.row(y).advanced(by: x)
        let other = before.row(y + dy).advanced(by: x + dx)
        return kernels_block_difference(block, now.stride, other, before.stride)
    }

    /// The block in pixels.
    public func rectangle(column: Int, row: Int) -> Rectangle {
        let (x, y) = origin(column, row)
        return Rectangle(x: x, y: y, width: Self.side, height: Self.side)
    }

    private func origin(_ column: Int, _ row: Int) -> (x: Int, y: Int) {
        (min(column * step, width - Self.side), min(row * step, height - Self.side))
    }

    private func searchReference(
        _ now: PlaneView, _ before: PlaneView, _ x: Int, _ y: Int
    ) -> MotionVector {
        var best = MotionVector()
        best.stillDifference = Self.difference(now, before, x, y, x, y)
        best.difference = best.stillDifference
        guard best.stillDifference > stillDifferenceMax else { return best }
        for index in Swift.stride(from: 2, to: offsets.count, by: 2) {
            let (dx, dy) = (offsets[index], offsets[index + 1])
            let (left, top) = (x + Int(dx), y + Int(dy))
            guard contains(left, top) else { continue }
            let difference = Self.difference(now, before, x, y, left, top)
            if difference < best.difference {
                (best.dx, best.dy, best.difference) = (dx, dy, difference)
            }
        }
        return best
    }

    /// Cannot overflow: 256 · 255 = 65 280.
    private static func difference(
        _ now: PlaneView, _ before: PlaneView, _ x: Int, _ y: Int, _ left: Int, _ top: Int
    ) -> UInt16 {
        var sum: UInt16 = 0
        for j in 0..<side {
            for i in 0..<side {
                let (a, b) = (now.row(y + j)[x + i], before.row(top + j)[left + i])
                sum += UInt16(a > b ? a - b : b - a)
            }
        }
        return sum
    }

    private static func outwardOffsets(_ range: Int) -> UnsafeMutableBufferPointer<Int8> {
        var pairs: [(dx: Int, dy: Int)] = []
        for dy in -range...range {
            for dx in -range...range {
                pairs.append((dx, dy))
            }
        }
        pairs.sort { left, right in
            let leftKey = (left.dx * left.dx + left.dy * left.dy, left.dy, left.dx)
            let rightKey = (right.dx * right.dx + right.dy * right.dy, right.dy, right.dx)
            return leftKey < rightKey
        }
        let offsets = UnsafeMutableBufferPointer<Int8>.allocate(capacity: 2 * pairs.count)
        for (index, pair) in pairs.enumerated() {
            offsets.initializeElement(at: 2 * index, to: Int8(pair.dx))
            offsets.initializeElement(at: 2 * index + 1, to: Int8(pair.dy))
        }
        return offsets
    }

    private func check(_ now: PlaneView, _ before: PlaneView) {
        precondition(
            now.width == width && now.height == height
                && before.width == width && before.height == height,
            "shapes are checked when a camera opens")
    }
}
