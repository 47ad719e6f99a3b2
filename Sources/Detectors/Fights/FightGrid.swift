import Frames

/// The picture on which fights are looked for, its blocks of motion and its cells of change.
///
/// Blocks of 16 × 16 stand every 8 pixels; block (column, row) covers the cells from (column, row)
/// to (column + 1, row + 1).
enum FightGrid {
    static let width = 320
    static let height = 240
    static let step = 8
    static let columns = width / step
    static let rows = height / step
    static let cellCount = columns * rows
    static let blockColumns = columns - 1
    static let blockRows = rows - 1
    static let blockCount = blockColumns * blockRows
    /// ± pixels. Limbs that are faster stay unexplained, and count as that.
    static let range = 5
    /// A block that changes less is not searched: four code values for each pixel.
    static let stillDifferenceMax: UInt16 = 1000
    /// A pixel's change below this is a sensor's noise or a codec's.
    static let changeFloor: UInt8 = 6
    /// Steps that a window can hold.
    static let stepCountMax = 24
}

/// How one block moved.
struct FightBlock {
    /// The way it came from; 1/16 pixel in 100 ms.
    var x: Int16 = 0
    var y: Int16 = 0
    /// Length of (x, y).
    var speed: Int16 = 0
    /// Of eight, from the right clockwise.
    var direction: UInt8 = 0
    /// 0 where the block stands still, else 1 plus one for each of 30 % and 50 % of the difference
    /// that the shift leaves.
    var residue: UInt8 = 0
}

/// What happened between two pictures about 100 ms apart.
final class FightStep: @unchecked Sendable {
    private(set) var start = Instant.zero
    private(set) var end = Instant.zero
    /// Row-major, `FightGrid.blockColumns` wide.
    let blocks: UnsafeMutablePointer<FightBlock>
    /// Σ change of each 8 × 8 cell, row-major, `FightGrid.columns` wide.
    let cells: UnsafeMutableBufferPointer<UInt16>
    /// How much each pixel changed.
    let change: Plane
    /// Blocks that move.
    private(set) var movingCount = 0

    init() {
        blocks = .allocate(capacity: FightGrid.blockCount)
        blocks.initialize(repeating: FightBlock(), count: FightGrid.blockCount)
        cells = .allocate(capacity: FightGrid.cellCount)
        cells.initialize(repeating: 0)
        change = Plane(width: FightGrid.width, height: FightGrid.height)
    }

    deinit {
        blocks.deallocate()
        cells.deallocate()
    }

    /// - Parameters:
    ///   - before: already shifted back where the camera shook.
    ///   - motion: searches the grid's picture; its vectors are overwritten.
    func measure(
        _ now: PlaneView, before: PlaneView, motion: BlockMotion, from start: Instant,
        to end: Instant
    ) {
        self.start = start
        self.end = end
        CellChange.measure(
            now, before: before, floor: FightGrid.changeFloor, into: cells)
        AbsoluteDifference.differ(now, before, into: change)
        motion.match(now, before: before)
        let elapsed = Int(max((end - start).nanoseconds / 1000, 1))
        movingCount = 0
        for index in 0..<FightGrid.blockCount {
            let vector = motion.vectors[index]
            guard vector.stillDifference > FightGrid.stillDifferenceMax else {
                blocks[index] = FightBlock()
                continue
            }
            movingCount += 1
            var block = FightBlock()
            block.x = FightStep.scaled(Int(vector.dx), elapsed)
            block.y = FightStep.scaled(Int(vector.dy), elapsed)
            block.speed = Int16(length(Int(block.x), Int(block.y)))
            block.direction = FightStep.direction(Int(vector.dx), Int(vector.dy))
            let (left, all) = (Int(vector.difference) * 10, Int(vector.stillDifference))
            block.residue = left >= all * 5 ? 3 : left >= all * 3 ? 2 : 1
            blocks[index] = block
        }
    }

    /// Pixels in `elapsed` microseconds as sixteenths in 100 ms, rounded to nearest.
    ///
    /// Cannot overflow: at most 15 pixels in 85 ms give 283.
    private static func scaled(_ pixels: Int, _ elapsed: Int) -> Int16 {
        let size = (abs(pixels) * 16 * 200_000 + elapsed) / (2 * elapsed)
        let clamped = Int16(min(size, 1000))
        return pixels < 0 ? -clamped : clamped
    }

    /// Eighths of the circle, each centred on its axis; tan 22.5° is 0.4142.
    private static func direction(_ dx: Int, _ dy: Int) -> UInt8 {
        let (x, y) = (abs(dx), abs(dy))
        if y * 10_000 < x * 4142 { return dx > 0 ? 0 : 4 }
        if x * 10_000 < y * 4142 { return dy > 0 ? 2 : 6 }
        return dx > 0 ? (dy > 0 ? 1 : 7) : (dy > 0 ? 3 : 5)
    }
}

/// √(x² + y²), within 3 %: the larger, or 7/8 of it and half of the smaller, whichever is more.
@inline(__always)
func length(_ x: Int, _ y: Int) -> Int {
    let (a, b) = (magnitude(x), magnitude(y))
    let (most, least) = a > b ? (a, b) : (b, a)
    return max(most, most &- most &>> 3 &+ least &>> 1)
}

/// |x|, unchecked: the vectors it is asked about are small.
@inline(__always)
func magnitude(_ x: Int) -> Int { x < 0 ? 0 &- x : x }

/// ⌊√value⌋.
func squareRoot(_ value: Int) -> Int {
    guard value > 0 else { return 0 }
    // The power of two above the root; each step of Newton's then falls until it is the root.
    var root = 1 << ((Int.bitWidth - value.leadingZeroBitCount + 1) / 2)
    while true {
        let next = (root + value / root) / 2
        if next >= root { return root }
        root = next
    }
}

/// log₂ in 1/256, linear between powers of two: at most 22 below the exact value.
func logarithm(_ value: Int) -> Int {
    guard value > 1 else { return 0 }
    let exponent = Int.bitWidth - 1 - value.leadingZeroBitCount
    return exponent << 8 + (value << 8) >> exponent - 256
}

/// `part` of `whole` in thousandths, 0 where there is nothing.
@inline(__always)
func thousandths(_ part: Int, of whole: Int) -> Int {
    whole > 0 ? part * 1000 / whole : 0
}
