import Frames

/// Who is where it is busiest, by the last look of a network: what is close and fast looks like a fight
/// to whoever sees motion alone, and pigeons do.
extension FightMeter {
    /// A box counts where so much of it lies in the region, per mille.
    private static let insideMin = 300
    /// Nobody else is near.
    private static let alone = 9_999
    /// Further apart than three times a person's height is all the same.
    private static let nearMax = 3_000

    /// - Parameter people: nil where nobody looked lately; then all of these numbers are 0.
    func conclude(people: [PersonBox]?) {
        guard let people else {
            for number in FightNumber.ofPeople { set(number, 0) }
            return
        }
        let busiest = region.region
        var (inside, highest, sure, near) = (0, 0, 0, Self.alone)
        for (index, box) in people.enumerated() where isInside(box.region, busiest) {
            inside += 1
            highest = max(highest, Int(box.region.height))
            sure += box.score.perMille
            for other in people[..<index] where isInside(other.region, busiest) {
                near = min(near, distance(box.region, other.region))
            }
        }
        set(.peopleAll, 1 + people.count)
        set(.peopleInside, 1 + inside)
        set(.peopleHeight, 1 + highest)
        set(.peopleHeightOfRegion, 1 + thousandths(highest, of: Int(busiest.height)))
        set(.peopleSure, 1 + sure)
        set(.peopleNear, 1 + near)
    }

    /// Cannot overflow: products of two numbers up to 1000, times 1000.
    private func isInside(_ box: Region, _ area: Region) -> Bool {
        func shared(_ start: UInt16, _ size: UInt16, _ other: UInt16, _ otherSize: UInt16) -> Int {
            min(Int(start) + Int(size), Int(other) + Int(otherSize)) - Int(max(start, other))
        }
        let across = shared(box.x, box.width, area.x, area.width)
        let down = shared(box.y, box.height, area.y, area.height)
        guard across > 0, down > 0 else { return false }
        return across * down * 1000 >= Self.insideMin * Int(box.width) * Int(box.height)
    }

    /// From middle to middle over the mean height, in thousandths.
    private func distance(_ one: Region, _ other: Region) -> Int {
        func twice(_ start: UInt16, _ size: UInt16) -> Int { 2 * Int(start) + Int(size) }
        let x = twice(one.x, one.width) - twice(other.x, other.width)
        let y = twice(one.y, one.height) - twice(other.y, other.height)
        // Per mille of the width are wider than of the height.
        let between = length(x * FightGrid.width / FightGrid.height, y)
        let heights = max(Int(one.height) + Int(other.height), 1)
        return min(between * 1000 / heights, Self.nearMax)
    }
}
