import Frames

/// What the records of earlier lives leave to the one that starts now, learnt from all of them in
/// the order of the chain.
public struct LedgerPast: Hashable, Sendable {
    /// Which incident: the boot, and its number within it.
    public struct Name: Hashable, Sendable {
        public var boot: BootID
        public var ordinal: UInt32

        public init(boot: BootID, ordinal: UInt32) {
            self.boot = boot
            self.ordinal = ordinal
        }
    }

    /// Open incidents, and how many opened before each.
    private var openings: [Name: Int] = [:]
    private var openingCount = 0
    private var lastOrdinals: [BootID: UInt32] = [:]

    /// So many are closed at one start, the oldest first; the rest at the next.
    public static let interruptedCountMax = 512

    public init() {}

    public init(_ records: [LedgerRecord]) {
        for record in records { learn(record) }
    }

    public mutating func learn(_ record: LedgerRecord) {
        switch record.body {
        case .incident(let incident):
            let boot = record.stamp.boot
            lastOrdinals[boot] = max(lastOrdinals[boot] ?? 0, incident.ordinal)
            let name = Name(boot: boot, ordinal: incident.ordinal)
            if incident.state == .closed {
                openings[name] = nil
            } else if openings[name] == nil {
                openings[name] = openingCount
                openingCount += 1
            }
        case .interrupted(let boot, let ordinal):
            openings[Name(boot: boot, ordinal: ordinal)] = nil
        case .started, .clockCorrected, .configured, .evidence, .operated, .repaired:
            break
        }
    }

    /// Incidents whose end no record tells, the oldest first: the life that watched them was cut
    /// short.
    public var openIncidents: [Name] {
        openings.sorted { $0.value < $1.value }.map(\.key)
    }

    /// The largest ordinal that an incident of `boot` has; 0 where there is none.
    public func lastOrdinal(of boot: BootID) -> UInt32 { lastOrdinals[boot] ?? 0 }
}
