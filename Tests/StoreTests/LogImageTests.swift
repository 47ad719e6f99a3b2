import Linux
import Testing

@testable import Store

@Suite struct LogImageTests {
    /// A ledger that was not closed: its last commits are in the log alone.
    private func unclosed(_ count: Int64) throws -> TestFolder {
        let folder = try TestFolder()
        let ledger = try SQLiteLedger(directory: folder.path, stamp: Story.stamp(0))
        for second in 1...count { try ledger.append([Story.operated("button", second)]) }
        ledger.abandon()
        return folder
    }

    @Test func theLogIsAppliedAsSQLiteDoesIt() throws {
        let folder = try unclosed(200)
        let image = try DatabaseImage(
            path: folder.path + "/ledger.db", object: "ledger", byteCountMax: 1 << 20)
        let byteCount = image.byteCount
        let bytes = try Files.read(folder.path + "/ledger.db-wal", byteCountMax: 1 << 20)
        try #require(LogImage(bytes)).apply(to: image)
        do {
            let checkpointed = try Database(path: folder.path + "/ledger.db", mode: .write)
            try checkpointed.run("PRAGMA wal_checkpoint(TRUNCATE)", attempt: "copy the log")
        }
        let copied = try Files.read(folder.path + "/ledger.db", byteCountMax: 1 << 20)
        #expect(image.bytes.elementsEqual(copied))
        #expect(image.byteCount > byteCount)
    }

    @Test func emptyForeignAndCutLogsAreNoLogs() throws {
        #expect(LogImage([]) == nil)
        #expect(LogImage([UInt8](repeating: 0, count: 100_000)) == nil)
        let folder = try unclosed(5)
        var bytes = try Files.read(folder.path + "/ledger.db-wal", byteCountMax: 1 << 20)
        #expect(LogImage(Array(bytes[..<31])) == nil)
        bytes[9] ^= 1
        #expect(LogImage(bytes) == nil)
    }

    /// SQLite stops at the damage and says nothing about what comes behind it.
    @Test func acknowledgedCommitsBehindADamagedPlaceAreSaidToBeLost() throws {
        let folder = try unclosed(50)
        let path = folder.path + "/ledger.db-wal"
        var bytes = try Files.read(path, byteCountMax: 1 << 20)
        bytes[32 + 536 * 20 + 100] ^= 4
        try Files.replace(path, with: bytes)
        let ledger = try SQLiteLedger(directory: folder.path, stamp: Story.stamp(0))
        #expect(ledger.findings.count == 1)
        #expect(ledger.findings[0].hasSuffix("the log is kept as ledger.db-wal.damaged-1"))
        #expect(try Files.read(path + ".damaged-1", byteCountMax: 1 << 20) == bytes)
        let report = try LedgerVerifier.verify(LedgerReader(directory: folder.path))
        #expect(report.isValid)
        #expect(report.notes.count == 2)
    }

    @Test func readersSeeWholeTransactionsWhileTheApplianceWrites() throws {
        let folder = try TestFolder()
        let path = folder.path
        let finished = try FileDescriptor.event()
        var layout = LedgerLayout()
        // It begins anew all the time: what readers must notice.
        layout.logByteCount = 8 << 10
        let ledger = try SQLiteLedger(directory: path, stamp: Story.stamp(0), layout: layout)
        try ledger.append([Story.operated("first", 1)])
        ledger.close()
        let box = Handover(ledger)
        try Threads.start("writer") {
            // From here on this thread alone uses it.
            for second in Int64(1)...4_000 {
                try? box.ledger.append([
                    Story.operated("left", second * 2), Story.operated("right", second * 2 + 1)
                ])
            }
            try? finished.signal()
        }
        var last = 0
        var readCount = 0
        while try finished.wait(for: .readable, milliseconds: 0).isEmpty {
            let reader: LedgerReader
            do {
                reader = try LedgerReader(directory: path)
            } catch let error as StoreError where error.cause.hasPrefix("the appliance writes") {
                continue
            }
            let report = try LedgerVerifier.verify(reader)
            #expect(report.faults == [])
            let count = try reader.told().count
            #expect(count % 2 == 1)
            #expect(count >= last)
            last = count
            readCount += 1
        }
        #expect(try LedgerReader(directory: path).told().count == 8_001)
        #expect(readCount > 0)
    }
}

private final class Handover: @unchecked Sendable {
    let ledger: SQLiteLedger

    init(_ ledger: SQLiteLedger) { self.ledger = ledger }
}
