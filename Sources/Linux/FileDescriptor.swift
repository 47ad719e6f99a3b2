import CLinux

/// An open file, device, socket or pipe, closed exactly once: by `close`, or with its last owner.
///
/// Not to be closed by one thread while another one uses it; that is its owner's promise.
public final class FileDescriptor: @unchecked Sendable {
    public struct Options: OptionSet, Sendable {
        public let rawValue: Int32

        public init(rawValue: Int32) {
            self.rawValue = rawValue
        }

        public static let readOnly = Options(rawValue: O_RDONLY)
        public static let writeOnly = Options(rawValue: O_WRONLY)
        public static let readWrite = Options(rawValue: O_RDWR)
        public static let create = Options(rawValue: O_CREAT)
        public static let exclusive = Options(rawValue: O_EXCL)
        public static let truncate = Options(rawValue: O_TRUNC)
        public static let append = Options(rawValue: O_APPEND)
        public static let nonBlocking = Options(rawValue: O_NONBLOCK)
        public static let directory = Options(rawValue: O_DIRECTORY)
        public static let noControllingTerminal = Options(rawValue: O_NOCTTY)
        /// A link at the end of the path is not followed: `ELOOP`.
        public static let noLink = Options(rawValue: O_NOFOLLOW)
    }

    /// What to wait for, and what came.
    public struct Readiness: OptionSet, Sendable {
        public let rawValue: Int16

        public init(rawValue: Int16) {
            self.rawValue = rawValue
        }

        public static let readable = Readiness(rawValue: Int16(POLLIN))
        public static let writable = Readiness(rawValue: Int16(POLLOUT))
        public static let urgent = Readiness(rawValue: Int16(POLLPRI))
        /// Told whether asked for or not.
        public static let failed = Readiness(rawValue: Int16(POLLERR))
        /// Told whether asked for or not: the other end is closed, the device is gone.
        public static let hungUp = Readiness(rawValue: Int16(POLLHUP))
        public static let invalid = Readiness(rawValue: Int16(POLLNVAL))
    }

    public let rawValue: Int32
    private var isOpen = true
    private let isOwned: Bool

    /// - Parameter isOwned: false for descriptors that outlive this object (standard input).
    public init(rawValue: Int32, isOwned: Bool = true) {
        self.rawValue = rawValue
        self.isOwned = isOwned
    }

    deinit {
        try? close()
    }

    public static let standardInput = FileDescriptor(rawValue: 0, isOwned: false)
    public static let standardOutput = FileDescriptor(rawValue: 1, isOwned: false)
    public static let standardError = FileDescriptor(rawValue: 2, isOwned: false)

    /// Opens a path, always close-on-exec. The corresponding C function is `open`.
    public static func open(
        _ path: String, _ options: Options, mode: UInt32 = 0o640
    ) throws(Errno) -> FileDescriptor {
        FileDescriptor(
            rawValue: try Syscalls.open(path, options.rawValue | O_CLOEXEC, mode))
    }

    /// A second call does nothing. The corresponding C function is `close`.
    public func close() throws(Errno) {
        guard isOpen else { return }
        isOpen = false
        if isOwned { try Syscalls.close(rawValue) }
    }

    /// - Returns: how many bytes came; 0 at the end. The corresponding C function is `read`.
    public func read(into buffer: UnsafeMutableRawBufferPointer) throws(Errno) -> Int {
        try Syscalls.read(try usable(), buffer)
    }

    /// Reads until `buffer` is full or nothing more comes.
    ///
    /// - Returns: how many bytes came; fewer than asked for only at the end.
    public func readFully(into buffer: UnsafeMutableRawBufferPointer) throws(Errno) -> Int {
        var count = 0
        while count < buffer.count {
            let came = try read(into: .init(rebasing: buffer[count...]))
            if came == 0 { break }
            count += came
        }
        return count
    }

    /// At most `byteCount` bytes; fewer only at the end.
    public func read(byteCount: Int) throws(Errno) -> [UInt8] {
        var bytes = [UInt8](repeating: 0, count: byteCount)
        var failure: Errno?
        var count = 0
        bytes.withUnsafeMutableBytes { buffer in
            do throws(Errno) { count = try readFully(into: buffer) } catch { failure = error }
        }
        if let failure { throw failure }
        return Array(bytes[..<count])
    }

    /// - Returns: how many bytes were taken. The corresponding C function is `write`.
    public func write(_ buffer: UnsafeRawBufferPointer) throws(Errno) -> Int {
        try Syscalls.write(try usable(), buffer)
    }

    /// Writes all of it, in as many calls as it takes.
    public func writeAll(_ buffer: UnsafeRawBufferPointer) throws(Errno) {
        var rest = buffer
        while !rest.isEmpty {
            let taken = try write(rest)
            guard taken > 0 else { throw .inputOutput }
            rest = .init(rebasing: rest[taken...])
        }
    }

    public func writeAll(_ bytes: [UInt8]) throws(Errno) {
        // `withUnsafeBytes` rethrows without a type, hence the detour.
        var failure: Errno?
        bytes.withUnsafeBytes { buffer in
            do throws(Errno) { try writeAll(buffer) } catch { failure = error }
        }
        if let failure { throw failure }
    }

    public func writeAll(_ text: String) throws(Errno) {
        try writeAll(Array(text.utf8))
    }

    /// The corresponding C function is `lseek` with `SEEK_SET`.
    public func seek(to offset: Int64) throws(Errno) {
        _ = try Syscalls.lseek(try usable(), offset, SEEK_SET)
    }

    /// The corresponding C function is `ftruncate`.
    public func truncate(to byteCount: Int64) throws(Errno) {
        try Syscalls.ftruncate(try usable(), byteCount)
    }

    /// The corresponding C function is `ioctl`; requests are constants of `CLinux`.
    @discardableResult
    public func ioctl(
        _ request: UInt, _ argument: UnsafeMutableRawPointer? = nil
    ) throws(Errno) -> Int32 {
        try Syscalls.ioctl(try usable(), request, argument)
    }

    /// The corresponding C function is `ioctl` with a pointer to `value`.
    @discardableResult
    public func ioctl<Value>(
        _ request: UInt, _ value: inout Value
    ) throws(Errno) -> Int32 {
        let descriptor = try usable()
        var failure: Errno?
        var result: Int32 = 0
        withUnsafeMutableBytes(of: &value) { bytes in
            do throws(Errno) {
                result = try Syscalls.ioctl(descriptor, request, bytes.baseAddress)
            } catch { failure = error }
        }
        if let failure { throw failure }
        return result
    }

    /// The corresponding C function is `fsync`.
    public func synchronise() throws(Errno) {
        try Syscalls.fsync(try usable())
    }

    /// The corresponding C function is `fdatasync`.
    public func synchroniseData() throws(Errno) {
        try Syscalls.fdatasync(try usable())
    }

    /// Makes everything durable that was written to the file system on which the file lies: for
    /// many files cheaper than `synchronise` for each. The corresponding C function is `syncfs`.
    public func synchroniseFileSystem() throws(Errno) {
        try Syscalls.syncfs(try usable())
    }

    /// Takes the file for this process alone; `busy` where another one has it.
    /// The corresponding C function is `flock` with `LOCK_EX | LOCK_NB`.
    ///
    /// Tried for half a second: a child that is just being started has copies of this process's
    /// descriptors, locks and all, until its own program runs.
    public func lock() throws(Errno) {
        for _ in 0..<50 {
            do throws(Errno) {
                return try Syscalls.flock(try usable(), LOCK_EX | LOCK_NB)
            } catch .again {
                Clocks.sleep(milliseconds: 10)
            }
        }
        throw .busy
    }

    /// The corresponding C function is `fstat`.
    public func facts() throws(Errno) -> FileFacts {
        var facts = kuzet_file_facts()
        try Syscalls.fstat(try usable(), &facts)
        return FileFacts(facts)
    }

    /// Gives the file to a user and a group, with these permissions whatever the umask says. The
    /// corresponding C functions are `fchown` and `fchmod`.
    public func setOwner(_ user: UInt32, _ group: UInt32, mode: UInt32) throws(Errno) {
        try Syscalls.fchown(try usable(), user, group)
        try Syscalls.fchmod(rawValue, mode)
    }

    /// Makes reads and writes answer `again` rather than wait. The C function is `fcntl`.
    public func setNonBlocking(_ isNonBlocking: Bool) throws(Errno) {
        let flags = try Syscalls.fcntl(try usable(), F_GETFL, 0)
        let wanted = isNonBlocking ? flags | O_NONBLOCK : flags & ~O_NONBLOCK
        _ = try Syscalls.fcntl(rawValue, F_SETFL, Int(wanted))
    }

    /// Another number for the same open file, which is closed with its owner. The C function is
    /// `fcntl`.
    public func duplicate() throws(Errno) -> FileDescriptor {
        FileDescriptor(rawValue: try Syscalls.fcntl(try usable(), F_DUPFD_CLOEXEC, 3))
    }

    public var isTerminal: Bool { Syscalls.isatty(rawValue) }

    /// Columns and rows; `notATerminal` for anything else.
    public func terminalSize() throws(Errno) -> (columns: Int, rows: Int) {
        try Syscalls.terminalSize(try usable())
    }

    /// Waits until one of `wanted` holds. The corresponding C function is `poll`.
    ///
    /// - Parameter milliseconds: nil waits for ever. A signal does not prolong the wait.
    /// - Returns: what holds; empty when the time is over.
    public func wait(
        for wanted: Readiness, milliseconds: Int64?
    ) throws(Errno) -> Readiness {
        var entry = pollfd(fd: try usable(), events: wanted.rawValue, revents: 0)
        _ = try Poll.wait(&entry, count: 1, milliseconds: milliseconds)
        return Readiness(rawValue: entry.revents)
    }

    /// A counter in the kernel that wakes `wait`: `signal` adds, `clear` resets. Non-blocking.
    public static func event() throws(Errno) -> FileDescriptor {
        FileDescriptor(rawValue: try Syscalls.eventfd(0))
    }

    /// Becomes readable every so often, at once for the first time after one period.
    public static func timer(everyMilliseconds milliseconds: Int64) throws(Errno) -> FileDescriptor
    {
        guard milliseconds > 0, milliseconds < 1_000_000_000 else { throw .invalid }
        return FileDescriptor(
            rawValue: try Syscalls.timerfd(everyNanoseconds: milliseconds * 1_000_000))
    }

    /// Both ends of a pipe, close-on-exec.
    public static func pipe() throws(Errno) -> (reading: FileDescriptor, writing: FileDescriptor) {
        let ends = try Syscalls.pipe()
        return (FileDescriptor(rawValue: ends.reading), FileDescriptor(rawValue: ends.writing))
    }

    /// Makes an `event` readable.
    public func signal() throws(Errno) {
        let one: UInt64 = 1
        var failure: Errno?
        withUnsafeBytes(of: one) { bytes in
            do throws(Errno) { _ = try write(bytes) } catch { failure = error }
        }
        if let failure { throw failure }
    }

    /// Resets an `event` or a `timer`.
    ///
    /// - Returns: how many signals or periods there were since the last call; 0 where none.
    @discardableResult
    public func clear() throws(Errno) -> UInt64 {
        var count: UInt64 = 0
        var failure: Errno?
        withUnsafeMutableBytes(of: &count) { bytes in
            do throws(Errno) { _ = try read(into: bytes) } catch { failure = error }
        }
        if failure == .again { return 0 }
        if let failure { throw failure }
        return count
    }

    private func usable() throws(Errno) -> Int32 {
        guard isOpen else { throw .badDescriptor }
        return rawValue
    }
}

/// Waiting for several descriptors at once.
public struct Poll {
    private var entries: [pollfd] = []

    public init() {}

    /// - Returns: the position to ask `[…]` about after a wait.
    @discardableResult
    public mutating func add(
        _ descriptor: FileDescriptor, for wanted: FileDescriptor.Readiness
    ) -> Int {
        entries.append(pollfd(fd: descriptor.rawValue, events: wanted.rawValue, revents: 0))
        return entries.count - 1
    }

    public subscript(position: Int) -> FileDescriptor.Readiness {
        FileDescriptor.Readiness(rawValue: entries[position].revents)
    }

    /// Waits until something holds of any descriptor, at most `milliseconds` (nil: for ever).
    ///
    /// - Returns: of how many descriptors something holds; 0 when the time is over.
    public mutating func wait(milliseconds: Int64?) throws(Errno) -> Int {
        var failure: Errno?
        var ready = 0
        entries.withUnsafeMutableBufferPointer { buffer in
            guard let base = buffer.baseAddress else { return }
            do throws(Errno) {
                ready = try Poll.wait(base, count: buffer.count, milliseconds: milliseconds)
            } catch { failure = error }
        }
        if let failure { throw failure }
        return ready
    }

    /// Waits on through signals, until the time that was given is over.
    static func wait(
        _ entries: UnsafeMutablePointer<pollfd>, count: Int, milliseconds: Int64?
    ) throws(Errno) -> Int {
        let end = milliseconds.map { Clocks.monotonicNanoseconds() &+ $0 &* 1_000_000 }
        while true {
            var left: Int32 = -1
            if let end {
                let rest = (end - Clocks.monotonicNanoseconds() + 999_999) / 1_000_000
                left = Int32(clamping: max(rest, 0))
            }
            do throws(Errno) {
                return try Syscalls.poll(
                    UnsafeMutableBufferPointer(start: entries, count: count), left)
            } catch .interrupted {
                continue
            }
        }
    }
}

/// Memory shared with a device or a file, unmapped with its last owner.
public final class Mapping: @unchecked Sendable {
    public let base: UnsafeMutableRawPointer
    public let byteCount: Int

    /// The corresponding C function is `mmap`, shared.
    public init(
        _ descriptor: FileDescriptor, byteCount: Int, offset: Int = 0, isWritable: Bool = false
    ) throws(Errno) {
        guard byteCount > 0 else { throw .invalid }
        base = try Syscalls.mmap(
            byteCount, isWritable ? PROT_READ | PROT_WRITE : PROT_READ, descriptor.rawValue, offset)
        self.byteCount = byteCount
    }

    deinit {
        Syscalls.munmap(base, byteCount)
    }
}
