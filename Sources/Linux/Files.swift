import CLinux

/// What the kernel says about a file.
public struct FileFacts: Hashable, Sendable {
    public enum Kind: Hashable, Sendable {
        case regular, directory, characterDevice, blockDevice, pipe, socket, link, unknown
    }

    public var kind: Kind
    public var byteCount: UInt64
    /// What it takes on the disk, in units of 512 bytes.
    public var allocatedByteCount: UInt64
    public var permissions: UInt32
    public var user: UInt32
    public var group: UInt32
    public var device: UInt64
    public var inode: UInt64
    /// Of a device file: which device it stands for.
    public var specialDevice: UInt64
    /// Seconds since 1970-01-01 UTC.
    public var modifiedSeconds: Int64

    init(_ facts: kuzet_file_facts) {
        switch facts.mode & UInt32(S_IFMT) {
        case UInt32(S_IFREG): kind = .regular
        case UInt32(S_IFDIR): kind = .directory
        case UInt32(S_IFCHR): kind = .characterDevice
        case UInt32(S_IFBLK): kind = .blockDevice
        case UInt32(S_IFIFO): kind = .pipe
        case UInt32(S_IFSOCK): kind = .socket
        case UInt32(S_IFLNK): kind = .link
        default: kind = .unknown
        }
        byteCount = facts.byteCount
        allocatedByteCount = facts.allocatedByteCount
        permissions = facts.mode & 0o7777
        user = facts.user
        group = facts.group
        device = facts.device
        inode = facts.inode
        specialDevice = facts.specialDevice
        modifiedSeconds = facts.modifiedSeconds
    }
}

/// Files and folders by name.
public enum Files {
    /// A folder with more entries than this is read in part.
    public static let entryCountMax = 65_536

    public static func facts(_ path: String, followsLinks: Bool = true) throws(Errno) -> FileFacts {
        var facts = kuzet_file_facts()
        try Syscalls.stat(path, followsLinks: followsLinks, &facts)
        return FileFacts(facts)
    }

    /// - Returns: nil where there is nothing of that name; that nobody can tell is an error.
    public static func factsIfThere(
        _ path: String, followsLinks: Bool = true
    ) throws(Errno) -> FileFacts? {
        do throws(Errno) {
            return try facts(path, followsLinks: followsLinks)
        } catch .noSuchFile {
            return nil
        }
    }

    public static func exists(_ path: String) -> Bool {
        (try? facts(path)) != nil
    }

    /// Opens a file, and nothing but a file: a pipe would be waited for, a device does what it
    /// does when it is opened.
    ///
    /// - Parameter followsLinks: false where whoever made the folder must not choose the file.
    /// - Error: `notARegularFile`, at once, whatever else has that name.
    public static func open(
        _ path: String, _ options: FileDescriptor.Options = .readOnly, mode: UInt32 = 0o640,
        followsLinks: Bool = true
    ) throws(Errno) -> FileDescriptor {
        // A watchdog, for one, starts when it is opened.
        if let facts = try factsIfThere(path, followsLinks: followsLinks), facts.kind != .regular {
            throw .notARegularFile
        }
        // What came in its place since then is not waited for either.
        var options = options.union([.nonBlocking, .noControllingTerminal])
        if !followsLinks { options.insert(.noLink) }
        let file = try FileDescriptor.open(path, options, mode: mode)
        guard try file.facts().kind == .regular else { throw .notARegularFile }
        return file
    }

    /// Both names in one file system; what `new` named is replaced in one step.
    /// Durable only after `synchroniseFolder` of its folder. The C function is `rename`.
    public static func rename(_ old: String, to new: String) throws(Errno) {
        try Syscalls.rename(old, new)
    }

    /// Another name for the same file, in the same file system: it is there until the last name is
    /// removed. Durable only after `synchroniseFolder`. The C function is `link`.
    public static func link(_ old: String, to new: String) throws(Errno) {
        try Syscalls.link(old, new)
    }

    public static func remove(_ path: String) throws(Errno) { try Syscalls.unlink(path) }

    public static func removeFolder(_ path: String) throws(Errno) { try Syscalls.rmdir(path) }

    /// Makes a folder and those above it; one that exists is no error.
    public static func makeFolder(_ path: String, mode: UInt32 = 0o750) throws(Errno) {
        var made = path.hasPrefix("/") ? "/" : ""
        for part in path.split(separator: "/") {
            made += made.isEmpty || made == "/" ? String(part) : "/" + part
            do throws(Errno) {
                try Syscalls.mkdir(made, mode)
            } catch .fileExists {
                continue
            }
        }
        guard try facts(path).kind == .directory else { throw Errno(rawValue: ENOTDIR) }
    }

    /// Names within a folder, sorted, without "." and "..".
    public static func names(in folder: String) throws(Errno) -> [String] {
        try Syscalls.names(inDirectory: folder, countMax: entryCountMax).sorted()
    }

    /// The path without links and dots. The corresponding C function is `realpath`.
    public static func resolve(_ path: String) throws(Errno) -> String {
        try Syscalls.realpath(path)
    }

    public static func isReadable(_ path: String) -> Bool {
        (try? Syscalls.access(path, R_OK)) != nil
    }

    public static func isWritable(_ path: String) -> Bool {
        (try? Syscalls.access(path, W_OK)) != nil
    }

    /// Makes names that were created, renamed or removed in a folder durable.
    public static func synchroniseFolder(_ path: String) throws(Errno) {
        try FileDescriptor.open(path, [.readOnly, .directory]).synchronise()
    }

    /// Opens a pipe for reading, as a shell's `<(command)` names one.
    ///
    /// - Returns: nil where nobody writes into it, or closes it, within so many milliseconds.
    /// - Error: `notARegularFile` where it is something else.
    public static func openPipe(
        _ path: String, within milliseconds: Int64
    ) throws(Errno) -> FileDescriptor? {
        let pipe = try FileDescriptor.open(path, [.readOnly, .nonBlocking])
        guard try pipe.facts().kind == .pipe else { throw .notARegularFile }
        guard try !pipe.wait(for: .readable, milliseconds: milliseconds).isEmpty else { return nil }
        try pipe.setNonBlocking(false)
        return pipe
    }

    /// The whole of a file that ought to be small.
    ///
    /// - Error: `EFBIG` where it has more than `byteCountMax` bytes, whatever it claims to have;
    ///   `notARegularFile`.
    public static func read(
        _ path: String, byteCountMax: Int, followsLinks: Bool = true
    ) throws(Errno) -> [UInt8] {
        let file = try open(path, followsLinks: followsLinks)
        var bytes: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: min(byteCountMax + 1, 65_536))
        while true {
            var failure: Errno?
            var came = 0
            chunk.withUnsafeMutableBytes { buffer in
                do throws(Errno) { came = try file.read(into: buffer) } catch { failure = error }
            }
            if let failure { throw failure }
            if came == 0 { return bytes }
            guard bytes.count + came <= byteCountMax else { throw Errno(rawValue: EFBIG) }
            bytes.append(contentsOf: chunk[..<came])
        }
    }

    /// "a/b" of "a/b/c"; "." where there is none.
    public static func folder(of path: String) -> String {
        guard let slash = path.lastIndex(of: "/") else { return "." }
        return slash == path.startIndex ? "/" : String(path[..<slash])
    }

    /// Of the file system that holds `path`: bytes free to this user, bytes in all, read-only.
    public static func room(
        at path: String
    ) throws(Errno) -> (freeByteCount: UInt64, byteCount: UInt64, isReadOnly: Bool) {
        try Syscalls.statvfs(path)
    }
}
