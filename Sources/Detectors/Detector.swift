/// The detectors of a camera, in the order in which they judge a frame. Their scores are kept, and
/// incidents are explained, under these names.
public enum Detector: UInt8, CaseIterable, Hashable, Sendable {
    // The raw values stand in the ledger: never renumber them.
    case health = 1
    case presence = 2
    case fights = 3
    /// The other score of whoever looks for fights.
    case aggression = 4
    case people = 5
    /// Whether a face is like an entry of a signed list.
    case faces = 6

    /// What names the weights that score, a SHA-256; empty where there are none.
    public var model: [UInt8] {
        switch self {
        // Whose boxes people are in is for whoever runs the network to say.
        case .health, .presence, .people, .faces: []
        case .fights, .aggression: FightDetector.modelSHA256
        }
    }

    /// The networks by whose counts of people it goes, and which explain what was confirmed.
    public var countsBy: [LookTask] {
        switch self {
        case .presence, .people: [.people, .crowd]
        case .health, .fights, .aggression, .faces: []
        }
    }

    /// Whether a score over time decides: scores are then kept, and explain what was confirmed.
    public var scoresOverTime: Bool {
        switch self {
        case .health, .presence, .people, .faces: false
        case .fights, .aggression: true
        }
    }
}
