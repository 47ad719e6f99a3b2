import Frames
import Incidents

/// An incident that is going on, and how far the alarm for it has come.
struct OpenIncident: Hashable, Sendable {
    /// ```
    ///   none ──confirmed──▶ preAlarm ──not silenced──▶ wanted ──interlock──▶ answered
    ///                          │                         │
    ///                          └──────── refused ────────┴──▶ withheld
    /// ```
    /// One incident sounds once: there is no way back from answered or withheld, except that a
    /// person presses the panic button again.
    enum Call: Hashable, Sendable {
        case none
        /// - Parameter until: uptime.
        case preAlarm(until: Interval)
        case wanted
        case answered
        case withheld
    }

    var incident: Incident
    /// What is done about it, settled when it opened and again when it was confirmed.
    var response: Response
    var call = Call.none
    /// The station's own incidents end at this uptime; nil while their cause lasts.
    var closesAt: Interval?

    init(_ incident: Incident, response: Response) {
        self.incident = incident
        self.response = response
    }

    var isConfirmed: Bool { incident.state == .confirmed }
    /// A person's own decision, not a detector's.
    var isStaff: Bool { incident.kind == .panic }
}
