import Incidents
import Linux

/// One record as it stands in the ledger.
public struct LedgerEntry: Hashable, Sendable {
    /// From 1, without gaps.
    public var sequence: Int64
    /// Its place in the chain.
    public var hash: [UInt8]
    /// Its canonical bytes.
    public var body: [UInt8]

    public func record() throws -> LedgerRecord { try LedgerRecord(canonicalBytes: body) }
}

/// A ledger as it was at one moment, for those who only read.
///
/// It copies the files into memory and takes no lock, makes no file and changes none: it works
/// while the appliance writes, on a disk that takes no writes, and on a copy in a court.
public final class LedgerReader {
    public let folder: LedgerFolder
    /// What the row that names the last record said.
    let anchored: LedgerHead?
    private let database: Database

    /// - Parameter directory: the ledger's folder.
    public convenience init(directory: String) throws {
        try self.init(directory: directory, migrations: Schema.migrations)
    }

    init(directory: String, migrations: [Migration]) throws {
        folder = LedgerFolder(directory)
        database = try Database(
            image: try Self.image(of: folder), object: "ledger \(folder.database)")
        switch try Schema.inspect(database, migrations: migrations) {
        case .ledger(let version) where version == Schema.version(of: migrations):
            break
        case .ledger(let version):
            throw StoreError(
                database.object, "read",
                "it has the older version \(version); `kuzet run` brings it up to date", .refused)
        case .empty:
            throw StoreError(database.object, "read", "it holds no ledger yet", .missing)
        case .newer(let version):
            throw StoreError(
                database.object, "read",
                "it has version \(version), this program knows versions up to "
                    + "\(Schema.version(of: migrations)); read it with the newer program",
                .newerVersion)
        case .damaged(let cause):
            throw StoreError(database.object, "read", cause, .damaged)
        }
        let statement = try database.prepare("SELECT sequence,hash FROM head", attempt: "read")
        anchored =
            try statement.step()
            ? LedgerHead(sequence: statement.integer(0), hash: statement.bytes(1)) : nil
    }

    /// Every record in the order of the chain.
    public func visit(_ body: (LedgerEntry) throws -> Void) throws {
        let statement = try database.prepare(
            "SELECT sequence,hash,body FROM record ORDER BY sequence", attempt: "read records")
        while try statement.step() {
            try body(
                LedgerEntry(
                    sequence: statement.integer(0), hash: statement.bytes(1),
                    body: statement.bytes(2)))
        }
    }

    /// What all records together leave to a new life.
    public func past() throws -> LedgerPast {
        var past = LedgerPast()
        try visit { entry in
            // `verify` names a record that cannot be read.
            if let record = try? entry.record() { past.learn(record) }
        }
        return past
    }

    /// The database with its log applied.
    ///
    /// The appliance may write meanwhile. It changes the database only with pages that the log
    /// has; so a log that is read after the database repairs whatever half-written pages were
    /// read, unless the log began anew in between. Then its header changed, and this tries again.
    private static func image(of folder: LedgerFolder) throws -> [UInt8] {
        let object = "ledger \(folder.database)"
        do throws(Errno) {
            _ = try Files.facts(folder.database)
        } catch .noSuchFile {
            throw StoreError(
                object, "read", "there is none; name its folder with --ledger", .missing)
        } catch {
            throw StoreError(object, "read", error)
        }
        do throws(Errno) {
            for _ in 0..<16 {
                let before = try header(of: folder.log)
                var image = try Files.read(
                    folder.database, byteCountMax: LedgerFolder.databaseByteCountMax)
                let log =
                    Files.exists(folder.log)
                    ? try Files.read(folder.log, byteCountMax: LedgerFolder.logByteCountMax) : []
                guard try header(of: folder.log) == before else { continue }
                if let log = LogImage(log) { image = log.applied(to: image) }
                guard image.count >= 512 else { return image }
                // "Read and written with a log", which an image in memory cannot have.
                image[18] = 1
                image[19] = 1
                return image
            }
        } catch {
            throw StoreError(object, "read", error)
        }
        throw StoreError(
            object, "read", "the appliance writes faster than it can be read; try again", .refused)
    }

    /// The first bytes of the log, which change whenever it begins anew.
    private static func header(of path: String) throws(Errno) -> [UInt8] {
        guard Files.exists(path) else { return [] }
        let file = try FileDescriptor.open(path, .readOnly)
        var bytes = [UInt8](repeating: 0, count: 32)
        var failure: Errno?
        var count = 0
        bytes.withUnsafeMutableBytes { buffer in
            do throws(Errno) { count = try file.readFully(into: buffer) } catch { failure = error }
        }
        if let failure { throw failure }
        return Array(bytes[..<count])
    }
}
