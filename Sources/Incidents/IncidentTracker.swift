import Detectors
import Frames

/// Every incident in one camera's view: sightings of every frame go in, incidents come out.
///
/// Pure and integer-only. Memory is taken once; `step` allocates nothing where `changes` has room.
///
/// - Limits: one incident per kind, zone and subject at a time; `openCountMax` open together.
///   Beyond it new suspicions wait, with all that was seen, until one closes. `subjectCountMax`
///   subjects are told apart; beyond, the cool-down that began first is forgotten, and where all are
///   being watched, what is seen counts for the kind and zone without a subject.
public struct IncidentTracker: Sendable {
    public var policy: IncidentPolicy
    /// The camera's position in the configuration, from 0.
    public let camera: UInt8
    /// What the next incident is called. The station, which has several cameras, sets it.
    public var nextOrdinal: UInt32

    /// Sightings that named a zone that cannot be configured, and were not counted.
    public private(set) var strayCount: UInt64 = 0

    /// Of kinds in zones, by `TrackSlot.index`.
    private var tracks: [IncidentTrack]
    private var subjects: SubjectTracks
    private var clock = FrameClock()
    private var openCount = 0

    public static let openCountMax = 32
    public static let subjectCountMax = 32

    public init(camera: UInt8, policy: IncidentPolicy, nextOrdinal: UInt32 = 1) {
        self.camera = camera
        self.policy = policy
        self.nextOrdinal = nextOrdinal
        tracks = [IncidentTrack](repeating: IncidentTrack(), count: TrackSlot.count)
        subjects = SubjectTracks(count: Self.subjectCountMax)
    }

    /// Takes in what was seen in one frame and appends what follows from it.
    ///
    /// - Parameters:
    ///   - at: the frame's time. Any order is survived: time that stands still or runs backwards
    ///     adds no evidence, and neither does a pause of more than 2 s between frames.
    ///   - weekMinute: minutes since Monday 00:00 local time; nil before the clock is set.
    public mutating func step(
        at: Instant, weekMinute: Int?, sightings: [Sighting],
        into changes: inout [IncidentChange]
    ) {
        let (from, to) = clock.advance(to: at)
        for sighting in sightings {
            guard let slot = TrackSlot(sighting) else {
                strayCount &+= 1
                continue
            }
            guard policy[sighting.kind].isEnabled,
                policy.matters(sighting.kind, zone: sighting.zone, weekMinute: weekMinute)
            else { continue }
            if let subject = sighting.subject,
                let place = subjects.place(of: subject, in: slot, at: at, time: to)
            {
                subjects.tracks[place].note(sighting)
            } else {
                tracks[slot.index].note(sighting)
            }
        }
        for index in tracks.indices where tracks[index].isActive {
            let tick = tick(from, to, at, TrackSlot(index: index), nil)
            conclude(Self.absorb(tick, policy, &tracks[index]), into: &changes)
        }
        for index in subjects.tracks.indices where subjects.tracks[index].isActive {
            guard let key = subjects.keys[index] else { continue }
            let tick = tick(from, to, at, key.slot, key.subject)
            conclude(Self.absorb(tick, policy, &subjects.tracks[index]), into: &changes)
        }
    }

    private func tick(
        _ from: Int64, _ to: Int64, _ at: Instant, _ slot: TrackSlot, _ subject: Subject?
    ) -> IncidentTrack.Tick {
        IncidentTrack.Tick(
            from: from, to: to, at: at, camera: camera, slot: slot, subject: subject,
            mayOpen: openCount < Self.openCountMax, ordinal: nextOrdinal)
    }

    private static func absorb(
        _ tick: IncidentTrack.Tick, _ policy: IncidentPolicy, _ track: inout IncidentTrack
    ) -> IncidentTrack.Action {
        let rule = policy[tick.slot.kind]
        return rule.isEnabled
            ? track.absorb(tick, rule: rule) : track.end(at: tick.at, time: tick.to)
    }

    /// Ends every open incident: nothing can be seen any more, and nothing said about it.
    public mutating func closeAll(at: Instant, into changes: inout [IncidentChange]) {
        for index in tracks.indices where tracks[index].isActive {
            conclude(tracks[index].end(at: at, time: clock.milliseconds), into: &changes)
        }
        for index in subjects.tracks.indices where subjects.tracks[index].isActive {
            let action = subjects.tracks[index].end(at: at, time: clock.milliseconds)
            conclude(action, into: &changes)
        }
    }

    private mutating func conclude(
        _ action: IncidentTrack.Action, into changes: inout [IncidentChange]
    ) {
        switch action {
        case .none:
            break
        case .opened(let incident):
            openCount += 1
            nextOrdinal = nextOrdinal == .max ? 1 : nextOrdinal + 1
            changes.append(.opened(incident))
        case .confirmed(let incident):
            changes.append(.confirmed(incident))
        case .closed(let incident):
            openCount -= 1
            changes.append(.closed(incident))
        }
    }
}

/// Time as the frames tell it, made safe: it never runs backwards, and a gap is not evidence.
struct FrameClock: Hashable, Sendable {
    private var last: Instant?
    private var elapsed = Interval.zero

    /// After a longer pause time moves on by this much, and the frame stands for none of it.
    static let gapMax = Interval.seconds(2)

    var milliseconds: Int64 { elapsed.milliseconds }

    /// - Returns: the milliseconds of tracker time that the frame at `instant` stands for.
    mutating func advance(to instant: Instant) -> (from: Int64, to: Int64) {
        var from = elapsed.milliseconds
        if let last {
            let passed = max(instant - last, .zero)
            elapsed = elapsed + min(passed, Self.gapMax)
            if passed > Self.gapMax { from = elapsed.milliseconds }
        }
        last = instant
        return (from, elapsed.milliseconds)
    }
}

/// A kind in a zone, and its place in the table of tracks.
struct TrackSlot: Hashable, Sendable {
    let kind: Sighting.Kind
    let zone: UInt8

    static let zoneCount = DetectorSettings.zoneCountMax + 1
    static let count = Sighting.Kind.allCases.count * zoneCount
    private static let kinds = Sighting.Kind.allCases

    /// Nil where the zone cannot be configured.
    init?(_ sighting: Sighting) {
        guard Int(sighting.zone) < Self.zoneCount else { return nil }
        kind = sighting.kind
        zone = sighting.zone
    }

    /// - Parameter index: 0 ..< `count`.
    init(index: Int) {
        kind = Self.kinds[index / Self.zoneCount]
        zone = UInt8(truncatingIfNeeded: index % Self.zoneCount)
    }

    var index: Int { kind.slot * Self.zoneCount + Int(zone) }
}

/// The tracks of subjects: a few places, taken by whoever is seen and given back when nothing more
/// is to be said of them.
struct SubjectTracks: Hashable, Sendable {
    struct Key: Hashable, Sendable {
        var slot: TrackSlot
        var subject: Subject
    }

    /// Whose each track is, or was.
    private(set) var keys: [Key?]
    var tracks: [IncidentTrack]

    init(count: Int) {
        keys = [Key?](repeating: nil, count: count)
        tracks = [IncidentTrack](repeating: IncidentTrack(), count: count)
    }

    /// The place of a subject, which may be a new one; nil where all are being watched.
    ///
    /// - Parameter time: tracker time, milliseconds.
    mutating func place(
        of subject: Subject, in slot: TrackSlot, at: Instant, time: Int64
    ) -> Int? {
        let key = Key(slot: slot, subject: subject)
        var idle: Int?
        var cooling: Int?
        for index in tracks.indices {
            if tracks[index].isActive {
                if keys[index] == key { return index }
                guard tracks[index].isCooling else { continue }
                if cooling.map({ tracks[index].lastSeen < tracks[$0].lastSeen }) ?? true {
                    cooling = index
                }
            } else if idle == nil {
                idle = index
            }
        }
        guard let place = idle ?? cooling else { return nil }
        // Neither is open: nothing ends by it.
        _ = tracks[place].end(at: at, time: time)
        keys[place] = key
        return place
    }
}
