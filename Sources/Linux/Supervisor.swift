/// What systemd wants to hear (sd_notify(3)), without its library: datagrams to the socket that
/// `NOTIFY_SOCKET` names. Says nothing where nobody listens, and never waits: where the socket is
/// full, because its reader hangs, a call answers `again` and nothing was said.
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
        try send("STATUS=" + text.replacingControls())
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

extension String {
    /// One line stays one line, and steers no terminal, whatever a device, a file or a broker put
    /// into its name: without controls, line ends and marks that turn the direction of writing.
    public func replacingControls(by mark: Unicode.Scalar = " ") -> String {
        String(
            String.UnicodeScalarView(
                unicodeScalars.map { scalar in
                    switch scalar.properties.generalCategory {
                    case .control, .lineSeparator, .paragraphSeparator: mark
                    case .format where Self.turns.contains(scalar.value): mark
                    default: scalar
                    }
                }))
    }

    /// Unicode's bidirectional controls (UAX 9, section 2).
    private static let turns: Set<UInt32> = [
        0x061C, 0x200E, 0x200F, 0x202A, 0x202B, 0x202C, 0x202D, 0x202E, 0x2066, 0x2067, 0x2068,
        0x2069
    ]
}
