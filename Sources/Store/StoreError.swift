import CSQLite
import Linux

/// Why the ledger or its evidence could not be opened, written or read, as
/// *object: attempt: cause*.
public struct StoreError: Error, CustomStringConvertible, Sendable {
    /// What a caller may do about it.
    public enum Kind: Hashable, Sendable {
        /// There is no ledger.
        case missing
        /// Another process has it: wait, or stop that one.
        case owned
        /// A newer program wrote it: install that one, nothing was changed.
        case newerVersion
        /// It cannot be read as a ledger.
        case damaged
        /// No space: try again when there is some.
        case full
        /// The file system takes no writes: try again when it does.
        case readOnly
        /// Anything else that the disk or the kernel refused; trying again may help.
        case refused
    }

    public var object: String
    public var attempt: String
    public var cause: String
    public var kind: Kind

    /// SQLite gives its general error for files that it cannot make sense of, among others.
    var isAboutContent = false

    public var description: String { "\(object): \(attempt): \(cause)" }

    init(_ object: String, _ attempt: String, _ cause: String, _ kind: Kind) {
        self.object = object
        self.attempt = attempt
        self.cause = cause
        self.kind = kind
    }

    init(_ object: String, _ attempt: String, _ errno: Errno) {
        self.init(object, attempt, errno.description, Self.kind(of: errno))
    }

    /// - Parameter code: SQLite's extended result code.
    init(_ object: String, _ attempt: String, sqlite code: Int32, message: String, errno: Int32) {
        var cause = "\(message) (SQLite \(code)"
        let system = errno == 0 ? nil : Errno(rawValue: errno)
        if let system { cause += ", \(system)" }
        cause += ")"
        let kind: Kind =
            switch code & 0xff {
            case SQLITE_FULL: .full
            case SQLITE_READONLY: .readOnly
            case SQLITE_BUSY, SQLITE_LOCKED: .owned
            case SQLITE_CORRUPT, SQLITE_NOTADB, SQLITE_TOOBIG: .damaged
            case SQLITE_IOERR, SQLITE_CANTOPEN: system.map(Self.kind(of:)) ?? .refused
            default: .refused
            }
        self.init(object, attempt, cause, kind)
        isAboutContent = code & 0xff == SQLITE_ERROR
    }

    private static func kind(of errno: Errno) -> Kind {
        switch errno {
        case .noSpace, .quotaExceeded: .full
        case .readOnlyFileSystem: .readOnly
        case .noSuchFile: .missing
        case .busy: .owned
        case .notARegularFile, .fileTooLarge: .damaged
        default: .refused
        }
    }
}

extension Errno {
    fileprivate static let quotaExceeded = Errno(rawValue: 122)
}
