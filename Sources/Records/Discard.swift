/// An evidence file that has to make room for what comes.
public struct Discard: Hashable, Sendable {
    public var identity: IncidentIdentity
    public var kind: LedgerRecord.EvidenceKind
    public var byteCount: UInt32
    /// Every destination was told of it before; otherwise it is a loss.
    public var wasDelivered: Bool

    public init(
        identity: IncidentIdentity, kind: LedgerRecord.EvidenceKind, byteCount: UInt32,
        wasDelivered: Bool
    ) {
        self.identity = identity
        self.kind = kind
        self.byteCount = byteCount
        self.wasDelivered = wasDelivered
    }
}
