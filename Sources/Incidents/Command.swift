/// What a person at the operations centre wants of the appliance.
public struct Command: Hashable, Sendable {
    public enum Action: Hashable, Sendable {
        /// Somebody saw to this incident.
        case acknowledge(IncidentIdentity)
        /// As the button in the venue.
        case silence
        /// When the venue is open.
        case hours(HoursOrder)
        /// A part of an incident's file.
        case fetch(IncidentIdentity, LedgerRecord.EvidenceKind, offset: UInt32, byteCount: UInt32)
    }

    /// Greater than that of every command before: one that was heard is not obeyed when somebody
    /// plays it again. Milliseconds since 1970 will do.
    public var counter: UInt64
    /// Who, as the centre calls its people.
    public var by: String
    public var action: Action

    public init(counter: UInt64, by: String, action: Action) {
        self.counter = counter
        self.by = by
        self.action = action
    }

    /// As it stands in the journal, and all but hours in the ledger.
    public var words: String {
        switch action {
        case .acknowledge(let identity): "acknowledge \(identity.full)"
        case .silence: "silence"
        case .hours(let order): "hours: \(order.words)"
        case .fetch(let identity, let kind, let offset, let byteCount):
            "fetch \(kind) of \(identity.full) from \(offset), \(byteCount) bytes"
        }
    }
}
