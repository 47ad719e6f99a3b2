import Detectors
import Frames
import Incidents
import Station

/// What the one camera of a board in these tests shows: nothing, and now and then something.
///
/// Two frames make a suspicion, the third confirms it, the first without it closes it: every
/// incident is three records.
struct Scene {
    /// From one incident's beginning to the next, on average; nil shows nothing.
    var period: Interval?
    /// How many frames show it: 3 up to this.
    private let frameCountMax: Int
    private var chance: SplitMix64
    private var nextAt: Instant
    private var framesLeft = 0
    /// A frame without anything comes between two incidents.
    private var isEmptyNext = false
    private var zone: UInt8 = 0

    /// How many incidents began.
    private(set) var begunCount = 0

    init(seed: UInt64, from start: Instant, period: Interval?, frameCountMax: Int = 3) {
        chance = SplitMix64(seed: seed)
        self.period = period
        self.frameCountMax = frameCountMax
        nextAt = start
        nextAt = start + pause()
    }

    /// What a frame shows that is taken now.
    mutating func sightings(at instant: Instant) -> [Sighting] {
        if isEmptyNext {
            isEmptyNext = false
            return []
        }
        if framesLeft == 0 {
            guard period != nil, instant >= nextAt else { return [] }
            nextAt = max(nextAt, instant) + pause()
            zone = zone % 4 + 1
            framesLeft = chance.whole(in: 3...max(frameCountMax, 3))
            begunCount += 1
        }
        framesLeft -= 1
        isEmptyNext = framesLeft == 0
        return [
            Sighting(kind: .covered, zone: zone, score: .perMille(900), region: .whole)
        ]
    }

    /// Whether the next frame matters more than the passing of time.
    func isBusy(at instant: Instant) -> Bool {
        framesLeft > 0 || isEmptyNext || (period != nil && instant >= nextAt)
    }

    private mutating func pause() -> Interval {
        let milliseconds = Int((period ?? .zero).milliseconds)
        return .milliseconds(Int64(chance.whole(in: milliseconds / 2...milliseconds * 3 / 2)))
    }

    /// One camera; lamps without patterns, so that each change of a lamp is a change of mind.
    static func policy() -> StationPolicy {
        var incidents = IncidentPolicy()
        incidents[.covered] = IncidentRule(
            suspectWindow: .milliseconds(700), suspectPerMille: 1,
            confirmWindow: .milliseconds(700), confirmPerMille: 1,
            closeAfter: .milliseconds(1), coolDown: .zero)
        return StationPolicy(
            cameras: [CameraPolicy(name: "hall", incidents: incidents)],
            lamps: LampPolicy(suspected: .steady, redHold: .zero))
    }
}
