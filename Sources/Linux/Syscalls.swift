import CLinux
import Glibc

/// Everything that asks the kernel for something. Each function is one call, under its C name, with
/// its failure as an `Errno`; what is interrupted by a signal is done again here and nowhere else.
enum Syscalls {
    /// Makes one call, again while it is interrupted.
    ///
    /// - Parameters:
    ///   - again: false for calls that must not be repeated when interrupted (close, poll).
    ///   - memory: what the kernel fills in, for a test that does so in its place.
    ///   - call: answers −1 with errno, as the C library does.
    @inline(__always)
    static func attempt(
        _ name: StaticString, _ arguments: @autoclosure () -> [String], again: Bool = true,
        memory: UnsafeMutableRawPointer? = nil, _ call: () -> Int
    ) throws(Errno) -> Int {
        while true {
            #if DEBUG
                if let trace = SyscallTrace.current {
                    switch trace.put(.init(name: "\(name)", arguments: arguments())) {
                    case .kernel: break
                    case .succeed(let value): return value
                    case .act(let body):
                        guard let memory else { throw .invalid }
                        return try body(memory)
                    case .fail(let cause):
                        if again, cause == .interrupted { continue }
                        throw cause
                    }
                }
            #endif
            let result = call()
            if result != -1 { return result }
            let cause = Errno(rawValue: errno)
            if again, cause == .interrupted { continue }
            throw cause
        }
    }

    /// Counts this thread's calls of one allocating function; see `AllocationCounter`.
    static func countAllocations(_ function: Int32) throws(Errno) -> Int32 {
        Int32(
            try attempt("perf_event_open", ["\(function)"]) {
                Int(kuzet_count_allocations(function))
            })
    }

    // MARK: Descriptors

    static func open(_ path: String, _ flags: Int32, _ mode: UInt32) throws(Errno) -> Int32 {
        Int32(
            try attempt("open", [path, "\(flags)", "\(mode)"]) {
                Int(kuzet_open(path, flags, mode))
            })
    }

    /// Never repeated: Linux has released the number even when it answers EINTR.
    static func close(_ descriptor: Int32) throws(Errno) {
        do {
            _ = try attempt("close", ["\(descriptor)"], again: false) {
                Int(Glibc.close(descriptor))
            }
        } catch .interrupted {
            return
        }
    }

    static func read(
        _ descriptor: Int32, _ buffer: UnsafeMutableRawBufferPointer
    ) throws(Errno) -> Int {
        try attempt("read", ["\(descriptor)", "\(buffer.count)"]) {
            Glibc.read(descriptor, buffer.baseAddress, buffer.count)
        }
    }

    static func write(_ descriptor: Int32, _ buffer: UnsafeRawBufferPointer) throws(Errno) -> Int {
        try attempt("write", ["\(descriptor)", "\(buffer.count)"]) {
            Glibc.write(descriptor, buffer.baseAddress, buffer.count)
        }
    }

    static func lseek(_ descriptor: Int32, _ offset: Int64, _ whence: Int32) throws(Errno) -> Int64
    {
        Int64(
            try attempt("lseek", ["\(descriptor)", "\(offset)", "\(whence)"]) {
                Int(Glibc.lseek(descriptor, Int(offset), whence))
            })
    }

    static func ftruncate(_ descriptor: Int32, _ byteCount: Int64) throws(Errno) {
        _ = try attempt("ftruncate", ["\(descriptor)", "\(byteCount)"]) {
            Int(Glibc.ftruncate(descriptor, Int(byteCount)))
        }
    }

    static func ioctl(
        _ descriptor: Int32, _ request: UInt, _ argument: UnsafeMutableRawPointer?
    ) throws(Errno) -> Int32 {
        Int32(
            try attempt(
                "ioctl", ["\(descriptor)", "0x" + String(request, radix: 16)], memory: argument
            ) {
                Int(kuzet_ioctl(descriptor, request, argument))
            })
    }

    static func fcntl(
        _ descriptor: Int32, _ command: Int32, _ argument: Int
    ) throws(Errno) -> Int32 {
        Int32(
            try attempt("fcntl", ["\(descriptor)", "\(command)", "\(argument)"]) {
                Int(kuzet_fcntl(descriptor, command, argument))
            })
    }

    static func fsync(_ descriptor: Int32) throws(Errno) {
        _ = try attempt("fsync", ["\(descriptor)"]) { Int(Glibc.fsync(descriptor)) }
    }

    static func fchown(_ descriptor: Int32, _ user: UInt32, _ group: UInt32) throws(Errno) {
        _ = try attempt("fchown", ["\(descriptor)", "\(user)", "\(group)"]) {
            Int(Glibc.fchown(descriptor, user, group))
        }
    }

    static func fchmod(_ descriptor: Int32, _ mode: UInt32) throws(Errno) {
        _ = try attempt("fchmod", ["\(descriptor)", "\(mode)"]) {
            Int(Glibc.fchmod(descriptor, mode))
        }
    }

    static func fdatasync(_ descriptor: Int32) throws(Errno) {
        _ = try attempt("fdatasync", ["\(descriptor)"]) { Int(Glibc.fdatasync(descriptor)) }
    }

    static func syncfs(_ descriptor: Int32) throws(Errno) {
        _ = try attempt("syncfs", ["\(descriptor)"]) { Int(kuzet_syncfs(descriptor)) }
    }

    static func flock(_ descriptor: Int32, _ operation: Int32) throws(Errno) {
        _ = try attempt("flock", ["\(descriptor)", "\(operation)"]) {
            Int(kuzet_flock(descriptor, operation))
        }
    }

    static func fstat(_ descriptor: Int32, _ facts: inout kuzet_file_facts) throws(Errno) {
        _ = try attempt("fstat", ["\(descriptor)"]) { Int(kuzet_fstat(descriptor, &facts)) }
    }

    /// Interrupted polls are told, not repeated: the caller knows what time is left.
    static func poll(
        _ entries: UnsafeMutableBufferPointer<pollfd>, _ milliseconds: Int32
    ) throws(Errno) -> Int {
        try attempt(
            "poll", ["\(entries.count)", "\(milliseconds)"], again: false,
            memory: UnsafeMutableRawPointer(entries.baseAddress)
        ) {
            Int(Glibc.poll(entries.baseAddress, UInt(entries.count), milliseconds))
        }
    }

    static func pipe() throws(Errno) -> (reading: Int32, writing: Int32) {
        var ends: (Int32, Int32) = (-1, -1)
        _ = try attempt("pipe2", ["O_CLOEXEC"]) {
            withUnsafeMutablePointer(to: &ends) {
                $0.withMemoryRebound(to: Int32.self, capacity: 2) {
                    Int(kuzet_pipe($0))
                }
            }
        }
        return (ends.0, ends.1)
    }

    static func eventfd(_ count: UInt32) throws(Errno) -> Int32 {
        Int32(
            try attempt("eventfd", ["\(count)"]) {
                Int(CLinux.eventfd(count, Int32(O_CLOEXEC | O_NONBLOCK)))
            })
    }

    static func timerfd(everyNanoseconds nanoseconds: Int64) throws(Errno) -> Int32 {
        let descriptor = Int32(
            try attempt("timerfd_create", ["CLOCK_MONOTONIC"]) {
                Int(CLinux.timerfd_create(CLOCK_MONOTONIC, Int32(O_CLOEXEC | O_NONBLOCK)))
            })
        let step = timespec(
            tv_sec: Int(nanoseconds / 1_000_000_000), tv_nsec: Int(nanoseconds % 1_000_000_000))
        var setting = itimerspec(it_interval: step, it_value: step)
        do {
            _ = try attempt("timerfd_settime", ["\(descriptor)", "\(nanoseconds)"]) {
                Int(CLinux.timerfd_settime(descriptor, 0, &setting, nil))
            }
        } catch {
            try? close(descriptor)
            throw error
        }
        return descriptor
    }

    // MARK: Memory

    static func mmap(
        _ byteCount: Int, _ protection: Int32, _ descriptor: Int32, _ offset: Int
    ) throws(Errno) -> UnsafeMutableRawPointer {
        // An address does not become −1: that is what a failure is, and no page starts there.
        let address = try attempt("mmap", ["\(byteCount)", "\(descriptor)", "\(offset)"]) {
            guard let base = kuzet_mmap(byteCount, protection, descriptor, offset) else {
                return -1
            }
            return Int(bitPattern: base)
        }
        guard let base = UnsafeMutableRawPointer(bitPattern: address) else { throw .outOfMemory }
        return base
    }

    static func munmap(_ base: UnsafeMutableRawPointer, _ byteCount: Int) {
        _ = try? attempt("munmap", ["\(byteCount)"]) { Int(Glibc.munmap(base, byteCount)) }
    }

    // MARK: Files by name

    static func stat(
        _ path: String, followsLinks: Bool, _ facts: inout kuzet_file_facts
    ) throws(Errno) {
        _ = try attempt(followsLinks ? "stat" : "lstat", [path]) {
            Int(kuzet_stat(path, followsLinks ? 1 : 0, &facts))
        }
    }

    static func rename(_ old: String, _ new: String) throws(Errno) {
        _ = try attempt("rename", [old, new]) { Int(Glibc.rename(old, new)) }
    }

    static func link(_ old: String, _ new: String) throws(Errno) {
        _ = try attempt("link", [old, new]) { Int(Glibc.link(old, new)) }
    }

    static func unlink(_ path: String) throws(Errno) {
        _ = try attempt("unlink", [path]) { Int(Glibc.unlink(path)) }
    }

    static func rmdir(_ path: String) throws(Errno) {
        _ = try attempt("rmdir", [path]) { Int(Glibc.rmdir(path)) }
    }

    static func mkdir(_ path: String, _ mode: UInt32) throws(Errno) {
        _ = try attempt("mkdir", [path, "\(mode)"]) { Int(Glibc.mkdir(path, mode)) }
    }

    static func access(_ path: String, _ mode: Int32) throws(Errno) {
        _ = try attempt("access", [path, "\(mode)"]) { Int(Glibc.access(path, mode)) }
    }

    /// The C function is `getrandom`.
    static func random() throws(Errno) -> UInt64 {
        var number: UInt64 = 0
        _ = try attempt("getrandom", []) {
            withUnsafeMutableBytes(of: &number) { Int(kuzet_random($0.baseAddress, $0.count)) }
        }
        return number
    }

    static func realpath(_ path: String) throws(Errno) -> String {
        var resolved: UnsafeMutablePointer<CChar>?
        _ = try attempt("realpath", [path]) {
            resolved = Glibc.realpath(path, nil)
            return resolved == nil ? -1 : 0
        }
        guard let resolved else { throw .noSuchFile }
        defer { free(resolved) }
        return String(cString: resolved)
    }

    /// Names in a directory, without "." and ".."; at most `countMax`.
    static func names(inDirectory path: String, countMax: Int) throws(Errno) -> [String] {
        var stream: OpaquePointer?
        _ = try attempt("opendir", [path]) {
            stream = Glibc.opendir(path)
            return stream == nil ? -1 : 0
        }
        guard let stream else { throw .noSuchFile }
        defer { closedir(stream) }
        var names: [String] = []
        while names.count < countMax, let entry = readdir(stream) {
            let name = withUnsafePointer(to: &entry.pointee.d_name) {
                $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
            }
            if name != ".", name != ".." { names.append(name) }
        }
        return names
    }

    static func statvfs(
        _ path: String
    ) throws(Errno) -> (freeByteCount: UInt64, byteCount: UInt64, isReadOnly: Bool) {
        var free: UInt64 = 0
        var whole: UInt64 = 0
        var isReadOnly: Int32 = 0
        _ = try attempt("statvfs", [path]) {
            Int(kuzet_statvfs(path, &free, &whole, &isReadOnly))
        }
        return (free, whole, isReadOnly != 0)
    }

    // MARK: Time

    static func clock(_ clock: Int32) -> Int64 {
        var now = timespec()
        // Cannot fail for the clocks used here, which every supported kernel has.
        _ = Glibc.clock_gettime(clock, &now)
        return Int64(now.tv_sec) &* 1_000_000_000 &+ Int64(now.tv_nsec)
    }

    static func adjtimex() throws(Errno) -> Bool {
        try attempt("adjtimex", []) { Int(kuzet_clock_is_synchronised()) } == 1
    }

    /// Local broken-down time of a moment in seconds since 1970; nil where it has none. Looks whether
    /// the time zone was changed, on the disk.
    static func localtime(_ seconds: Int64) -> tm? {
        var moment = time_t(seconds)
        var parts = tm()
        tzset()
        return localtime_r(&moment, &parts) == nil ? nil : parts
    }

    static func nanosleep(_ nanoseconds: Int64) {
        var wanted = timespec(
            tv_sec: Int(nanoseconds / 1_000_000_000), tv_nsec: Int(nanoseconds % 1_000_000_000))
        var left = timespec()
        while Glibc.nanosleep(&wanted, &left) == -1, errno == EINTR { wanted = left }
    }

    // MARK: Processes, signals, threads

    static func spawn(
        _ arguments: [String], _ input: Int32, _ output: Int32, _ error: Int32
    ) throws(Errno) -> Int32 {
        guard let program = arguments.first else { throw .invalid }
        var strings: [UnsafeMutablePointer<CChar>?] = arguments.map { strdup($0) }
        strings.append(nil)
        defer { for string in strings { free(string) } }
        var pid: pid_t = 0
        _ = try attempt("posix_spawnp", arguments) {
            let cause = kuzet_spawn(&pid, program, strings, input, output, error)
            guard cause != 0 else { return 0 }
            errno = cause
            return -1
        }
        return pid
    }

    /// - Returns: nil where the child still runs and `hangs` is false.
    static func waitpid(_ pid: Int32, hangs: Bool) throws(Errno) -> Int32? {
        var status: Int32 = 0
        let answer = try attempt("waitpid", ["\(pid)"]) {
            Int(Glibc.waitpid(pid, &status, hangs ? 0 : WNOHANG))
        }
        return answer == 0 ? nil : status
    }

    static func kill(_ pid: Int32, _ signal: Int32) throws(Errno) {
        _ = try attempt("kill", ["\(pid)", "\(signal)"]) { Int(Glibc.kill(pid, signal)) }
    }

    static func signalfd(_ signals: [Int32]) throws(Errno) -> Int32 {
        var set = sigset_t()
        sigemptyset(&set)
        for signal in signals { sigaddset(&set, signal) }
        _ = try attempt("pthread_sigmask", signals.map(String.init)) {
            let cause = pthread_sigmask(SIG_BLOCK, &set, nil)
            guard cause != 0 else { return 0 }
            errno = cause
            return -1
        }
        return Int32(
            try attempt("signalfd", signals.map(String.init)) {
                Int(CLinux.signalfd(-1, &set, Int32(O_CLOEXEC | O_NONBLOCK)))
            })
    }

    static func ignore(_ signal: Int32) {
        _ = Glibc.signal(signal, SIG_IGN)
    }

    static func startThread(
        _ name: String, _ stackByteCount: Int, _ body: @escaping @Sendable () -> Void
    ) throws(Errno) {
        let box = Unmanaged.passRetained(ThreadBody(body))
        do {
            _ = try attempt("pthread_create", [name, "\(stackByteCount)"]) {
                let cause = kuzet_start_thread(
                    name, stackByteCount,
                    { context in
                        guard let context else { return }
                        Unmanaged<ThreadBody>.fromOpaque(context).takeRetainedValue().body()
                    }, box.toOpaque())
                guard cause != 0 else { return 0 }
                errno = cause
                return -1
            }
        } catch {
            box.release()
            throw error
        }
    }

    private final class ThreadBody {
        let body: @Sendable () -> Void

        init(_ body: @escaping @Sendable () -> Void) {
            self.body = body
        }
    }

    /// Without waiting: `again` where the receiver has as many as it may.
    static func sendDatagram(_ path: String, _ bytes: UnsafeRawBufferPointer) throws(Errno) {
        _ = try attempt("sendto", [path, "\(bytes.count)"]) {
            Int(kuzet_send_datagram(path, bytes.baseAddress, bytes.count))
        }
    }

    // MARK: Network

    /// - Returns: the addresses of a host, in the resolver's order; or why there are none.
    static func resolve(
        _ host: String, _ port: UInt16, countMax: Int
    ) -> Result<[kuzet_address], ResolverFailure> {
        var addresses = [kuzet_address](repeating: kuzet_address(), count: countMax)
        var text: UnsafePointer<CChar>?
        let count = kuzet_resolve(host, port, &addresses, Int32(countMax), &text)
        guard count > 0 else {
            return .failure(
                ResolverFailure(cause: text.map { String(cString: $0) } ?? "it has no address"))
        }
        return .success(Array(addresses.prefix(Int(count))))
    }

    static func connect(_ address: kuzet_address) throws(Errno) -> Int32 {
        var address = address
        return Int32(
            try attempt("connect", ["\(address.family)"], again: false) {
                Int(kuzet_connect(&address))
            })
    }

    /// - Returns: the socket's pending error; 0 where there is none.
    static func socketError(_ descriptor: Int32) throws(Errno) -> Int32 {
        Int32(
            try attempt("getsockopt", ["\(descriptor)", "SO_ERROR"]) {
                Int(kuzet_socket_error(descriptor))
            })
    }

    static func environment(_ name: String) -> String? {
        getenv(name).map { String(cString: $0) }
    }

    static func getpid() -> Int32 { Glibc.getpid() }
    static func getuid() -> UInt32 { Glibc.getuid() }
    static func isatty(_ descriptor: Int32) -> Bool { Glibc.isatty(descriptor) == 1 }

    static func terminalSize(_ descriptor: Int32) throws(Errno) -> (columns: Int, rows: Int) {
        var columns: Int32 = 0
        var rows: Int32 = 0
        _ = try attempt("ioctl", ["\(descriptor)", "TIOCGWINSZ"]) {
            Int(kuzet_terminal_size(descriptor, &columns, &rows))
        }
        return (Int(columns), Int(rows))
    }
}
