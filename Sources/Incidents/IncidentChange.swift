/// A step in the life of an incident, with the whole incident as it then stood.
public enum IncidentChange: Hashable, Sendable {
    /// Suspected from now on.
    case opened(Incident)
    case confirmed(Incident)
    case closed(Incident)

    public var incident: Incident {
        switch self {
        case .opened(let incident), .confirmed(let incident), .closed(let incident): incident
        }
    }
}
