import Frames

/// Who is where, how many, and what they do together: from boxes of people to sightings.
///
///     boxes ─▶ suppression ─▶ tracks ─▶ counts by zone ─▶ occupancy, dense
///                  └─▶ furniture   └─▶ rules ─▶ gathering, dispersal, lying, lineCrossed
///
/// Boxes come from the slow lane, 1 to 10 times a second: `take`. Frames come as often as they like:
/// `update`. Not thread-safe: one thread owns it. All memory is taken at the start.
public final class PeopleDetector {
    public let settings: PeopleSettings
    public private(set) var furniture: Furniture
    public let tracker: Tracker

    private let zones: [PeopleZone]
    private var counts: [ZoneCount]
    private var rules: PeopleRules
    /// Since the picture of the last look was taken; nil before the first.
    private var age: Interval?
    /// A look was taken since the last frame.
    private var isFresh = false
    private var crowd: CrowdCount?
    private var crowdAge = Interval.zero

    /// A look says nothing about now any more.
    static let staleAfter = Interval.seconds(3)

    /// - Parameters:
    ///   - zones: in the order of `DetectorSettings.zones`; sightings name them from 1.
    ///   - width, height: of the pictures in pixels, for their shape.
    ///   - furniture: what was learned earlier.
    public init(
        settings: PeopleSettings, zones: [Zone] = [], width: Int, height: Int,
        furniture: [Region] = []
    ) {
        self.settings = settings
        tracker = Tracker(width: width, height: height)
        self.furniture = Furniture(after: settings.furnitureAfter, known: furniture)
        self.zones = PeopleZone.all(zones, settings: settings, shape: tracker.shape)
        counts = self.zones.map { _ in ZoneCount() }
        rules = PeopleRules(settings, zones: self.zones, shape: tracker.shape)
    }

    /// Takes in the boxes of one look.
    ///
    /// - Parameters:
    ///   - boxes: of one picture, in any order; at most 512 are looked at, 64 kept.
    ///   - takenAt: when the picture was taken.
    ///   - now: the time of the frame at which they enter.
    public func take(
        _ boxes: UnsafeBufferPointer<PersonBox>, takenAt: Instant, at now: Instant
    ) {
        let before = tracker.takenAt
        let isLook = tracker.take(boxes, takenAt: takenAt) { self.furniture.holds($0) }
        guard isLook else { return }
        (age, isFresh) = (max(now - takenAt, .zero), true)
        if tracker.hasJumped { forgetPast() }
        let elapsed = tracker.hasJumped ? .zero : takenAt - (before ?? takenAt)
        furniture.learn(boxes, kept: tracker.suppression.kept, elapsed: elapsed)
        count(takenAt)
        rules.look(tracker.tracks, takenAt: takenAt, elapsed: elapsed, zones: zones)
    }

    public func take(_ boxes: [PersonBox], takenAt: Instant, at now: Instant) {
        boxes.withUnsafeBufferPointer { take($0, takenAt: takenAt, at: now) }
    }

    /// Appends what is seen of people now.
    ///
    /// - Parameters:
    ///   - crowd: the last that a network for crowds said; nil where there is none.
    func update(
        clock: FrameClock, crowd: CrowdCount?, into sightings: inout [Sighting]
    ) {
        // A look that came with this very frame is from behind the jump.
        if clock.hasJumped, !isFresh { forget() }
        isFresh = false
        age = age.map { $0 + clock.elapsed }
        if let age, age > Self.staleAfter { forget() }
        note(crowd, clock.elapsed)
        rules.update(
            clock.elapsed, zones: zones, count: { self.count(at: $0).count },
            into: &sightings)
    }

    /// The frame's own time is that of the last look and what has passed since.
    private func note(_ crowd: CrowdCount?, _ elapsed: Interval) {
        if crowd == self.crowd {
            crowdAge = crowdAge + elapsed
        } else {
            self.crowd = crowd
            crowdAge = .zero
            if let crowd, let age, let takenAt = tracker.takenAt {
                crowdAge = max(takenAt + age - crowd.takenAt, .zero)
            }
        }
    }

    /// What was counted, and who was followed, says nothing about now; lines and furniture stay.
    private func forget() {
        tracker.forget()
        forgetPast()
        age = nil
    }

    private func forgetPast() {
        for index in counts.indices { counts[index].forget() }
        rules.forget()
    }

    /// Everybody who is followed, to be drawn.
    public var people: [TrackedPerson] { tracker.people }

    /// Of all zones, 0 the whole picture.
    var zoneNumbers: some Sequence<UInt8> { zones.lazy.map(\.number) }

    /// How many are in a zone, 0 for the whole picture; furniture left out.
    public func count(zone: UInt8) -> PeopleCount {
        guard let index = zones.firstIndex(where: { $0.number == zone }) else {
            return PeopleCount()
        }
        return count(at: index)
    }

    private func count(at index: Int) -> PeopleCount {
        counts[index].count(
            tenths: crowd?[zones[index].number], errorPerMille: crowd?.errorPerMille ?? 0,
            age: crowdAge)
    }

    /// Who has crossed a line since the start, 0 the first line: in, and out.
    public func crossings(line: Int) -> (ins: UInt32, outs: UInt32) {
        guard settings.lines.indices.contains(line), line < PeopleSettings.lineCountMax else {
            return (0, 0)
        }
        return (rules.lines.ins[line], rules.lines.outs[line])
    }

    private func count(_ now: Instant) {
        for index in zones.indices {
            var (count, spare) = (0, 0)
            for track in tracker.tracks where track.state != .free && !track.isFurniture {
                guard now - track.seenAt <= PeopleLook.unseenMax,
                    zones[index].holds(track.box.foot)
                else { continue }
                if track.isConfirmed { count += 1 } else { spare += 1 }
            }
            counts[index].add(count, spare: spare, at: now)
        }
    }
}
