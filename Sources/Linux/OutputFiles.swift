import CLinux

/// Files that a command makes: under a name that a person gave, perhaps in a folder in which others
/// write too, perhaps as root.
///
/// What is there and is no file stays what it is: a pipe and a character device are written into,
/// a link is never followed, for whoever made it would choose what is overwritten. The names of this
/// process's own descriptors, which are links on Linux, are taken for what they mean.
extension Files {
    /// Writes a file so that a power cut leaves either the old one or the new one, whole.
    ///
    /// - Parameters:
    ///   - mode: less what the umask takes away, where nobody is named as its owner.
    ///   - owner: whom the new file belongs to, for whoever may read the old one must be able to read
    ///     the new one; nil for whoever writes it.
    /// - Error: as `openOutput`; `EPERM` where it cannot be given to its owner.
    public static func replace(
        _ path: String, with bytes: [UInt8], mode: UInt32 = 0o640,
        owner: (user: UInt32, group: UInt32)? = nil
    ) throws(Errno) {
        let there = try kind(path)
        guard ownDescriptor(path) == nil, there == nil || there == .regular else {
            let file = try openOutput(path)
            try file.writeAll(bytes)
            return try file.close()
        }
        // Nobody can have put something else under a name that nobody can guess.
        let number = try Syscalls.random()
        let temporary = path + ".\(String(number, radix: 36)).new"
        let file = try FileDescriptor.open(
            temporary, [.writeOnly, .create, .exclusive, .noLink], mode: mode)
        do throws(Errno) {
            try file.writeAll(bytes)
            if let owner { try file.setOwner(owner.user, owner.group, mode: mode) }
            try file.synchronise()
            try file.close()
            try rename(temporary, to: path)
        } catch {
            try? remove(temporary)
            throw error
        }
        try synchroniseFolder(folder(of: path))
    }

    /// Opens for writing from the start, for what is written bit by bit.
    ///
    /// - Error: `ELOOP` where it is a link, `EISDIR`, `EOPNOTSUPP` for disks and sockets, and
    ///   `ENXIO`, at once, for a pipe that nobody reads.
    public static func openOutput(
        _ path: String, mode: UInt32 = 0o640
    ) throws(Errno) -> FileDescriptor {
        if let own = ownDescriptor(path) { return try own.duplicate() }
        switch try kind(path) {
        case nil, .regular:
            return try FileDescriptor.open(
                path, [.writeOnly, .create, .truncate, .noLink, .nonBlocking], mode: mode)
        case .pipe, .characterDevice:
            let file = try FileDescriptor.open(
                path, [.writeOnly, .noLink, .nonBlocking, .noControllingTerminal])
            try file.setNonBlocking(false)
            return file
        case .link: throw Errno(rawValue: ELOOP)
        case .directory: throw Errno(rawValue: EISDIR)
        case .blockDevice, .socket, .unknown: throw Errno(rawValue: EOPNOTSUPP)
        }
    }

    private static func kind(_ path: String) throws(Errno) -> FileFacts.Kind? {
        do throws(Errno) {
            return try facts(path, followsLinks: false).kind
        } catch .noSuchFile {
            return nil
        }
    }

    /// What "/dev/stdout", "/dev/stderr" and "/dev/fd/N" mean.
    private static func ownDescriptor(_ path: String) -> FileDescriptor? {
        switch path {
        case "/dev/stdout": return .standardOutput
        case "/dev/stderr": return .standardError
        default: break
        }
        for folder in ["/dev/fd/", "/proc/self/fd/"] where path.hasPrefix(folder) {
            guard let number = Int32(path.dropFirst(folder.count)), number >= 0 else { return nil }
            return FileDescriptor(rawValue: number, isOwned: false)
        }
        return nil
    }
}

/// What commands print.
public enum StandardOutput {
    /// This process ends with 74 and a line on standard error where something that it printed could
    /// not be written, whatever it would have ended with: an empty file is no result.
    public static func judgeAtExit() { kuzet_judge_output_at_exit() }

    /// Gives what was printed to whoever reads it. That it fails counts at exit.
    public static func flush() { _ = kuzet_flush_output() }
}
