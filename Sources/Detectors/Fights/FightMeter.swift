import Frames

/// Measures one window of steps: the busiest region and the numbers inside it.
///
/// All memory is taken here; `measure` allocates nothing.
///
/// Cannot overflow: 24 steps of 1131 blocks with speeds below 2¹¹ sum to less than 2²⁶, their
/// products to less than 2⁴⁰.
final class FightMeter {
    private(set) var region = FightRegion(
        top: 0, bottom: FightGrid.rows, left: 0, right: FightGrid.columns)
    /// By `FightNumber`.
    let numbers: UnsafeMutableBufferPointer<Int16>

    var sums = FightSums()
    var fan = FightFan()
    /// The sum of speeds of the step before.
    var lastSpeed = 0
    /// How many blocks have a speed; the last also stands for all above.
    let speeds: UnsafeMutablePointer<Int32>
    static let speedMax = 255

    // For each block of the picture, over the window.
    private let memory: UnsafeMutablePointer<Int32>
    let busySteps: UnsafeMutablePointer<Int32>
    let burstSteps: UnsafeMutablePointer<Int32>
    let sumX: UnsafeMutablePointer<Int32>
    let sumY: UnsafeMutablePointer<Int32>
    /// Change of speed in the step in hand.
    let speedChange: UnsafeMutablePointer<Int32>
    // Tiles of 3 × 3 blocks in the step in hand.
    let tileX: UnsafeMutablePointer<Int32>
    let tileY: UnsafeMutablePointer<Int32>
    /// Change of each cell over the window.
    let change: UnsafeMutablePointer<Int32>
    /// The same over its first and second half, its first and last quarter.
    let parts: [UnsafeMutablePointer<Int32>]
    private let lines: UnsafeMutablePointer<Int32>

    var moving: FightSeries
    var pace: FightSeries
    var disorder: FightSeries
    var jerk: FightSeries
    var jerkSize: FightSeries
    var shear: FightSeries
    var unity: FightSeries
    var speed: FightSeries
    var changeSize: FightSeries
    var changeArea: FightSeries
    var centreX: FightSeries
    var centreY: FightSeries

    init() {
        let (blocks, cells, steps) = (
            FightGrid.blockCount, FightGrid.cellCount, FightGrid.stepCountMax
        )
        let count = 7 * blocks + 5 * cells + 12 * steps + FightGrid.columns + Self.speedMax + 1
        memory = .allocate(capacity: count)
        memory.initialize(repeating: 0, count: count)
        var next = memory
        func take(_ count: Int) -> UnsafeMutablePointer<Int32> {
            defer { next += count }
            return next
        }
        busySteps = take(blocks)
        burstSteps = take(blocks)
        sumX = take(blocks)
        sumY = take(blocks)
        speedChange = take(blocks)
        tileX = take(blocks)
        tileY = take(blocks)
        change = take(cells)
        parts = [take(cells), take(cells), take(cells), take(cells)]
        lines = take(FightGrid.columns)
        speeds = take(Self.speedMax + 1)
        moving = FightSeries(take(steps))
        pace = FightSeries(take(steps))
        disorder = FightSeries(take(steps))
        jerk = FightSeries(take(steps))
        jerkSize = FightSeries(take(steps))
        shear = FightSeries(take(steps))
        unity = FightSeries(take(steps))
        speed = FightSeries(take(steps))
        changeSize = FightSeries(take(steps))
        changeArea = FightSeries(take(steps))
        centreX = FightSeries(take(steps))
        centreY = FightSeries(take(steps))
        numbers = .allocate(capacity: FightNumber.count)
        numbers.initialize(repeating: 0)
    }

    deinit {
        memory.deallocate()
        numbers.deallocate()
    }

    /// - Parameter steps: of one window, oldest first; at least one.
    func measure(_ steps: ArraySlice<FightStep>) {
        addChange(steps)
        region = FightRegion.busiest(change, sums: lines)
        reset()
        var before: FightStep?
        for step in steps {
            add(step, after: before)
            before = step
        }
        conclude(stepCount: steps.count)
    }

    /// Sums the change of every cell, and of the halves and quarters.
    private func addChange(_ steps: ArraySlice<FightStep>) {
        let (half, quarter) = (steps.count / 2, max(steps.count / 4, 1))
        change.update(repeating: 0, count: FightGrid.cellCount)
        for part in parts {
            part.update(repeating: 0, count: FightGrid.cellCount)
        }
        for (index, step) in steps.enumerated() {
            let left = steps.count - 1 - index
            add(step, to: change)
            if index < half { add(step, to: parts[0]) }
            if left < half { add(step, to: parts[1]) }
            if index < quarter { add(step, to: parts[2]) }
            if left < quarter { add(step, to: parts[3]) }
        }
    }

    private func add(_ step: FightStep, to sums: UnsafeMutablePointer<Int32>) {
        guard let cells = step.cells.baseAddress else { return }
        for index in 0..<FightGrid.cellCount {
            sums[index] &+= Int32(cells[index])
        }
    }

    private func reset() {
        sums = FightSums()
        fan = FightFan()
        lastSpeed = 0
        speeds.update(repeating: 0, count: Self.speedMax + 1)
        busySteps.update(repeating: 0, count: FightGrid.blockCount)
        burstSteps.update(repeating: 0, count: FightGrid.blockCount)
        sumX.update(repeating: 0, count: FightGrid.blockCount)
        sumY.update(repeating: 0, count: FightGrid.blockCount)
        moving.removeAll()
        pace.removeAll()
        disorder.removeAll()
        jerk.removeAll()
        jerkSize.removeAll()
        shear.removeAll()
        unity.removeAll()
        speed.removeAll()
        changeSize.removeAll()
        changeArea.removeAll()
        centreX.removeAll()
        centreY.removeAll()
    }

    func set(_ number: FightNumber, _ value: Int) {
        numbers[number.rawValue] = Int16(min(max(value, 0), 32_767))
    }
}
