/// The tables of the ledger, and how older ones become today's.
///
/// Steps once released are never changed: a ledger written years ago goes through the same ones.
struct Migration {
    /// The version that the ledger has afterwards.
    var version: Int64
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
                CREATE TABLE cursor(id INTEGER PRIMARY KEY,destination BLOB NOT NULL,\
                through BLOB NOT NULL);
                """)
    ]

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
            if let complaint = try structuralComplaint(database) { return .damaged(complaint) }
            // A schema that was overwritten may pass SQLite's check.
            let queries = [
                "SELECT sequence,hash,body FROM record", "SELECT sequence,hash FROM head"
            ]
            for query in queries {
                _ = try database.prepare(query, attempt: "open")
            }
            return .ledger(version: version)
        } catch let error as StoreError where error.kind == .damaged || error.isAboutContent {
            return .damaged(error.cause)
        }
    }

    /// SQLite's own check of the pages; nil where it has none to make.
    static func structuralComplaint(_ database: Database) throws -> String? {
        let answer = try database.text("PRAGMA quick_check(1)", attempt: "check") ?? "no answer"
        return answer == "ok" ? nil : answer
    }

    /// Brings a ledger from `version` to the last one of `migrations`, one transaction a step.
    static func migrate(_ database: Database, from version: Int64, by migrations: [Migration])
        throws
    {
        for step in migrations where step.version > version {
            let attempt = "migrate to version \(step.version)"
            try database.transaction(attempt: attempt) {
                try database.run(step.statements, attempt: attempt)
                try database.run("PRAGMA user_version=\(step.version)", attempt: attempt)
                try database.run("PRAGMA application_id=\(applicationID)", attempt: attempt)
            }
        }
    }
}
