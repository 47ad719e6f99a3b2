/// Who goes with whom at the least cost: the exact answer, for at most 64 with 64.
///
/// A pair that costs `costMax` or more is no pair, and to stay alone costs `costMax` too: two poor
/// pairs never break up a good one. The same costs give the same pairs on every machine, for rows
/// and columns are visited in their order and only a smaller cost displaces what was found.
///
/// All memory is taken at the start: 22 KiB.
///
/// - Source: Kuhn, "The Hungarian method for the assignment problem", 1955, as shortest augmenting
///   paths with potentials (Jonker, Volgenant, 1987). At most 64³ steps.
final class Assignment {
    /// The most rows or columns.
    static let sideMax = 64

    let costMax: Int32
    private(set) var rowCount = 0
    private(set) var columnCount = 0
    private let costs: UnsafeMutableBufferPointer<Int32>
    private let columnOfRow: UnsafeMutableBufferPointer<Int>
    // Index 0 of these is the start of a path, as in the textbook; rows and columns begin at 1.
    private let rowPotential: UnsafeMutableBufferPointer<Int>
    private let columnPotential: UnsafeMutableBufferPointer<Int>
    private let rowOfColumn: UnsafeMutableBufferPointer<Int>
    private let cameFrom: UnsafeMutableBufferPointer<Int>
    private let slack: UnsafeMutableBufferPointer<Int>
    private let isDone: UnsafeMutableBufferPointer<Bool>

    init(costMax: Int32) {
        self.costMax = costMax
        let side = Self.sideMax
        func make(_ count: Int) -> UnsafeMutableBufferPointer<Int> {
            let buffer = UnsafeMutableBufferPointer<Int>.allocate(capacity: count)
            buffer.initialize(repeating: 0)
            return buffer
        }
        costs = .allocate(capacity: side * side)
        costs.initialize(repeating: costMax)
        columnOfRow = make(side)
        (rowPotential, columnPotential) = (make(side + 1), make(side + 1))
        (rowOfColumn, cameFrom, slack) = (make(side + 1), make(side + 1), make(side + 1))
        isDone = .allocate(capacity: side + 1)
        isDone.initialize(repeating: false)
    }

    deinit {
        costs.deallocate()
        isDone.deallocate()
        for buffer in [
            columnOfRow, rowPotential, columnPotential, rowOfColumn, cameFrom, slack
        ] {
            buffer.deallocate()
        }
    }

    /// Begins anew, with nobody fit for anybody.
    func begin(rowCount: Int, columnCount: Int) {
        precondition(
            rowCount <= Self.sideMax && columnCount <= Self.sideMax, "callers keep to 64")
        (self.rowCount, self.columnCount) = (rowCount, columnCount)
        for index in 0..<Self.sideMax * Self.sideMax { costs[index] = costMax }
    }

    /// What row and column cost together, 0 ... `costMax`.
    subscript(row: Int, column: Int) -> Int32 {
        get { costs[row * Self.sideMax + column] }
        set { costs[row * Self.sideMax + column] = min(max(newValue, 0), costMax) }
    }

    /// The column that goes with a row; nil where it stays alone. Holds after `solve`.
    func column(of row: Int) -> Int? {
        let column = columnOfRow[row]
        return column >= 0 ? column : nil
    }

    /// Marks a pair, to be taken out by `removeForbidden`; until then it counts as before.
    func forbid(_ row: Int, _ column: Int) {
        let index = row * Self.sideMax + column
        costs[index] = -1 - max(costs[index], 0)
    }

    func removeForbidden() {
        for index in costs.indices where costs[index] < 0 { costs[index] = costMax }
    }

    func solve() {
        // Rows and columns that are not there cost what it costs to stay alone: the matrix of costs
        // holds `costMax` in their places.
        let side = max(rowCount, columnCount)
        for index in 0...side {
            (rowPotential[index], columnPotential[index], rowOfColumn[index]) = (0, 0, 0)
        }
        if side > 0 {
            for row in 1...side { addPath(from: row, side: side) }
        }
        for row in 0..<rowCount { columnOfRow[row] = -1 }
        for column in 0..<columnCount {
            let row = rowOfColumn[column + 1] - 1
            if row >= 0, row < rowCount, self[row, column] < costMax { columnOfRow[row] = column }
        }
    }

    /// Gives `row` a column, and others another one where that is cheaper.
    ///
    /// Cannot overflow: potentials stay within 64 · costMax < 2³⁷.
    private func addPath(from row: Int, side: Int) {
        rowOfColumn[0] = row
        for column in 0...side { (slack[column], isDone[column]) = (.max, false) }
        var column = 0
        repeat {
            isDone[column] = true
            let current = rowOfColumn[column]
            var (least, next) = (Int.max, 0)
            for candidate in 1...side where !isDone[candidate] {
                let reduced =
                    Int(self[current - 1, candidate - 1]) - rowPotential[current]
                    - columnPotential[candidate]
                if reduced < slack[candidate] {
                    (slack[candidate], cameFrom[candidate]) = (reduced, column)
                }
                if slack[candidate] < least { (least, next) = (slack[candidate], candidate) }
            }
            for candidate in 0...side {
                if isDone[candidate] {
                    rowPotential[rowOfColumn[candidate]] += least
                    columnPotential[candidate] -= least
                } else if candidate > 0 {
                    slack[candidate] -= least
                }
            }
            column = next
        } while rowOfColumn[column] != 0
        while column != 0 {
            let previous = cameFrom[column]
            rowOfColumn[column] = rowOfColumn[previous]
            column = previous
        }
    }
}
