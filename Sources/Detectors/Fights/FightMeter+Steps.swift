import Frames

/// The vectors of one step of a window, inside the region.
///
/// Sums wrap, because checks would be a fifth of the cost: `FightMeter` says why none does.
extension FightMeter {
    /// One step's sums, from which its values in the series come.
    struct StepSums {
        var moving = 0
        var fast = 0
        var speed = 0
        var x = 0
        var y = 0
        var shear = 0
        var jerk = 0
        var speedChange = 0
        /// Speeds by direction.
        var directions: (Int, Int, Int, Int, Int, Int, Int, Int) = (0, 0, 0, 0, 0, 0, 0, 0)
    }

    func add(_ step: FightStep, after before: FightStep?) {
        addCentre(of: step)
        var own = StepSums()
        let tileCount = (region.width + 1) / 3 * ((region.height + 1) / 3)
        tileX.update(repeating: 0, count: tileCount)
        tileY.update(repeating: 0, count: tileCount)
        let (rows, columns) = (region.height - 1, region.width - 1)
        for row in 0..<rows {
            let start = (region.top + row) * FightGrid.blockColumns + region.left
            let line = step.blocks + start
            let tile = row / 3 * ((columns + 2) / 3)
            for column in 0..<columns {
                let block = line[column]
                if block.residue > 0 { addMoving(block, start + column, &own) }
                if block.speed > 0 { addFast(block, start + column, tile + column / 3, &own) }
                addNeighbours(line + column, column, columns - column, rows - row, &own)
            }
            if let before {
                addChange(line, since: before.blocks + start, start, columns, &own)
            }
        }
        addUnity(columns, rows)
        if before != nil { addBursts(rows, columns, mean: own.speedChange) }
        conclude(own, after: before != nil)
    }

    @inline(__always)
    private func addMoving(_ block: FightBlock, _ index: Int, _ own: inout StepSums) {
        own.moving &+= 1
        busySteps[index] &+= 1
        sums.residue300 &+= block.residue >= 2 ? 1 : 0
        sums.residue500 &+= block.residue >= 3 ? 1 : 0
    }

    @inline(__always)
    private func addFast(_ block: FightBlock, _ index: Int, _ tile: Int, _ own: inout StepSums) {
        let (x, y, speed) = (Int(block.x), Int(block.y), Int(block.speed))
        own.fast &+= 1
        own.speed &+= speed
        own.x &+= x
        own.y &+= y
        sumX[index] &+= Int32(x)
        sumY[index] &+= Int32(y)
        tileX[tile] &+= Int32(x)
        tileY[tile] &+= Int32(y)
        speeds[min(speed, Self.speedMax)] &+= 1
        fan.add(x, y, weight: speed)
        switch block.direction {
        case 0: own.directions.0 &+= speed
        case 1: own.directions.1 &+= speed
        case 2: own.directions.2 &+= speed
        case 3: own.directions.3 &+= speed
        case 4: own.directions.4 &+= speed
        case 5: own.directions.5 &+= speed
        case 6: own.directions.6 &+= speed
        default: own.directions.7 &+= speed
        }
    }

    /// - Parameters: how many blocks of the region there are from this one on, itself included.
    @inline(__always)
    private func addNeighbours(
        _ block: UnsafeMutablePointer<FightBlock>, _ column: Int, _ across: Int, _ down: Int,
        _ own: inout StepSums
    ) {
        let stride = FightGrid.blockColumns
        let here = block[0]
        let (x, y) = (Int(here.x), Int(here.y))
        if across > 1 && down > 1 {
            let (right, below) = (block[1], block[stride])
            if here.speed | right.speed | below.speed != 0 {
                let (xRight, yRight) = (Int(right.x) &- x, Int(right.y) &- y)
                let (xBelow, yBelow) = (Int(below.x) &- x, Int(below.y) &- y)
                sums.edgeX.add(xRight, xBelow)
                sums.edgeY.add(yRight, yBelow)
                sums.divergence &+= magnitude(xRight &+ yBelow)
                sums.curl &+= magnitude(yRight &- xBelow)
            }
        }
        if across > 2 { addPair(here, block[2], &sums.against2, &own.shear) }
        if down > 2 { addPair(here, block[2 &* stride], &sums.against2, &own.shear) }
        if across > 4 { sums.against4.add(product(here, block[4])) }
        if down > 4 { sums.against4.add(product(here, block[4 &* stride])) }
    }

    @inline(__always)
    private func addPair(
        _ here: FightBlock, _ there: FightBlock, _ against: inout FightOpposition,
        _ shear: inout Int
    ) {
        guard here.speed | there.speed != 0 else { return }
        shear &+= magnitude(Int(there.x) &- Int(here.x)) &+ magnitude(Int(there.y) &- Int(here.y))
        against.add(product(here, there))
    }

    @inline(__always)
    private func product(_ a: FightBlock, _ b: FightBlock) -> Int {
        Int(a.x) &* Int(b.x) &+ Int(a.y) &* Int(b.y)
    }

    /// One row of blocks, against the step before.
    private func addChange(
        _ line: UnsafeMutablePointer<FightBlock>, since old: UnsafeMutablePointer<FightBlock>,
        _ start: Int, _ columns: Int, _ own: inout StepSums
    ) {
        for column in 0..<columns {
            let (now, then) = (line[column], old[column])
            guard now.speed | then.speed != 0 else {
                speedChange[start &+ column] = 0
                continue
            }
            let (x, y) = (Int(now.x) &- Int(then.x), Int(now.y) &- Int(then.y))
            own.jerk &+= magnitude(x) &+ magnitude(y)
            let size = length(x, y)
            sums.jerkOver32 &+= size >= 32 ? 1 : 0
            sums.jerkOver56 &+= size >= 56 ? 1 : 0
            sums.jerkOver80 &+= size >= 80 ? 1 : 0
            sums.jerkOver128 &+= size >= 128 ? 1 : 0
            let difference = magnitude(Int(now.speed) &- Int(then.speed))
            speedChange[start &+ column] = Int32(difference)
            own.speedChange &+= difference
            sums.turning.add(product(now, then))
        }
    }

    /// Tiles of 3 × 3, and four of them.
    private func addUnity(_ columns: Int, _ rows: Int) {
        let (across, down) = ((columns + 2) / 3, (rows + 2) / 3)
        for row in 0..<down {
            for column in 0..<across {
                let tile = row * across + column
                sums.unity3 += length(Int(tileX[tile]), Int(tileY[tile]))
                guard row % 2 == 0, column % 2 == 0 else { continue }
                var (x, y) = (Int(tileX[tile]), Int(tileY[tile]))
                let (hasRight, hasBelow) = (column + 1 < across, row + 1 < down)
                if hasRight {
                    x += Int(tileX[tile + 1])
                    y += Int(tileY[tile + 1])
                }
                if hasBelow {
                    x += Int(tileX[tile + across])
                    y += Int(tileY[tile + across])
                }
                if hasRight && hasBelow {
                    x += Int(tileX[tile + across + 1])
                    y += Int(tileY[tile + across + 1])
                }
                sums.unity6 += length(x, y)
            }
        }
    }

    /// Blocks whose speed changed by at least the mean of the region.
    private func addBursts(_ rows: Int, _ columns: Int, mean total: Int) {
        let count = rows * columns
        for row in 0..<rows {
            let start = (region.top + row) * FightGrid.blockColumns + region.left
            for index in start..<start + columns
            where speedChange[index] > 0 && Int(speedChange[index]) * count >= total {
                burstSteps[index] &+= 1
            }
        }
    }

    /// Where the change is, and how much.
    private func addCentre(of step: FightStep) {
        var (sum, x, y, area) = (0, 0, 0, 0)
        for row in region.top..<region.bottom {
            for column in region.left..<region.right {
                let change = Int(step.cells[row * FightGrid.columns + column])
                sum += change
                x += change * (2 * column + 1)
                y += change * (2 * row + 1)
                area += change > 192 ? 1 : 0
            }
        }
        // 1/256 of a cell.
        centreX.append(x * 128 / (sum + 1))
        centreY.append(y * 128 / (sum + 1))
        let elapsed = Int(max((step.end - step.start).nanoseconds / 1000, 1))
        changeSize.append(sum * 100_000 / elapsed)
        changeArea.append(area)
    }

    private func conclude(_ own: StepSums, after hasBefore: Bool) {
        let count = region.blockCount
        sums.blocks += count
        sums.moving += own.moving
        sums.fast += own.fast
        sums.x += own.x
        sums.y += own.y
        sums.shear += own.shear
        sums.speedChange += own.speedChange
        moving.append(thousandths(own.moving, of: count))
        let side = squareRoot(region.cellCount * FightGrid.step * FightGrid.step)
        pace.append(own.speed * 10_000 / (16 * count * side))
        disorder.append(entropy(own.directions))
        shear.append(own.shear * 1000 / (own.speed + 16))
        unity.append(length(own.x, own.y) * 1000 / (own.speed + 16))
        speed.append(own.speed / (own.moving + 1))
        if hasBefore {
            jerk.append(own.jerk * 1000 / (own.speed + lastSpeed + 16))
            jerkSize.append(own.jerk * 10 / count)
        }
        sums.speed += own.speed
        lastSpeed = own.speed
    }

    /// A trace of every direction is added, so that where nothing moves there is no order.
    private func entropy(_ weights: (Int, Int, Int, Int, Int, Int, Int, Int)) -> Int {
        let trace = 2
        let total =
            weights.0 + weights.1 + weights.2 + weights.3 + weights.4 + weights.5 + weights.6
            + weights.7 + 8 * trace
        var sum = 0
        func add(_ weight: Int) { sum += (weight + trace) * logarithm(weight + trace) }
        add(weights.0)
        add(weights.1)
        add(weights.2)
        add(weights.3)
        add(weights.4)
        add(weights.5)
        add(weights.6)
        add(weights.7)
        return logarithm(total) - sum / total
    }
}
