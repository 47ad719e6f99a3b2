import Detectors
import Frames

/// Every incident in one camera's view: sightings of every frame go in, incidents come out.
///
/// Pure and integer-only. Memory is taken once; `step` allocates nothing where `changes` has room.
///
/// - Limits: one incident per kind and zone at a time; `openCountMax` open together. Beyond it
///   new suspicions wait, with all that was seen, until one closes.
public struct IncidentTracker: Sendable {
    public var policy: IncidentPolicy
    /// The camera's position in the configuration, from 0.
    public let camera: UInt8
    /// What the next incident is called. The station, which has several cameras, sets it.
    public var nextOrdinal: UInt32

    /// Sightings that named a zone that cannot be configured, and were not counted.
    public private(set) var strayCount: UInt64 = 0

    private var tracks: [IncidentTrack]
    private var clock = FrameClock()
    private var openCount = 0

    public static let openCountMax = 32

    public init(camera: UInt8, policy: IncidentPolicy, nextOrdinal: UInt32 = 1) {
        self.camera = camera
        self.policy = policy
        self.nextOrdinal = nextOrdinal
        tracks = [IncidentTrack](repeating: IncidentTrack(), count: TrackSlot.count)
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
            tracks[slot.index].note(score: sighting.score, region: sighting.region)
        }
        for index in tracks.indices where tracks[index].isActive {
            let slot = TrackSlot(index: index)
            let rule = policy[slot.kind]
            if !rule.isEnabled {
                conclude(tracks[index].end(at: at, time: to), into: &changes)
                continue
            }
            let tick = IncidentTrack.Tick(
                from: from, to: to, at: at, camera: camera, slot: slot,
                mayOpen: openCount < Self.openCountMax, ordinal: nextOrdinal)
            conclude(tracks[index].absorb(tick, rule: rule), into: &changes)
        }
    }

    /// Ends every open incident: nothing can be seen any more, and nothing said about it.
    public mutating func closeAll(at: Instant, into changes: inout [IncidentChange]) {
        for index in tracks.indices where tracks[index].isActive {
            conclude(tracks[index].end(at: at, time: clock.milliseconds), into: &changes)
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
