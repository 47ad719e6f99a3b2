import CTestDisk
import Frames
import Linux
import Records
import Station
import Testing

@testable import Store

/// A ledger's folder that somebody prepared for who reads it: each answer is clear, at once, and
/// needs no more memory than the files.
@Suite(.serialized) struct HostileLedgerTests {
    private func ledger() throws -> TestFolder {
        let folder = try TestFolder()
        let ledger = try SQLiteLedger(directory: folder.path, stamp: Story.stamp(0))
        let hash = try ledger.keepSnapshot([1, 2, 3], ordinal: 1, boot: Story.boot)
        try ledger.append([
            Story.incident(1, .suspected), Story.evidence(1, hash, 3),
            Story.incident(1, .confirmed), Story.incident(1, .closed)
        ])
        ledger.close()
        return folder
    }

    private func change(_ folder: TestFolder, _ sql: String) throws {
        #expect(test_disk_run_sql(folder.path + "/ledger.db", sql) == 0)
    }

    /// Everything that commands do with a ledger.
    private func readAll(_ folder: TestFolder) throws -> VerificationReport {
        let reader = try LedgerReader(directory: folder.path, patience: 0)
        let report = try LedgerVerifier.verify(reader)
        for summary in try IncidentIndex(reader).incidents {
            let made = try TestFolder()
            _ = try IncidentExport(summary, from: reader).write(to: made.path)
        }
        _ = try reader.past()
        return report
    }

    private static let disguises = [
        "ALTER TABLE record RENAME TO r;CREATE VIEW record AS SELECT * FROM r",
        "CREATE TRIGGER t AFTER INSERT ON record BEGIN DELETE FROM record;END",
        "CREATE TRIGGER t AFTER UPDATE ON head BEGIN DELETE FROM record;END",
        "CREATE INDEX i ON record(length(hex(body)))",
        "CREATE TABLE more(a CHECK(length(hex(randomblob(a)))>0));INSERT INTO more VALUES(9)",
        "ALTER TABLE record ADD COLUMN more AS (hex(zeroblob(400000000)))",
        "DROP TABLE record;CREATE VIRTUAL TABLE record USING fts5(sequence,hash,body)",
        "DROP TABLE record;CREATE TABLE record(sequence,hash,body)"
    ]

    @Test(arguments: disguises)
    func whatIsNoTableOfALedgerIsRefused(sql: String) throws {
        let folder = try ledger()
        try change(folder, sql)
        #expect {
            try readAll(folder)
        } throws: {
            ($0 as? StoreError)?.kind == .damaged && "\($0)".contains("ledger")
        }
        let ledger = try SQLiteLedger(directory: folder.path, stamp: Story.stamp(9_000))
        #expect(ledger.findings.first?.contains("set aside as ledger.db.damaged-1") == true)
    }

    /// Behind such a number there would be none for what is still to be kept; reading on from the
    /// last one, there is no next.
    @Test(arguments: [
        "UPDATE record SET sequence=9223372036854775807 WHERE sequence=2",
        "UPDATE record SET sequence=9007199254740992 WHERE sequence=2",
        "UPDATE head SET sequence=9223372036854775804"
    ])
    func numbersThatNobodyWroteAreDamage(sql: String) throws {
        let folder = try ledger()
        try change(folder, sql)
        #expect {
            try readAll(folder)
        } throws: {
            ($0 as? StoreError)?.kind == .damaged && "\($0)".contains("which nobody wrote")
        }
        let ledger = try SQLiteLedger(directory: folder.path, stamp: Story.stamp(9_000))
        #expect(
            ledger.findings.contains { $0.contains("set aside as ledger.db.damaged-1") },
            "\(ledger.findings)")
        #expect(ledger.past.isIncomplete)
    }

    /// A flipped bit in the version alone: the tables are all there.
    @Test func whereOnlyTheVersionIsOlderTheTablesAreKept() throws {
        let folder = try ledger()
        try change(folder, "PRAGMA user_version=1")
        let ledger = try SQLiteLedger(directory: folder.path, stamp: Story.stamp(9_000))
        try ledger.append([Story.operated("later", 9_001)])
        ledger.close()
        try readAll(folder)
    }

    private static let contents = [
        "UPDATE record SET body=zeroblob(40000000) WHERE sequence=2",
        "UPDATE record SET hash=zeroblob(40000000) WHERE sequence=2",
        "UPDATE record SET body='text' WHERE sequence=2",
        "UPDATE record SET body=17,hash=1.5 WHERE sequence=2",
        "UPDATE record SET body=(SELECT hex(zeroblob(20000000))) WHERE sequence=2",
        "UPDATE head SET hash=zeroblob(40000000)",
        "UPDATE head SET sequence='many'",
        "UPDATE record SET sequence=9007199254740991 WHERE sequence=2",
        "UPDATE record SET sequence=-9223372036854775808 WHERE sequence=2"
    ]

    @Test(arguments: contents)
    func whatIsNoRecordIsNamedAndNotRead(sql: String) throws {
        let folder = try ledger()
        try change(folder, sql)
        let before = try Self.memoryPeak()
        let report = try readAll(folder)
        #expect(!report.isValid)
        let byteCount = try Files.facts(folder.path + "/ledger.db").byteCount
        #expect(try !Self.isAlone || Self.memoryPeak() - before < byteCount + (24 << 20))
        _ = try? SQLiteLedger(directory: folder.path, stamp: Story.stamp(9_000))
    }

    /// What other tests take beside these is in the figure too: `board/test` runs them once more,
    /// alone.
    private static let isAlone = Process.environment("KUZET_TESTS_ALONE") != nil

    /// Bytes, of this process since it began.
    private static func memoryPeak() throws -> UInt64 {
        let status = String(
            decoding: try Files.read("/proc/self/status", byteCountMax: 65_536), as: UTF8.self)
        let line = try #require(status.split(separator: "\n").first { $0.hasPrefix("VmHWM:") })
        let digits = line.split(whereSeparator: { !$0.isNumber })
        return try #require(digits.first.flatMap { UInt64($0) }) << 10
    }

    @Test func aLedgerLargerThanAnyIsRefusedBeforeItIsRead() throws {
        let folder = try ledger()
        try FileDescriptor.open(folder.path + "/ledger.db", .readWrite).truncate(to: 400 << 20)
        let before = try Self.memoryPeak()
        #expect {
            try LedgerReader(directory: folder.path)
        } throws: {
            "\($0)".hasSuffix(
                "read: it has more than 256 MiB, which no appliance writes in its life")
        }
        #expect(try !Self.isAlone || Self.memoryPeak() - before < 24 << 20)
    }

    enum Thing: String, CaseIterable {
        case pipe, folder, link, device, socket

        func put(at path: String) throws {
            try? Files.remove(path)
            let words =
                switch self {
                case .pipe: ["mkfifo", path]
                case .folder: ["mkdir", path]
                case .link: ["ln", "-s", "/etc/passwd", path]
                case .device: ["ln", "-s", "/dev/zero", path]
                case .socket:
                    // Its name may have 107 bytes, its folder's more.
                    [
                        "python3", "-c",
                        "import os,socket,sys;os.chdir(sys.argv[1]);socket.socket(1).bind(sys.argv[2])",
                        Files.folder(of: path), String(path.split(separator: "/").last ?? "")
                    ]
                }
            let child = try Child(words)
            #expect(try child.wait() == .exited(0))
        }
    }

    @Test(arguments: Thing.allCases)
    func evidenceThatIsNoFileIsNeitherWaitedForNorFollowed(thing: Thing) throws {
        let folder = try ledger()
        let name = EvidenceName(boot: Story.boot, ordinal: 1, kind: .snapshot).fileName
        try thing.put(at: folder.path + "/evidence/" + name)
        let reader = try LedgerReader(directory: folder.path)
        #expect(
            try LedgerVerifier.verify(reader).faults.map(\.description) == [
                "L6: record 2: evidence \(name): read: not a regular file"
            ])
        let summary = try #require(try IncidentIndex(reader).incidents.first)
        let export = try IncidentExport(summary, from: reader)
        #expect(export.evidence.map(\.bytes) == [nil])
        #expect(export.evidence.map(\.loss) == ["not a regular file"])
        let ledger = try SQLiteLedger(directory: folder.path, stamp: Story.stamp(9_000))
        #expect(ledger.recordCount > 4)
    }

    @Test(arguments: Thing.allCases, ["ledger.db", "ledger.db-wal", "key/device.secret"])
    func aLedgerOfOtherThingsThanFilesIsSaidSoAndTheApplianceGoesOn(
        thing: Thing, name: String
    ) throws {
        let folder = try ledger()
        try thing.put(at: folder.path + "/" + name)
        switch name {
        case "ledger.db":
            #expect {
                try LedgerReader(directory: folder.path)
            } throws: {
                ($0 as? StoreError)?.kind == .damaged
                    && "\($0)".hasSuffix("ledger.db: read: not a regular file")
            }
        case "ledger.db-wal":
            let reader = try LedgerReader(directory: folder.path)
            #expect(reader.warning?.hasSuffix("read: not a regular file") == true)
            let report = try LedgerVerifier.verify(reader)
            #expect(report.recordCount == 5)
            #expect(report.faults.map(\.invariant) == ["L12"])
        default:
            #expect(try readAll(folder).isValid)
        }
        let ledger = try SQLiteLedger(directory: folder.path, stamp: Story.stamp(9_000))
        #expect(ledger.findings.contains { $0.contains("not a regular file") })
        #expect(ledger.recordCount >= (name == "ledger.db" ? 1 : 5))
        #expect(try Files.facts("/etc/passwd").byteCount > 0)
    }

    #if DEBUG
        /// Else a card that does not answer for a moment would cost the ledger its past.
        @Test(arguments: ["stat", "lstat"])
        func aFileOfWhichNobodyCanTellIsNoEmptyOne(call: String) throws {
            let folder = try ledger()
            let before = try Files.read(folder.path + "/ledger.db", byteCountMax: 1 << 20)
            let (_, error) = SyscallTrace.callsOf(
                answer: {
                    $0.name == call && $0.arguments.first?.contains("ledger.db") == true
                        ? .fail(.inputOutput) : .kernel
                }, { _ = try SQLiteLedger(directory: folder.path, stamp: Story.stamp(9_000)) })
            if call == "lstat" {
                #expect((error as? StoreError)?.kind == .refused)
                #expect("\(error.map { "\($0)" } ?? "")".contains("input/output error (EIO)"))
            }
            #expect(try Files.read(folder.path + "/ledger.db", byteCountMax: 1 << 20) == before)
            #expect(try Files.names(in: folder.path).allSatisfy { !$0.contains("damaged") })
            #expect(try readAll(folder).isValid)
        }
    #endif
}
