import Linux
import Records

/// What is wrong with the log of a ledger.
enum LogComplaint: Equatable {
    /// The last commit was being written when the power failed: it was never acknowledged.
    case torn
    /// Commits cannot be read any more; where it is one, its writing may have been interrupted.
    case damaged(commitCount: Int)
    case headerDamaged(commitCount: Int)
    /// It is not as long as it is made.
    case short(byteCount: Int)
    /// Its records are not those that the database has under the same numbers.
    case foreign
    /// There is none, beside a database that was not closed.
    case missing
    case unreadable(String)

    var text: String {
        switch self {
        case .torn:
            "its last commit is torn: the power failed while it was written"
        case .damaged(1):
            "its last commit cannot be read: it was damaged, or its writing was interrupted"
        case .damaged(let count):
            "\(count) commits behind a damaged place are lost"
        case .headerDamaged(0):
            "its header cannot be read; nothing that the database has not stood in it"
        case .headerDamaged(let count):
            "its header cannot be read: \(count) commits behind it are lost"
        case .short(let byteCount):
            "it has \(byteCount) bytes, and is made with \(LedgerFolder.logReservedByteCount): "
                + "it was cut short, or the disk was full when the appliance started"
        case .foreign:
            "it is the log of another ledger"
        case .missing:
            "it is missing or empty, and the ledger was not closed: the commits that were not "
                + "copied yet are lost"
        case .unreadable(let cause):
            cause
        }
    }

    /// Whether records are gone that somebody was told are kept.
    var mayMissRecords: Bool {
        switch self {
        case .torn, .short, .headerDamaged(0): false
        // A kill amid the writing does the same, or a power cut on a disk with small blocks.
        case .damaged(let count): count > 1
        case .headerDamaged, .foreign, .missing, .unreadable: true
        }
    }
}

/// A log, and what can be said of it by itself.
struct LogSurvey {
    /// nil where it has no valid header.
    let image: LogImage?
    let complaint: LogComplaint?
    /// It is not as long as it is made: what is damaged at its end may be a cut.
    let isShort: Bool

    /// - Parameter pageByteCount: of the database; nil where that does not say.
    init(_ bytes: [UInt8], pageByteCount: Int?) {
        let image = LogImage(bytes)
        self.image = image
        isShort = bytes.count < LedgerFolder.logReservedByteCount
        complaint = Self.complaint(bytes, image, pageByteCount, isShort: isShort)
    }

    private static func complaint(
        _ bytes: [UInt8], _ image: LogImage?, _ pageByteCount: Int?, isShort: Bool
    ) -> LogComplaint? {
        guard let image else {
            // Its header is durable before anything else is written into it.
            if bytes.allZero { return nil }
            return .headerDamaged(
                commitCount: LogImage.commitCount(
                    behindHeaderOf: bytes, pageByteCount: pageByteCount ?? Schema.pageByteCount))
        }
        if let pageByteCount, pageByteCount != image.pageByteCount { return .foreign }
        let tail = image.tail
        if case .damaged(let count) = tail { return .damaged(commitCount: count) }
        if isShort { return .short(byteCount: bytes.count) }
        return tail == .torn ? .torn : nil
    }

    /// What the records of a database tell, to hold a log to them.
    struct Standing {
        fileprivate let last: LedgerHead?
        fileprivate let length: Int64
    }

    func standing(of database: Database) throws -> Standing {
        Standing(
            last: try database.lastRecord(),
            length: isDoubtful ? try database.chainLength() : 0)
    }

    /// Whether the records of the database `alone` are to be believed rather than those that SQLite
    /// makes of it `with` this log.
    ///
    /// A log only adds records. Where a part of it is damaged, SQLite stops there, and what comes
    /// before may be older than the database: then it takes records away. The log of another ledger
    /// makes no ledger of it, or that other one, or goes on with another chain.
    func isRefuted(by alone: Standing, with: Database) throws -> Bool {
        guard !isDoubtful else { return alone.length > (try with.chainLength()) }
        guard let last = alone.last else { return false }
        if case .damaged = try Schema.inspect(with, migrations: Schema.migrations) { return true }
        guard let hash = try with.hash(ofRecord: last.sequence) else { return false }
        return try hash != last.hash || with.breaks(behind: last)
    }

    private var isDoubtful: Bool {
        switch complaint {
        case nil, .torn, .short: false
        case .damaged, .headerDamaged, .foreign, .missing, .unreadable: true
        }
    }
}

/// What is damaged, or no ledger, has nothing to say here; that it could not be read is an error.
extension Database {
    /// The record with the highest number; nil where there is none.
    func lastRecord() throws -> LedgerHead? {
        try head("SELECT sequence,\(Schema.hash) FROM record ORDER BY sequence DESC LIMIT 1")
    }

    func hash(ofRecord sequence: Int64) throws -> [UInt8]? {
        try head("SELECT sequence,\(Schema.hash) FROM record WHERE sequence=\(sequence)")?.hash
    }

    /// What the row says that names the last record; nil where there is none.
    func namedHead() throws -> LedgerHead? {
        try head("SELECT sequence,\(Schema.hash) FROM head")
    }

    private func head(_ sql: String) throws -> LedgerHead? {
        try readable {
            let statement = try prepare(sql, attempt: "read the head")
            guard try statement.step() else { return nil }
            return LedgerHead(sequence: statement.integer(0), hash: statement.bytes(1))
        }
    }

    /// How many records follow from each other, from the first one on; 0 where none can be read.
    func chainLength() throws -> Int64 {
        var last = LedgerHead.empty
        let statement = try readable { try prepare(Schema.allRecords, attempt: "read records") }
        while let statement, try readable({ try statement.step() }) == true {
            let entry = LedgerEntry(statement)
            guard entry.sequence == last.sequence + 1, entry.follows(last.hash) else { break }
            last = LedgerHead(sequence: entry.sequence, hash: entry.hash)
        }
        return last.sequence
    }

    /// Whether the next record does not follow from `record`; false where there is none.
    func breaks(behind record: LedgerHead) throws -> Bool {
        guard record.sequence < Schema.sequenceMax else { return false }
        let sql = "SELECT sequence,\(Schema.hash),\(Schema.body) FROM record WHERE sequence="
        let next = try readable {
            let statement = try prepare(sql + "\(record.sequence + 1)", attempt: "read a record")
            return try statement.step() ? LedgerEntry(statement) : nil
        }
        return next.map { !$0.follows(record.hash) } ?? false
    }

    private func readable<Value>(_ body: () throws -> Value?) throws -> Value? {
        do {
            return try body()
        } catch let error as StoreError where error.kind == .damaged || error.isAboutContent {
            return nil
        }
    }
}

extension [UInt8] {
    fileprivate var allZero: Bool {
        withUnsafeBytes { raw in
            var bits: UInt64 = 0
            for offset in stride(from: 0, to: raw.count - 7, by: 8) {
                bits |= raw.loadUnaligned(fromByteOffset: offset, as: UInt64.self)
            }
            return bits == 0 && raw.suffix(raw.count % 8).allSatisfy { $0 == 0 }
        }
    }
}
