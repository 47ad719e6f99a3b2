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
    /// Confirmed, and neither acknowledged nor escalated; the newest `unansweredCountMax`.
    public private(set) var unanswered: [IncidentIdentity] = []
    public static let unansweredCountMax = 16
    /// That of the last command that was obeyed.
    public private(set) var commandCounter: UInt64 = 0
    /// Damage was found when the ledger was opened: what it tells may not be all.
    public var isIncomplete = false

    public init() {}

    public init(_ records: [LedgerRecord]) {
        for record in records { learn(record) }
    }

    public mutating func learn(_ record: LedgerRecord) {
        soundings.learn(record)
        hours.learn(record)
        switch record.body {
        case .incident(let incident):
            let boot = record.stamp.boot
            lastOrdinals[boot] = max(lastOrdinals[boot] ?? 0, incident.ordinal)
            let name = IncidentIdentity(boot: boot, ordinal: incident.ordinal)
            if incident.state == .confirmed, !unanswered.contains(name) {
                unanswered.append(name)
                if unanswered.count > Self.unansweredCountMax { unanswered.removeFirst() }
            }
            if incident.state == .closed {
                openings[name] = nil
            } else if openings[name] == nil {
                openings[name] = openingCount
                openingCount += 1
            }
        case .interrupted(let boot, let ordinal):
            openings[IncidentIdentity(boot: boot, ordinal: ordinal)] = nil
        case .commanded(let counter, _, _), .hours(_, let counter, _):
            commandCounter = max(commandCounter, counter)
        case .acknowledged(let boot, let ordinal, _), .escalated(let boot, let ordinal):
            unanswered.removeAll { $0 == IncidentIdentity(boot: boot, ordinal: ordinal) }
        case .discarded, .started, .clockCorrected, .configured, .evidence, .operated, .repaired,
            .siren, .explained, .checkpoint, .beat, .salvaged:
            break
        }
    }

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
