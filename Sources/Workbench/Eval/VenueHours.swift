import Detectors
import Frames
import Incidents
import Simulation
import Station

/// Hours of a rendered hall: how often the number of people is right, and what is told of gatherings.
package struct VenueHours {
    /// Where boxes come from.
    package enum Looks: Sendable {
        /// From the truth: some are missed, some made up, all are a little off.
        case told
        /// From the networks, which look at the drawn picture.
        case networks
    }

    package struct Tally: Hashable, Sendable {
        package var minutes = 0
        /// In which the number was right, within a tenth, or one: of those of whom half or more is to
        /// be seen.
        package var right = 0
        package var rightInZone = 0
        /// The same of everybody in the picture, whoever stands before him.
        package var rightOfAll = 0
        /// Sums over minutes of who was there, and by how much the count was off.
        package var there = 0
        package var all = 0
        package var off = 0
        package var offInZone = 0
        /// How many were followed and not counted, for they were taken for furniture.
        package var furniture = 0
        /// Gatherings that the script had, those of them that were confirmed, and confirmed ones
        /// that were none.
        package var gatherings = 0
        package var found = 0
        package var falseOnes = 0
        /// Everything else that was confirmed of people.
        package var others = 0
    }

    private let hall: Hall
    private let seed: UInt64
    private let minutes: Int
    private let width: Int
    private let looks: Looks

    /// Pixels across, where no network looks: the picture tells only who lives, and what is furniture.
    private static let toldWidth = 320
    private static let networksWidth = 640
    /// Who stands apart by more is no part of a gathering, by anybody's measure: half as much again as
    /// the detector links.
    private static let reach = 2_400
    /// A gathering is told while it lasts, or this long afterwards.
    private static let late = 120_000

    /// Those who gather need a while to come; then they are watched for a minute.
    private static let dueAfter = 180_000

    /// - Parameter width: of the picture in pixels, a multiple of 4; nil for what `looks` need.
    package init(
        seed: UInt64, minutes: Int, looks: Looks, wanted: ClosedRange<Int> = 2...20,
        gathersEvery: Int? = 60, width: Int? = nil
    ) {
        hall = Hall(seed: seed, wanted: wanted, gathersEvery: gathersEvery)
        (self.seed, self.minutes, self.looks) = (seed, minutes, looks)
        self.width = width ?? (looks == .told ? Self.toldWidth : Self.networksWidth)
    }

    /// - Parameter say: is told each minute.
    package func run(say: (String) -> Void) throws -> Tally {
        let camera = HallCamera(width: width, minutes: minutes, hall: hall)
        let told = ToldLooks()
        var erring = ErringBoxes(seed: seed)
        let zone = Zone(name: "floor", polygon: Hall.zone)
        let sight = Sight(
            DetectorSettings(zones: [zone]),
            looks: looks == .told ? told : PromptWorker(try LookNetworks()))
        let sizeMin = sight.settings.people.gathering?.sizeMin ?? .max
        var tracker = IncidentTracker(camera: 0, policy: IncidentPolicy())
        var changes: [IncidentChange] = []
        var tally = Tally()
        var confirmed: [Int] = []
        // When so many last stood so near each other that somebody could call it a gathering.
        var togetherAt: Int?
        try camera.forEachFrame { frame, _ in
            let now = camera.hall.milliseconds
            let seen = camera.hall.seen
            told.boxes = looks == .told ? erring.boxes(of: seen) : []
            if now % 1_000 == 0, camera.hall.largestGroup(within: Self.reach) >= sizeMin {
                togetherAt = now
            }
            try sight.decide(frame)
            changes.removeAll(keepingCapacity: true)
            tracker.step(
                at: frame.capturedAt, weekMinute: nil, sightings: sight.sightings,
                into: &changes)
            for case .confirmed(let incident) in changes
            where incident.kind.row.detector == .people {
                guard incident.kind == .gathering else {
                    tally.others += 1
                    say("\(incident.name) at \(secondsText(.milliseconds(Int64(now)))) s")
                    continue
                }
                confirmed.append(now)
                let isTrue = togetherAt.map { now - $0 <= Self.late } ?? false
                if !isTrue { tally.falseOnes += 1 }
                say(
                    "gathering at \(secondsText(.milliseconds(Int64(now)))) s: "
                        + (isTrue ? "there is one" : "there is none"))
            }
            if now % 60_000 == 0 { count(sight, seen, &tally, say) }
        }
        let due = camera.hall.gatherings.filter {
            $0.start + Self.dueAfter <= camera.hall.milliseconds
        }
        tally.gatherings = due.count
        tally.found = due.count { gathering in
            confirmed.contains { gathering.start...gathering.end + Self.late ~= $0 }
        }
        return tally
    }

    private func count(
        _ sight: Sight, _ seen: [Hall.Seen], _ tally: inout Tally, _ say: (String) -> Void
    ) {
        let plain = seen.count(where: \.isPlain)
        let inZone = seen.count { $0.isPlain && $0.isInZone }
        let (count, zone) = (sight.count(zone: 0).count, sight.count(zone: 1).count)
        let furniture = sight.people.count(where: \.isFurniture)
        tally.minutes += 1
        tally.furniture += furniture
        tally.there += plain
        tally.all += seen.count
        tally.off += abs(count - plain)
        tally.offInZone += abs(zone - inZone)
        if Self.isRight(count, of: plain) { tally.right += 1 }
        if Self.isRight(zone, of: inZone) { tally.rightInZone += 1 }
        if Self.isRight(count, of: seen.count) { tally.rightOfAll += 1 }
        say(
            "minute \(tally.minutes) of \(minutes): \(plain) to be seen (\(seen.count) there), "
                + "\(count) counted; on the floor \(inZone), \(zone) counted"
                + (furniture > 0 ? "; \(furniture) taken for furniture" : ""))
    }

    /// Within a tenth, or one.
    static func isRight(_ count: Int, of truth: Int) -> Bool {
        abs(count - truth) <= max(truth / 10, 1)
    }

    package func table(_ tally: Tally) -> String {
        func share(_ count: Int) -> String { Figure.decimals(Self.ratio(count, tally.minutes)) }
        return """
            \(tally.minutes) min, seed \(seed), \
            \(looks == .told ? "boxes told, with errors" : "networks on the drawn picture")
            people to be seen, mean         \(share(tally.there))
            minutes with the right number   \(share(tally.right))
            the same, on the floor alone    \(share(tally.rightInZone))
            the same, hidden ones as well   \(share(tally.rightOfAll)), of \(share(tally.all))
            mean error                      \(share(tally.off))
            the same, on the floor alone    \(share(tally.offInZone))
            taken for furniture             \(share(tally.furniture))
            gatherings                      \(tally.found) of \(tally.gatherings) told, \
            \(tally.falseOnes) told that were none
            other incidents of people       \(tally.others)
            """
    }

    package func json(_ tally: Tally) -> String {
        func share(_ count: Int) -> String { Figure.decimals(Self.ratio(count, tally.minutes)) }
        return "{\"task\":\"venue\",\"seed\":\(seed),"
            + "\"looks\":\"\(looks == .told ? "told" : "networks")\","
            + "\"metrics\":{\"minutes\":\(tally.minutes),\"right\":\(share(tally.right)),"
            + "\"rightInZone\":\(share(tally.rightInZone)),"
            + "\"rightOfAll\":\(share(tally.rightOfAll)),\"people\":\(share(tally.there)),"
            + "\"peopleOfAll\":\(share(tally.all)),"
            + "\"error\":\(share(tally.off)),\"errorInZone\":\(share(tally.offInZone)),"
            + "\"furniture\":\(share(tally.furniture)),"
            + "\"gatherings\":\(tally.gatherings),\"gatheringsFound\":\(tally.found),"
            + "\"gatheringsFalse\":\(tally.falseOnes),\"others\":\(tally.others)}}"
    }

    private static func ratio(_ count: Int, _ whole: Int) -> Double {
        Double(count) / Double(max(whole, 1))
    }
}
