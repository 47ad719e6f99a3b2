import Incidents

/// What an incident is called in the two code books of alarm centres.
///
/// - Source: ANSI/SIA DC-03 (two letters) and DC-05 (Contact ID); the pairs are those that
///   receivers translate into each other.
struct SIACode: Hashable, Sendable {
    /// When it begins, and when it is over.
    var alarm: String
    var restoral: String
    /// 100 ... 999.
    var contactID: Int

    /// Seen by a detector: an alarm of no type, with words. "PA" is for what a hand pressed, and
    /// "FA" would send the fire brigade.
    static let seen = SIACode(alarm: "UA", restoral: "UH", contactID: 150)
    static let panic = SIACode(alarm: "PA", restoral: "PH", contactID: 120)
    /// Somebody did something to a camera.
    static let cameraTamper = SIACode(alarm: "TA", restoral: "TR", contactID: 144)
    static let enclosure = SIACode(alarm: "TA", restoral: "TR", contactID: 137)
    /// A camera cannot see, and it may be nobody's doing: a stage lamp dazzles like a torch.
    static let cameraTrouble = SIACode(alarm: "YX", restoral: "YZ", contactID: 380)
    static let uplinkTrouble = SIACode(alarm: "YC", restoral: "YK", contactID: 354)
    static let systemTrouble = SIACode(alarm: "YX", restoral: "YZ", contactID: 300)
}

extension Incident.Kind {
    var siaCode: SIACode {
        switch self {
        case .presence, .fight, .aggression: .seen
        case .covered, .partlyCovered, .defocused, .sprayed, .turned: .cameraTamper
        case .glare, .frozen, .dark, .strobe, .blind, .cameraLost: .cameraTrouble
        case .panic: .panic
        case .enclosureOpened: .enclosure
        case .storeFailed: .systemTrouble
        case .uplinkLost: .uplinkTrouble
        }
    }
}
