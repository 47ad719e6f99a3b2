import Frames
import Incidents

/// Confirmed incidents of which no record says that a person saw to them, or that nobody did: learnt
/// from the records, in an earlier life or in this one.
///
/// Every kind is in it: which of them are waited for is policy, and policy may change.
///
/// - Limits: the newest `countMax` of each kind, and none that is older than `ageMax` of running: who
///   was asked for longer was given up.
public struct Unanswered: Hashable, Sendable {
    public struct Entry: Hashable, Sendable {
        public var identity: IncidentIdentity
        public var kind: Incident.Kind
        /// Of all running that was learnt.
        fileprivate var confirmedAt: Interval
    }

    /// Longer than anybody may take for an answer: `acknowledge_seconds` is a day at most.
    public static let ageMax = Interval.seconds(90_000)
    /// One more than may wait for a person: the station still finds the oldest here when the newest
    /// comes, and escalates it.
    public static let countMax = 65

    private var all: [Entry] = []
    private var running = RunningTime()
    private var now = Interval.zero

    public init() {}

    /// The oldest first.
    public var entries: [Entry] { all.filter { now - $0.confirmedAt < Self.ageMax } }

    public mutating func learn(_ record: LedgerRecord) {
        guard RunningTime.counts(record) else { return }
        now = now + running.pass(to: record.stamp)
        switch record.body {
        case .incident(let incident) where incident.state == .confirmed:
            add(IncidentIdentity(boot: record.stamp.boot, ordinal: incident.ordinal), incident.kind)
        case .acknowledged(let boot, let ordinal, _), .escalated(let boot, let ordinal):
            forget(IncidentIdentity(boot: boot, ordinal: ordinal))
        default:
            break
        }
    }

    private mutating func add(_ identity: IncidentIdentity, _ kind: Incident.Kind) {
        all.removeAll { now - $0.confirmedAt >= Self.ageMax || $0.identity == identity }
        all.append(Entry(identity: identity, kind: kind, confirmedAt: now))
        guard all.count(where: { $0.kind == kind }) > Self.countMax,
            let oldest = all.firstIndex(where: { $0.kind == kind })
        else { return }
        all.remove(at: oldest)
    }

    /// Nobody is asked about it any more.
    public mutating func forget(_ identity: IncidentIdentity) {
        all.removeAll { $0.identity == identity }
    }

    /// The same, with what `later` learnt of the life that came after.
    public func followed(by later: Unanswered) -> Unanswered {
        var both = later
        // As old as they can be in that life: their time without it is not known there.
        both.all = entries.map { Entry(identity: $0.identity, kind: $0.kind, confirmedAt: .zero) }
        both.all.removeAll { entry in later.all.contains { $0.identity == entry.identity } }
        both.all += later.all
        return both
    }
}
