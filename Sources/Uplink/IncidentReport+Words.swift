extension IncidentReport {
    /// What receivers know the report by: the incident's own name. Given again after an outage, the
    /// same step has the same key, so that nothing is counted twice.
    public var key: String { "\(identity.full)-\(isEscalated ? "escalated" : "\(state)")" }
}

extension IncidentReport {
    /// What it is, for people: "camera partly covered".
    public var title: String { kind.row.title }

    /// ", track 17, count 3": which one, and what was measured; empty where there is neither.
    var details: String {
        [subject?.words, measure?.words].compactMap { $0 }.map { ", \($0)" }.joined()
    }
}
