import Cryptography
import Incidents
import Linux
import Station

/// How the ledger lies on the disk; tests vary it, the appliance does not.
struct LedgerLayout {
    var pageByteCount = Schema.pageByteCount
    /// The log is copied into the database, and begins again, after about as many bytes.
    var logByteCount = 512 << 10
    var synchronous = "FULL"
    /// SQLite's name for the layer below it; nil for the system's own.
    var vfs: String?
    var migrations = Schema.migrations
    var checkpointInterval = Checkpoint.intervalMax
}

/// Where the chain stands.
struct LedgerHead: Equatable {
    var sequence: Int64
    var hash: [UInt8]

    static let empty = LedgerHead(sequence: 0, hash: Chain.genesis)
}

/// The open database of a ledger, with the statements that write.
final class LedgerConnection {
    /// As it was when the database was opened.
    let head: LedgerHead
    /// What the row that names the last record says; it lags behind.
    private var anchored: LedgerHead
    /// The last checkpoint: the place of its record, and the key that signed it.
    private(set) var checkpoint: (sequence: Int64, key: [UInt8])?
    private let checkpointInterval: Int64
    let database: Database
    private let insertion: Statement
    private let advance: Statement

    /// At most so many of the last records can be cut off after a power cut without being missed.
    static let anchorInterval: Int64 = 32

    /// Opens, repairs what can be repaired, and says so in `findings`.
    static func open(
        _ folder: LedgerFolder, _ layout: LedgerLayout, _ findings: inout [String]
    ) throws -> LedgerConnection {
        let lost = LogImage.strandedCommitCount(inFile: folder.log)
        if lost > 1 {
            let copy = try folder.copyLogAside()
            findings.append(
                "ledger: open: \(lost) commits behind a damaged place of the log are lost; "
                    + "the log is kept as \(copy)")
        }
        do {
            return try LedgerConnection(folder, layout, &findings)
        } catch let error as StoreError where error.kind == .damaged {
            let name = try folder.setAside()
            findings.append(
                "ledger: open: damaged (\(error.cause)); set aside as \(name), a new one begins")
            return try LedgerConnection(folder, layout, &findings)
        }
    }

    private init(
        _ folder: LedgerFolder, _ layout: LedgerLayout, _ findings: inout [String]
    ) throws {
        // SQLite would take such a database for a new one, and delete its log.
        let byteCount = (try? Files.facts(folder.database))?.byteCount ?? 0
        let logByteCount = (try? Files.facts(folder.log))?.byteCount ?? 0
        if byteCount == 0, logByteCount > 0 {
            throw StoreError(
                "ledger \(folder.database)", "open", "it is empty, but its log is not", .damaged)
        }
        try Self.makeFile(folder.database)
        database = try Database(path: folder.database, mode: .create, vfs: layout.vfs)
        // Before anything is read: SQLite then keeps the index of the log in its own memory
        // instead of in a third file, which would cost two more pages with every commit.
        try database.run("PRAGMA locking_mode=EXCLUSIVE", attempt: "lock")
        let version = try Self.version(of: database, layout)
        try Self.configure(database, layout)
        try Schema.migrate(database, from: version, by: layout.migrations)
        Self.reserveLog(folder, byteCount: layout.logByteCount)
        insertion = try database.prepare(
            "INSERT INTO record(sequence,hash,body)VALUES(?,?,?)", attempt: "append")
        advance = try database.prepare("UPDATE head SET sequence=?,hash=?", attempt: "append")
        checkpointInterval = layout.checkpointInterval
        (head, anchored) = try Self.head(of: database, &findings)
        checkpoint = try Self.lastCheckpoint(of: database)
        if logByteCount > 0 { try makeDurable() }
        try pullBackCursors(to: head.sequence)
    }

    /// What a killed process, or a write of unknown outcome, left in the log can be read, but a
    /// power cut may still take it: it must not count, nor be told to anybody, before it is
    /// copied into the database. The pages are then written anew: a synchronisation that failed
    /// may have lost those of the log for good, and the next one would not say so.
    private func makeDurable() throws {
        do {
            try database.run("PRAGMA wal_checkpoint(PASSIVE)", attempt: "copy the log")
        } catch let error as StoreError where error.kind == .full {
            // The log has room where the database has none; with this it is synchronised.
            try database.transaction(attempt: "synchronise the log") {
                try advance.run(anchored.sequence, anchored.hash)
            }
        }
    }

    /// SQLite itself would make a file that everybody may read; its log gets the same rights.
    private static func makeFile(_ path: String) throws {
        do throws(Errno) {
            try FileDescriptor.open(path, [.readWrite, .create], mode: 0o640).close()
        } catch {
            throw StoreError("ledger \(path)", "open", error)
        }
    }

    private static func version(of database: Database, _ layout: LedgerLayout) throws -> Int64 {
        switch try Schema.inspect(database, migrations: layout.migrations) {
        case .empty:
            return 0
        case .ledger(let version):
            return version
        case .newer(let version):
            let supported = Schema.version(of: layout.migrations)
            throw StoreError(
                database.object, "open",
                "it has version \(version), this program knows versions up to \(supported); "
                    + "install the newer program again, the ledger is unchanged", .newerVersion)
        case .damaged(let cause):
            throw StoreError(database.object, "open", cause, .damaged)
        }
    }

    private static func configure(_ database: Database, _ layout: LedgerLayout) throws {
        // Without effect on a database that has pages already.
        try database.run("PRAGMA page_size=\(layout.pageByteCount)", attempt: "create")
        let mode = try database.text("PRAGMA journal_mode=WAL", attempt: "open the log") ?? "none"
        guard mode == "wal" else {
            throw StoreError(database.object, "open the log", "journal mode is \(mode)", .refused)
        }
        let pageCount = max(layout.logByteCount / (layout.pageByteCount + 24), 1)
        try database.run(
            """
            PRAGMA synchronous=\(layout.synchronous);
            PRAGMA wal_autocheckpoint=\(pageCount);
            PRAGMA cell_size_check=ON;
            PRAGMA temp_store=MEMORY;
            """, attempt: "open")
        try database.persistLog()
    }

    /// Fills the log with zeros, which SQLite takes for an empty one, up to where it will grow.
    ///
    /// Commits then overwrite bytes that the file system knows already: no metadata is written
    /// with them, and a full disk still takes the next records. Without room it is left out.
    private static func reserveLog(_ folder: LedgerFolder, byteCount: Int) {
        do throws(Errno) {
            let log = try FileDescriptor.open(folder.log, .writeOnly)
            // Checkpoints come after the commit that reaches the limit: leave room for it.
            let wanted = Int64(byteCount + byteCount / 4)
            let present = Int64(try log.facts().byteCount)
            guard present < wanted else { return }
            try log.seek(to: present)
            try log.writeAll([UInt8](repeating: 0, count: Int(wanted - present)))
            try log.synchronise()
            try Files.synchroniseFolder(folder.path)
        } catch {
            return
        }
    }

    /// Where the chain goes on: behind the last record, or behind one that is missing now, so
    /// that the gap stays to be seen.
    private static func head(
        of database: Database, _ findings: inout [String]
    ) throws -> (head: LedgerHead, anchored: LedgerHead) {
        func read(_ sql: String) throws -> LedgerHead? {
            let statement = try database.prepare(sql, attempt: "read the head")
            guard try statement.step() else { return nil }
            let hash = statement.bytes(1)
            guard hash.count == Chain.hashByteCount else {
                throw StoreError(
                    database.object, "read the head", "a hash of \(hash.count) bytes", .damaged)
            }
            return LedgerHead(sequence: statement.integer(0), hash: hash)
        }
        let last =
            try read("SELECT sequence,hash FROM record ORDER BY sequence DESC LIMIT 1") ?? .empty
        let anchored = try read("SELECT sequence,hash FROM head") ?? .empty
        if anchored.sequence > last.sequence {
            findings.append(
                "ledger: open: records \(last.sequence + 1) to \(anchored.sequence) are missing")
            return (anchored, anchored)
        }
        let named =
            anchored.sequence == 0
            ? .empty
            : try read("SELECT sequence,hash FROM record WHERE sequence=\(anchored.sequence)")
        if named != anchored {
            findings.append("ledger: open: record \(anchored.sequence) was changed")
        }
        return (last, anchored)
    }

    /// Writes all of `records` in one transaction, with the checkpoints that are due among them:
    /// after each start and beat, and before more records than may are without one.
    ///
    /// - Parameter key: nil where there is none: nothing is signed.
    /// - Returns: where the chain stands afterwards.
    ///
    /// - Parameter cursors: written with them, at the cost of one page.
    func append(
        _ records: [LedgerRecord], after head: LedgerHead, key: SigningKey?,
        with cursors: [String: DeliveryCursors] = [:]
    ) throws -> LedgerHead {
        guard !records.isEmpty else { return head }
        // No more checkpoints than records come with them.
        guard head.sequence < Int64.max - 2 * Int64(records.count) else {
            throw StoreError(database.object, "append", "no sequence numbers are left", .refused)
        }
        var head = head
        var checkpoint = checkpoint
        var isAnchored = false
        try database.transaction(attempt: "append \(records.count) records") {
            for record in records {
                head = try insert(record, after: head)
                guard let key, isCheckpointDue(after: record, head, checkpoint?.sequence ?? 0)
                else { continue }
                head = try sign(head, key, record.stamp)
                checkpoint = (head.sequence, key.publicKey)
            }
            // It is a page more to write, hence not with every commit.
            isAnchored = head.sequence - anchored.sequence >= Self.anchorInterval
            if isAnchored { try advance.run(head.sequence, head.hash) }
            try write(cursors)
        }
        self.checkpoint = checkpoint
        if isAnchored { anchored = head }
        return head
    }

    private func insert(_ record: LedgerRecord, after head: LedgerHead) throws -> LedgerHead {
        let body = record.canonicalBytes
        let next = LedgerHead(
            sequence: head.sequence + 1,
            hash: Chain.link(previous: head.hash, canonical: body, hash: SHA256.digest))
        try insertion.run(next.sequence, next.hash, body)
        return next
    }

    private func isCheckpointDue(
        after record: LedgerRecord, _ head: LedgerHead, _ last: Int64
    ) -> Bool {
        switch record.body {
        case .started, .beat: true
        default: head.sequence - last >= checkpointInterval
        }
    }

    private func sign(
        _ head: LedgerHead, _ key: SigningKey, _ stamp: Stamp
    ) throws -> LedgerHead {
        var checkpoint = Checkpoint(
            sequence: head.sequence, hash: head.hash, key: key.publicKey, signature: [])
        checkpoint.signature = key.sign(checkpoint.message(at: stamp))
        return try insert(
            LedgerRecord(stamp: stamp, body: .checkpoint(checkpoint)), after: head)
    }

    private static func lastCheckpoint(
        of database: Database
    ) throws -> (sequence: Int64, key: [UInt8])? {
        let statement = try database.prepare(
            "SELECT sequence,body FROM record WHERE "
                + LedgerRecord.isOfType([LedgerRecord.checkpointTypeCode])
                + " ORDER BY sequence DESC LIMIT 1", attempt: "read the last checkpoint")
        guard try statement.step(),
            let record = try? LedgerRecord(canonicalBytes: statement.bytes(1)),
            case .checkpoint(let checkpoint) = record.body
        else { return nil }
        return (statement.integer(0), checkpoint.key)
    }

    /// The canonical bytes of the last records, at most `count`.
    func lastBodies(_ count: Int) throws -> [[UInt8]] {
        let statement = try database.prepare(
            "SELECT body FROM record ORDER BY sequence DESC LIMIT \(count)",
            attempt: "read the last records")
        var bodies: [[UInt8]] = []
        while try statement.step() { bodies.append(statement.bytes(0)) }
        return bodies.reversed()
    }

    /// What all records together leave to a new life, and what they tell of the clock.
    func past() throws -> (past: LedgerPast, dating: Dating) {
        let statement = try database.prepare(
            "SELECT body FROM record ORDER BY sequence", attempt: "read the past")
        var past = LedgerPast()
        var dating = Dating()
        while try statement.step() {
            // `verify` names a record that cannot be read.
            if let record = try? LedgerRecord(canonicalBytes: statement.bytes(0)) {
                past.learn(record)
                dating.learn(record)
            }
        }
        return (past, dating)
    }

    /// Every evidence file that a record vouches for.
    func evidence() throws -> Set<EvidenceName> {
        var names: Set<EvidenceName> = []
        try visit(LedgerRecord.evidenceTypeCode, LedgerRecord.salvagedTypeCode) { _, record in
            if let name = EvidenceName(of: record) { names.insert(name) }
        }
        return names
    }

    /// The records of some types, in order. One that cannot be read vouches for nothing; `verify`
    /// names it.
    func visit(_ codes: UInt8..., body: (Int64, LedgerRecord) -> Void) throws {
        let statement = try database.prepare(
            "SELECT sequence,body FROM record WHERE \(LedgerRecord.isOfType(codes)) "
                + "ORDER BY sequence", attempt: "read evidence")
        while try statement.step() {
            if let record = try? LedgerRecord(canonicalBytes: statement.bytes(1)) {
                body(statement.integer(0), record)
            }
        }
    }

    /// Signs what is not signed yet, names the last record in a row of its own, so that one
    /// deleted from the end is missed, and copies the log into the database.
    ///
    /// - Parameter stamp: of the last record of this life; nil, or no key, signs nothing.
    /// - Returns: where the chain stands afterwards.
    func seal(_ head: LedgerHead, key: SigningKey?, stamp: Stamp?) throws -> LedgerHead {
        var head = head
        let isUnsigned = head.sequence != checkpoint?.sequence && key != nil && stamp != nil
        if head != anchored || isUnsigned {
            try database.transaction(attempt: "name the last record") {
                if isUnsigned, let key, let stamp { head = try sign(head, key, stamp) }
                try advance.run(head.sequence, head.hash)
            }
            anchored = head
        }
        try database.run("PRAGMA wal_checkpoint(PASSIVE)", attempt: "copy the log")
        return head
    }
}

extension LedgerRecord {
    /// A condition in SQL, for rows of `record`.
    static func isOfType(_ codes: [UInt8]) -> String {
        let literals = codes.map { "x'\(SHA256.hexadecimal([$0]))'" }
        return "substr(body,\(typeCodeOffset + 1),1)IN(\(literals.joined(separator: ",")))"
    }
}
