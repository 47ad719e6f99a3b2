import CLinux

/// A program that was started, and is waited for before this object goes.
public final class Child {
    public enum Status: Hashable, Sendable, CustomStringConvertible {
        case exited(Int32)
        case killed(signal: Int32)

        public var description: String {
            switch self {
            case .exited(let code): "exit status \(code)"
            case .killed(let signal): "killed by signal \(signal)"
            }
        }
    }

    public let pid: Int32
    private var status: Status?

    /// Starts a program found through `PATH`. Descriptors that are nil are `/dev/null` to it.
    ///
    /// The corresponding C function is `posix_spawnp`.
    public init(
        _ arguments: [String], input: FileDescriptor? = nil, output: FileDescriptor? = nil,
        error: FileDescriptor? = nil
    ) throws(Errno) {
        pid = try Syscalls.spawn(
            arguments, input?.rawValue ?? -1, output?.rawValue ?? -1, error?.rawValue ?? -1)
    }

    deinit {
        if status == nil {
            terminate(SIGKILL)
            _ = try? wait()
        }
    }

    /// The corresponding C function is `kill`; a child that is gone already is no error.
    public func terminate(_ signal: Int32 = SIGTERM) {
        guard status == nil else { return }
        try? Syscalls.kill(pid, signal)
    }

    /// The corresponding C function is `waitpid`.
    @discardableResult
    public func wait() throws(Errno) -> Status {
        if let status { return status }
        guard let raw = try Syscalls.waitpid(pid, hangs: true) else { throw .again }
        return keep(raw)
    }

    /// nil while it runs.
    public func poll() throws(Errno) -> Status? {
        if let status { return status }
        return try Syscalls.waitpid(pid, hangs: false).map(keep)
    }

    private func keep(_ raw: Int32) -> Status {
        let ended: Status =
            kuzet_wait_exited(raw) != 0
            ? .exited(kuzet_wait_code(raw)) : .killed(signal: kuzet_wait_signal(raw))
        status = ended
        return ended
    }
}

/// This process.
public enum Process {
    public static var pid: Int32 { Syscalls.getpid() }
    public static var userID: UInt32 { Syscalls.getuid() }

    /// A variable of the environment.
    public static func environment(_ name: String) -> String? { Syscalls.environment(name) }

    /// Memory of this process that is in RAM now, in bytes; 0 where `/proc` does not say.
    public static func residentByteCount() -> Int {
        guard let bytes = try? Files.read("/proc/self/status", byteCountMax: 65_536) else {
            return 0
        }
        for line in String(decoding: bytes, as: UTF8.self).split(separator: "\n")
        where line.hasPrefix("VmRSS:") {
            let digits = line.filter(\.isNumber)
            return (Int(digits) ?? 0) * 1024
        }
        return 0
    }
}

/// Signals as something to wait for, instead of something that interrupts.
public enum Signals {
    public static let hangUp = SIGHUP
    public static let interrupt = SIGINT
    public static let terminate = SIGTERM

    /// Blocks `signals` in this thread and those it starts from now on, and gives a descriptor
    /// that is readable when one came. To be called before any thread is started.
    public static func descriptor(for signals: [Int32]) throws(Errno) -> FileDescriptor {
        FileDescriptor(rawValue: try Syscalls.signalfd(signals))
    }

    /// The number of the next signal that came; nil where there is none.
    public static func next(from descriptor: FileDescriptor) throws(Errno) -> Int32? {
        var information = signalfd_siginfo()
        var failure: Errno?
        var came = 0
        withUnsafeMutableBytes(of: &information) { bytes in
            do throws(Errno) { came = try descriptor.read(into: bytes) } catch { failure = error }
        }
        if failure == .again { return nil }
        if let failure { throw failure }
        return came == MemoryLayout<signalfd_siginfo>.size
            ? Int32(truncatingIfNeeded: information.ssi_signo) : nil
    }

    /// A reader that went away is an error of `write`, not the end of this process.
    public static func ignoreBrokenPipes() { Syscalls.ignore(SIGPIPE) }
}

/// Threads of the edge; the core has none.
public enum Threads {
    /// Runs `body` on a thread of its own, which nobody waits for.
    ///
    /// - Parameter name: at most 15 bytes are shown by `top -H`.
    public static func start(
        _ name: String, stackByteCount: Int = 512 * 1024, _ body: @escaping @Sendable () -> Void
    ) throws(Errno) {
        try Syscalls.startThread(name, stackByteCount, body)
    }
}
