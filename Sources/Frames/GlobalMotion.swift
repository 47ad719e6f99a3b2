import CKernels

/// By how much the whole picture has shifted: a camera that shakes, or a monitor that is filmed by
/// a hand.
///
/// Of all shifts of up to ± `rangeMax` pixels the one with the least Σ min(|now − before|, 24) over
/// every eighth row, if it takes away more than an eighth of the sum without a shift; the cap keeps
/// people who walk about from outvoting the room. Shifts are tried from the nearest outward, ordered
/// as in `BlockMotion`; only a strictly smaller sum wins.
///
/// - Shape: both sides of the pictures are at least `sideMin`.
/// - Error: the sums are exact; at most 24 for each of 2²⁵ pixels.
/// - Units: the picture now at (x, y) was at (x + dx, y + dy) before; pixels.
public enum GlobalMotion {
    public static let rangeMax = 7
    public static let sideMin = 32

    private static let cap: UInt8 = 24
    private static let margin = 8
    private static let rowStep = 8

    /// Defines the right answer.
    public static func findReference(_ now: PlaneView, before: PlaneView) -> (dx: Int, dy: Int) {
        check(now, before)
        let still = sumReference(now, before, 0, 0)
        var (best, found) = (still * 7, (dx: 0, dy: 0))
        for offset in offsets {
            let sum = sumReference(now, before, offset.dx, offset.dy)
            if sum * 8 < best { (best, found) = (sum * 8, offset) }
        }
        return found
    }

    /// The same shift as `findReference`; leaves a shift as soon as it cannot win.
    public static func find(_ now: PlaneView, before: PlaneView) -> (dx: Int, dy: Int) {
        check(now, before)
        let still = sum(now, before, 0, 0, limit: .max)
        var (best, found) = (still * 7, (dx: 0, dy: 0))
        for offset in offsets {
            let sum = sum(now, before, offset.dx, offset.dy, limit: best)
            if sum * 8 < best { (best, found) = (sum * 8, offset) }
        }
        return found
    }

    /// The part of the picture in `area` alone: of all shifts of up to ± `refineMax` pixels about
    /// `known` the one with the least sum over every second row, if it takes away more than an
    /// eighth of what `known` leaves. Defines the right answer.
    ///
    /// - Parameters:
    ///   - area: within the picture; what is nearer than `refineMargin` to an edge is left out.
    ///   - known: at most ± `rangeMax`.
    public static func refineReference(
        _ now: PlaneView, before: PlaneView, in area: Rectangle, about known: (dx: Int, dy: Int)
    ) -> (dx: Int, dy: Int) {
        let (left, right, rows) = checked(now, before, area, known)
        func sum(_ shift: (dx: Int, dy: Int)) -> Int {
            var sum = 0
            for y in rows {
                let (a, b) = (now.row(y), before.row(y + shift.dy))
                for x in left..<max(left, right) {
                    sum += min(abs(Int(a[x]) - Int(b[x + shift.dx])), Int(cap))
                }
            }
            return sum
        }
        var (best, found) = (sum(known) * 7, known)
        for offset in refinements {
            let shift = (dx: known.dx + offset.dx, dy: known.dy + offset.dy)
            if sum(shift) * 8 < best { (best, found) = (sum(shift) * 8, shift) }
        }
        return found
    }

    /// The same shift as `refineReference`; leaves a shift as soon as it cannot win.
    public static func refine(
        _ now: PlaneView, before: PlaneView, in area: Rectangle, about known: (dx: Int, dy: Int)
    ) -> (dx: Int, dy: Int) {
        let (left, right, rows) = checked(now, before, area, known)
        func sum(_ shift: (dx: Int, dy: Int), limit: Int) -> Int {
            var sum = 0
            for y in rows {
                let a = now.row(y) + left
                let b = before.row(y + shift.dy).advanced(by: left + shift.dx)
                sum += Int(kernels_capped_row_distance(a, b, cap, max(right - left, 0)))
                if sum * 8 >= limit { return sum }
            }
            return sum
        }
        var (best, found) = (sum(known, limit: .max) * 7, known)
        for offset in refinements {
            let shift = (dx: known.dx + offset.dx, dy: known.dy + offset.dy)
            let sum = sum(shift, limit: best)
            if sum * 8 < best { (best, found) = (sum * 8, shift) }
        }
        return found
    }

    /// Fills `shifted` with `before` as it would look had it shifted by (dx, dy); what comes in at
    /// the edges repeats the edge.
    public static func shift(_ before: PlaneView, dx: Int, dy: Int, into shifted: Plane) {
        precondition(
            before.width == shifted.width && before.height == shifted.height,
            "shapes are checked when a camera opens")
        let (width, height) = (before.width, before.height)
        for y in 0..<height {
            let (from, to) = (before.row(min(max(y + dy, 0), height - 1)), shifted.row(y))
            let (first, end) = (max(-dx, 0), min(width - dx, width))
            for x in 0..<first {
                to[x] = from[0]
            }
            (to + first).update(from: from + (first + dx), count: end - first)
            for x in end..<width {
                to[x] = from[width - 1]
            }
        }
    }

    public static let refineMax = 3
    public static let refineMargin = rangeMax + refineMax

    /// - Returns: columns and rows that every shift leaves within the picture.
    private static func checked(
        _ now: PlaneView, _ before: PlaneView, _ area: Rectangle, _ known: (dx: Int, dy: Int)
    ) -> (left: Int, right: Int, rows: StrideTo<Int>) {
        check(now, before)
        precondition(max(abs(known.dx), abs(known.dy)) <= rangeMax, "it was found by find")
        let left = max(area.x, refineMargin)
        let right = min(area.x + area.width, now.width - refineMargin)
        let bottom = min(area.y + area.height, now.height - refineMargin)
        return (left, right, stride(from: max(area.y, refineMargin), to: bottom, by: 2))
    }

    private static let offsets = around(rangeMax)
    private static let refinements = around(refineMax)

    private static func around(_ range: Int) -> [(dx: Int, dy: Int)] {
        var pairs: [(dx: Int, dy: Int)] = []
        for dy in -range...range {
            for dx in -range...range where dx != 0 || dy != 0 {
                pairs.append((dx, dy))
            }
        }
        pairs.sort { left, right in
            let leftKey = (left.dx * left.dx + left.dy * left.dy, left.dy, left.dx)
            let rightKey = (right.dx * right.dx + right.dy * right.dy, right.dy, right.dx)
            return leftKey < rightKey
        }
        return pairs
    }

    /// - Parameter limit: of eight times the sum; it is given up there.
    private static func sum(
        _ now: PlaneView, _ before: PlaneView, _ dx: Int, _ dy: Int, limit: Int
    ) -> Int {
        var sum = 0
        for y in stride(from: margin, to: now.height - margin, by: rowStep) {
            let a = now.row(y).advanced(by: margin)
            let b = before.row(y + dy).advanced(by: margin + dx)
            sum += Int(kernels_capped_row_distance(a, b, cap, now.width - 2 * margin))
            if sum * 8 >= limit { return sum }
        }
        return sum
    }

    private static func sumReference(
        _ now: PlaneView, _ before: PlaneView, _ dx: Int, _ dy: Int
    ) -> Int {
        var sum = 0
        for y in stride(from: margin, to: now.height - margin, by: rowStep) {
            let (a, b) = (now.row(y), before.row(y + dy))
            for x in margin..<now.width - margin {
                sum += min(abs(Int(a[x]) - Int(b[x + dx])), Int(cap))
            }
        }
        return sum
    }

    private static func check(_ now: PlaneView, _ before: PlaneView) {
        precondition(
            now.width == before.width && now.height == before.height
                && min(now.width, now.height) >= sideMin,
            "shapes are checked when a camera opens")
    }
}
