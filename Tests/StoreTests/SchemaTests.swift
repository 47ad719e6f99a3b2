import Incidents
import Linux
import Testing

@testable import Store

@Suite struct SchemaTests {
    private func open(_ folder: TestFolder, _ migrations: [Migration]) throws -> SQLiteLedger {
        var layout = LedgerLayout()
        layout.migrations = migrations
        return try SQLiteLedger(directory: folder.path, stamp: Story.stamp(0), layout: layout)
    }

    /// The form of today, spelt out: stored ledgers depend on it.
    @Test func versionTwoIsThis() throws {
        let folder = try TestFolder()
        try open(folder, Schema.migrations).close()
        let database = try Database(path: folder.path + "/ledger.db", mode: .write)
        func value(_ sql: String) throws -> Int64? { try database.integer(sql, attempt: "read") }
        #expect(try value("PRAGMA application_id") == 0x4b55_5a54)
        #expect(try value("PRAGMA user_version") == 2)
        #expect(try value("PRAGMA page_size") == 512)
        #expect(
            try database.text(
                "SELECT group_concat(sql,';')FROM(SELECT sql FROM sqlite_schema ORDER BY name)",
                attempt: "read")
                == "CREATE TABLE cursor(id INTEGER PRIMARY KEY,destination BLOB NOT NULL,"
                + "through BLOB NOT NULL);CREATE TABLE head(id INTEGER PRIMARY KEY,sequence INTEGER NOT NULL,"
                + "hash BLOB NOT NULL);CREATE TABLE record(sequence INTEGER PRIMARY KEY,"
                + "hash BLOB NOT NULL,body BLOB NOT NULL)")
    }

    @Test func aLaterStepKeepsEveryRecordAndIsTakenOnce() throws {
        let folder = try TestFolder()
        let story = (1...50).map { Story.operated("button", $0) }
        // And two checkpoints.
        try open(folder, Schema.migrations).append(story)
        let later =
            Schema.migrations + [
                Migration(
                    version: 3, statements: "CREATE TABLE outbox(sequence INTEGER PRIMARY KEY)")
            ]
        for _ in 0..<2 {
            let ledger = try open(folder, later)
            #expect(ledger.recordCount == 52)
            #expect(ledger.findings.isEmpty)
        }
        #expect {
            try LedgerReader(directory: folder.path)
        } throws: {
            ($0 as? StoreError)?.kind == .newerVersion
        }
        var count = 0
        try LedgerReader(directory: folder.path, migrations: later).visit { _ in count += 1 }
        #expect(count == 52)
    }

    @Test func aStepThatFailsHalfwayLeavesTheOldVersion() throws {
        let folder = try TestFolder()
        try open(folder, Schema.migrations).append([Story.operated("old")])
        let broken =
            Schema.migrations + [
                Migration(version: 3, statements: "CREATE TABLE outbox(a);CREATE TABLE outbox(a)")
            ]
        #expect {
            try open(folder, broken)
        } throws: {
            "\($0)".contains("migrate to version 3: table outbox already exists")
        }
        let ledger = try open(folder, Schema.migrations)
        #expect(ledger.recordCount == 2)
        #expect(ledger.findings.isEmpty)
    }

    @Test func anotherProgramsDatabaseIsNotTakenForALedger() throws {
        let folder = try TestFolder()
        do {
            let database = try Database(path: folder.path + "/ledger.db", mode: .create)
            try database.run("CREATE TABLE diary(text)", attempt: "create")
        }
        #expect {
            try LedgerReader(directory: folder.path)
        } throws: {
            ($0 as? StoreError)?.kind == .damaged
                && "\($0)".contains("application id 0, not 1263884884")
        }
    }
}
