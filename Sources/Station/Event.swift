import Detectors
import Frames
import Records

/// What the world tells the station. The station reads no clock: every event carries the time.
public struct Event: Sendable {
    public enum Cause: Sendable {
        /// Some time has passed: at least ten a second, always. Lamps blink and the siren ends
        /// by ticks.
        case tick
        /// The wall clock, told at the start, once a minute, and whenever it is set.
        case clock(wallMilliseconds: Int64, trust: Stamp.Trust, weekMinute: Int)
        /// A frame was decided. `capturedAt` is at or before the event's own time.
        case decided(
            camera: UInt8, capturedAt: Instant, sightings: [Sighting],
            measure: FrameMeasure = FrameMeasure())
        case cameraLost(camera: UInt8, cause: String)
        case cameraRestored(camera: UInt8)
        case input(Input, active: Bool)
        /// The oldest `count` of the records given and not yet answered are durable. The station
        /// holds every record until this is told.
        case recordsKept(count: Int)
        /// The ledger could not keep the records given and not yet answered: the station holds
        /// them and tries again, by itself with growing pauses or at once when told `restored`.
        case storeFailed(cause: String)
        case storeRestored
        /// The ledger was read for the first time in this life. Ignored where it was known from
        /// the start.
        case pastKnown(LedgerPast)
        /// Somebody wants something, and is who they say: a centre's signature is right.
        case ordered(Order)
        /// A snapshot or a clip was written.
        case evidenceKept(
            ordinal: UInt32, kind: LedgerRecord.EvidenceKind = .snapshot, sha256: [UInt8],
            byteCount: UInt32)
        /// A destination is connected, or is not: told at the start, and at each change.
        case destination(name: String, isReached: Bool)
        /// A camera shows somebody who is like an entry of a list; the sighting comes behind it.
        case found(camera: UInt8, FoundEntry, subject: UInt32, lightsLamp: Bool)
        /// A document for looking at faces was taken over or refused, or time ended one.
        case watched(WatchNews)
        /// The processor's temperature, every few seconds; never told where there is no sensor.
        case temperature(celsius: Int)
        /// How much of the time the networks' thread works, every few seconds; never told where no
        /// network looks.
        case lookLoad(perMille: Int)
        /// Space is short: these files go, in this order.
        case spaceShort([Discard])
        /// The configuration was read anew; `policy` is nil where it was refused. `words` name what
        /// of it holds now and what from the next start on; empty where nothing changed.
        case configured(policy: StationPolicy?, configuration: [UInt8], words: String = "")
        /// The appliance is going down in order.
        case stopping
    }

    /// What was measured of a frame besides what was seen, for explanations.
    public struct FrameMeasure: Hashable, Sendable {
        /// What detectors decided upon in this frame.
        public var scores: NewScores
        /// How many people there are, where they were counted anew.
        public var people: CameraCount?
        /// Frames of this camera that were lost up to now.
        public var droppedCount: UInt64

        public init(
            scores: NewScores = NewScores(), people: CameraCount? = nil, droppedCount: UInt64 = 0
        ) {
            self.scores = scores
            self.people = people
            self.droppedCount = droppedCount
        }
    }

    public var at: Instant
    public var cause: Cause

    public init(at: Instant, cause: Cause) {
        self.at = at
        self.cause = cause
    }
}

/// What the station can light or sound.
public enum Output: UInt8, CaseIterable, Sendable {
    case green = 0
    case amber = 1
    case red = 2
    case siren = 3
}

/// What staff and the enclosure tell it.
public enum Input: UInt8, CaseIterable, Sendable {
    case silence = 0
    case panic = 1
    case enclosure = 2
}
