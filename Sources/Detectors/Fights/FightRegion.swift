import Frames

/// Where the picture is busiest: the rectangle of cells with the largest Σ (change − mean change).
///
/// Apparent size drops out when motion is measured inside it, and people far away are not drowned
/// by the empty room.
///
/// - Cost: rows² / 2 · columns additions, about 20 000.
/// - Source: Kadane's scan, once for each pair of rows; Bentley, "Programming Pearls", CACM 27(9).
struct FightRegion: Hashable {
    /// Half-open ranges of cells; at least `sideMin` each.
    var top: Int
    var bottom: Int
    var left: Int
    var right: Int

    static let sideMin = 4

    var width: Int { right - left }
    var height: Int { bottom - top }
    var cellCount: Int { width * height }
    /// Blocks that lie whole in the region.
    var blockCount: Int { (width - 1) * (height - 1) }

    var region: Region {
        let side = FightGrid.step
        return Region(
            Rectangle(
                x: left * side, y: top * side, width: width * side, height: height * side),
            inWidth: FightGrid.width, height: FightGrid.height)
    }

    /// - Parameters:
    ///   - change: of each cell over the window, row-major.
    ///   - sums: room for one number for each column.
    /// Cannot overflow: 24 · 16 320 · 1200 < 2²⁹.
    static func busiest(
        _ change: UnsafeMutablePointer<Int32>, sums: UnsafeMutablePointer<Int32>
    ) -> FightRegion {
        var total: Int32 = 0
        for index in 0..<FightGrid.cellCount {
            total &+= change[index]
        }
        let mean = total / Int32(FightGrid.cellCount)
        var best: Int32 = 0
        var found = FightRegion(
            top: 0, bottom: FightGrid.rows, left: 0, right: FightGrid.columns)
        for top in 0..<FightGrid.rows {
            sums.update(repeating: 0, count: FightGrid.columns)
            for row in top..<FightGrid.rows {
                let line = change + row * FightGrid.columns
                var (sum, start): (Int32, Int) = (0, 0)
                for column in 0..<FightGrid.columns {
                    sums[column] &+= line[column] &- mean
                    if sum <= 0 { (sum, start) = (0, column) }
                    sum &+= sums[column]
                    if sum > best {
                        best = sum
                        found = FightRegion(
                            top: top, bottom: row + 1, left: start, right: column + 1)
                    }
                }
            }
        }
        (found.top, found.bottom) = widened(found.top, found.bottom, FightGrid.rows)
        (found.left, found.right) = widened(found.left, found.right, FightGrid.columns)
        return found
    }

    /// At least `sideMin` wide, downward first.
    private static func widened(_ start: Int, _ end: Int, _ limit: Int) -> (Int, Int) {
        let end = min(limit, max(end, start + sideMin))
        return (max(0, min(start, end - sideMin)), end)
    }
}
