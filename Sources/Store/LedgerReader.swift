import Cryptography
import Linux
import Records

/// One record as it stands in the ledger.
public struct LedgerEntry: Hashable, Sendable {
    /// From 1, without gaps.
    public var sequence: Int64
    /// Its place in the chain.
    public var hash: [UInt8]
    /// Its canonical bytes.
    public var body: [UInt8]

    public func record() throws -> LedgerRecord { try LedgerRecord(canonicalBytes: body) }

    /// Of a row of `Schema.allRecords`.
    init(_ statement: Statement) {
        sequence = statement.integer(0)
        hash = statement.bytes(1)
        body = statement.bytes(2)
    }

    /// Whether it has the hash that it has behind a record with hash `previous`.
    func follows(_ previous: [UInt8]) -> Bool {
        Chain.link(previous: previous, canonical: body, hash: SHA256.digest) == hash
    }
}

/// A ledger as it was at one moment, for those who only read.
///
/// It copies the files into memory and takes no lock, makes no file and changes none: it works
/// while the appliance writes, on a disk that takes no writes, and on a copy in a court.
public final class LedgerReader {
    public let folder: LedgerFolder
    /// What the row that names the last record said.
    let anchored: LedgerHead?
    let logComplaint: LogComplaint?
    private let database: Database

    /// What is wrong with the log of the last commits, for those who read on all the same: records
    /// may be missing. nil where nothing is.
    public var warning: String? { logComplaint.map { "log \(folder.log): read: \($0.text)" } }

    /// - Parameter directory: the ledger's folder.
    public convenience init(directory: String) throws {
        try self.init(directory: directory, migrations: Schema.migrations)
    }

    /// - Parameter patience: how often a damaged log is looked at again, 25 ms apart: what is being
    ///   written looks like damage for a moment.
    init(
        directory: String, migrations: [Migration] = Schema.migrations, patience: Int = 8
    ) throws {
        folder = LedgerFolder(directory)
        let complaint: LogComplaint?
        (database, complaint) = try Self.open(folder, patience)
        switch try Schema.inspect(database, migrations: migrations) {
        case .ledger:
            break
        case .empty:
            throw Self.missing(folder, "it holds no ledger yet")
        case .newer(let version):
            throw StoreError(
                database.object, "read",
                "it has version \(version), this program knows versions up to "
                    + "\(Schema.version(of: migrations)); read it with the newer program",
                .newerVersion)
        case .damaged(let cause):
            throw StoreError(database.object, "read", cause, .damaged)
        }
        anchored = try database.namedHead()
        let last = try database.lastRecord() ?? .empty
        // Of a closed one the database has everything, with a log or without.
        logComplaint = complaint == .missing && last == anchored ? nil : complaint
    }

    /// Every record in the order of the chain.
    public func visit(_ body: (LedgerEntry) throws -> Void) throws {
        let statement = try database.prepare(Schema.allRecords, attempt: "read records")
        while try statement.step() { try body(LedgerEntry(statement)) }
    }

    /// What all records together leave to a new life.
    public func past() throws -> LedgerPast {
        var past = LedgerPast()
        try visit { entry in
            // `verify` names a record that cannot be read.
            if let record = try? entry.record() { past.learn(record) }
        }
        past.isIncomplete = logComplaint?.mayMissRecords ?? false
        return past
    }

    /// There is no ledger: damage where somebody left evidence of one.
    private static func missing(_ folder: LedgerFolder, _ cause: String) -> StoreError {
        let object = "ledger \(folder.database)"
        let files = (try? EvidenceFiles.names(in: folder)) ?? []
        guard files.isEmpty else {
            return StoreError(
                object, "read", "\(cause), but \(files.count) evidence files lie there", .damaged)
        }
        if (try? folder.hasTraces()) ?? false {
            return StoreError(object, "read", "\(cause), but what belonged to one", .damaged)
        }
        return StoreError(object, "read", cause, .missing)
    }

    /// The database with its log applied.
    ///
    /// The appliance may write meanwhile. It changes the database only with pages that the log
    /// has; so a log that is read after the database repairs whatever half-written pages were
    /// read, unless the log began anew in between. Then its header changed, and this tries again.
    private static func open(
        _ folder: LedgerFolder, _ patience: Int
    ) throws -> (Database, LogComplaint?) {
        let object = "ledger \(folder.database)"
        guard try folder.has(folder.database) else {
            throw missing(folder, "there is none; name its folder with --ledger")
        }
        for _ in 0..<16 {
            let before: [UInt8]
            do {
                before = try Self.log(of: folder, byteCountMax: 32)
            } catch let error as StoreError {
                guard error.kind == .damaged else { throw error }
                let image = try Self.image(of: folder)
                return (try Database(image: image, object: object), .unreadable(error.cause))
            }
            let image = try Self.image(of: folder)
            let log = try Self.log(of: folder)
            guard try Self.log(of: folder, byteCountMax: 32) == before else { continue }
            let survey = LogSurvey(log, pageByteCount: image.pageByteCount)
            if survey.complaint != nil, try changes(log, of: folder, patience) { continue }
            return try lay(survey, over: image, folder)
        }
        throw StoreError(
            object, "read", "the appliance writes faster than it can be read; try again", .refused)
    }

    private static func lay(
        _ survey: LogSurvey, over image: DatabaseImage, _ folder: LedgerFolder
    ) throws -> (Database, LogComplaint?) {
        let object = "ledger \(folder.database)"
        guard let log = survey.image, log.committedCount > 0 else {
            let isEmpty = survey.complaint == nil && survey.image == nil
            return (
                try Database(image: image, object: object), isEmpty ? .missing : survey.complaint
            )
        }
        // The database alone is looked at before the log is laid over the only copy.
        let alone = try survey.standing(of: Database(image: image, object: object))
        try log.apply(to: image)
        image.forgetLog()
        let database = try Database(image: image, object: object)
        guard try survey.isRefuted(by: alone, with: database) else {
            return (database, survey.complaint)
        }
        return (
            try Database(image: Self.image(of: folder), object: object),
            survey.complaint ?? .foreign
        )
    }

    /// The database without its log.
    private static func image(of folder: LedgerFolder) throws -> DatabaseImage {
        let image = try DatabaseImage(
            path: folder.database, object: "ledger \(folder.database)",
            byteCountMax: LedgerFolder.databaseByteCountMax)
        image.forgetLog()
        return image
    }

    /// The log, or its first bytes; empty where there is none.
    private static func log(
        of folder: LedgerFolder, byteCountMax: Int = LedgerFolder.logByteCountMax
    ) throws -> [UInt8] {
        do throws(Errno) {
            let file = try Files.open(folder.log, followsLinks: false)
            let byteCount = try file.facts().byteCount
            guard byteCount <= UInt64(LedgerFolder.logByteCountMax) else { throw .fileTooLarge }
            return try file.read(byteCount: min(byteCountMax, Int(byteCount)))
        } catch .noSuchFile {
            return []
        } catch {
            throw StoreError("log \(folder.log)", "read", error)
        }
    }

    /// Whether somebody writes into the log.
    private static func changes(
        _ log: [UInt8], of folder: LedgerFolder, _ patience: Int
    ) throws -> Bool {
        for _ in 0..<patience {
            Clocks.sleep(milliseconds: 25)
            let now = try Self.log(of: folder)
            if now != log { return true }
        }
        return false
    }
}
