import Frames

/// What one detector saw in one frame.
public struct Sighting: Hashable, Sendable {
    /// The raw values are part of every digest and of the ledger: never renumber them. They stay
    /// below 128, which marks a sighting with more fields.
    public enum Kind: UInt8, CaseIterable, Sendable {
        /// Somebody, or something of a person's size, is in a zone.
        case presence = 1
        /// Two or more people, to a degree that somebody must step in.
        case fight = 2
        /// The same evidence, less certain: shoving, chasing, a fight's first second.
        case aggression = 3
        /// More people in a zone than may be.
        case occupancy = 5
        /// People who come together and stay.
        case gathering = 6
        /// More people on a square metre than is safe.
        case dense = 7
        /// Many run from a place at once.
        case dispersal = 8
        /// Somebody lies on the floor and does not get up.
        case lying = 9
        /// Somebody walked over a line.
        case lineCrossed = 10
        /// Somebody like an entry of a signed list, to be looked at: one who is wanted,
        case wanted = 11
        /// one who is missed,
        case missing = 12
        /// one whom the venue does not admit.
        case barred = 13

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
        /// A note for the technician, and no accusation: the camera's aim gave way a little, or the
        /// scene is not recognised and has too little to tell by.
        case viewChanged = 42
    }

    public var kind: Kind
    /// 0 is the whole picture, n the n-th configured zone.
    public var zone: UInt8
    /// How sure the detector is; what counts as enough is the incident policy's choice.
    public var score: Q15
    public var region: Region
    /// Which one, where several of a kind are told apart; each is an incident of its own.
    public var subject: Subject?
    /// What was measured besides.
    public var measure: Measure?

    public init(
        kind: Kind, zone: UInt8, score: Q15, region: Region, subject: Subject? = nil,
        measure: Measure? = nil
    ) {
        self.kind = kind
        self.zone = zone
        self.score = score
        self.region = region
        self.subject = subject
        self.measure = measure
    }
}

extension Sighting.Kind {
    /// Every kind's place in a table, 0 ..< `allCases.count`, in the order of declaration.
    public var slot: Int { Self.slotByRawValue[Int(rawValue)] }

    private static let slotByRawValue: [Int] = {
        var slots = [Int](repeating: 0, count: 256)
        for (slot, kind) in allCases.enumerated() { slots[Int(kind.rawValue)] = slot }
        return slots
    }()
}
