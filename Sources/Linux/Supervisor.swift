/// What systemd wants to hear (sd_notify(3)), without its library: datagrams to the socket that
/// `NOTIFY_SOCKET` names. Says nothing where nobody listens.
public struct Supervisor: Sendable {
    private let socket: String?

    public init(socket: String? = Process.environment("NOTIFY_SOCKET")) {
        self.socket = socket
    }

    public var isListening: Bool { socket != nil }

    /// How often the watchdog must be fed, in milliseconds: half of what it was given.
    /// nil where there is no watchdog for this process.
    public static func watchdogMilliseconds(
        microseconds: String? = Process.environment("WATCHDOG_USEC"),
        pid: String? = Process.environment("WATCHDOG_PID")
    ) -> Int64? {
        guard let microseconds, let given = Int64(microseconds), given > 0 else { return nil }
        if let pid, pid != String(Process.pid) { return nil }
        return max(given / 2000, 1)
    }

    public func ready() throws(Errno) { try send("READY=1") }
    public func reloading() throws(Errno) {
        try send(
            "RELOADING=1\nMONOTONIC_USEC=\(Clocks.monotonicNanoseconds() / 1000)")
    }
    public func stopping() throws(Errno) { try send("STOPPING=1") }
    public func feedWatchdog() throws(Errno) { try send("WATCHDOG=1") }

    /// One line that `systemctl status` shows.
    public func status(_ text: String) throws(Errno) {
        try send("STATUS=" + text.replacingNewlines())
    }

    private func send(_ text: String) throws(Errno) {
        guard let socket else { return }
        var failure: Errno?
        let bytes = Array(text.utf8)
        bytes.withUnsafeBytes { buffer in
            do throws(Errno) { try Syscalls.sendDatagram(socket, buffer) } catch { failure = error }
        }
        if let failure { throw failure }
    }
}

/// Log lines as journald reads them from standard error: a priority in front, "<4>…".
public enum Journal {
    /// - Parameter priority: 0 (emergency) ... 7 (debug), as in syslog(3).
    public static func line(_ priority: UInt8, _ text: String) -> String {
        "<\(min(priority, 7))>\(text.replacingNewlines())\n"
    }

    /// Under a terminal, or anything but journald, the line comes without the priority.
    public static let isReader: Bool = Process.environment("JOURNAL_STREAM") != nil

    /// A log that cannot be written stops nothing.
    public static func write(_ priority: UInt8, _ text: String) {
        let whole = isReader ? line(priority, text) : text.replacingNewlines() + "\n"
        try? FileDescriptor.standardError.writeAll(whole)
    }
}

extension String {
    /// One line stays one line, whatever a device or a file put into its name.
    fileprivate func replacingNewlines() -> String {
        String(map { $0.isNewline || $0 == "\0" ? " " : $0 })
    }
}
