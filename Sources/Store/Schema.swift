/// The tables of the ledger, and how older ones become today's.
///
/// A program that was rolled back must read and write what a newer one left. So a new program adds,
/// and changes nothing that is there: tables of its own, and columns behind the others, that have
/// a value where nobody gives one. What it adds is no new version. The version goes up with a
/// break alone: it says what a program has to know so as not to do harm.
///
/// Steps once released are never changed: a ledger written years ago goes through the same ones.
struct Migration {
    /// The version that the ledger has afterwards.
    var version: Int64
    var statements: String
}

/// A table, or a column of one, that programs before it know nothing of.
///
/// Without `CHECK`, `GENERATED` and `AS`: nothing in a ledger is worked out while it is read.
struct Addition {
    var table: String
    /// nil where it is the whole table.
    var column: String?
    var statements: String
}

enum Schema {
    /// "KUZT", so that `file` and a technician can tell what it is.
    static let applicationID: Int64 = 0x4b55_5a54
    /// Small pages: a commit writes whole pages twice, and a record has about 130 bytes.
    static let pageByteCount = 512

    static let migrations = [
        Migration(
            version: 1,
            statements: """
                CREATE TABLE record(sequence INTEGER PRIMARY KEY,hash BLOB NOT NULL,\
                body BLOB NOT NULL);
                CREATE TABLE head(id INTEGER PRIMARY KEY,sequence INTEGER NOT NULL,\
                hash BLOB NOT NULL);
                INSERT INTO head VALUES(1,0,zeroblob(32));
                """),
        Migration(
            version: 2,
            statements: """
                CREATE TABLE IF NOT EXISTS cursor(id INTEGER PRIMARY KEY,destination BLOB NOT NULL,\
                through BLOB NOT NULL);
                """)
    ]

    static let additions: [Addition] = []

    /// How each table begins; what follows are columns that were added.
    private static let tables = [
        "record": "CREATE TABLE record(sequence INTEGER PRIMARY KEY,hash BLOB NOT NULL,"
            + "body BLOB NOT NULL",
        "head": "CREATE TABLE head(id INTEGER PRIMARY KEY,sequence INTEGER NOT NULL,"
            + "hash BLOB NOT NULL",
        "cursor": "CREATE TABLE cursor(id INTEGER PRIMARY KEY,destination BLOB NOT NULL,"
            + "through BLOB NOT NULL"
    ]

    /// A record of each microsecond since 1970 has no such number: one that has it was made up.
    static let sequenceMax: Int64 = 1 << 53

    /// No record is longer, of this program or one that comes.
    static let bodyByteCountMax = 16 << 10

    // What stands in a column is looked at before it is read: a hostile ledger has anything there,
    // of any length. NULL, and so no bytes, stands for what is no hash and no record.
    static let hash = "CASE WHEN typeof(hash)='blob' AND length(hash)=32 THEN hash END"
    static let body = "CASE WHEN \(hasBody) THEN body END"
    static let hasBody = "typeof(body)='blob' AND length(body)<=\(bodyByteCountMax)"
    static let allRecords = "SELECT sequence,\(hash),\(body) FROM record ORDER BY sequence"

    static func version(of migrations: [Migration]) -> Int64 {
        migrations.last?.version ?? 0
    }

    /// What kind of database a file turned out to be.
    enum Finding: Equatable {
        case empty
        case ledger(version: Int64)
        case newer(version: Int64)
        case damaged(String)
    }

    /// Reads version and identity and lets SQLite check the structure; changes nothing.
    static func inspect(_ database: Database, migrations: [Migration]) throws -> Finding {
        do {
            let application = try database.integer("PRAGMA application_id", attempt: "open") ?? 0
            let version = try database.integer("PRAGMA user_version", attempt: "open") ?? 0
            let tables =
                try database.integer("SELECT count(*) FROM sqlite_schema", attempt: "open") ?? 0
            if application == 0, version == 0, tables == 0 { return .empty }
            guard application == applicationID else {
                return .damaged("application id \(application), not \(applicationID)")
            }
            let supported = Self.version(of: migrations)
            // Versions go up by one: a far larger number is a flipped bit, not a newer program.
            if version > supported, version < supported + 1_000 { return .newer(version: version) }
            guard version >= 1, version <= supported else {
                return .damaged("version \(version), not 1 ... \(supported)")
            }
            if let complaint = try tableComplaint(database, version) { return .damaged(complaint) }
            if let complaint = try structuralComplaint(database) { return .damaged(complaint) }
            if let complaint = try numberComplaint(database) { return .damaged(complaint) }
            return .ledger(version: version)
        } catch let error as StoreError where error.kind == .damaged || error.isAboutContent {
            return .damaged(error.cause)
        }
    }

    /// Numbers near the largest would leave none for what is still to be kept.
    private static func numberComplaint(_ database: Database) throws -> String? {
        for sql in ["SELECT max(sequence) FROM record", "SELECT max(sequence) FROM head"] {
            let number = try database.integer(sql, attempt: "open") ?? 0
            if number >= sequenceMax { return "there is a record \(number), which nobody wrote" }
        }
        return nil
    }

    /// What is in the file beside plain tables, or instead of ours: views and triggers run what
    /// somebody else wrote, and so do constraints while SQLite checks the pages.
    private static func tableComplaint(
        _ database: Database, _ version: Int64
    ) throws -> String? {
        var missing = Set(version >= 2 ? ["record", "head", "cursor"] : ["record", "head"])
        let statement = try database.prepare(
            "SELECT type,name,sql FROM sqlite_schema", attempt: "open")
        while try statement.step() {
            let (type, name, sql) = (statement.text(0), statement.text(1), statement.text(2))
            // SQLite's own index of a table with a key.
            if type == "index", sql.isEmpty { continue }
            let beginning = tables[name] ?? "CREATE TABLE "
            guard type == "table", sql.hasPrefix(beginning) else {
                return "the \(type) \(name) is not one of a ledger"
            }
            let rest = sql.dropFirst(beginning.count)
            if tables[name] != nil, rest != ")", rest.first != "," || rest.last != ")" {
                return "the table \(name) is not one of a ledger"
            }
            let words = rest.uppercased().split { !$0.isLetter }
            if words.contains(where: { ["CHECK", "GENERATED", "AS"].contains($0) }) {
                return "the table \(name) has an expression, which no ledger has"
            }
            missing.remove(name)
        }
        return missing.min().map { "the table \($0) is missing" }
    }

    /// SQLite's own check of the pages; nil where it has none to make.
    static func structuralComplaint(_ database: Database) throws -> String? {
        let answer = try database.text("PRAGMA quick_check(1)", attempt: "check") ?? "no answer"
        return answer == "ok" ? nil : answer
    }

    /// Brings a ledger from `version` to the last one of `migrations`, and adds what there is to
    /// add; one transaction a step.
    static func migrate(
        _ database: Database, from version: Int64, by migrations: [Migration],
        _ additions: [Addition] = additions
    ) throws {
        for step in migrations where step.version > version {
            let attempt = "migrate to version \(step.version)"
            try database.transaction(attempt: attempt) {
                try database.run(step.statements, attempt: attempt)
                try database.run("PRAGMA user_version=\(step.version)", attempt: attempt)
                try database.run("PRAGMA application_id=\(applicationID)", attempt: attempt)
            }
        }
        for addition in additions where try !has(addition, database) {
            let attempt = "add \(addition.table)"
            try database.transaction(attempt: attempt) {
                try database.run(addition.statements, attempt: attempt)
            }
        }
    }

    static func has(_ addition: Addition, _ database: Database) throws -> Bool {
        let statement = try database.prepare(
            "PRAGMA table_info(\(addition.table))", attempt: "look for \(addition.table)")
        while try statement.step() {
            if addition.column == nil || statement.text(1) == addition.column { return true }
        }
        return false
    }
}
