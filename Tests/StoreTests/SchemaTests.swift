import Linux
import Records
import Station
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

    /// What a later program may add: a table, and a column of ours.
    private static let additions = [
        Addition(
            table: "epoch", column: nil,
            statements: "CREATE TABLE epoch(id INTEGER PRIMARY KEY,number INTEGER NOT NULL)"),
        Addition(
            table: "head", column: "opened_ms",
            statements: "ALTER TABLE head ADD COLUMN opened_ms INTEGER")
    ]

    private func adding(_ migrates: Bool) -> LedgerLayout {
        var layout = LedgerLayout()
        layout.additions = Self.additions
        layout.migrates = migrates
        return layout
    }

    private func has(_ folder: TestFolder) throws -> [Bool] {
        let database = try Database(path: folder.path + "/ledger.db", mode: .write)
        return try Self.additions.map { try Schema.has($0, database) }
    }

    /// The program that is rolled back to reads, writes and checks what the newer one left.
    @Test func aLedgerThatANewerProgramAddedToIsUsedByTheOlderOne() throws {
        let folder = try TestFolder()
        try open(folder, Schema.migrations).append([Story.operated("old", 1)])
        do {
            let newer = try SQLiteLedger(
                directory: folder.path, stamp: Story.stamp(0), layout: adding(true))
            try newer.append([Story.operated("new", 2)])
        }
        #expect(try has(folder) == [true, true])
        for second in Int64(3)...4 {
            let older = try open(folder, Schema.migrations)
            #expect(older.findings == [])
            var cursors = DeliveryCursors()
            cursors[.evidence] = 1
            older.note(cursors, of: "centre")
            try older.append([Story.operated("older", second)])
            #expect(try older.cursors(of: "centre")[.evidence] == 1)
        }
        let reader = try LedgerReader(directory: folder.path)
        #expect(try reader.told().count == 4)
        #expect(try LedgerVerifier.verify(reader).isValid)
        #expect(try has(folder) == [true, true])
    }

    /// Every statement of version 2 as it was released, spelt out: what is added later must leave
    /// each of them right.
    @Test func theStatementsOfTheReleasedProgramWorkOnALedgerOfToday() throws {
        let folder = try TestFolder()
        do {
            let layout = adding(true)
            let ledger = try SQLiteLedger(
                directory: folder.path, stamp: Story.stamp(0), layout: layout)
            try ledger.append([Story.operated("new", 1), Story.incident(1, .suspected)])
            ledger.note(DeliveryCursors(), of: "centre")
        }
        let released = try Database(path: folder.path + "/ledger.db", mode: .write)
        func rows(_ sql: String) throws -> Int {
            let statement = try released.prepare(sql, attempt: "read as released")
            var count = 0
            while try statement.step() { count += 1 }
            return count
        }
        #expect(try released.integer("PRAGMA application_id", attempt: "open") == 0x4b55_5a54)
        #expect(try released.integer("PRAGMA user_version", attempt: "open") == 2)
        #expect(try released.text("PRAGMA quick_check(1)", attempt: "open") == "ok")
        #expect(try rows("SELECT sequence,hash,body FROM record ORDER BY sequence") == 3)
        #expect(try rows("SELECT sequence,hash FROM record ORDER BY sequence DESC LIMIT 1") == 1)
        #expect(try rows("SELECT sequence,hash FROM head") == 1)
        #expect(try rows("SELECT sequence,hash FROM record WHERE sequence=1") == 1)
        #expect(
            try rows(
                "SELECT sequence,body FROM record WHERE substr(body,3,1)IN(x'0b') "
                    + "ORDER BY sequence DESC LIMIT 1") == 1)
        #expect(try rows("SELECT body FROM record ORDER BY sequence DESC LIMIT 1024") == 3)
        #expect(try rows("SELECT sequence,body FROM record WHERE sequence>0 LIMIT 512") == 3)
        #expect(try rows("SELECT id,destination,through FROM cursor") == 1)
        #expect(try rows("SELECT max(id) FROM cursor") == 1)
        try released.transaction(attempt: "write as released") {
            let hash = [UInt8](repeating: 7, count: 32)
            try released.prepare(
                "INSERT INTO record(sequence,hash,body)VALUES(?,?,?)", attempt: "append"
            ).run(4, hash, [1])
            try released.prepare("UPDATE head SET sequence=?,hash=?", attempt: "append").run(
                4, hash)
            try released.prepare(
                "REPLACE INTO cursor(id,destination,through)VALUES(?,?,?)", attempt: "note"
            ).run(1, Array("centre".utf8), [UInt8](repeating: 0, count: 24))
        }
        #expect(try rows("SELECT sequence FROM record") == 4)
        #expect(try rows("SELECT sequence,hash FROM head WHERE sequence=4") == 1)
    }

    /// Of a program that is on trial no trace stays, until it is told that it stays itself.
    @Test func whatIsAddedBecomesDurableWhenItIsToldTo() throws {
        let folder = try TestFolder()
        try open(folder, Schema.migrations).append([Story.operated("old", 1)])
        do {
            let trial = try SQLiteLedger(
                directory: folder.path, stamp: Story.stamp(0), layout: adding(false))
            try trial.append([Story.operated("trial", 2)])
        }
        #expect(try has(folder) == [false, false])
        do {
            let kept = try SQLiteLedger(
                directory: folder.path, stamp: Story.stamp(0), layout: adding(false))
            try kept.append([Story.operated("trial", 3)])
            try kept.migrate()
            try kept.append([Story.operated("kept", 4)])
        }
        #expect(try has(folder) == [true, true])
        #expect(try LedgerReader(directory: folder.path).told().count == 4)
    }

    /// Nor of the step from the first version, which had no cursors.
    @Test func aLedgerOfTheFirstVersionIsReadAndUsedAsItIs() throws {
        let folder = try TestFolder()
        try open(folder, [Schema.migrations[0]]).append([Story.operated("first", 1)])
        #expect(try LedgerReader(directory: folder.path).told().count == 1)
        func version() throws -> Int64? {
            try Database(path: folder.path + "/ledger.db", mode: .write).integer(
                "PRAGMA user_version", attempt: "read")
        }
        do {
            let trial = try SQLiteLedger(
                directory: folder.path, stamp: Story.stamp(0), migrates: false)
            var cursors = DeliveryCursors()
            cursors[.evidence] = 1
            trial.note(cursors, of: "centre")
            try trial.append([Story.operated("trial", 2)])
            #expect(try trial.cursors(of: "centre") == DeliveryCursors())
        }
        #expect(try version() == 1)
        try SQLiteLedger(directory: folder.path, stamp: Story.stamp(0)).close()
        #expect(try version() == 2)
        #expect(try LedgerReader(directory: folder.path).told().count == 2)
    }
}
