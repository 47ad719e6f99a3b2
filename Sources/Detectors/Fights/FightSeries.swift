/// One value for each step of a window.
struct FightSeries {
    private let values: UnsafeMutablePointer<Int32>
    private(set) var count = 0

    /// - Parameter values: room for `FightGrid.stepCountMax`, owned by the caller.
    init(_ values: UnsafeMutablePointer<Int32>) {
        self.values = values
    }

    mutating func append(_ value: Int) {
        values[count] = Int32(clamping: value)
        count += 1
    }

    mutating func removeAll() { count = 0 }

    var sum: Int {
        var sum = 0
        for index in 0..<count {
            sum += Int(values[index])
        }
        return sum
    }

    var mean: Int { count > 0 ? sum / count : 0 }

    var most: Int {
        var most: Int32 = 0
        for index in 0..<count {
            most = max(most, values[index])
        }
        return Int(most)
    }

    /// Standard deviation.
    var deviation: Int {
        guard count > 0 else { return 0 }
        let mean = self.mean
        var sum = 0
        for index in 0..<count {
            let distance = Int(values[index]) - mean
            sum += distance * distance
        }
        return squareRoot(sum / count)
    }

    /// Mean of the first, and of the last three values.
    var first3: Int { mean(of: 0..<min(3, count)) }
    var last3: Int { mean(of: max(count - 3, 0)..<count) }

    private func mean(of range: Range<Int>) -> Int {
        var sum = 0
        for index in range {
            sum += Int(values[index])
        }
        return range.isEmpty ? 0 : sum / range.count
    }

    /// Of the path whose points these and `other` are.
    func pathLength(with other: FightSeries) -> Int {
        var sum = 0
        for index in 1..<max(count, 1) {
            sum += length(
                Int(values[index]) - Int(values[index - 1]),
                Int(other.values[index]) - Int(other.values[index - 1]))
        }
        return sum
    }

    /// The lowest tenth ends here. Puts the values in order.
    mutating func sortedLow() -> Int {
        guard count > 0 else { return 0 }
        for index in 1..<max(count, 1) {
            let value = values[index]
            var place = index
            while place > 0, values[place - 1] > value {
                values[place] = values[place - 1]
                place -= 1
            }
            values[place] = value
        }
        return Int(values[(count + 4) / 10])
    }
}

/// What is counted over all blocks and steps of a window.
struct FightSums {
    var blocks = 0
    var moving = 0
    /// Blocks that have a speed, and the sum of the speeds.
    var fast = 0
    var speed = 0
    var x = 0
    var y = 0
    var residue300 = 0
    var residue500 = 0
    var edgeX = FightEdges()
    var edgeY = FightEdges()
    var divergence = 0
    var curl = 0
    var shear = 0
    var against2 = FightOpposition()
    var against4 = FightOpposition()
    /// Steps that have one before them, and what changed from it.
    var speedChange = 0
    var turning = FightOpposition()
    var jerkOver32 = 0
    var jerkOver56 = 0
    var jerkOver80 = 0
    var jerkOver128 = 0
    var unity3 = 0
    var unity6 = 0
}

/// Five directions from up to down, left and right taken together, weighted.
struct FightFan {
    var up = 0
    var upAside = 0
    var aside = 0
    var downAside = 0
    var down = 0

    /// Bounds at 18° and 54° from the horizontal: tan is 0.3249 and 1.3764.
    @inline(__always)
    mutating func add(_ x: Int, _ y: Int, weight: Int) {
        let (level, steep) = (magnitude(x) &* 3249, magnitude(x) &* 13_764)
        let height = y &* 10_000
        if height >= 0 {
            if height < level {
                aside &+= weight
            } else if height < steep {
                downAside &+= weight
            } else {
                down &+= weight
            }
        } else if -height <= level {
            aside &+= weight
        } else if -height <= steep {
            upAside &+= weight
        } else {
            up &+= weight
        }
    }

    var sum: Int { up + upAside + aside + downAside + down }
}

/// Differences of one component of neighbouring vectors.
struct FightEdges {
    var fan = FightFan()
    var over24 = 0
    var over48 = 0
    var over80 = 0

    @inline(__always)
    mutating func add(_ across: Int, _ down: Int) {
        let size = length(across, down)
        guard size > 0 else { return }
        fan.add(across, down, weight: size)
        over24 &+= size >= 24 ? 1 : 0
        over48 &+= size >= 48 ? 1 : 0
        over80 &+= size >= 80 ? 1 : 0
    }
}

/// Pairs of vectors that go against each other.
struct FightOpposition {
    var count = 0
    var againstCount = 0
    var weight = 0
    var againstWeight = 0

    @inline(__always)
    mutating func add(_ product: Int) {
        guard product != 0 else { return }
        count &+= 1
        weight &+= magnitude(product)
        if product < 0 {
            againstCount &+= 1
            againstWeight &-= product
        }
    }

    /// A few pairs say little.
    var countShare: Int { againstCount * 1000 / (count + 5) }
    var weightShare: Int { againstWeight * 1000 / (weight + 1280) }
}
