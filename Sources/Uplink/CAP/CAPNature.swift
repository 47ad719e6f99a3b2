import Incidents

/// How grave a kind of incident is, in CAP's words.
///
/// - Source: CAP 1.2, section 3.2.2.
struct CAPNature: Hashable, Sendable {
    enum Category: String, Sendable {
        case security = "Security"
        case safety = "Safety"
        /// Of the equipment.
        case infrastructure = "Infra"
    }

    enum ResponseType: String, Sendable {
        case monitor = "Monitor"
        case assess = "Assess"
        case allClear = "AllClear"
    }

    enum Urgency: String, Sendable {
        case immediate = "Immediate"
        case expected = "Expected"
        case past = "Past"
        case unknown = "Unknown"
    }

    enum Severity: String, Sendable {
        case severe = "Severe"
        case moderate = "Moderate"
        case minor = "Minor"
    }

    enum Certainty: String, Sendable {
        /// Pressed, opened or failed: known.
        case observed = "Observed"
        /// A detector's judgement.
        case likely = "Likely"
        case possible = "Possible"
        case unlikely = "Unlikely"
    }

    var categories: [Category]
    var severity: Severity
    /// Once it is confirmed.
    var certainty: Certainty
}

extension Incident.Kind {
    var capNature: CAPNature {
        switch self {
        case .panic:
            CAPNature(
                categories: [.security, .safety], severity: .severe, certainty: .observed)
        case .fight:
            CAPNature(categories: [.security, .safety], severity: .severe, certainty: .likely)
        case .aggression:
            CAPNature(categories: [.security, .safety], severity: .moderate, certainty: .likely)
        case .presence:
            CAPNature(categories: [.security], severity: .minor, certainty: .likely)
        case .covered, .partlyCovered, .defocused, .sprayed, .turned:
            CAPNature(categories: [.security], severity: .moderate, certainty: .likely)
        case .enclosureOpened:
            CAPNature(categories: [.security], severity: .moderate, certainty: .observed)
        case .glare, .frozen, .dark, .strobe, .blind:
            CAPNature(categories: [.infrastructure], severity: .minor, certainty: .likely)
        case .cameraLost, .storeFailed, .uplinkLost:
            CAPNature(categories: [.infrastructure], severity: .moderate, certainty: .observed)
        }
    }
}
