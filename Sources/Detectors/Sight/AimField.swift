import Frames

/// How the parts of a picture moved when a camera gave way: a shift, with a little roll or zoom in
/// it.
///
/// Found for 4 × 3 blocks, each about the shift of the whole, and laid over the cells between their
/// middles.
struct AimField {
    /// Of each block, from the upper left; at most `GlobalMotion.refineMargin` to either side.
    private var blocks = Array(repeating: RunningBackground.Shift(), count: blockCount)
    private let cells: UnsafeMutableBufferPointer<RunningBackground.Shift>

    private static let side = 40
    private static let columns = CellGrid.width / side
    private static let rows = CellGrid.height / side
    static let blockCount = columns * rows

    /// - Parameter cells: one for each cell; they belong to the caller.
    init(cells: UnsafeMutableBufferPointer<RunningBackground.Shift>) {
        self.cells = cells
    }

    /// One for each cell.
    var shifts: UnsafeBufferPointer<RunningBackground.Shift> { UnsafeBufferPointer(cells) }

    /// Whether anything moved at all.
    var isShifted: Bool { blocks.contains { $0 != RunningBackground.Shift() } }

    /// What this shift makes of an earlier one, block by block.
    func add(to offsets: inout [RunningBackground.Shift]) {
        for index in blocks.indices {
            offsets[index].dx += blocks[index].dx
            offsets[index].dy += blocks[index].dy
        }
    }

    mutating func find(_ now: PlaneView, before: PlaneView) {
        let whole = GlobalMotion.find(now, before: before)
        for index in blocks.indices {
            let area = Rectangle(
                x: index % Self.columns * Self.side, y: index / Self.columns * Self.side,
                width: Self.side, height: Self.side)
            let (dx, dy) = GlobalMotion.refine(now, before: before, in: area, about: whole)
            blocks[index] = RunningBackground.Shift(dx: Int16(dx), dy: Int16(dy))
        }
        for index in cells.indices {
            cells[index] = between(
                x: index % CellGrid.columns * CellLikeness.side + CellLikeness.side / 2,
                y: index / CellGrid.columns * CellLikeness.side + CellLikeness.side / 2)
        }
    }

    /// Straight lines between the middles of four blocks, rounded; beyond the outer middles as there.
    private func between(x: Int, y: Int) -> RunningBackground.Shift {
        let side = Self.side
        let x = min(max(x - side / 2, 0), (Self.columns - 1) * side)
        let y = min(max(y - side / 2, 0), (Self.rows - 1) * side)
        let (left, top) = (min(x / side, Self.columns - 2), min(y / side, Self.rows - 2))
        let (right, below) = (x - left * side, y - top * side)
        let corner = top * Self.columns + left
        let (near, beside) = (blocks[corner], blocks[corner + 1])
        let (under, across) = (blocks[corner + Self.columns], blocks[corner + Self.columns + 1])
        func mean(_ near: Int16, _ beside: Int16, _ under: Int16, _ across: Int16) -> Int16 {
            let upper = Int(near) * (side - right) + Int(beside) * right
            let lower = Int(under) * (side - right) + Int(across) * right
            // To the nearest of side² parts.
            let twice = 2 * (upper * (side - below) + lower * below) + side * side
            return Int16((twice - (twice < 0 ? 2 * side * side - 1 : 0)) / (2 * side * side))
        }
        return RunningBackground.Shift(
            dx: mean(near.dx, beside.dx, under.dx, across.dx),
            dy: mean(near.dy, beside.dy, under.dy, across.dy))
    }

    /// Fills `moved` with `before` as it looks now; what comes in at the edges repeats the edge.
    func draw(_ before: PlaneView, into moved: Plane) {
        let side = CellLikeness.side
        for index in cells.indices {
            let (dx, dy) = (Int(cells[index].dx), Int(cells[index].dy))
            let (left, top) = (index % CellGrid.columns * side, index / CellGrid.columns * side)
            for y in top..<top + side {
                let from = before.row(min(max(y + dy, 0), CellGrid.height - 1))
                let to = moved.row(y)
                if left + dx >= 0 && left + side + dx <= CellGrid.width {
                    (to + left).update(from: from + (left + dx), count: side)
                } else {
                    for x in left..<left + side {
                        to[x] = from[min(max(x + dx, 0), CellGrid.width - 1)]
                    }
                }
            }
        }
    }
}
