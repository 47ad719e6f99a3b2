import Detectors
import Frames

/// Something that happened, from its first sign to its end.
public struct Incident: Hashable, Sendable {
    public typealias Subject = Detectors.Subject
    public typealias Measure = Detectors.Measure

    public enum State: UInt8, Sendable {
        case suspected = 1
        case confirmed = 2
        case closed = 3
    }

    /// Counts incidents within one boot, from 1; the ledger adds the boot's identity.
    public var ordinal: UInt32
    /// The camera's position in the configuration, from 0; `noCamera` where none is concerned.
    public var camera: UInt8
    public var kind: Kind
    /// 0 is the whole picture, n the n-th configured zone.
    public var zone: UInt8
    public var state: State
    public var openedAt: Instant
    public var confirmedAt: Instant?
    public var closedAt: Instant?
    public var peakScore: Q15
    public var peakAt: Instant
    public var region: Region
    /// How many frames showed it.
    public var sightingCount: UInt32
    /// Which one of several; nil where its kind has but one in a zone.
    public var subject: Subject?
    /// What was measured at its peak.
    public var measure: Measure?

    /// Stands for a camera in incidents of the whole appliance: buttons, enclosure, ledger.
    public static let noCamera: UInt8 = 255

    public init(
        ordinal: UInt32, camera: UInt8, kind: Kind, zone: UInt8, openedAt: Instant,
        score: Q15 = .one, region: Region = .whole, subject: Subject? = nil,
        measure: Measure? = nil
    ) {
        self.ordinal = ordinal
        self.camera = camera
        self.kind = kind
        self.zone = zone
        state = .suspected
        self.openedAt = openedAt
        confirmedAt = nil
        closedAt = nil
        peakScore = score
        peakAt = openedAt
        self.region = region
        sightingCount = 1
        self.subject = subject
        self.measure = measure
    }
}

extension Incident {
    /// What it is, and which one: "presence, track 17".
    public var name: String { kind.row.name + (subject.map { ", \($0.words)" } ?? "") }
}
