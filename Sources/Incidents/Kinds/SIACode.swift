/// What an incident is called in the two code books of alarm centres.
///
/// - Source: ANSI/SIA DC-03 (two letters) and DC-05 (Contact ID); the pairs are those that
///   receivers translate into each other.
public struct SIACode: Hashable, Sendable {
    /// When it begins, and when it is over.
    public var alarm: String
    public var restoral: String
    /// 100 ... 999.
    public var contactID: Int

    public init(alarm: String, restoral: String, contactID: Int) {
        self.alarm = alarm
        self.restoral = restoral
        self.contactID = contactID
    }

    /// Seen by a detector: an alarm of no type, with words. "PA" is for what a hand pressed, and
    /// "FA" would send the fire brigade.
    public static let seen = SIACode(alarm: "UA", restoral: "UH", contactID: 150)
    public static let panic = SIACode(alarm: "PA", restoral: "PH", contactID: 120)
    /// Somebody did something to a camera.
    public static let cameraTamper = SIACode(alarm: "TA", restoral: "TR", contactID: 144)
    public static let enclosure = SIACode(alarm: "TA", restoral: "TR", contactID: 137)
    /// A camera cannot see, and it may be nobody's doing: a stage lamp dazzles like a torch.
    public static let cameraTrouble = SIACode(alarm: "YX", restoral: "YZ", contactID: 380)
    public static let uplinkTrouble = SIACode(alarm: "YC", restoral: "YK", contactID: 354)
    public static let systemTrouble = SIACode(alarm: "YX", restoral: "YZ", contactID: 300)
}
