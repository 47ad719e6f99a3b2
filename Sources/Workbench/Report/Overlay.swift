import Detectors
import Frames

/// What is drawn over a picture, and never in it: what is kept as evidence shows what the camera
/// saw and nothing else.
struct Overlay: Hashable, Sendable {
    struct Person: Hashable, Sendable {
        /// From 1.
        var number: UInt32
        var region: Region
        /// Nil where nobody says it.
        var head: Polygon.Corner?
        /// Boxed in the last look; otherwise where he is expected.
        var isSeen: Bool
        /// Not counted, for it has never moved.
        var isFurniture: Bool
        /// Where he stood at the last looks, the oldest first.
        var trail: [Polygon.Corner]

        init(
            number: UInt32, region: Region, head: Polygon.Corner? = nil, isSeen: Bool = true,
            isFurniture: Bool = false, trail: [Polygon.Corner] = []
        ) {
            self.number = number
            self.region = region
            self.head = head
            self.isSeen = isSeen
            self.isFurniture = isFurniture
            self.trail = trail
        }
    }

    /// At most as many as are followed.
    var people: [Person] = []
    var zones: [Zone] = []
    /// When the picture was taken in which people were looked for; nil where that never was.
    var seenAt: Instant?

    /// Looks come less often than pictures. Becomes `other` where that is nearer in time to a picture
    /// that was taken at `time`.
    mutating func improve(with other: Overlay, for time: Instant) {
        guard let new = other.seenAt else { return }
        let off = seenAt.map { Self.distance($0, time) } ?? Self.offMax
        if Self.distance(new, time) < off { self = other }
    }

    /// Farther off, people are elsewhere.
    private static let offMax = Interval.seconds(1)

    private static func distance(_ one: Instant, _ other: Instant) -> Interval {
        one < other ? other - one : one - other
    }

    /// As 0xRRGGBB: neighbours in number are far apart in colour; grey is who is not counted.
    static func colour(of person: Person) -> Int {
        guard !person.isFurniture else { return 0x9E9E9E }
        return colours[Int(person.number % UInt32(colours.count))]
    }

    private static let colours = [
        0x4FC3F7, 0xFFD54F, 0xF06292, 0x81C784, 0xBA9BF5, 0xFF8A65, 0x4DD0C1, 0xDCE775
    ]
}

/// Where everybody who is followed stood at the last looks.
///
/// - Limits: as many people as are followed, `stepCountMax` steps each, no older than `length`.
struct Trails: Hashable, Sendable {
    private struct Step: Hashable, Sendable {
        var at: Instant
        var foot: Polygon.Corner
    }

    private var steps: [UInt32: [Step]] = [:]

    static let length = Interval.seconds(4)
    static let stepCountMax = 24

    private var seenAt: Instant?

    /// - Parameters:
    ///   - people: everybody who is followed after one look; who is not among them is gone.
    ///   - now: when its picture was taken.
    mutating func looked(_ people: [TrackedPerson], at now: Instant) {
        seenAt = now
        var left: [UInt32: [Step]] = [:]
        for person in people.prefix(Tracker.trackCountMax) {
            // A time line that runs back is a new one.
            var trail = (steps[person.number] ?? []).filter {
                $0.at < now && now - $0.at <= Self.length
            }
            if person.isSeen { trail.append(Step(at: now, foot: Self.foot(of: person.region))) }
            left[person.number] = Array(trail.suffix(Self.stepCountMax))
        }
        steps = left
    }

    /// Everybody who is followed, with where he came from.
    ///
    /// - Parameter now: whoever walks is drawn where his last second takes him by then; nil draws
    ///   everybody where he was looked for last.
    func overlay(of people: [TrackedPerson], zones: [Zone], at now: Instant? = nil) -> Overlay {
        Overlay(
            people: people.map { person in
                let steps = steps[person.number] ?? []
                let region =
                    now.map { Self.region(of: person, after: steps, at: $0) } ?? person.region
                return Overlay.Person(
                    number: person.number, region: region,
                    head: Self.head(of: person, in: region), isSeen: person.isSeen,
                    isFurniture: person.isFurniture,
                    trail: steps.map(\.foot))
            }, zones: zones, seenAt: seenAt)
    }

    /// Nobody walks on for longer than this without being looked for.
    private static let aheadMax: Int64 = 800

    private static func region(
        of person: TrackedPerson, after steps: [Step], at now: Instant
    ) -> Region {
        guard person.isSeen, let last = steps.last,
            let first = steps.first(where: { last.at - $0.at <= .seconds(1) }),
            last.at - first.at >= .milliseconds(150)
        else { return person.region }
        let ahead = Int(min(max((now - last.at).milliseconds, 0), aheadMax))
        let span = Int((last.at - first.at).milliseconds)
        func moved(_ place: UInt16, _ size: UInt16, _ from: UInt16, _ to: UInt16) -> UInt16 {
            let moved = Int(place) + (Int(to) - Int(from)) * ahead / span
            return UInt16(min(max(moved, 0), max(1000 - Int(size), 0)))
        }
        var region = person.region
        region.x = moved(region.x, region.width, first.foot.x, last.foot.x)
        region.y = moved(region.y, region.height, first.foot.y, last.foot.y)
        return region
    }

    /// It goes where the box goes.
    private static func head(of person: TrackedPerson, in region: Region) -> Polygon.Corner {
        func moved(_ place: UInt16, _ from: UInt16, _ to: UInt16) -> UInt16 {
            UInt16(min(max(Int(place) + Int(to) - Int(from), 0), 1000))
        }
        return Polygon.Corner(
            x: moved(person.head.x, person.region.x, region.x),
            y: moved(person.head.y, person.region.y, region.y))
    }

    private static func foot(of region: Region) -> Polygon.Corner {
        Polygon.Corner(x: region.x + region.width / 2, y: region.y + region.height)
    }
}
