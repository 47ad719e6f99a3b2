import Frames

/// Many who stood in one place run from it, within seconds.
///
/// A leaver has stood, then runs (2 m/s for half a second) and is 1.5 m from where he stood, all
/// within 6 s. Told when `dispersalMin` leavers of the last 5 s had stood within 5 m of each other,
/// and they are at least half of all who stood there. Whoever comes running and runs on, joggers, a
/// game, one who runs for a bus out of a queue, is none.
///
/// - Limits: without a ground plane a run towards the camera is guessed by its picture (`Ground`).
///   At one look a second somebody who leaves the picture within a second is not seen to run.
struct DispersalRule: Sendable {
    private struct Leaver: Hashable, Sendable {
        var number: UInt32
        var at: Instant
        var stood: TrackBox
    }

    private let least: Int?
    private var leavers: [Leaver] = []
    private var score = Q15.zero
    private var count = 0
    private var box = TrackBox()
    private var evidence = Evidence()

    private static let runMin = Interval.milliseconds(500)
    private static let since = Interval.seconds(6)
    private static let window = Interval.seconds(5)
    /// Millimetres.
    private static let awayMin = 1_500
    private static let placeRadius = 5_000
    private static let needed = Interval.milliseconds(300)
    private static let ramp = Ramp(none: 600, half: 1_000, full: 2_000)

    init(least: Int?) {
        self.least = least
        leavers.reserveCapacity(Tracker.trackCountMax)
    }

    mutating func forget() {
        leavers.removeAll(keepingCapacity: true)
        (score, count) = (.zero, 0)
        evidence.forget()
    }

    mutating func look(_ look: PeopleLook) {
        guard let least else { return }
        leavers.removeAll { look.takenAt - $0.at > Self.window }
        for slot in look.tracks.indices where look.isThere(slot) {
            noteLeaver(look.tracks[slot], look.pasts[slot], look)
        }
        (score, count) = (.zero, 0)
        for anchor in leavers {
            let (left, box) = leavers(near: anchor, look.ground)
            guard left > count else { continue }
            let stayed = standing(near: anchor, look)
            guard left >= stayed else { continue }
            (count, self.box) = (left, box)
        }
        score = Self.ramp(count * 1000 / max(least, 1))
    }

    private mutating func noteLeaver(_ track: Track, _ past: PersonPast, _ look: PeopleLook) {
        guard track.isSeen, past.runsFor >= Self.runMin, let stoodAt = past.stoodAt,
            look.takenAt - stoodAt <= Self.since, leavers.count < Tracker.trackCountMax,
            look.ground.distance(track.box, past.stoodBox) >= Self.awayMin
        else { return }
        for leaver in leavers where leaver.number == track.number { return }
        leavers.append(Leaver(number: track.number, at: look.takenAt, stood: past.stoodBox))
    }

    private func leavers(near anchor: Leaver, _ ground: Ground) -> (count: Int, box: TrackBox) {
        var (count, box) = (0, anchor.stood)
        for leaver in leavers
        where ground.distance(anchor.stood, leaver.stood) <= Self.placeRadius {
            count += 1
            box = box.union(leaver.stood)
        }
        return (count, box)
    }

    private func standing(near anchor: Leaver, _ look: PeopleLook) -> Int {
        var count = 0
        for slot in look.tracks.indices
        where look.isThere(slot) && look.pasts[slot].isStanding
            && look.ground.distance(anchor.stood, look.tracks[slot].box) <= Self.placeRadius
        {
            count += 1
        }
        return count
    }

    mutating func update(
        _ elapsed: Interval, zones: [PeopleZone], shape: PictureShape,
        into sightings: inout [Sighting]
    ) {
        guard let least else { return }
        evidence.update(score, elapsed: elapsed, needed: Self.needed)
        guard evidence.isShown else { return }
        sightings.append(
            Sighting(
                kind: .dispersal, zone: PeopleZone.number(at: box.foot, in: zones), score: score,
                region: shape.region(box), measure: .count(count, from: least)))
    }
}
