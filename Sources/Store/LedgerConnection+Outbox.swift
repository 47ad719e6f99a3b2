import Frames
import Incidents
import Records
import Station

/// The ledger as an outbox: read in pages, and how far each destination was served.
extension LedgerConnection {
    /// So many records are looked at for one page, so that a lane in which little happens cannot
    /// keep the disk's thread.
    static let scanCountMax = 512

    func page(
        _ lane: DeliveryLane, after: Int64, countMax: Int, dating: Dating
    ) throws -> OutboxPage {
        let statement = try database.prepare(
            "SELECT sequence,\(Schema.body) FROM record WHERE sequence>\(after) ORDER BY sequence "
                + "LIMIT \(Self.scanCountMax)", attempt: "read the outbox")
        var page = OutboxPage(lane: lane, entries: [], readThrough: after)
        while page.entries.count < countMax, try statement.step() {
            page.readThrough = statement.integer(0)
            // A record that cannot be read can be told to nobody; `verify` names it.
            guard let record = try? LedgerRecord(canonicalBytes: statement.bytes(1)),
                DeliveryLane(of: record) == lane
            else { continue }
            let sequence = page.readThrough
            page.entries.append(
                try OutboxEntry(sequence: sequence, record: record, dating: dating) {
                    try lastState(of: $0, before: sequence)
                })
        }
        return page
    }

    /// The newest record of an incident; read backwards, because it is rarely far.
    private func lastState(
        of identity: IncidentIdentity, before sequence: Int64
    ) throws -> (Incident, Stamp)? {
        let statement = try database.prepare(
            "SELECT \(Schema.body) FROM record WHERE sequence<\(sequence) AND "
                + LedgerRecord.isOfType([LedgerRecord.incidentTypeCode])
                + " ORDER BY sequence DESC", attempt: "read an incident")
        while try statement.step() {
            guard let record = try? LedgerRecord(canonicalBytes: statement.bytes(0)),
                case .incident(let incident) = record.body, incident.ordinal == identity.ordinal,
                record.stamp.boot == identity.boot
            else { continue }
            return (incident, record.stamp)
        }
        return nil
    }

    /// - Shape: a row for each destination: its name, and three big-endian numbers of 8 bytes.
    ///
    /// - Parameter last: a cursor behind this is damage: what comes must not be skipped.
    func cursors(of destination: String, last: Int64) throws -> DeliveryCursors {
        guard let (_, bytes) = try row(of: destination) else { return DeliveryCursors() }
        return Self.cursors(from: bytes)?.limited(to: last) ?? DeliveryCursors()
    }

    /// Every evidence file that a record vouches for and none ordered away.
    ///
    /// - Parameter deliveredThrough: up to where every destination was told.
    func candidates(deliveredThrough: Int64 = 0) throws -> [EvidenceSpace.Candidate] {
        var candidates: [EvidenceName: EvidenceSpace.Candidate] = [:]
        try visit(
            LedgerRecord.evidenceTypeCode, LedgerRecord.salvagedTypeCode,
            LedgerRecord.discardedTypeCode
        ) { sequence, record in
            switch record.body {
            case .discarded(let discard): candidates[EvidenceName(of: discard)] = nil
            case .evidence(_, _, _, let byteCount), .salvaged(_, _, _, _, let byteCount):
                guard let name = EvidenceName(of: record) else { return }
                candidates[name] = EvidenceSpace.Candidate(
                    name: name, sequence: sequence, byteCount: byteCount,
                    isDelivered: sequence <= deliveredThrough)
            default: break
            }
        }
        return Array(candidates.values)
    }

    /// What records ordered away.
    func discarded() throws -> Set<EvidenceName> {
        var names: Set<EvidenceName> = []
        try visit(LedgerRecord.discardedTypeCode) { _, record in
            if case .discarded(let discard) = record.body {
                names.insert(EvidenceName(of: discard))
            }
        }
        return names
    }

    /// Within a transaction of the caller.
    func write(_ cursors: [String: DeliveryCursors]) throws {
        guard !cursors.isEmpty, hasCursors else { return }
        let replacement = try database.prepare(
            "REPLACE INTO cursor(id,destination,through)VALUES(?,?,?)", attempt: "note cursors")
        for (destination, cursors) in cursors.sorted(by: { $0.key < $1.key }) {
            let last = "SELECT max(id) FROM cursor"
            let id =
                try row(of: destination)?.id
                ?? (try database.integer(last, attempt: "note cursors") ?? 0) + 1
            var bytes: [UInt8] = []
            for lane in DeliveryLane.allCases {
                let value = UInt64(bitPattern: cursors[lane])
                bytes += (0..<8).map { UInt8(truncatingIfNeeded: value >> (56 - 8 * $0)) }
            }
            try replacement.run(id, Array(destination.utf8), bytes)
        }
    }

    func settle(_ cursors: [String: DeliveryCursors]) throws {
        try database.transaction(attempt: "note cursors") { try write(cursors) }
    }

    /// What comes in the place of records that were lost was told to nobody, whatever a cursor
    /// says: it must not be taken for delivered once the ledger is as long again.
    func pullBackCursors(to last: Int64) throws {
        guard hasCursors else { return }
        let statement = try database.prepare(
            "SELECT destination,through FROM cursor", attempt: "read cursors")
        var pulledBack: [String: DeliveryCursors] = [:]
        while try statement.step() {
            let name = String(decoding: statement.bytes(0), as: UTF8.self)
            guard let cursors = Self.cursors(from: statement.bytes(1)),
                DeliveryLane.allCases.contains(where: { cursors[$0] > last })
            else { continue }
            pulledBack[name] = cursors.limited(to: last)
        }
        guard !pulledBack.isEmpty else { return }
        try settle(pulledBack)
    }

    private static func cursors(from bytes: [UInt8]) -> DeliveryCursors? {
        guard bytes.count == 8 * 3 else { return nil }
        var cursors = DeliveryCursors()
        for lane in DeliveryLane.allCases {
            let start = 8 * Int(lane.rawValue)
            let value = bytes[start..<start + 8].reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
            cursors[lane] = Int64(bitPattern: value)
        }
        return cursors
    }

    private func row(of destination: String) throws -> (id: Int64, through: [UInt8])? {
        guard hasCursors else { return nil }
        let statement = try database.prepare(
            "SELECT id,destination,through FROM cursor", attempt: "read cursors")
        let name = Array(destination.utf8)
        while try statement.step() {
            if statement.bytes(1) == name { return (statement.integer(0), statement.bytes(2)) }
        }
        return nil
    }
}

extension DeliveryCursors {
    /// None of them beyond the last record, or before the first.
    func limited(to last: Int64) -> DeliveryCursors {
        var cursors = self
        for lane in DeliveryLane.allCases { cursors[lane] = min(max(self[lane], 0), last) }
        return cursors
    }
}
