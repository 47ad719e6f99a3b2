import Cryptography
import Frames
import Linux
import Records
import Testing

@testable import Store

@Suite struct SQLiteLedgerTests {
    private func open(
        _ folder: TestFolder, _ layout: LedgerLayout = LedgerLayout()
    ) throws -> SQLiteLedger {
        try SQLiteLedger(directory: folder.path, stamp: Story.stamp(0), layout: layout)
    }

    private func records(_ folder: TestFolder) throws -> [LedgerRecord] {
        try LedgerReader(directory: folder.path).told()
    }

    @Test func aSecondStartWithinABootKnowsWhichNamesAreTaken() throws {
        let folder = try TestFolder()
        do {
            let ledger = try open(folder)
            #expect(ledger.past == LedgerPast())
            try ledger.append([
                Story.incident(7, .suspected), Story.incident(3, .closed), Story.operated("x", 1)
            ])
        }
        #expect(try open(folder).past.lastOrdinal(of: Story.boot) == 7)
        let other = BootID(high: 99, low: 99)
        #expect(try open(folder).past.lastOrdinal(of: other) == 0)
    }

    @Test func whatIsAppendedIsReadBackWhileOpenAfterCloseAndAfterReopening() throws {
        let folder = try TestFolder()
        let story = [
            Story.operated("silence", 1), Story.incident(1, .suspected),
            Story.incident(1, .confirmed), Story.incident(1, .closed)
        ]
        do {
            let ledger = try open(folder)
            try ledger.append(Array(story[..<1]))
            try ledger.append([])
            try ledger.append(Array(story[1...2]))
            #expect(try records(folder) == Array(story[...2]))
            ledger.close()
            #expect(try records(folder) == Array(story[...2]))
            try ledger.append([story[3]])
            // Each closing is signed.
            #expect(ledger.recordCount == 5)
        }
        let ledger = try open(folder)
        #expect(ledger.findings.isEmpty)
        #expect(ledger.recordCount == 6)
        #expect(try records(folder) == story)
        var (links, expected): ([[UInt8]], [[UInt8]]) = ([], [])
        try LedgerReader(directory: folder.path).visit { entry in
            links.append(entry.hash)
            expected.append(
                Chain.link(
                    previous: expected.last ?? Chain.genesis, canonical: entry.body,
                    hash: SHA256.digest))
        }
        #expect(links == expected)
        #expect(ledger.headHash == expected.last)
    }

    @Test func aRecordThatIsGivenAgainIsPassedOver() throws {
        let folder = try TestFolder()
        let ledger = try open(folder)
        let first = (1...5).map { Story.operated("button", $0) }
        try ledger.append(first)
        try ledger.append(first + [Story.operated("button", 6)])
        #expect(ledger.recordCount == 6)
        ledger.close()
        try ledger.append(first)
        #expect(ledger.recordCount == 7)
        for start in stride(from: Int64(7), through: 2_000, by: 100) {
            try ledger.append(
                (start..<min(start + 100, 2_001)).map { Story.operated("button", $0) })
        }
        ledger.close()
        try ledger.append([Story.operated("button", 1_999), Story.operated("button", 2_001)])
        #expect(try records(folder).count == 2_001)
    }

    @Test func twoAppliancesCannotOwnOneLedger() throws {
        let folder = try TestFolder()
        let first = try open(folder)
        #expect {
            try open(folder)
        } throws: { error in
            (error as? StoreError)?.kind == .owned
                && "\(error)"
                    == "ledger folder \(folder.path): lock: another kuzet process has it; "
                    + "stop that one: systemctl stop kuzet"
        }
        try first.append([Story.operated("still mine")])
        #expect(first.recordCount == 1)
    }

    @Test func aLedgerOfANewerProgramIsRefusedAndUnchanged() throws {
        let folder = try TestFolder()
        var layout = LedgerLayout()
        do {
            layout.migrations.append(
                Migration(version: 3, statements: "ALTER TABLE record ADD COLUMN more"))
            let ledger = try open(folder, layout)
            try ledger.append([Story.operated("from the future")])
            ledger.close()
        }
        let before = try Files.read(folder.path + "/ledger.db", byteCountMax: 1 << 20)
        for attempt in 0..<2 {
            #expect {
                if attempt == 0 {
                    _ = try open(folder)
                } else {
                    _ = try LedgerReader(directory: folder.path)
                }
            } throws: { error in
                (error as? StoreError)?.kind == .newerVersion
                    && "\(error)".contains("it has version 3, this program knows versions up to 2")
            }
        }
        #expect(try Files.read(folder.path + "/ledger.db", byteCountMax: 1 << 20) == before)
    }

    @Test func aDatabaseThatCannotBeReadIsSetAsideAndSaidSo() throws {
        let folder = try TestFolder()
        let noise = [UInt8](repeating: 0x5a, count: 5_000)
        for round in 1...2 {
            try Files.replace(folder.path + "/ledger.db", with: noise)
            try? Files.remove(folder.path + "/ledger.db-wal")
            let ledger = try open(folder)
            let aside = "ledger.db.damaged-\(round)"
            #expect(ledger.findings.count == 1)
            #expect(ledger.findings[0].contains("set aside as \(aside), a new one begins"))
            #expect(try Files.read(folder.path + "/" + aside, byteCountMax: 10_000) == noise)
            #expect(
                try records(folder)
                    == [LedgerRecord(stamp: Story.stamp(0), body: .repaired(ledger.findings[0]))])
            try ledger.append([Story.operated("life goes on")])
            ledger.close()
        }
    }

    @Test func aDatabaseCutToNothingDoesNotTakeItsLogWithIt() throws {
        let folder = try TestFolder()
        let first = try open(folder)
        try first.append([Story.operated("only in the log")])
        first.abandon()
        try Files.replace(folder.path + "/ledger.db", with: [])
        try first.append([Story.operated("and in the next one")])
        #expect(first.findings.count == 2)
        #expect(Files.exists(folder.path + "/ledger.db.damaged-1-wal"))
    }

    @Test func missingRecordsAtTheEndAreNoticedAndTheGapStays() throws {
        let folder = try TestFolder()
        do {
            let ledger = try open(folder)
            try ledger.append((1...5).map { Story.operated("button", $0) })
            ledger.close()
        }
        do {
            let database = try Database(path: folder.path + "/ledger.db", mode: .write)
            try database.run("DELETE FROM record WHERE sequence>5", attempt: "tamper")
        }
        let ledger = try open(folder)
        #expect(ledger.findings == ["ledger: open: records 6 to 6 are missing"])
        #expect(ledger.recordCount == 7)
    }

    @Test func aLedgerThatIsLetGoNamesItsLastRecordAndNobodyElseReadsIt() throws {
        let folder = try TestFolder()
        try open(folder).append([Story.operated("button")])
        #expect(try LedgerReader(directory: folder.path).anchored?.sequence == 2)
        for name in ["ledger.db", "ledger.db-wal", "lock"] {
            #expect(try Files.facts(folder.path + "/" + name).permissions & 0o007 == 0)
        }
    }

    @Test func aMissingLedgerIsSaidToBeMissingAndReadingMakesNone() throws {
        let folder = try TestFolder()
        #expect {
            try LedgerReader(directory: folder.path + "/none")
        } throws: {
            ($0 as? StoreError)?.kind == .missing
        }
        #expect(!Files.exists(folder.path + "/none"))
        // A folder that may not be entered is no missing ledger.
        try Files.replace(folder.path + "/file", with: [])
        #expect {
            try LedgerReader(directory: folder.path + "/file")
        } throws: {
            ($0 as? StoreError)?.kind == .refused && "\($0)".contains("(ENOTDIR)")
        }
    }
}
