import Frames

/// What one cell of the picture is, compared with the scene as it was learned.
enum CellState: UInt8 {
    /// The learned outlines are there.
    case seen
    /// Nothing was learned here that could be recognised.
    case plain
    /// The outlines are gone and nothing came instead: a hand, paint, fog.
    case flat
    /// The outlines are gone and others are there: somebody near, or another view.
    case replaced
    /// White, and was not.
    case saturated
    /// Under a privacy mask.
    case hidden
}

/// The grid at which health is judged: 20 × 15 cells of the working picture.
enum CellGrid {
    static let width = 160
    static let height = 120
    static let columns = width / CellLikeness.side
    static let rows = height / CellLikeness.side
    static let count = columns * rows
    static let pixelsPerCell = CellLikeness.side * CellLikeness.side

    /// Marks cells at least half of whose pixels are set in `mask`, a plane of the working size.
    static func cells(of mask: PlaneView) -> [Bool] {
        (0..<count).map { index in
            var inside = 0
            for y in 0..<CellLikeness.side {
                let row = mask.row(index / columns * CellLikeness.side + y)
                for x in 0..<CellLikeness.side
                where row[index % columns * CellLikeness.side + x] != 0 {
                    inside += 1
                }
            }
            return inside * 2 >= pixelsPerCell
        }
    }

    /// The cells whose sums take in a pixel that is set in `part`, a plane of the working size: a
    /// Laplacian reaches one pixel into the next cell.
    static func cells(near part: PlaneView) -> Set<Int> {
        var near: Set<Int> = []
        for y in 0..<height {
            for x in 0..<width where part.row(y)[x] != 0 {
                for (column, row) in [(x, y), (x - 1, y), (x + 1, y), (x, y - 1), (x, y + 1)]
                where (0..<width).contains(column) && (0..<height).contains(row) {
                    near.insert(row / CellLikeness.side * columns + column / CellLikeness.side)
                }
            }
        }
        return near
    }

    /// The rectangle in pixels of the working picture that holds every cell for which `isIn`.
    static func bounds(_ isIn: (Int) -> Bool) -> Rectangle {
        var (left, top, right, bottom) = (columns, rows, 0, 0)
        for index in 0..<count where isIn(index) {
            (left, right) = (min(left, index % columns), max(right, index % columns + 1))
            (top, bottom) = (min(top, index / columns), max(bottom, index / columns + 1))
        }
        guard left < right else { return Rectangle(x: 0, y: 0, width: 0, height: 0) }
        let side = CellLikeness.side
        return Rectangle(
            x: left * side, y: top * side, width: (right - left) * side,
            height: (bottom - top) * side)
    }
}
