import Cryptography
import Frames
import Linux
import Records
import Testing

@testable import Store

/// Somebody rewrites the ledger and every hash in it, but has not the device's secret.
@Suite struct SignedLedgerTests {
    /// Two hours of a life: 1 start, 2 checkpoint, 3 … 22 incidents, 23 beat, 24 checkpoint, then
    /// the same again without a start: 25 … 44, 45 beat, 46 checkpoint.
    private func ledger() throws -> TestFolder {
        let folder = try TestFolder()
        let ledger = try SQLiteLedger(directory: folder.path, stamp: Story.stamp(0))
        try ledger.append([
            LedgerRecord(stamp: Story.stamp(0), body: .started(configuration: []))
        ])
        for hour in Int64(0)..<2 {
            for ordinal in UInt32(1)...20 {
                var record = Story.incident(ordinal + UInt32(hour) * 20, .suspected)
                record.stamp = Story.stamp(hour * 3_600 + Int64(ordinal))
                try ledger.append([record])
            }
            try ledger.append([beat(hour + 1)])
        }
        ledger.close()
        return folder
    }

    private func beat(_ hour: Int64) -> LedgerRecord {
        LedgerRecord(
            stamp: Story.stamp(hour * 3_600), body: .beat(frameCount: 9, quietSince: .zero))
    }

    /// Lets `change` do what it likes to the records, and makes a perfect chain of the result.
    private func rewrite(
        _ folder: TestFolder, _ change: (inout [[UInt8]]) throws -> Void
    ) throws {
        var bodies: [[UInt8]] = []
        try LedgerReader(directory: folder.path).visit { bodies.append($0.body) }
        try change(&bodies)
        let database = try Database(path: folder.path + "/ledger.db", mode: .write)
        var head = LedgerHead.empty
        try database.transaction(attempt: "forge") {
            try database.run("DELETE FROM record", attempt: "forge")
            let insertion = try database.prepare(
                "INSERT INTO record(sequence,hash,body)VALUES(?,?,?)", attempt: "forge")
            for body in bodies {
                head.sequence += 1
                head.hash = Chain.link(previous: head.hash, canonical: body, hash: SHA256.digest)
                try insertion.run(head.sequence, head.hash, body)
            }
            try database.prepare("UPDATE head SET sequence=?,hash=?", attempt: "forge")
                .run(head.sequence, head.hash)
        }
        // As whoever has SQLite leaves it: of the log alone it would not be believed.
        try database.run("PRAGMA wal_checkpoint(PASSIVE)", attempt: "forge")
    }

    private func verify(
        _ folder: TestFolder, _ anchors: Anchors = Anchors()
    ) throws -> VerificationReport {
        try LedgerVerifier.verify(LedgerReader(directory: folder.path), anchors: anchors)
    }

    @Test func anUntouchedLedgerHoldsAndSaysByWhichKey() throws {
        let folder = try ledger()
        let report = try verify(folder)
        #expect(report.faults == [])
        #expect(report.recordCount == 46)
        #expect(report.keys.map(\.checkpointCount) == [3])
        #expect(report.unsigned == nil)
        try rewrite(folder) { _ in }
        #expect(try verify(folder).isValid)
    }

    @Test func anEditIsNamed() throws {
        let folder = try ledger()
        try rewrite(folder) { $0[6] = Story.operated("nothing at all", 1).canonicalBytes }
        #expect(
            try verify(folder).faults.map(\.description) == [
                "L7: record 24: checkpoint: it vouches for another record 23: among records 3 to 23 "
                    + "one was edited or re-ordered, and the chain computed anew"
            ])
        #expect(try verify(folder).notes == ["1 later checkpoints disagree too, as they must"])
    }

    @Test func aDeletionIsNamedWithHowManyThereWere() throws {
        let folder = try ledger()
        try rewrite(folder) { $0.removeSubrange(29..<32) }
        #expect(
            try verify(folder).faults.map(\.description) == [
                "L7: record 43: checkpoint: it was signed behind record 45 and stands behind record "
                    + "42: among records 25 to 42 3 deleted, and the chain computed anew"
            ])
    }

    @Test func anAdditionAndAReorderingAreNamed() throws {
        let first = try ledger()
        try rewrite(first) { $0.insert($0[5], at: 5) }
        #expect(
            try verify(first).faults.first?.text.contains("among records 3 to 24 1 added") == true)
        let second = try ledger()
        try rewrite(second) { $0.swapAt(5, 6) }
        #expect(try verify(second).faults.first?.text.contains("edited or re-ordered") == true)
    }

    @Test func checkpointsThatAreTakenOutAreMissed() throws {
        let folder = try ledger()
        try rewrite(folder) { bodies in
            bodies.removeAll { $0[LedgerRecord.typeCodeOffset] == LedgerRecord.checkpointTypeCode }
            bodies[6] = Story.operated("nothing at all", 1).canonicalBytes
        }
        #expect(
            try verify(folder).faults.map(\.description) == [
                "L8: records 1 to 33: no checkpoint among them: written without a key, or the "
                    + "checkpoints were deleted"
            ])
    }

    /// A checkpoint of one's own takes the secret; one with another's key takes that one's.
    @Test func aCheckpointThatIsMadeToFitHasNoRightSignature() throws {
        let folder = try ledger()
        try rewrite(folder) { bodies in
            guard
                case .checkpoint(var checkpoint) = try LedgerRecord(canonicalBytes: bodies[23]).body
            else { return }
            checkpoint.hash = [UInt8](repeating: 1, count: 32)
            bodies[23] =
                LedgerRecord(stamp: Story.stamp(3_600), body: .checkpoint(checkpoint))
                .canonicalBytes
        }
        #expect(
            try verify(folder).faults.first?.description
                == "L7: record 24: checkpoint: the signature is wrong: edited, or signed by another "
                + "key")
    }

    @Test func aForgersOwnKeyIsNotTheOneThatWasNotedDown() throws {
        let folder = try ledger()
        var anchors = Anchors()
        anchors.keys = [try verify(folder).keys[0].publicKey]
        #expect(try verify(folder, anchors).isValid)
        let secret = try #require(SigningKey.newSecret())
        let forger = try #require(SigningKey(secret: secret))
        try rewrite(folder) { bodies in
            bodies[6] = Story.operated("nothing at all", 1).canonicalBytes
            var head = LedgerHead.empty
            for index in bodies.indices {
                let record = try LedgerRecord(canonicalBytes: bodies[index])
                if case .checkpoint = record.body {
                    var mine = Checkpoint(
                        sequence: head.sequence, hash: head.hash, key: forger.publicKey,
                        signature: [])
                    mine.signature = forger.sign(mine.message(at: record.stamp))
                    bodies[index] =
                        LedgerRecord(stamp: record.stamp, body: .checkpoint(mine)).canonicalBytes
                }
                head = LedgerHead(
                    sequence: head.sequence + 1,
                    hash: Chain.link(
                        previous: head.hash, canonical: bodies[index], hash: SHA256.digest))
            }
        }
        #expect(try verify(folder).isValid, "nothing in the ledger itself tells")
        #expect(
            try verify(folder, anchors).faults.map(\.description) == [
                "L7: record 2: checkpoint: signed by another key than given: fingerprint "
                    + PublicKey.fingerprint(forger.publicKey)
            ])
    }

    @Test func aTailThatIsCutOffIsMissedByWhoHoldsALaterCheckpoint() throws {
        let folder = try ledger()
        var anchors = Anchors()
        try LedgerReader(directory: folder.path).visit { entry in
            if entry.sequence == 23 || entry.sequence == 45 {
                anchors.hashes[entry.sequence] = SHA256.hexadecimal(entry.hash)
            }
        }
        #expect(try verify(folder, anchors).isValid)
        try rewrite(folder) { $0.removeSubrange(24...) }
        #expect(try verify(folder).isValid, "nothing in the ledger itself tells")
        #expect(
            try verify(folder, anchors).faults.map(\.description) == [
                "L10: record 45: its hash was noted, and it is missing: deleted"
            ])
        anchors.hashes = [23: String(repeating: "0", count: 64)]
        #expect(
            try verify(folder, anchors).faults.map(\.description) == [
                "L10: record 23: it is not the one whose hash was noted"
            ])
    }

    @Test func anHourWithoutABeatIsAGap() throws {
        let folder = try TestFolder()
        let ledger = try SQLiteLedger(directory: folder.path, stamp: Story.stamp(0))
        let start = LedgerRecord(stamp: Story.stamp(10), body: .started(configuration: []))
        try ledger.append([start, Story.operated("silence", 20), Story.operated("silence", 9_000)])
        var restart = LedgerRecord(stamp: Story.stamp(90_000), body: .started(configuration: []))
        try ledger.append([restart])
        restart.stamp = Story.stamp(5, boot: BootID(high: 1, low: 1))
        try ledger.append([restart, beat(10)])
        ledger.close()
        let faults = try verify(folder).faults.map(\.description)
        #expect(
            faults == [
                "L9: record 4: no hour was closed from 2025-11-22T08:26:50Z (10 s after boot) to "
                    + "2025-11-22T10:56:40Z (9000 s after boot): no beat"
            ])
    }

    /// What the store found is dated before the start of the life that it belongs to.
    @Test func aLaterLifeOfTheSameBootIsNoGap() throws {
        let folder = try TestFolder()
        func live(_ second: Int64) throws {
            let ledger = try SQLiteLedger(directory: folder.path, stamp: Story.stamp(second))
            try ledger.append([
                LedgerRecord(stamp: Story.stamp(second + 1), body: .started(configuration: []))
            ])
            for later in 2..<Checkpoint.intervalMax + 1 {
                try ledger.append([Story.operated("x", second + later)])
            }
            ledger.abandon()
        }
        try live(0)
        try Files.replace(folder.path + "/evidence/stray.jpg", with: [9])
        try live(50_000)
        let report = try verify(folder)
        #expect(report.faults == [])
        #expect(report.recordCount == 68)
    }

    /// However the records come: in batches, one by one, through restarts and failures.
    @Test func moreThanSoManyRecordsNeverStandWithoutACheckpoint() throws {
        let folder = try TestFolder()
        var chance = SplitMix(seed: 4)
        var second: Int64 = 0
        for _ in 0..<6 {
            let ledger = try SQLiteLedger(directory: folder.path, stamp: Story.stamp(second))
            for _ in 0..<10 {
                try ledger.append(
                    (0...chance.below(90)).map { _ in
                        second += 1
                        return Story.operated("x", second)
                    })
                let report = try verify(folder)
                #expect(report.isValid, "\(report.faults)")
                let count = report.unsigned.map { $0.upperBound - $0.lowerBound + 1 } ?? 0
                #expect(count < Checkpoint.intervalMax)
            }
            ledger.abandon()
        }
    }

    @Test func numbersBeyondReasonTrapNothing() throws {
        for sequence in [Int64.min, -1, 0, Int64.max] {
            let folder = try ledger()
            do {
                let database = try Database(path: folder.path + "/ledger.db", mode: .write)
                try database.run(
                    "UPDATE record SET sequence=\(sequence) WHERE sequence=46", attempt: "tamper")
            }
            #expect(try !verify(folder).isValid)
        }
    }
}
