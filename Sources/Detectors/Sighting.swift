import Frames

/// What one detector saw in one frame.
public struct Sighting: Hashable, Sendable {
    /// The raw values are part of every digest and of the ledger: never renumber them.
    public enum Kind: UInt8, CaseIterable, Sendable {
        /// Somebody, or something of a person's size, is in a zone.
        case presence = 1
        /// Two or more people, to a degree that somebody must step in.
        case fight = 2
        /// The same evidence, less certain: shoving, chasing, a fight's first second.
        case aggression = 3

        // Camera health: what stops the camera from seeing.
        case covered = 32
        case partlyCovered = 33
        case defocused = 34
        case sprayed = 35
        case turned = 36
        case glare = 37
        case frozen = 38
        case dark = 39
        case strobe = 40
        /// The zone cannot be watched just now, whatever the cause.
        case blind = 41
    }

    public var kind: Kind
    /// 0 is the whole picture, n the n-th configured zone.
    public var zone: UInt8
    /// How sure the detector is; what counts as enough is the incident policy's choice.
    public var score: Q15
    public var region: Region

    public init(kind: Kind, zone: UInt8, score: Q15, region: Region) {
        self.kind = kind
        self.zone = zone
        self.score = score
        self.region = region
    }
}
