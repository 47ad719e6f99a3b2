import Linux

/// The names within a ledger's folder.
///
///     DIR/lock                         held by the appliance while it runs
///     DIR/ledger.db, ledger.db-wal     records; the log of the last commits
///     DIR/ledger.db.damaged-N, -wal    what could not be read, kept for an expert
///     DIR/ledger.db-wal.damaged-N      so is a log without its database
///     DIR/key/device.secret            what signs checkpoints; see `DeviceKey`
///     DIR/reserve                      room that is given up for records on a full disk
///     DIR/retained-DESTINATION         what brokers keep for Home Assistant
///     DIR/orders/NAME.order, .answer   what a technician on the board wants of the appliance
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
    public var orders: String { path + "/orders" }
    public var evidence: String { path + "/evidence" }
    /// Zeros, that give way to records on a full disk.
    var reserve: String { path + "/reserve" }
    public var orphaned: String { path + "/evidence/orphaned" }

    /// So long a log is made, in bytes of zeros: less was cut short.
    static let logReservedByteCount = 640 << 10
    /// Larger logs are damage: the ledger's own never grows that far.
    static let logByteCountMax = 64 << 20
    /// Larger ledgers are not read into memory: 30 MB a year is a busy one.
    static let databaseByteCountMax = 256 << 20

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
            let file = try Files.open(lock, [.readWrite, .create], followsLinks: false)
            try file.lock()
            return file
        } catch .busy {
            throw isTakenError
        } catch {
            throw StoreError("ledger folder \(path)", "lock", error)
        }
    }

    /// Whether another process has it now, or this one has already.
    public var isTaken: Bool {
        do throws(Errno) {
            try Files.open(lock, .readWrite, followsLinks: false).lock()
            return false
        } catch {
            return error == .busy
        }
    }

    /// - Error: `StoreError` of the kind `owned`, where it is taken.
    public func refuseIfTaken() throws {
        if isTaken { throw isTakenError }
    }

    private var isTakenError: StoreError {
        StoreError(
            "ledger folder \(path)", "lock",
            "another kuzet process has it; stop that one: systemctl stop kuzet", .owned)
    }

    /// Whether there was a ledger here, whatever became of it: its key, or what was set aside. A new
    /// appliance has neither.
    func hasTraces() throws -> Bool {
        if (try? has(secret)) ?? false { return true }
        do throws(Errno) {
            return try Files.names(in: path).contains { $0.hasPrefix("ledger.db.damaged-") }
        } catch {
            throw StoreError("ledger folder \(path)", "list", error)
        }
    }

    /// Whether there is anything of that name; that nobody can tell is an error.
    func has(_ name: String) throws -> Bool {
        do throws(Errno) {
            return try Files.factsIfThere(name, followsLinks: false) != nil
        } catch {
            throw StoreError("ledger \(name)", "look for it", error)
        }
    }

    /// Moves the database and its log out of the way; they stay a pair that SQLite can open.
    ///
    /// - Returns: the new name, without the folder.
    func setAside() throws -> String {
        let name = try unusedName(database + ".damaged-")
        do throws(Errno) {
            // The log first: a log beside a new database would be taken for that one's.
            try Self.move(log, to: name + "-wal")
            try Self.move(database, to: name)
            try Files.synchroniseFolder(path)
        } catch {
            throw StoreError("ledger \(database)", "set aside as \(name)", error)
        }
        return String(name.dropFirst(path.count + 1))
    }

    /// Moves a log that is not to be laid over the database out of the way.
    ///
    /// - Returns: the new name, without the folder.
    func setLogAside() throws -> String {
        let name = try unusedName(log + ".damaged-")
        do throws(Errno) {
            try Self.move(log, to: name)
            try Files.synchroniseFolder(path)
        } catch {
            throw StoreError("log \(log)", "set aside as \(name)", error)
        }
        return String(name.dropFirst(path.count + 1))
    }

    private static func move(_ old: String, to new: String) throws(Errno) {
        do throws(Errno) { try Files.rename(old, to: new) } catch .noSuchFile { return }
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

    /// Keeps a copy of the log before a recovery that drops a part of it.
    ///
    /// - Returns: what became of it, for the end of a sentence: records go on without a copy.
    func keepLog() -> String {
        do {
            let bytes = try Files.read(
                log, byteCountMax: Self.logByteCountMax, followsLinks: false)
            let (name, last) = try unusedName(after: log + ".damaged-")
            // A start that fails behind this is tried again and again.
            if let last,
                try Files.read(
                    last, byteCountMax: Self.logByteCountMax, followsLinks: false) == bytes
            {
                return "; the log is kept as " + last.dropFirst(path.count + 1)
            }
            try Files.replace(name, with: bytes)
            return "; the log is kept as " + name.dropFirst(path.count + 1)
        } catch {
            return "; a copy of it could not be kept: \(error)"
        }
    }

    private func unusedName(_ prefix: String) throws -> String {
        try unusedName(after: prefix).name
    }

    /// - Returns: the first name that is not taken, and the one before it.
    private func unusedName(after prefix: String) throws -> (name: String, last: String?) {
        for number in 1...9_999 {
            let name = prefix + String(number)
            do throws(Errno) {
                // A name of which nobody can tell may be taken, and must not be written over.
                if try Files.factsIfThere(name, followsLinks: false) == nil,
                    try Files.factsIfThere(name + "-wal", followsLinks: false) == nil
                {
                    return (name, number > 1 ? prefix + String(number - 1) : nil)
                }
            } catch {
                throw StoreError("ledger folder \(path)", "set damaged files aside", error)
            }
        }
        throw StoreError(
            "ledger folder \(path)", "set damaged files aside",
            "9,999 are there already; move them away", .refused)
    }
}
