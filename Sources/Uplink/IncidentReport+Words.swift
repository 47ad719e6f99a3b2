import Incidents

extension IncidentReport {
    /// What receivers know the report by: the incident's own name. Given again after an outage, the
    /// same step has the same key, so that nothing is counted twice.
    public var key: String { "\(identity.full)-\(isEscalated ? "escalated" : "\(state)")" }
}

extension IncidentReport {
    /// What it is, for people: "camera partly covered".
    public var title: String {
        switch kind {
        case .presence: "presence"
        case .fight: "fight"
        case .aggression: "aggression"
        case .covered: "camera covered"
        case .partlyCovered: "camera partly covered"
        case .defocused: "camera defocused"
        case .sprayed: "camera sprayed"
        case .turned: "camera turned away"
        case .glare: "camera dazzled"
        case .frozen: "picture frozen"
        case .dark: "too dark to see"
        case .strobe: "strobe light"
        case .blind: "blind zone"
        case .cameraLost: "camera lost"
        case .panic: "panic button"
        case .enclosureOpened: "enclosure opened"
        case .storeFailed: "ledger cannot write"
        case .uplinkLost: "centre not reached"
        }
    }
}
