/// How grave a kind of incident is, in the words of the Common Alerting Protocol.
///
/// - Source: CAP 1.2, section 3.2.2.
public struct CAPNature: Hashable, Sendable {
    public enum Category: String, Sendable {
        case security = "Security"
        case safety = "Safety"
        /// Of the equipment.
        case infrastructure = "Infra"
    }

    public enum Severity: String, Sendable {
        case severe = "Severe"
        case moderate = "Moderate"
        case minor = "Minor"
    }

    public enum Certainty: String, Sendable {
        /// Pressed, opened or failed: known.
        case observed = "Observed"
        /// A detector's judgement.
        case likely = "Likely"
        case possible = "Possible"
        case unlikely = "Unlikely"
    }

    public var categories: [Category]
    public var severity: Severity
    /// Once it is confirmed.
    public var certainty: Certainty

    public init(_ categories: Category..., severity: Severity, certainty: Certainty) {
        self.categories = categories
        self.severity = severity
        self.certainty = certainty
    }
}
