import CKernels

/// How much each cell of 8 × 8 pixels changed between two pictures.
///
///     change = Σ max(|now − before| − floor, 0)
///
/// - Shape: both sides of the pictures are multiples of 8; one sum per cell, row-major.
/// - Units: code values; at most 64 · 255 = 16 320.
public enum CellChange {
    public static let side = 8

    /// Defines the right answer.
    public static func measureReference(
        _ now: PlaneView, before: PlaneView, floor: UInt8,
        into cells: UnsafeMutableBufferPointer<UInt16>
    ) {
        check(now, before, cells)
        let columns = now.width / side
        for index in cells.indices {
            let (x, y) = (index % columns * side, index / columns * side)
            var sum = 0
            for j in 0..<side {
                for i in 0..<side {
                    let (a, b) = (Int(now.row(y + j)[x + i]), Int(before.row(y + j)[x + i]))
                    sum += max(abs(a - b) - Int(floor), 0)
                }
            }
            cells[index] = UInt16(sum)
        }
    }

    /// The same sums as `measureReference`.
    public static func measure(
        _ now: PlaneView, before: PlaneView, floor: UInt8,
        into cells: UnsafeMutableBufferPointer<UInt16>
    ) {
        check(now, before, cells)
        guard let target = cells.baseAddress else { return }
        kernels_cell_change(now.kernel, before.kernel, floor, now.width, now.height, target)
    }

    private static func check(
        _ now: PlaneView, _ before: PlaneView, _ cells: UnsafeMutableBufferPointer<UInt16>
    ) {
        precondition(
            now.width % side == 0 && now.height % side == 0
                && now.width == before.width && now.height == before.height
                && cells.count == now.width / side * (now.height / side),
            "shapes are checked when a camera opens")
    }
}
