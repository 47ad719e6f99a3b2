/// A window's sums become its numbers.
extension FightMeter {
    func conclude(stepCount: Int) {
        concludeSeries()
        concludeEdges()
        concludeBlocks(stepCount)
        concludeChange()
        set(.regionArea, region.cellCount * 1000 / FightGrid.cellCount)
        set(.regionHeight, region.height * 1000 / FightGrid.rows)
        set(.regionBottom, region.bottom * 1000 / FightGrid.rows)
        set(.regionWidth, region.width * 1000 / FightGrid.columns)
    }

    private func concludeSeries() {
        set(.movingMean, moving.mean)
        set(.movingLow, moving.sortedLow())
        set(.paceMean, pace.mean)
        set(.paceLow, pace.sortedLow())
        set(.disorderMean, disorder.mean)
        set(.disorderLow, disorder.sortedLow())
        set(.jerkMean, jerk.mean)
        set(.jerkLow, jerk.sortedLow())
        set(.jerkSizeMean, jerkSize.mean)
        set(.jerkSizeLow, jerkSize.sortedLow())
        set(.shearMean, shear.mean)
        set(.shearLow, shear.sortedLow())
        set(.unityMean, unity.mean)
        set(.unityLow, unity.sortedLow())
        set(.speedMean, speed.mean)
        set(.speedLow, speed.sortedLow())
    }

    private func concludeEdges() {
        let (x, y) = (sums.edgeX, sums.edgeY)
        let (xSum, ySum) = (x.fan.sum, y.fan.sum)
        set(.edgeX0, thousandths(x.fan.up, of: xSum))
        set(.edgeX1, thousandths(x.fan.upAside, of: xSum))
        set(.edgeX2, thousandths(x.fan.aside, of: xSum))
        set(.edgeX3, thousandths(x.fan.downAside, of: xSum))
        set(.edgeX4, thousandths(x.fan.down, of: xSum))
        set(.edgeY0, thousandths(y.fan.up, of: ySum))
        set(.edgeY1, thousandths(y.fan.upAside, of: ySum))
        set(.edgeY2, thousandths(y.fan.aside, of: ySum))
        set(.edgeY3, thousandths(y.fan.downAside, of: ySum))
        set(.edgeY4, thousandths(y.fan.down, of: ySum))
        // Nearly nothing moving is nearly nothing: 1/20 pixel for each block joins the speeds.
        let speed = sums.speed + sums.blocks * 8 / 10
        set(.edgeXShare, thousandths(xSum, of: speed))
        set(.edgeYShare, thousandths(ySum, of: speed))
        set(.edgeXMean, xSum * 16 / max(sums.blocks, 1))
        set(.edgeYMean, ySum * 16 / max(sums.blocks, 1))
        let fast = sums.fast + 1
        set(.edgeXOver24, thousandths(x.over24, of: fast))
        set(.edgeXOver48, thousandths(x.over48, of: fast))
        set(.edgeXOver80, thousandths(x.over80, of: fast))
        set(.edgeYOver24, thousandths(y.over24, of: fast))
        set(.edgeYOver48, thousandths(y.over48, of: fast))
        set(.edgeYOver80, thousandths(y.over80, of: fast))
        set(.divergence, thousandths(sums.divergence, of: speed))
        set(.curl, thousandths(sums.curl, of: speed))
        set(.burstShare, thousandths(sums.speedChange, of: speed))
        set(.jerkOver32, thousandths(sums.jerkOver32, of: fast))
        set(.jerkOver56, thousandths(sums.jerkOver56, of: fast))
        set(.jerkOver80, thousandths(sums.jerkOver80, of: fast))
        set(.jerkOver128, thousandths(sums.jerkOver128, of: fast))
        set(.reversal, sums.turning.countShare)
        set(.reversalWeight, sums.turning.weightShare)
        set(.against2, sums.against2.countShare)
        set(.againstWeight2, sums.against2.weightShare)
        set(.against4, sums.against4.countShare)
        set(.againstWeight4, sums.against4.weightShare)
        set(.unity3, thousandths(sums.unity3, of: sums.speed + 16))
        set(.unity6, thousandths(sums.unity6, of: sums.speed + 16))
    }

    private func concludeBlocks(_ stepCount: Int) {
        let count = region.blockCount
        var (burst250, burst400, burst550, busy100, busy400, moved) = (0, 0, 0, 0, 0, 0)
        for row in 0..<region.height - 1 {
            let start = (region.top + row) * FightGrid.blockColumns + region.left
            for index in start..<start + region.width - 1 {
                let burst = Int(burstSteps[index]) * 1000
                let busy = Int(busySteps[index]) * 1000
                burst250 += burst >= 250 * (stepCount - 1) && burst > 0 ? 1 : 0
                burst400 += burst >= 400 * (stepCount - 1) && burst > 0 ? 1 : 0
                burst550 += burst >= 550 * (stepCount - 1) && burst > 0 ? 1 : 0
                busy100 += busy >= 100 * stepCount ? 1 : 0
                busy400 += busy >= 400 * stepCount ? 1 : 0
                moved += length(Int(sumX[index]), Int(sumY[index]))
            }
        }
        set(.burst250, thousandths(burst250, of: count))
        set(.burst400, thousandths(burst400, of: count))
        set(.burst550, thousandths(burst550, of: count))
        set(.busy100, thousandths(busy100, of: count))
        set(.busy400, thousandths(busy400, of: count))
        set(.blockUnity, thousandths(moved, of: sums.speed + 8))
        set(.regionUnity, thousandths(length(sums.x, sums.y), of: sums.speed + 8))
        set(.unexplained300, thousandths(sums.residue300, of: sums.moving + 5))
        set(.unexplained500, thousandths(sums.residue500, of: sums.moving + 5))
        let all = fan.sum
        set(.direction0, thousandths(fan.up, of: all))
        set(.direction1, thousandths(fan.upAside, of: all))
        set(.direction2, thousandths(fan.aside, of: all))
        set(.direction3, thousandths(fan.downAside, of: all))
        set(.direction4, thousandths(fan.down, of: all))
        let (over48, fast) = (countOfSpeeds(from: 48), sums.fast + 1)
        set(.speedOver16, thousandths(countOfSpeeds(from: 16), of: sums.blocks))
        set(.speedOver32, thousandths(countOfSpeeds(from: 32), of: sums.blocks))
        set(.speedOver48, thousandths(over48, of: sums.blocks))
        set(.fastOver48, thousandths(over48, of: fast))
        set(.fastOver72, thousandths(countOfSpeeds(from: 72), of: fast))
        let mean = sums.speed / fast
        set(.speedTwice, thousandths(countOfSpeeds(from: 2 * mean + 1), of: fast + 4))
        set(.speedHalfAgain, thousandths(countOfSpeeds(from: mean * 3 / 2 + 1), of: fast + 4))
    }

    private func countOfSpeeds(from least: Int) -> Int {
        var count = 0
        for speed in min(least, Self.speedMax)...Self.speedMax {
            count += Int(speeds[speed])
        }
        return count
    }

    private func concludeChange() {
        let whole = FightRegion(
            top: 0, bottom: FightGrid.rows, left: 0, right: FightGrid.columns)
        set(.stay, overlap(parts[0], parts[1], in: region))
        set(.stayWhole, overlap(parts[0], parts[1], in: whole))
        set(.stayQuarter, overlap(parts[2], parts[3], in: region))
        set(.areaSpread, changeArea.deviation * 1000 / (changeArea.mean + 1))
        set(.changeSpread, changeSize.deviation * 1000 / (changeSize.mean + 100))
        set(.changePeak, changeSize.most * 1000 / (changeSize.mean + 100))
        let wandered = length(
            centreX.last3 - centreX.first3, centreY.last3 - centreY.first3)
        let side = squareRoot(region.cellCount * 65_536)
        let path = centreX.pathLength(with: centreY)
        set(.centreDrift, thousandths(wandered, of: side))
        set(.centreStraight, thousandths(wandered, of: path + side / 50))
        var (sum, first, second, total) = (0, 0, 0, 0)
        for row in 0..<FightGrid.rows {
            for column in 0..<FightGrid.columns {
                let change = Int(self.change[row * FightGrid.columns + column])
                total += change
                let isInside =
                    row >= region.top && row < region.bottom && column >= region.left
                    && column < region.right
                guard isInside else { continue }
                sum += change
                first += change * (row - region.top)
                second += change * (row - region.top) * (row - region.top)
            }
        }
        // Variance of the height in 1/65 536 of a cell, so that its root is in 1/256.
        let mean = first * 256 / (sum + 1)
        let spread = squareRoot(max(second * 65_536 / (sum + 1) - mean * mean, 0))
        set(.heightSpread, spread * 1000 / (256 * region.height))
        set(.regionShare, thousandths(sum, of: total + 1))
    }

    /// Σ min over Σ max.
    private func overlap(
        _ a: UnsafeMutablePointer<Int32>, _ b: UnsafeMutablePointer<Int32>, in area: FightRegion
    ) -> Int {
        var (least, most) = (0, 0)
        for row in area.top..<area.bottom {
            for column in area.left..<area.right {
                let index = row * FightGrid.columns + column
                least += Int(min(a[index], b[index]))
                most += Int(max(a[index], b[index]))
            }
        }
        return thousandths(least, of: most + 1)
    }
}
