import Frames

/// What the records of earlier lives leave to the one that starts now, learnt from all of them in
/// the order of the chain.
public struct LedgerPast: Hashable, Sendable {
    /// Open incidents, and how many opened before each.
    private var openings: [IncidentIdentity: Int] = [:]
    private var openingCount = 0
    private var lastOrdinals: [BootID: UInt32] = [:]

    /// So many are closed at one start, the oldest first; the rest at the next.
    public static let interruptedCountMax = 512

    /// What the siren did in the last night, by what is certain.
    private var soundings = SirenPast()
    private var hours = HoursPast()
    /// What a person should see to, by policy.
    public private(set) var unanswered = Unanswered()
    /// What centres ordered.
    public private(set) var orders = OrdersPast()
    /// What people said of incidents.
    public private(set) var caution = CautionPast()
    /// Damage was found when the ledger was opened, now or by a life that came to record no more
    /// than that: what it tells may not be all.
    public var isIncomplete = false
    private var isEmpty = true

    public init() {}

    public init(_ records: [LedgerRecord]) {
        for record in records { learn(record) }
    }

    public mutating func learn(_ record: LedgerRecord) {
        soundings.learn(record)
        hours.learn(record)
        unanswered.learn(record)
        orders.learn(record)
        caution.learn(record)
        defer { isEmpty = false }
        switch record.body {
        case .incident(let incident):
            let boot = record.stamp.boot
            lastOrdinals[boot] = max(lastOrdinals[boot] ?? 0, incident.ordinal)
            let name = IncidentIdentity(boot: boot, ordinal: incident.ordinal)
            if incident.state == .closed {
                openings[name] = nil
            } else if openings[name] == nil {
                openings[name] = openingCount
                openingCount += 1
            }
        case .interrupted(let boot, let ordinal):
            openings[IncidentIdentity(boot: boot, ordinal: ordinal)] = nil
        // A ledger that begins with what was found broken was begun in place of another one.
        // Not for what a power cut leaves of the very first commit: nothing was before it.
        case .repaired(let text):
            if isEmpty && !text.hasPrefix(Self.tornCommit) { isIncomplete = true }
        case .siren(.assumed, _): isIncomplete = false
        case .discarded, .started, .clockCorrected, .configured, .evidence, .operated, .siren,
            .explained, .explainedByCounts, .checkpoint, .beat, .salvaged, .commanded, .hours,
            .authorised,
            .acknowledged, .escalated, .counted, .judged, .cautioned, .watched,
            .found:
            break
        }
    }

    /// How the finding begins that a power cut leaves when it tears a commit: what was acknowledged
    /// before is there.
    public static let tornCommit = "ledger: open: the log: its last commit "

    /// Incidents whose end no record tells, the oldest first: the life that watched them was cut
    /// short.
    public var openIncidents: [IncidentIdentity] {
        openings.sorted { $0.value < $1.value }.map(\.key)
    }

    /// Soundings of the siren that may still count at `now` of `boot`, the oldest first.
    public func soundings(at now: Instant, of boot: BootID) -> [SirenPast.Sounding] {
        soundings.all(at: now, of: boot)
    }

    /// The centre's word of open or closed that is not over at `now` of `boot`.
    public func specialHours(at now: Instant, of boot: BootID) -> HoursPast.While? {
        hours.special(at: now, of: boot)
    }

    /// The centre's schedule, where it holds.
    public var week: HoursPast.Week? { hours.week }

    /// The largest ordinal that an incident of `boot` has; 0 where there is none.
    public func lastOrdinal(of boot: BootID) -> UInt32 { lastOrdinals[boot] ?? 0 }
}
