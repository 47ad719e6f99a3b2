import Incidents

extension IncidentReport {
    /// What receivers know the report by: the incident's own name. Given again after an outage, the
    /// same step has the same key, so that nothing is counted twice.
    public var key: String { "\(identity.full)-\(state)" }
}
