import Detectors
import Frames

/// Something that happened, from its first sign to its end.
public struct Incident: Hashable, Sendable {
    /// The raw values stand in the ledger: never renumber them.
    public enum Kind: UInt16, CaseIterable, Sendable {
        case presence = 1
        case fight = 2
        case aggression = 3
        case covered = 32
        case partlyCovered = 33
        case defocused = 34
        case sprayed = 35
        case turned = 36
        case glare = 37
        case frozen = 38
        case dark = 39
        case strobe = 40
        case blind = 41
        case cameraLost = 64
        case panic = 65
        case enclosureOpened = 66
        case storeFailed = 67
        /// An operations centre was not reached for too long.
        case uplinkLost = 68

        public init(_ kind: Sighting.Kind) {
            switch kind {
            case .presence: self = .presence
            case .fight: self = .fight
            case .aggression: self = .aggression
            case .covered: self = .covered
            case .partlyCovered: self = .partlyCovered
            case .defocused: self = .defocused
            case .sprayed: self = .sprayed
            case .turned: self = .turned
            case .glare: self = .glare
            case .frozen: self = .frozen
            case .dark: self = .dark
            case .strobe: self = .strobe
            case .blind: self = .blind
            }
        }
    }

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

    /// Stands for a camera in incidents of the whole appliance: buttons, enclosure, ledger.
    public static let noCamera: UInt8 = 255

    public init(
        ordinal: UInt32, camera: UInt8, kind: Kind, zone: UInt8, openedAt: Instant,
        score: Q15 = .one, region: Region = .whole
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
    }
}
