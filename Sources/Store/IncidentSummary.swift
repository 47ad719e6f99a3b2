import Frames
import Incidents
import Records

/// What a person reads about one incident: its last state, dated, with its evidence.
public struct IncidentSummary: Sendable {
    public struct Evidence: Hashable, Sendable {
        public var name: EvidenceName
        public var sha256: [UInt8]
        public var byteCount: UInt32
        /// It was removed to make room.
        public var isDiscarded = false
    }

    public var identity: IncidentIdentity
    /// As its last record has it.
    public var incident: Incident
    /// It is closed because the appliance started again while it was open; nobody saw its end.
    public var isInterrupted = false
    public var openedAt: Dating.Date
    /// Positions of its records in the chain.
    public var sequences: [Int64]
    public var evidence: [Evidence]
    /// SHA-256 of the configuration in force when it opened; nil where no record tells.
    public var configuration: [UInt8]?
    /// Why it was confirmed, where its detector says so.
    public var explanation: Explanation?
    /// The same where people were counted.
    public var countExplanation: CountExplanation?
    /// Like whom somebody was, where a camera compared faces with a list.
    public var finds: [FoundEntry] = []
    /// By what right faces were compared with a list when it opened; nil where they were not.
    public var right: String?
    /// Who saw to it; nil while nobody said so.
    public var acknowledgedBy: String?
    /// What a person said of it, the last word; nil while nobody did.
    public var judgement: Judgement?
    /// Nobody acknowledged it in time.
    public var isEscalated = false

    /// The state as far as the ledger tells.
    public var state: Incident.State { isInterrupted ? .closed : incident.state }

    /// Why it is closed; nil while it is open.
    public var closeReason: String? {
        if isInterrupted { return "restarted" }
        return incident.state == .closed ? "ended" : nil
    }

    /// How long it lasted; nil while it is open, and where nobody saw its end.
    public var duration: Interval? { incident.closedAt.map { $0 - incident.openedAt } }
}

/// All incidents of a ledger, in the order in which they opened.
public struct IncidentIndex: Sendable {
    public private(set) var incidents: [IncidentSummary] = []
    /// Records that this program cannot read; `verify` says why.
    public private(set) var unreadableCount = 0

    public init(_ reader: LedgerReader) throws {
        var dating = Dating()
        var stamps: [Stamp] = []
        var positions: [IncidentIdentity: Int] = [:]
        var early: [IncidentIdentity: [(Int64, IncidentSummary.Evidence)]] = [:]
        var unreadable = 0
        var configuration: [UInt8]?
        var right: String?
        var found: [IncidentSummary] = []
        try reader.visit { entry in
            guard let record = try? entry.record() else {
                unreadable += 1
                return
            }
            dating.learn(record)
            let boot = record.stamp.boot
            switch record.body {
            case .incident(let incident):
                let identity = IncidentIdentity(boot: boot, ordinal: incident.ordinal)
                if let position = positions[identity] {
                    found[position].incident = incident
                    found[position].sequences.append(entry.sequence)
                } else {
                    positions[identity] = found.count
                    stamps.append(record.stamp)
                    let before = early.removeValue(forKey: identity) ?? []
                    found.append(
                        IncidentSummary(
                            identity: identity, incident: incident,
                            openedAt: Dating.Date(wallMilliseconds: 0, source: .unset),
                            sequences: before.map(\.0) + [entry.sequence],
                            evidence: before.map(\.1), configuration: configuration,
                            right: incident.kind.row.category == .list ? right : nil))
                }
            case .evidence(let ordinal, let kind, let sha256, let byteCount),
                .salvaged(_, let ordinal, let kind, let sha256, let byteCount):
                let boot = EvidenceName(of: record)?.boot ?? boot
                let identity = IncidentIdentity(boot: boot, ordinal: ordinal)
                let evidence = IncidentSummary.Evidence(
                    name: EvidenceName(boot: boot, ordinal: ordinal, kind: kind), sha256: sha256,
                    byteCount: byteCount)
                if let position = positions[identity] {
                    found[position].evidence.append(evidence)
                    found[position].sequences.append(entry.sequence)
                } else {
                    early[identity, default: []].append((entry.sequence, evidence))
                }
            case .interrupted(let boot, let ordinal):
                let identity = IncidentIdentity(boot: boot, ordinal: ordinal)
                guard let position = positions[identity] else { return }
                found[position].isInterrupted = true
                found[position].sequences.append(entry.sequence)
            case .explained(let explanation):
                let identity = IncidentIdentity(boot: boot, ordinal: explanation.ordinal)
                guard let position = positions[identity] else { return }
                found[position].explanation = explanation
                found[position].sequences.append(entry.sequence)
            case .explainedByCounts(let explanation):
                let identity = IncidentIdentity(boot: boot, ordinal: explanation.ordinal)
                guard let position = positions[identity] else { return }
                found[position].countExplanation = explanation
                found[position].sequences.append(entry.sequence)
            case .discarded(let discard):
                guard let position = positions[discard.identity] else { return }
                found[position].sequences.append(entry.sequence)
                let name = EvidenceName(of: discard)
                for index in found[position].evidence.indices
                where found[position].evidence[index].name == name {
                    found[position].evidence[index].isDiscarded = true
                }
            case .acknowledged(let boot, let ordinal, let by):
                let identity = IncidentIdentity(boot: boot, ordinal: ordinal)
                guard let position = positions[identity] else { return }
                found[position].acknowledgedBy = by
                found[position].sequences.append(entry.sequence)
            case .found(let ordinal, let find):
                let identity = IncidentIdentity(boot: boot, ordinal: ordinal)
                guard let position = positions[identity] else { return }
                found[position].finds.append(find)
                found[position].sequences.append(entry.sequence)
            case .judged(let judgement, _):
                guard let position = positions[judgement.identity] else { return }
                found[position].judgement = judgement
                found[position].sequences.append(entry.sequence)
            case .escalated(let boot, let ordinal):
                let identity = IncidentIdentity(boot: boot, ordinal: ordinal)
                guard let position = positions[identity] else { return }
                found[position].isEscalated = true
                found[position].sequences.append(entry.sequence)
            case .started(let sha256):
                configuration = sha256.isEmpty ? nil : sha256
                // A life begins without, and says it when it has one.
                right = nil
            case .configured(let sha256, accepted: true):
                configuration = sha256.isEmpty ? nil : sha256
            case .watched(let words):
                right = LedgerRecord.rightToWatch(in: words, before: right)
            case .clockCorrected, .configured, .operated, .repaired, .siren, .checkpoint, .beat,
                .commanded, .hours, .authorised, .counted, .cautioned:
                break
            }
        }
        for position in found.indices {
            found[position].openedAt = dating.date(
                of: found[position].incident.openedAt, by: stamps[position])
        }
        incidents = found
        unreadableCount = unreadable
    }

    /// The incidents that `text` may mean: "0123abcd-17", the full identity, or just "17".
    public func matching(_ text: String) -> [IncidentSummary] {
        let parts = text.split(separator: "-", omittingEmptySubsequences: false)
        guard let ordinal = parts.last.flatMap({ UInt32($0) }), parts.count <= 2 else { return [] }
        let boot = parts.count == 2 ? parts[0].lowercased() : ""
        return incidents.filter {
            $0.identity.ordinal == ordinal && $0.identity.boot.hexadecimal.hasPrefix(boot)
        }
    }
}
