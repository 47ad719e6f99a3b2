import Cryptography
import Linux
import Records
import Station

/// How the ledger lies on the disk; tests vary it, the appliance does not.
struct LedgerLayout {
    var pageByteCount = Schema.pageByteCount
    /// The log is copied into the database, and begins anew, after about as many bytes.
    var logByteCount = 512 << 10
    var synchronous = "FULL"
    /// SQLite's name for the layer below it; nil for the system's own.
    var vfs: String?
    var migrations = Schema.migrations
    var additions = Schema.additions
    /// Whether an older ledger gets what this program adds. Without, it is used as it is, so that
    /// an update that is not kept leaves no trace; a new one is made whole either way.
    var migrates = true
    var checkpointInterval = Checkpoint.intervalMax
}

/// Where the chain stands.
struct LedgerHead: Equatable {
    var sequence: Int64
    var hash: [UInt8]

    static let empty = LedgerHead(sequence: 0, hash: Chain.genesis)
}

/// A record with its canonical bytes, which are made once: to know it again, to hash, to store.
struct WrittenRecord {
    let record: LedgerRecord
    let body: [UInt8]

    init(_ record: LedgerRecord) {
        (self.record, body) = (record, record.canonicalBytes)
    }
}

/// The open database of a ledger, with the statements that write.
final class LedgerConnection {
    /// As it was when the database was opened.
    let head: LedgerHead
    /// What the row that names the last record says; it lags behind.
    private var anchored: LedgerHead
    /// The last checkpoint: the place of its record, and the key that signed it.
    private(set) var checkpoint: (sequence: Int64, key: [UInt8])?
    /// Its file was empty: the tables are made before anything else that a ledger has.
    let isNew: Bool
    /// Of its tables.
    private var version: Int64
    private let layout: LedgerLayout
    /// After a write of unknown outcome: what is asked for next must go to a new connection.
    private(set) var isWorn = false
    let database: Database
    private let insertion: Statement
    private let advance: Statement

    /// At most so many of the last records can be cut off after a power cut without being missed.
    static let anchorInterval: Int64 = 32

    /// What was found while opening, in words; each is to be recorded.
    struct Findings {
        var texts: [String] = []
        /// Records are gone, or may be.
        var mayMissRecords = false

        /// Ends each that says that there was another ledger before.
        static let begins = "a new one begins"

        mutating func add(_ text: String, mayMissRecords: Bool = true) {
            texts.append("ledger: open: " + text)
            self.mayMissRecords = self.mayMissRecords || mayMissRecords
        }
    }

    /// Opens, repairs what can be repaired, and says so in `findings`.
    ///
    /// - Parameter hasFailed: a write of this process failed: that the last commit cannot be read is
    ///   no finding then.
    static func open(
        _ folder: LedgerFolder, _ layout: LedgerLayout, hasFailed: Bool = false,
        _ findings: inout Findings
    ) throws -> LedgerConnection {
        do {
            try lookAtLog(folder, layout, hasFailed, &findings)
            return try LedgerConnection(folder, layout, &findings)
        } catch let error as StoreError where error.kind == .damaged {
            let name = try folder.setAside()
            findings.add("damaged (\(error.cause)); set aside as \(name), \(Findings.begins)")
            return try LedgerConnection(folder, layout, &findings)
        }
    }

    /// Keeps what SQLite would drop of a damaged log without a word, and keeps a log from the
    /// database that would take records away.
    private static func lookAtLog(
        _ folder: LedgerFolder, _ layout: LedgerLayout, _ hasFailed: Bool,
        _ findings: inout Findings
    ) throws {
        if try kind(folder.database) ?? .regular != .regular {
            throw StoreError("ledger \(folder.database)", "open", .notARegularFile)
        }
        let (survey, cause) = try survey(folder)
        guard let survey else {
            let name = try folder.setLogAside()
            findings.add("the log cannot be read (\(cause)); set aside as \(name)")
            return
        }
        let isBlank = survey.image == nil && survey.complaint == nil
        guard try byteCount(folder.database) > 0 else {
            // SQLite would take it for a new one, and delete its log.
            if isBlank { return }
            throw StoreError(
                "ledger \(folder.database)", "open", "it is empty, but its log is not", .damaged)
        }
        // Without its log.
        let alone = try Database(path: folder.database, mode: .alone, vfs: layout.vfs)
        let last = try alone.lastRecord()
        let isClosed = try last == nil || last == alone.namedHead()
        var isRefuted = false
        if let log = survey.image, log.committedCount > 0 {
            let with = try Database(path: folder.database, mode: .write, vfs: layout.vfs)
            try with.run("PRAGMA locking_mode=EXCLUSIVE", attempt: "look at the log")
            isRefuted = try survey.isRefuted(by: survey.standing(of: alone), with: with)
        }
        let complaint = isBlank && !isClosed ? .missing : survey.complaint
        guard let complaint = complaint ?? (isRefuted ? .foreign : nil),
            isRefuted || !hasFailed || complaint.mayMissRecords
        else { return }
        var text = "the log: \(complaint.text)"
        if isRefuted {
            text += "; it is set aside as \(try folder.setLogAside()), and the database has "
            text += "records up to \(last?.sequence ?? 0) without it"
        } else if !isBlank {
            text += folder.keepLog()
        }
        let mayMissRecords = isRefuted || complaint.mayMissRecords || survey.isShort
        findings.add(text, mayMissRecords: !isClosed && mayMissRecords)
    }

    /// - Returns: nil, and why, where the log is no file, or larger than it ever is.
    private static func survey(_ folder: LedgerFolder) throws -> (LogSurvey?, cause: String) {
        do throws(Errno) {
            guard try Files.factsIfThere(folder.log, followsLinks: false) != nil else {
                return (LogSurvey([], pageByteCount: nil), "")
            }
            let log = try Files.read(
                folder.log, byteCountMax: LedgerFolder.logByteCountMax, followsLinks: false)
            let hasDatabase = try Files.factsIfThere(folder.database) != nil
            let header =
                hasDatabase ? try Files.open(folder.database).read(byteCount: 100) : []
            return (
                LogSurvey(log, pageByteCount: DatabaseImage.pageByteCount(header: header)), ""
            )
        } catch .notARegularFile {
            return (nil, Errno.notARegularFile.description)
        } catch .fileTooLarge {
            return (nil, "it has more than \(LedgerFolder.logByteCountMax >> 20) MiB")
        } catch {
            throw StoreError("log \(folder.log)", "read", error)
        }
    }

    private init(
        _ folder: LedgerFolder, _ layout: LedgerLayout, _ findings: inout Findings
    ) throws {
        isNew = try Self.byteCount(folder.database) == 0
        try Self.makeFile(folder.database)
        database = try Database(path: folder.database, mode: .create, vfs: layout.vfs)
        // Before anything is read: SQLite then keeps the index of the log in its own memory
        // instead of in a third file, which would cost two more pages with every commit.
        try database.run("PRAGMA locking_mode=EXCLUSIVE", attempt: "lock")
        var version = try Self.version(of: database, layout)
        try Self.configure(database, layout)
        // Before the first commit: from then on a shorter log was cut.
        Self.reserveLog(folder)
        if layout.migrates || version == 0 {
            try Schema.migrate(database, from: version, by: layout.migrations, layout.additions)
            version = Schema.version(of: layout.migrations)
        }
        self.version = version
        self.layout = layout
        insertion = try database.prepare(
            "INSERT INTO record(sequence,hash,body)VALUES(?,?,?)", attempt: "append")
        advance = try database.prepare("UPDATE head SET sequence=?,hash=?", attempt: "append")
        (head, anchored) = try Self.head(of: database, &findings)
        checkpoint = try Self.lastCheckpoint(of: database)
        if !isNew { try makeDurable() }
        try pullBackCursors(to: head.sequence)
    }

    /// Makes the steps now that `LedgerLayout.migrates` left out.
    func migrate() throws {
        try Schema.migrate(database, from: version, by: layout.migrations, layout.additions)
        version = Schema.version(of: layout.migrations)
    }

    /// Version 1 had none: everything is told anew then.
    var hasCursors: Bool { version >= 2 }

    /// 0 where there is none; that nobody can tell is no empty file.
    private static func byteCount(_ path: String) throws -> UInt64 {
        try facts(path)?.byteCount ?? 0
    }

    private static func kind(_ path: String) throws -> FileFacts.Kind? { try facts(path)?.kind }

    private static func facts(_ path: String) throws -> FileFacts? {
        do throws(Errno) {
            return try Files.factsIfThere(path, followsLinks: false)
        } catch {
            throw StoreError("ledger \(path)", "open", error)
        }
    }

    /// What a killed process, or a write of unknown outcome, left in the log can be read, but a
    /// power cut may still take it: it must not count, nor be told to anybody, before it is
    /// copied into the database. The pages are then written anew: a synchronisation that failed
    /// may have lost those of the log for good, and the next one would not say so.
    private func makeDurable() throws {
        do {
            try copyLog()
        } catch let error as StoreError where error.kind == .full {
            // The log has room where the database has none; with this it is synchronised.
            try beginLogAnew()
        }
    }

    /// Copies the log into the database, and puts what was copied out of its reach.
    private func copyLog() throws {
        try database.run("PRAGMA wal_checkpoint(PASSIVE)", attempt: "copy the log")
        try beginLogAnew()
    }

    /// Writes a page that the database has already: behind a whole copy SQLite begins the log anew
    /// for it, with other salts, so that no frame of the old one is ever valid again. Without,
    /// frames that are in the database stay valid until the next commit; a damaged one among them
    /// would have SQLite lay older pages over newer ones.
    ///
    /// Where the log was not copied whole, this is one commit more. A power cut before it leaves the
    /// old log, whole; one within it a header without frames: either way the database has all.
    private func beginLogAnew() throws {
        try database.transaction(attempt: "begin the log anew") {
            try database.run("PRAGMA user_version=\(version)", attempt: "begin the log anew")
        }
    }

    /// SQLite itself would make a file that everybody may read; its log gets the same rights.
    private static func makeFile(_ path: String) throws {
        do throws(Errno) {
            try Files.open(path, [.readWrite, .create], followsLinks: false).close()
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
        try database.run(
            "PRAGMA synchronous=\(layout.synchronous);PRAGMA temp_store=MEMORY", attempt: "open")
        try database.persistLog()
        database.countLogFrames()
    }

    /// Fills the log with zeros, which SQLite takes for an empty one, up to where it will grow.
    ///
    /// Commits then overwrite bytes that the file system knows already: no metadata is written
    /// with them, and a full disk still takes the next records. Without room it is left out.
    private static func reserveLog(_ folder: LedgerFolder) {
        do throws(Errno) {
            let log = try Files.open(folder.log, [.writeOnly, .create], followsLinks: false)
            let present = Int(try log.facts().byteCount)
            guard present < LedgerFolder.logReservedByteCount else { return }
            try log.seek(to: Int64(present))
            try log.writeAll(
                [UInt8](repeating: 0, count: LedgerFolder.logReservedByteCount - present))
            try log.synchronise()
            try Files.synchroniseFolder(folder.path)
        } catch {
            return
        }
    }

    /// Where the chain goes on: behind the last record, or behind one that is missing now, so
    /// that the gap stays to be seen.
    private static func head(
        of database: Database, _ findings: inout Findings
    ) throws -> (head: LedgerHead, anchored: LedgerHead) {
        func checked(_ head: LedgerHead?) throws -> LedgerHead {
            guard let head else { return .empty }
            guard head.hash.count == Chain.hashByteCount else {
                throw StoreError(
                    database.object, "read the head", "its hash has no 32 bytes", .damaged)
            }
            return head
        }
        let last = try checked(database.lastRecord())
        let anchored = try checked(database.namedHead())
        if anchored.sequence > last.sequence {
            findings.add("records \(last.sequence + 1) to \(anchored.sequence) are missing")
            return (anchored, anchored)
        }
        let named =
            anchored.sequence == 0
            ? Chain.genesis : try database.hash(ofRecord: anchored.sequence)
        if named != anchored.hash { findings.add("record \(anchored.sequence) was changed") }
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
        _ records: [WrittenRecord], after head: LedgerHead, key: SigningKey?,
        with cursors: [String: DeliveryCursors] = [:]
    ) throws -> LedgerHead {
        guard !records.isEmpty else { return head }
        // No more checkpoints than records come with them.
        guard head.sequence < Int64.max - 2 * Int64(records.count) else {
            throw StoreError(database.object, "append", "no sequence numbers are left", .refused)
        }
        var head = head
        var checkpoint = checkpoint
        var named = anchored
        try database.transaction(attempt: "append \(records.count) records") {
            for record in records {
                named = head
                head = try insert(record, after: head)
                guard let key,
                    isCheckpointDue(after: record.record, head, checkpoint?.sequence ?? 0)
                else { continue }
                head = try sign(head, key, record.record.stamp)
                checkpoint = (head.sequence, key.publicKey)
            }
            // It is a page more to write, hence not with every commit; and never the very last
            // record, which only a ledger that was closed names.
            if head.sequence - anchored.sequence >= Self.anchorInterval {
                try advance.run(named.sequence, named.hash)
            } else {
                named = anchored
            }
            try write(cursors)
        }
        self.checkpoint = checkpoint
        anchored = named
        keepLogShort()
        return head
    }

    /// The records are durable already: what fails here is done after a later commit.
    private func keepLogShort() {
        let byteCount = database.logFrameCount * (layout.pageByteCount + 24)
        guard byteCount >= layout.logByteCount else { return }
        guard (try? database.run("PRAGMA wal_checkpoint(PASSIVE)", attempt: "copy the log")) != nil
        else { return }
        isWorn = (try? beginLogAnew()) == nil
    }

    private func insert(_ record: WrittenRecord, after head: LedgerHead) throws -> LedgerHead {
        let next = LedgerHead(
            sequence: head.sequence + 1,
            hash: Chain.link(previous: head.hash, canonical: record.body, hash: SHA256.digest))
        try insertion.run(next.sequence, next.hash, record.body)
        return next
    }

    private func isCheckpointDue(
        after record: LedgerRecord, _ head: LedgerHead, _ last: Int64
    ) -> Bool {
        switch record.body {
        case .started, .beat: true
        default: head.sequence - last >= layout.checkpointInterval
        }
    }

    private func sign(
        _ head: LedgerHead, _ key: SigningKey, _ stamp: Stamp
    ) throws -> LedgerHead {
        var checkpoint = Checkpoint(
            sequence: head.sequence, hash: head.hash, key: key.publicKey, signature: [])
        checkpoint.signature = key.sign(checkpoint.message(at: stamp))
        let record = LedgerRecord(stamp: stamp, body: .checkpoint(checkpoint))
        return try insert(WrittenRecord(record), after: head)
    }

    private static func lastCheckpoint(
        of database: Database
    ) throws -> (sequence: Int64, key: [UInt8])? {
        let statement = try database.prepare(
            "SELECT sequence,\(Schema.body) FROM record WHERE "
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
            "SELECT \(Schema.body) FROM record ORDER BY sequence DESC LIMIT \(count)",
            attempt: "read the last records")
        var bodies: [[UInt8]] = []
        while try statement.step() { bodies.append(statement.bytes(0)) }
        return bodies.reversed()
    }

    /// What all records together leave to a new life, and what they tell of the clock.
    func past() throws -> (past: LedgerPast, dating: Dating) {
        let statement = try database.prepare(
            "SELECT \(Schema.body) FROM record ORDER BY sequence", attempt: "read the past")
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
            "SELECT sequence,\(Schema.body) FROM record WHERE \(LedgerRecord.isOfType(codes)) "
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
        try copyLog()
        return head
    }
}

extension LedgerRecord {
    /// A condition in SQL, for rows of `record`.
    static func isOfType(_ codes: [UInt8]) -> String {
        let literals = codes.map { "x'\(SHA256.hexadecimal([$0]))'" }
        return
            "\(Schema.hasBody) AND substr(body,\(typeCodeOffset + 1),1)IN(\(literals.joined(separator: ",")))"
    }
}
