import Linux

/// The names within a ledger's folder.
///
///     DIR/lock                         held by the appliance while it runs
///     DIR/ledger.db, ledger.db-wal     records; the log of the last commits
///     DIR/ledger.db.damaged-N, -wal    what could not be read, kept for an expert
///     DIR/key/device.secret            what signs checkpoints; see `DeviceKey`
///     DIR/evidence/NAME                files that records vouch for
///     DIR/evidence/orphaned/NAME       files that no record vouches for
public struct LedgerFolder: Sendable {
    public let path: String

    public init(_ path: String) {
        self.path = path.count > 1 && path.hasSuffix("/") ? String(path.dropLast()) : path
    }

    public var database: String { path + "/ledger.db" }
    public var log: String { path + "/ledger.db-wal" }
    public var lock: String { path + "/lock" }
    public var key: String { path + "/key" }
    public var secret: String { path + "/key/device.secret" }
    public var evidence: String { path + "/evidence" }
    public var orphaned: String { path + "/evidence/orphaned" }

    /// Larger logs are damage: the ledger's own never grows that far.
    static let logByteCountMax = 256 << 20
    /// Larger ledgers are not read into memory.
    static let databaseByteCountMax = 1 << 30

    func make() throws {
        do throws(Errno) {
            try Files.makeFolder(evidence)
            try Files.makeFolder(orphaned)
            try Files.synchroniseFolder(path)
            try Files.synchroniseFolder(evidence)
        } catch {
            throw StoreError("ledger folder \(path)", "create", error)
        }
    }

    /// Takes the folder for this process, until the descriptor is closed.
    func own() throws -> FileDescriptor {
        do throws(Errno) {
            let file = try FileDescriptor.open(lock, [.readWrite, .create])
            try file.lock()
            return file
        } catch .busy {
            throw StoreError(
                "ledger folder \(path)", "lock", "another kuzet process has it; stop that one",
                .owned)
        } catch {
            throw StoreError("ledger folder \(path)", "lock", error)
        }
    }

    /// Moves the database and its log out of the way; they stay a pair that SQLite can open.
    ///
    /// - Returns: the new name, without the folder.
    func setAside() throws -> String {
        let name = try unusedName(database + ".damaged-")
        do throws(Errno) {
            // The log first: a log beside a new database would be taken for that one's.
            if Files.exists(log) { try Files.rename(log, to: name + "-wal") }
            if Files.exists(database) { try Files.rename(database, to: name) }
            try Files.synchroniseFolder(path)
        } catch {
            throw StoreError("ledger \(database)", "set aside as \(name)", error)
        }
        return String(name.dropFirst(path.count + 1))
    }

    /// Moves a key that cannot be used out of the way.
    ///
    /// - Returns: the new name, without the folder.
    func setKeyAside() throws -> String {
        let name = try unusedName(secret + ".damaged-")
        do throws(Errno) {
            try Files.rename(secret, to: name)
            try Files.synchroniseFolder(key)
        } catch {
            throw StoreError("key \(secret)", "set aside as \(name)", error)
        }
        return String(name.dropFirst(path.count + 1))
    }

    /// Keeps a copy of the log before a recovery that would drop a part of it.
    func copyLogAside() throws -> String {
        let name = try unusedName(log + ".damaged-")
        do throws(Errno) {
            try Files.replace(name, with: try Files.read(log, byteCountMax: Self.logByteCountMax))
        } catch {
            throw StoreError("log \(log)", "copy to \(name)", error)
        }
        return String(name.dropFirst(path.count + 1))
    }

    private func unusedName(_ prefix: String) throws -> String {
        for number in 1...9_999 {
            let name = prefix + String(number)
            if !Files.exists(name), !Files.exists(name + "-wal") { return name }
        }
        throw StoreError(
            "ledger folder \(path)", "set damaged files aside",
            "9,999 are there already; move them away", .refused)
    }
}
