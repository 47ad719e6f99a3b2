import Frames
import Incidents
import Records

/// What must reach somebody first. The raw values stand in the store: never renumber them.
public enum DeliveryLane: UInt8, CaseIterable, Sendable, Comparable {
    /// Incidents, whom somebody is like and the piece of a picture that shows it, what the siren
    /// did, what a person acknowledged.
    case alarm = 0
    /// That the appliance lives, and what became of its clock, configuration and disk.
    case health = 1
    /// Other pictures, clips and explanations.
    case evidence = 2

    /// In which lane a record is told.
    public init(of record: LedgerRecord) {
        switch record.body {
        case .incident, .interrupted, .siren, .acknowledged, .escalated, .found: self = .alarm
        // Small, and sealed: an officer is to see it with what it is about.
        case .evidence(_, .find, _, _): self = .alarm
        case .evidence, .explained, .explainedByCounts, .salvaged: self = .evidence
        case .started, .clockCorrected, .configured, .operated, .repaired, .commanded,
            .hours, .authorised, .checkpoint, .beat, .discarded,
            .counted, .judged, .cautioned, .watched:
            self = .health
        }
    }

    public static func < (left: DeliveryLane, right: DeliveryLane) -> Bool {
        left.rawValue < right.rawValue
    }
}

/// A durable record on its way to somebody: the ledger is the outbox, there is no second copy.
public struct OutboxEntry: Hashable, Sendable {
    /// Its place in the ledger, from 1.
    public var sequence: Int64
    public var record: LedgerRecord
    /// When it was made, by what the ledger knows of the clock by now.
    public var at: Dating.Date
    /// When the incident that it is about opened, where it is about one that is known.
    public var openedAt: Dating.Date?
    /// The incident that an `interrupted` or `escalated` record is about, as it last stood.
    public var subject: Incident?

    public init(
        sequence: Int64, record: LedgerRecord, at: Dating.Date, openedAt: Dating.Date? = nil,
        subject: Incident? = nil
    ) {
        self.sequence = sequence
        self.record = record
        self.at = at
        self.openedAt = openedAt
        self.subject = subject
    }

    /// As a ledger tells of it.
    ///
    /// - Parameter lastState: the newest record of an incident before this one: the incident, and
    ///   that record's stamp; nil where there is none.
    public init(
        sequence: Int64, record: LedgerRecord, dating: Dating,
        lastState: (IncidentIdentity) throws -> (Incident, Stamp)?
    ) rethrows {
        self.init(
            sequence: sequence, record: record,
            at: dating.date(of: record.stamp.monotonic, by: record.stamp))
        switch record.body {
        case .incident(let incident):
            openedAt = dating.date(of: incident.openedAt, by: record.stamp)
        case .interrupted(let boot, let ordinal), .escalated(let boot, let ordinal):
            let identity = IncidentIdentity(boot: boot, ordinal: ordinal)
            guard let (incident, stamp) = try lastState(identity) else { return }
            subject = incident
            openedAt = dating.date(of: incident.openedAt, by: stamp)
        default: break
        }
    }

    public var lane: DeliveryLane { DeliveryLane(of: record) }
}

/// Some entries of one lane, in order.
public struct OutboxPage: Hashable, Sendable {
    public var lane: DeliveryLane
    public var entries: [OutboxEntry]
    /// Every record of the lane up to this sequence number is among `entries`, or came before.
    public var readThrough: Int64

    public init(lane: DeliveryLane, entries: [OutboxEntry], readThrough: Int64) {
        self.lane = lane
        self.entries = entries
        self.readThrough = readThrough
    }
}

/// Up to where each lane was delivered to one destination.
public struct DeliveryCursors: Hashable, Sendable {
    private var through = [Int64](repeating: 0, count: DeliveryLane.allCases.count)

    public init() {}

    public subscript(lane: DeliveryLane) -> Int64 {
        get { through[Int(lane.rawValue)] }
        set { through[Int(lane.rawValue)] = newValue }
    }
}
