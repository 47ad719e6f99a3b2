import CSQLite
import Cryptography

/// One connection to one SQLite database, and the only place that calls SQLite.
///
/// Not for two threads at once: SQLite is opened without its own locks.
final class Database {
    enum Mode {
        case create, write, memory
        /// The file alone, as it lies there: no log, no lock, nothing is changed.
        case alone
    }

    /// No row of a ledger comes near it. What a hostile one has beyond is not read.
    static let rowByteCountMax: Int32 = 64 << 10

    /// For messages.
    let object: String
    private let handle: OpaquePointer
    /// Where it is read from memory.
    private var image: DatabaseImage?
    /// Frames of the log after the last commit, as SQLite tells them.
    private let logFrameCountCell = UnsafeMutablePointer<Int32>.allocate(capacity: 1)
    var logFrameCount: Int { Int(logFrameCountCell.pointee) }

    /// - Parameter vfs: SQLite's name for the layer that does the file operations; nil for the
    ///   system's own. Tests put a disk there that fails and forgets.
    init(path: String, mode: Mode, vfs: String? = nil) throws {
        object = mode == .memory ? "ledger in memory" : "ledger \(path)"
        let access =
            switch mode {
            case .create, .memory: SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE
            case .write: SQLITE_OPEN_READWRITE
            case .alone: SQLITE_OPEN_READONLY | SQLITE_OPEN_URI
            }
        let name =
            switch mode {
            case .create, .write: path
            case .memory: ":memory:"
            case .alone: "file:\(Self.escaped(path))?immutable=1"
            }
        let flags = access | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE
        logFrameCountCell.initialize(to: 0)
        var opened: OpaquePointer?
        let code = sqlite3_open_v2(name, &opened, flags, vfs)
        guard let opened else {
            throw StoreError(object, "open", "out of memory", .refused)
        }
        handle = opened
        // From here on deinit closes it, also where an error is thrown.
        guard code == SQLITE_OK else { throw error("open", code) }
        try harden()
        sqlite3_busy_timeout(handle, 2_000)
    }

    deinit {
        sqlite3_close_v2(handle)
        logFrameCountCell.deallocate()
    }

    /// Takes a whole database in memory, for reading only.
    init(image: DatabaseImage, object: String) throws {
        self.object = object
        self.image = image
        logFrameCountCell.initialize(to: 0)
        var opened: OpaquePointer?
        let flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE
        let code = sqlite3_open_v2(":memory:", &opened, flags, nil)
        guard let opened else { throw StoreError(object, "open", "out of memory", .refused) }
        handle = opened
        guard code == SQLITE_OK else { throw error("open", code) }
        try harden()
        let count = Int64(image.byteCount)
        try check(
            "open",
            sqlite3_deserialize(
                handle, "main", image.bytes.baseAddress?.assumingMemoryBound(to: UInt8.self),
                count, count, UInt32(SQLITE_DESERIALIZE_READONLY)))
    }

    /// Nothing in the file makes SQLite do more than read and write tables.
    private func harden() throws {
        try check("open", kuzet_sqlite_configure(handle))
        sqlite3_limit(handle, SQLITE_LIMIT_LENGTH, Self.rowByteCountMax)
        try run("PRAGMA cell_size_check=ON", attempt: "open")
    }

    /// Counts the frames of the log; SQLite does no checkpoints by itself any more.
    func countLogFrames() {
        sqlite3_wal_hook(
            handle,
            { cell, _, _, count in
                cell?.assumingMemoryBound(to: Int32.self).pointee = count
                return SQLITE_OK
            }, logFrameCountCell)
    }

    /// A path within a URI.
    private static func escaped(_ path: String) -> String {
        let plain = path.utf8.map { byte in
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "/"), UInt8(ascii: "."),
                UInt8(ascii: "-"), UInt8(ascii: "_"):
                return String(UnicodeScalar(byte))
            default:
                return "%" + SHA256.hexadecimal([byte])
            }
        }
        return plain.joined()
    }

    /// Runs statements that give no rows, or whose rows do not matter.
    func run(_ sql: String, attempt: String) throws {
        try check(attempt, sqlite3_exec(handle, sql, nil, nil, nil))
    }

    /// The first column of the only row; nil where there is no row.
    func integer(_ sql: String, attempt: String) throws -> Int64? {
        try only(sql, attempt) { $0.integer(0) }
    }

    func text(_ sql: String, attempt: String) throws -> String? {
        try only(sql, attempt) { $0.text(0) }
    }

    private func only<Value>(
        _ sql: String, _ attempt: String, _ value: (Statement) -> Value
    ) throws -> Value? {
        let statement = try prepare(sql, attempt: attempt)
        guard try statement.step() else { return nil }
        let first = value(statement)
        // What changes something does it, and fails, behind its last row.
        while try statement.step() {}
        return first
    }

    func prepare(_ sql: String, attempt: String) throws -> Statement {
        var statement: OpaquePointer?
        try check(attempt, sqlite3_prepare_v2(handle, sql, -1, &statement, nil))
        guard let statement else {
            throw StoreError(object, attempt, "empty statement", .refused)
        }
        return Statement(statement, of: self, attempt: attempt)
    }

    /// Runs `body` in one transaction: all of it is durable when this returns, or none of it.
    func transaction(attempt: String, _ body: () throws -> Void) throws {
        try run("BEGIN IMMEDIATE", attempt: attempt)
        do {
            try body()
            try run("COMMIT", attempt: attempt)
        } catch {
            // SQLite may have rolled back by itself already; then this fails, and may.
            try? run("ROLLBACK", attempt: attempt)
            throw error
        }
    }

    func persistLog() throws {
        try check("keep the log file", kuzet_sqlite_persist_log(handle))
    }

    fileprivate func check(_ attempt: String, _ code: Int32) throws {
        guard code == SQLITE_OK else { throw error(attempt, code) }
    }

    fileprivate func error(_ attempt: String, _ code: Int32) -> StoreError {
        // The message belongs to the connection's last error, which has this code.
        let last = sqlite3_extended_errcode(handle)
        let text = last == code ? sqlite3_errmsg(handle) : sqlite3_errstr(code)
        let carriesErrno = [SQLITE_IOERR, SQLITE_CANTOPEN].contains(code & 0xff)
        return StoreError(
            object, attempt, sqlite: code, message: text.map { String(cString: $0) } ?? "unknown",
            errno: carriesErrno ? sqlite3_system_errno(handle) : 0)
    }
}

/// A compiled statement; it ends with its last owner, who must not outlive the database.
final class Statement {
    private let handle: OpaquePointer
    private let database: Database
    private let attempt: String

    fileprivate init(_ handle: OpaquePointer, of database: Database, attempt: String) {
        self.handle = handle
        self.database = database
        self.attempt = attempt
    }

    deinit {
        sqlite3_finalize(handle)
    }

    /// - Returns: whether there is a row.
    func step() throws -> Bool {
        switch sqlite3_step(handle) {
        case SQLITE_ROW: return true
        case SQLITE_DONE: return false
        case let code: throw database.error(attempt, code)
        }
    }

    /// Runs a statement that gives no rows, with an integer and two blobs, and makes it ready
    /// for the next time. The blobs need to live for this call only.
    func run(_ integer: Int64, _ first: [UInt8], _ second: [UInt8] = []) throws {
        defer {
            sqlite3_reset(handle)
            sqlite3_clear_bindings(handle)
        }
        try database.check(attempt, sqlite3_bind_int64(handle, 1, integer))
        try first.withUnsafeBytes { firstBytes in
            try second.withUnsafeBytes { secondBytes in
                try bind(2, firstBytes)
                if sqlite3_bind_parameter_count(handle) > 2 { try bind(3, secondBytes) }
                _ = try step()
            }
        }
    }

    private func bind(_ index: Int32, _ bytes: UnsafeRawBufferPointer) throws {
        // A nil destructor says that SQLite copies nothing and frees nothing.
        let code =
            bytes.isEmpty
            ? sqlite3_bind_zeroblob(handle, index, 0)
            : sqlite3_bind_blob(handle, index, bytes.baseAddress, Int32(bytes.count), nil)
        try database.check(attempt, code)
    }

    func integer(_ column: Int32) -> Int64 { sqlite3_column_int64(handle, column) }

    func text(_ column: Int32) -> String {
        guard let text = sqlite3_column_text(handle, column) else { return "" }
        return String(cString: text)
    }

    func bytes(_ column: Int32) -> [UInt8] {
        guard let base = sqlite3_column_blob(handle, column) else { return [] }
        let count = Int(sqlite3_column_bytes(handle, column))
        return Array(UnsafeRawBufferPointer(start: base, count: count))
    }
}
