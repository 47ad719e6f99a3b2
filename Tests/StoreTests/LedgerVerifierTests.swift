import Cryptography
import Frames
import Linux
import Testing

@testable import Store

@Suite struct LedgerVerifierTests {
    /// A closed ledger of `count` incidents, each with its picture: four records for one, and a
    /// checkpoint at the end.
    private func ledger(_ count: UInt32) throws -> TestFolder {
        let folder = try TestFolder()
        let ledger = try SQLiteLedger(directory: folder.path, stamp: Story.stamp(0))
        for ordinal in 1...count {
            let jpeg = [UInt8](repeating: UInt8(ordinal), count: 100 + Int(ordinal))
            let hash = try ledger.keepSnapshot(jpeg, ordinal: ordinal, boot: Story.boot)
            try ledger.append([
                Story.incident(ordinal, .suspected),
                Story.evidence(ordinal, hash, jpeg.count)
            ])
            try ledger.append([Story.incident(ordinal, .confirmed)])
            try ledger.append([Story.incident(ordinal, .closed)])
        }
        ledger.close()
        return folder
    }

    private func tamper(_ folder: TestFolder, _ sql: String) throws {
        let database = try Database(path: folder.path + "/ledger.db", mode: .write)
        try database.run(sql, attempt: "tamper")
    }

    private func verify(_ folder: TestFolder) throws -> VerificationReport {
        try LedgerVerifier.verify(try LedgerReader(directory: folder.path))
    }

    @Test func anUntouchedLedgerHolds() throws {
        let report = try verify(try ledger(5))
        #expect(report.isValid)
        #expect(report.recordCount == 21)
        #expect(report.evidenceCount == 5)
        #expect(report.notes == [])
    }

    private static let editedSeven = """
        L2: record 7: edited, or the record before it was deleted and the later ones renumbered
        """
    private static let editedTwenty = """
        L2: record 20: edited, or the record before it was deleted and the later ones renumbered
        """

    /// What was done to a ledger of 20 records, and the words for it.
    private static let tamperings: [(sql: String, fault: String)] = [
        ("DELETE FROM record WHERE sequence=1", "L1: record 1 is missing: deleted"),
        ("DELETE FROM record WHERE sequence=7", "L1: record 7 is missing: deleted"),
        (
            "DELETE FROM record WHERE sequence BETWEEN 7 AND 9",
            "L1: records 7 to 9 are missing: deleted"
        ),
        (
            "DELETE FROM record WHERE sequence>18",
            "L4: records 19 to 21 are missing at the end: deleted"
        ),
        ("DELETE FROM record", "L4: records 1 to 21 are missing at the end: deleted"),
        ("DELETE FROM head", "L4: the head is missing"),
        (
            "UPDATE record SET body=(SELECT body FROM record WHERE sequence=3) WHERE sequence=7",
            editedSeven
        ),
        (
            """
            DELETE FROM record WHERE sequence=7;
            UPDATE record SET sequence=-sequence WHERE sequence>7;
            UPDATE record SET sequence=-sequence-1 WHERE sequence<0;
            UPDATE head SET sequence=19
            """,
            editedSeven
        ),
        (
            """
            UPDATE record SET sequence=99 WHERE sequence=7;
            UPDATE record SET sequence=7 WHERE sequence=8;
            UPDATE record SET sequence=8 WHERE sequence=99
            """,
            "L2: record 7: it stood behind what is now record 8: re-ordered"
        ),
        ("UPDATE record SET hash=zeroblob(32) WHERE sequence=20", editedTwenty)
    ]

    @Test(arguments: tamperings)
    func theFirstThingThatHappenedToALedgerIsNamed(sql: String, fault: String) throws {
        let folder = try ledger(5)
        try tamper(folder, sql)
        let report = try verify(folder)
        #expect(report.faults.first?.description == fault)
    }

    @Test func everyBitOfEveryRecordMatters() throws {
        let folder = try ledger(1)
        var bodies: [(Int64, [UInt8])] = []
        try LedgerReader(directory: folder.path).visit { bodies.append(($0.sequence, $0.body)) }
        var chance = SplitMix(seed: 5)
        for (sequence, body) in bodies {
            for _ in 0..<10 {
                var changed = body
                changed[chance.below(body.count)] ^= UInt8(1 << chance.below(8))
                try tamper(
                    folder,
                    "UPDATE record SET body=x'\(SHA256.hexadecimal(changed))' "
                        + "WHERE sequence=\(sequence)")
                #expect(try verify(folder).faults.first?.sequence == sequence)
            }
            try tamper(
                folder,
                "UPDATE record SET body=x'\(SHA256.hexadecimal(body))' WHERE sequence=\(sequence)")
            #expect(try verify(folder).isValid)
        }
    }

    @Test func missingAndEditedEvidenceIsNamed() throws {
        let folder = try ledger(3)
        let evidence = LedgerFolder(folder.path).evidence
        let names = try Files.names(in: evidence).filter { $0.hasSuffix(".jpg") }
        try Files.remove(evidence + "/" + names[0])
        try Files.replace(evidence + "/" + names[2], with: [1, 2, 3])
        let faults = try verify(folder).faults
        #expect(faults.map(\.invariant) == ["L6", "L6"])
        #expect(faults[0].text == "record 2: evidence \(names[0]): missing")
        #expect(
            faults[1].text
                == "record 10: evidence \(names[2]): edited: 3 bytes found, 103 recorded")
    }

    @Test func anIncidentThatGoesBackwardsIsNamed() throws {
        let folder = try TestFolder()
        let ledger = try SQLiteLedger(directory: folder.path, stamp: Story.stamp(0))
        var reopened = Story.incident(1, .suspected)
        reopened.stamp.monotonic = .zero + .seconds(900)
        try ledger.append([Story.incident(1, .closed), reopened])
        let report = try verify(folder)
        #expect(report.faults.map(\.invariant) == ["L5"])
    }

    @Test func repairsAreNotedAndNoFault() throws {
        let folder = try ledger(1)
        try Files.replace(LedgerFolder(folder.path).evidence + "/stray.jpg", with: [9])
        let ledger = try SQLiteLedger(directory: folder.path, stamp: Story.stamp(1_000))
        ledger.close()
        let report = try verify(folder)
        #expect(report.isValid)
        #expect(report.notes.count == 2)
        #expect(report.notes[1] == "evidence/orphaned: 1 files without a record")
    }
}
