import CLinux

/// Why the kernel refused, as a number, a symbol and words: "device busy (EBUSY)".
public struct Errno: RawRepresentable, Error, Hashable, Sendable, CustomStringConvertible {
    public let rawValue: Int32

    public init(rawValue: Int32) {
        self.rawValue = rawValue
    }

    public static let again = Errno(rawValue: EAGAIN)
    public static let badDescriptor = Errno(rawValue: EBADF)
    public static let brokenPipe = Errno(rawValue: EPIPE)
    public static let busy = Errno(rawValue: EBUSY)
    public static let connectionReset = Errno(rawValue: ECONNRESET)
    public static let deviceGone = Errno(rawValue: ENODEV)
    public static let fileExists = Errno(rawValue: EEXIST)
    public static let fileTooLarge = Errno(rawValue: EFBIG)
    public static let inputOutput = Errno(rawValue: EIO)
    public static let interrupted = Errno(rawValue: EINTR)
    public static let invalid = Errno(rawValue: EINVAL)
    public static let noSpace = Errno(rawValue: ENOSPC)
    public static let noSuchFile = Errno(rawValue: ENOENT)
    public static let notATerminal = Errno(rawValue: ENOTTY)
    public static let notPermitted = Errno(rawValue: EPERM)
    public static let accessDenied = Errno(rawValue: EACCES)
    public static let outOfMemory = Errno(rawValue: ENOMEM)
    public static let outOfRange = Errno(rawValue: ERANGE)
    public static let readOnlyFileSystem = Errno(rawValue: EROFS)
    /// Ours, not the kernel's: a pipe, folder, device, socket or link where a file was asked for.
    public static let notARegularFile = Errno(rawValue: 0x10000)

    /// The symbol of errno(3), "EBUSY"; "errno 4095" where the C library knows none.
    public var name: String {
        guard let name = kuzet_errno_name(rawValue) else { return "errno \(rawValue)" }
        return String(cString: name)
    }

    /// Words for a person. Ours where the C library's mislead in front of an appliance.
    public var text: String {
        switch self {
        case .busy: return "device busy"
        case .deviceGone: return "no such device"
        case .inputOutput: return "input/output error"
        case .again: return "not ready yet"
        case .notARegularFile: return "not a regular file"
        default: break
        }
        guard let words = kuzet_errno_text(rawValue) else { return "unknown cause" }
        let text = String(cString: words)
        return text.prefix(1).lowercased() + text.dropFirst()
    }

    public var description: String {
        self == .notARegularFile ? text : "\(text) (\(name))"
    }
}
