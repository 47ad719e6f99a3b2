import Detectors
import Frames

/// A hall as one camera sees it, for hours: people come in, sit at tables, stand at the bar, dance and
/// go, and who is where is known at every moment.
///
/// The camera hangs 3 m up and looks level ahead, with a focal length of 0.8 of its picture's width,
/// four to three. All in integers, from one seed.
///
/// - Units: millimetres on the floor, across from the picture's middle and ahead of the camera; times
///   in milliseconds.
public struct Hall {
    /// Somebody who is in the picture.
    public struct Seen: Hashable, Sendable {
        public var number: Int
        /// All of him, whatever stands before him, as far as it is in the picture.
        public var box: Region
        /// Where he touches the floor; per mille.
        public var foot: Polygon.Corner
        /// What of his box others cover; per mille.
        public var hidden: Int

        /// Whether half of him or more is to be seen.
        public var isPlain: Bool { hidden <= 500 }

        /// Whether a network may find him at all.
        public var isFindable: Bool { hidden < Hall.hiddenMax }

        /// Whether he stands in `Hall.zone`.
        public var isInZone: Bool { foot.x >= Hall.zoneLeft }
    }

    /// From when to when people stood together by order of the script.
    public struct Gathering: Hashable, Sendable {
        public var start: Int
        public var end: Int
    }

    private static let hiddenMax = 750
    /// The right half of the floor: people dance there, and stand at the bar.
    public static let zone = Polygon(corners: [
        .init(x: zoneLeft, y: 0), .init(x: 1000, y: 0), .init(x: 1000, y: 1000),
        .init(x: zoneLeft, y: 1000)
    ])
    private static let zoneLeft: UInt16 = 555

    var people: [HallPerson] = []
    public private(set) var milliseconds = 0
    public private(set) var gatherings: [Gathering] = []
    private var random: SplitMix64
    private var nextNumber = 1
    /// Whether somebody has each place of `HallPlace.all`.
    private var isTaken = [Bool](repeating: false, count: HallPlace.all.count)
    private let wanted: ClosedRange<Int>
    private let gathersEvery: Int?
    private let stay: Int

    private static let gatheringTime = 300_000
    private static let gatheringCount = 10

    /// - Parameters:
    ///   - wanted: how many people there are, from when it is empty to when it is full; it goes from
    ///     one to the other in 80 minutes, and begins in between.
    ///   - gathersEvery: minutes from one gathering of ten to the next, the first after half of that;
    ///     nil for none.
    ///   - stay: how long they stay in a place, in per mille of usual: 1000 is five minutes to half an
    ///     hour at a table, two to eight minutes elsewhere.
    public init(
        seed: UInt64, wanted: ClosedRange<Int> = 2...20, gathersEvery: Int? = 60, stay: Int = 1000
    ) {
        self.stay = stay
        random = SplitMix64(seed: seed ^ 0x6861_6C6C)
        self.wanted = wanted
        self.gathersEvery = gathersEvery.map { $0 * 60_000 }
        // Whoever is there at the beginning has been for a while.
        for _ in 0..<target {
            enter()
            goOn(people.count - 1)
            guard let place = people[people.count - 1].place else { continue }
            people[people.count - 1].arrive(at: HallPlace.all[place])
        }
    }

    /// How many there should be now.
    private var target: Int {
        let (half, period) = (4_800_000, 9_600_000)
        let phase = (milliseconds + half / 2) % period
        let height = phase < half ? phase : period - phase
        return wanted.lowerBound + (wanted.upperBound - wanted.lowerBound) * height / half
    }

    public mutating func advance(milliseconds step: Int) {
        milliseconds += step
        if let gathersEvery, milliseconds % gathersEvery / step == gathersEvery / 2 / step {
            gather()
        }
        // Somebody comes every four seconds as long as there are too few.
        if people.count < target, random.chance(step, in: 4_000) {
            enter()
            goOn(people.count - 1)
        }
        for index in people.indices {
            let isThere = people[index].advance(milliseconds: step)
            if isThere, !people[index].isLeaving, milliseconds >= people[index].until {
                goOn(index)
            }
        }
        people.removeAll(where: \.isGone)
    }

    private mutating func enter() {
        let z = random.whole(in: 6_500...13_000)
        let x = (random.chance(1, in: 2) ? 1 : -1) * z * 66 / 100
        people.append(
            HallPerson(number: nextNumber, x: x, z: z, stops: random.whole(in: 2...6), &random))
        nextNumber += 1
    }

    /// To the next place, or out.
    private mutating func goOn(_ index: Int) {
        if let place = people[index].place { isTaken[place] = false }
        people[index].place = nil
        let isTooMany = people.count > target
        let free = HallPlace.all.indices.filter { !isTaken[$0] && HallPlace.all[$0].kind != .open }
        guard people[index].stops > 0, !isTooMany, !free.isEmpty else { return leave(index) }
        // A kind first, or else there would be as many dancers as there is room to dance.
        let kind: HallPlace.Kind =
            random.chance(11, in: 20) ? .seat : random.chance(1, in: 2) ? .bar : .floor
        let chosen = free.filter { HallPlace.all[$0].kind == kind }
        let pool = chosen.isEmpty ? free : chosen
        send(index, to: pool[random.whole(in: 0...pool.count - 1)])
        people[index].stops -= 1
    }

    private mutating func send(_ index: Int, to place: Int) {
        isTaken[place] = true
        let kind = HallPlace.all[place].kind
        let time = random.whole(in: kind == .seat ? 300_000...1_800_000 : 120_000...480_000)
        people[index].walk(to: HallPlace.all[place], place: place)
        people[index].until = milliseconds + time * stay / 1000
    }

    private mutating func leave(_ index: Int) {
        let z = random.whole(in: 6_500...13_000)
        people[index].leave(toX: (people[index].x < 0 ? -1 : 1) * z * 7 / 10, z: z)
    }

    /// Ten stand together for five minutes, before the tables.
    private mutating func gather() {
        let end = milliseconds + Self.gatheringTime
        while people.count(where: { !$0.isLeaving }) < Self.gatheringCount { enter() }
        let spots = HallPlace.all.indices.filter { HallPlace.all[$0].kind == .open }
        let called = people.indices.filter { !people[$0].isLeaving }.prefix(Self.gatheringCount)
        for (spot, index) in zip(spots, called) {
            if let place = people[index].place { isTaken[place] = false }
            people[index].walk(to: HallPlace.all[spot], place: spot)
            isTaken[spot] = true
            people[index].until = end
        }
        gatherings.append(Gathering(start: milliseconds, end: end))
    }

    /// Everybody who is in the picture, the nearest first; those behind others too.
    public var seen: [Seen] {
        var seen: [Seen] = []
        var nearer: [Region] = []
        for person in people.sorted(by: { ($0.z, $0.number) < ($1.z, $1.number) }) {
            let edges = person.edges
            let foot = (edges.left + edges.right) / 2
            guard let box = edges.region else { continue }
            let hidden = Self.hidden(box, by: nearer)
            nearer.append(box)
            guard (0...10_000).contains(foot) else { continue }
            seen.append(
                Seen(
                    number: person.number, box: box,
                    foot: .init(x: UInt16(foot / 10), y: UInt16(min(edges.bottom / 10, 1000))),
                    hidden: hidden))
        }
        return seen
    }

    /// How many of those who do not walk are the most in one chain of neighbours.
    ///
    /// - Parameter reach: from one to the next.
    public func largestGroup(within reach: Int) -> Int {
        var left = people.filter { !$0.isWalking }
        var most = 0
        while let first = left.popLast() {
            var (group, next) = ([first], 0)
            while next < group.count {
                let one = group[next]
                group += left.filter { one.distanceSquared(to: $0) <= reach * reach }
                left.removeAll { one.distanceSquared(to: $0) <= reach * reach }
                next += 1
            }
            most = max(most, group.count)
        }
        return most
    }

    /// Per mille of a box that others cover, by a grid of 10 × 10.
    public static func hidden(_ box: Region, by nearer: [Region]) -> Int {
        var count = 0
        for cell in 0..<100 {
            let x = Int(box.x) + Int(box.width) * (2 * (cell % 10) + 1) / 20
            let y = Int(box.y) + Int(box.height) * (2 * (cell / 10) + 1) / 20
            let isHidden = nearer.contains {
                x >= Int($0.x) && x < Int($0.x) + Int($0.width) && y >= Int($0.y)
                    && y < Int($0.y) + Int($0.height)
            }
            count += isHidden ? 10 : 0
        }
        return count
    }
}
