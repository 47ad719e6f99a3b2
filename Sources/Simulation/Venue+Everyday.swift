import Frames

/// What groups do in a venue on an evening when nothing happens.
extension Venue {
    private static let centre = (x: 2500, depth: 1800)

    /// In a ring around a table, which is there from now on.
    mutating func gather() {
        let centre = Self.centre
        table = VenueTable(x: centre.x, depth: centre.depth)
        let turn = random.whole(in: 0...1023)
        for index in people.indices {
            let angle = turn + index * 1024 / people.count
            people[index].activity = .walking(
                toX: centre.x + 850 * Turn.cosine(angle) / 256,
                toDepth: centre.depth + 650 * Turn.sine(angle) / 256)
        }
    }

    /// All turn to the table.
    mutating func aroundTheTable(does activity: (Int) -> VenuePerson.Activity) {
        for index in people.indices {
            people[index].activity = activity(index)
            people[index].heading = people[index].x < Self.centre.x ? 1 : -1
        }
    }

    /// The child, or whoever came first, comes to the cake; of the others one in three films it.
    mutating func sing() {
        table?.hasCake = true
        table?.hasFlames = true
        aroundTheTable { $0 % 3 == 2 ? .filming : .clapping }
        let side = people[child].x < Self.centre.x ? -1 : 1
        people[child].activity = .walking(
            toX: Self.centre.x + side * 300, toDepth: Self.centre.depth + 120)
    }

    private var child: Int { people.firstIndex { $0.size < 1000 } ?? 0 }

    mutating func blowOut() {
        let child = child
        aroundTheTable { $0 == child ? .blowing : $0 % 3 == 2 ? .filming : .clapping }
    }

    /// Two thirds are in the pit; the others make room, and cheer.
    mutating func openPit() {
        for index in people.indices {
            if index % 3 != 2 {
                let (x, depth) = Venue.inThePit(&random)
                people[index].activity = .moshing(toX: x, toDepth: depth)
                continue
            }
            let angle = index * 1024 / people.count
            let x = Self.centre.x + 1300 * Turn.cosine(angle) / 256
            let depth = Self.centre.depth + 1050 * Turn.sine(angle) / 256
            let isThere = people[index].x == x && people[index].depth == depth
            people[index].activity = isThere ? .cheering : .walking(toX: x, toDepth: depth)
        }
    }

    static func inThePit(_ random: inout SplitMix64) -> (x: Int, depth: Int) {
        (
            centre.x + random.whole(in: -750...750), centre.depth + random.whole(in: -550...550)
        )
    }

    /// Behind whoever came first.
    mutating func startConga() {
        for index in people.indices {
            let (x, depth) = Venue.anywhere(&random)
            people[index].activity =
                index == 0 ? .leading(toX: x, toDepth: depth) : .trailing(index - 1)
        }
    }

    /// Two for each of three who carry.
    mutating func setChairs() {
        for index in people.indices.prefix(3) {
            for _ in 0..<2 {
                let (x, depth) = Venue.anywhere(&random)
                let paint = Canvas.Paint(
                    luma: UInt8(random.whole(in: 40...170)), blue: 112, red: 142)
                people[index].chairs.append(VenueChair(x: x, depth: depth, paint: paint))
            }
        }
    }

    mutating func carryChairs() {
        for index in people.indices where !people[index].chairs.isEmpty {
            people[index].activity = .fetching
        }
    }

    mutating func playTag() {
        let children = people.indices.filter { people[$0].size < 1000 }
        for index in children {
            let (x, depth) = Venue.anywhere(&random)
            people[index].activity =
                index == children.first ? .catching : .playing(toX: x, toDepth: depth)
        }
    }
}
