import Frames

/// Whether most of the picture is as bright as half a second ago: a camera that was turned, or a
/// lens that was half covered, stays as it is; a crowd that pushes past the lens does not.
final class StillnessMeter {
    private let before: UnsafeMutableBufferPointer<Int32>
    private var age = Interval.zero
    private var isStill = false

    private static let span = Interval.milliseconds(400)
    /// Six code values, and three cells of five.
    private static let changeMax: Int32 = 6 * 64
    private static let stillPercent = 60

    init() {
        before = .allocate(capacity: CellGrid.count)
        before.initialize(repeating: 0)
    }

    deinit {
        before.deallocate()
    }

    func update(
        _ cells: UnsafeMutableBufferPointer<CellSums>, hidden: UnsafeMutableBufferPointer<Bool>,
        clock: FrameClock
    ) -> Bool {
        age = age + clock.elapsed
        if clock.hasJumped { isStill = false }
        guard clock.hasJumped || age >= Self.span else { return isStill }
        var (still, visible) = (0, 0)
        for index in cells.indices where !hidden[index] {
            visible += 1
            still += abs(cells[index].sum - before[index]) <= Self.changeMax ? 1 : 0
            before[index] = cells[index].sum
        }
        if !clock.hasJumped { isStill = still * 100 >= visible * Self.stillPercent }
        age = .zero
        return isStill
    }
}
