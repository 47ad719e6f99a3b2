import Cryptography
import Frames
import Incidents
import Records

/// A ledger in memory that is written, read back and checked, the same on every machine.
public enum LedgerSelftest {
    /// - Returns: the hash of the last record: equal wherever canonical bytes, chain, SHA-256 and
    ///   SQLite work as they should.
    public static func roundTrip() throws -> [UInt8] {
        let database = try Database(path: "", mode: .memory)
        try Schema.migrate(database, from: 0, by: Schema.migrations)
        let insertion = try database.prepare(
            "INSERT INTO record(sequence,hash,body)VALUES(?,?,?)", attempt: "append")
        let story = story()
        var hash = Chain.genesis
        try database.transaction(attempt: "append") {
            for (index, record) in story.enumerated() {
                let body = record.canonicalBytes
                hash = Chain.link(previous: hash, canonical: body, hash: SHA256.digest)
                try insertion.run(Int64(index + 1), hash, body)
            }
        }
        let reading = try database.prepare(
            "SELECT hash,body FROM record ORDER BY sequence", attempt: "read")
        var previous = Chain.genesis
        for record in story {
            guard try reading.step(), try LedgerRecord(canonicalBytes: reading.bytes(1)) == record
            else {
                throw StoreError(database.object, "read back", "another record came", .damaged)
            }
            previous = Chain.link(
                previous: previous, canonical: reading.bytes(1), hash: SHA256.digest)
            guard previous == reading.bytes(0) else {
                throw StoreError(database.object, "check the chain", "it broke", .damaged)
            }
        }
        return previous
    }

    private static func story() -> [LedgerRecord] {
        let boot = BootID(high: 0x6b75_7a65_7400_0000, low: 1)
        var seconds: Int64 = 0
        func record(_ body: LedgerRecord.Body) -> LedgerRecord {
            seconds += 1
            let stamp = Stamp(
                boot: boot, monotonic: .zero + .seconds(seconds), wallMilliseconds: seconds * 1000,
                trust: seconds < 4 ? .unset : .synchronised)
            return LedgerRecord(stamp: stamp, body: body)
        }
        let hash = [UInt8](0..<32)
        var records = [record(.started(configuration: hash)), record(.operated("küzet 🚨"))]
        let kinds: [Incident.Kind] = [.presence, .covered, .frozen, .cameraLost, .panic]
        for (index, kind) in kinds.enumerated() {
            var incident = Incident(
                ordinal: UInt32(index + 1), camera: 0, kind: kind, zone: UInt8(index),
                openedAt: .zero + .seconds(seconds), score: .perMille(index * 50))
            records.append(record(.incident(incident)))
            incident.state = .confirmed
            incident.confirmedAt = .zero + .seconds(seconds)
            records.append(record(.incident(incident)))
            incident.state = .closed
            incident.closedAt = .zero + .seconds(seconds)
            records.append(record(.incident(incident)))
        }
        records.append(record(.clockCorrected(offsetMilliseconds: 1_763_800_000_000)))
        records.append(record(.configured(configuration: hash.reversed(), accepted: false)))
        records.append(
            record(.evidence(ordinal: 1, kind: .snapshot, sha256: hash, byteCount: 12_345)))
        records.append(record(.repaired("nothing")))
        return records
    }
}
