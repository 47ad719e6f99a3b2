import Frames
import Incidents
import Linux
import Station
import Store

/// The appliance on its own thread: waits for cameras, buttons, signals and time, lets the
/// station decide, and carries out what it says.
final class Guard {
    private let duty: Duty
    private let queue: EventQueue
    private let watches: [Watch]
    private let supervisor: Supervisor
    private var latest = Instant.zero
    private var clockToldAt: Instant?
    private var clockOffset: Int64 = 0
    private var clockTrust = Stamp.Trust.unset
    private var watchdogFedAt = Instant.zero
    private var statusToldAt = Instant.zero
    private var hasDecided = false
    /// Reads the configuration anew; nil where it was refused. The bytes' hash either way.
    private let reload: () -> (policy: StationPolicy?, hash: [UInt8])

    /// Lamps blink and the siren ends in steps of this.
    private static let beat = Interval.milliseconds(50)
    /// `systemctl status` shows figures at most this old.
    private static let statusPeriod = Interval.seconds(5)
    /// A camera's thread that has not come round for this long hangs.
    private static let hangLimit = Interval.seconds(5)

    init(
        duty: Duty, queue: EventQueue, watches: [Watch], supervisor: Supervisor,
        reload: @escaping () -> (policy: StationPolicy?, hash: [UInt8])
    ) {
        self.duty = duty
        self.queue = queue
        self.watches = watches
        self.supervisor = supervisor
        self.reload = reload
    }

    /// Runs until SIGTERM or SIGINT; every output is off when it returns.
    ///
    /// - Parameter signals: `Signals.descriptor` of SIGTERM, SIGINT and SIGHUP.
    func run(signals: FileDescriptor) throws {
        try? supervisor.ready()
        while true {
            var poll = Poll()
            poll.add(queue.bell, for: .readable)
            let asked = poll.add(signals, for: .readable)
            _ = try poll.wait(milliseconds: Self.beat.milliseconds)
            tellClock()
            for cause in queue.take() { step(cause) }
            if !poll[asked].isEmpty, try handleSignals(signals) { break }
            duty.handleInputs(at: now())
            step(.tick)
            feedWatchdog()
            tellStatus()
        }
        try? supervisor.stopping()
        for watch in watches { watch.stop() }
        step(.stopping)
    }

    private func now() -> Instant {
        // Events were stamped by nobody: the station's own thread gives them the time, in order.
        latest = max(latest, Instant(nanoseconds: Clocks.monotonicNanoseconds()))
        return latest
    }

    private func step(_ cause: Event.Cause) {
        if case .decided(let camera, _, _) = cause, !hasDecided {
            hasDecided = true
            Journal.write(Priority.info.rawValue, "camera \(camera): first frame decided")
        }
        duty.handle(Event(at: now(), cause: cause))
    }

    /// - Returns: true when it is time to go.
    private func handleSignals(_ signals: FileDescriptor) throws -> Bool {
        while let signal = try Signals.next(from: signals) {
            guard signal == Signals.hangUp else { return true }
            try? supervisor.reloading()
            let (policy, hash) = reload()
            step(.configured(policy: policy, configuration: hash))
            try? supervisor.ready()
        }
        return false
    }

    /// Once a minute, and at once when somebody set the clock or began to keep it right.
    private func tellClock() {
        let monotonic = now()
        let wall = Clocks.wallMilliseconds()
        let offset = wall - monotonic.milliseconds
        let trust: Stamp.Trust = Clocks.isSynchronised() ? .synchronised : .unset
        if let told = clockToldAt, monotonic - told < .seconds(60), trust == clockTrust,
            abs(offset - clockOffset) < 500
        {
            return
        }
        clockToldAt = monotonic
        clockOffset = offset
        clockTrust = trust
        step(
            .clock(
                wallMilliseconds: wall, trust: trust,
                weekMinute: Clocks.weekMinute(wallMilliseconds: wall)))
    }

    /// Only while this thread and every camera's thread come round: a hang anywhere lets the
    /// supervisor end us, and what it starts next finds all lines idle.
    private func feedWatchdog() {
        let time = now()
        guard time - watchdogFedAt >= .seconds(1),
            watches.allSatisfy({ time - $0.aliveAt < Self.hangLimit })
        else { return }
        watchdogFedAt = time
        try? supervisor.feedWatchdog()
    }

    /// How the cameras fare, for whoever asks systemd.
    private func tellStatus() {
        guard supervisor.isListening, latest - statusToldAt >= Self.statusPeriod else { return }
        statusToldAt = latest
        let cameras = watches.map { watch in
            let counts = watch.counts
            return "camera \(watch.camera): \(counts.delivered) frames decided,"
                + " \(counts.dropped) dropped, \(counts.damaged) damaged, lost \(counts.lost) times"
        }
        try? supervisor.status(cameras.joined(separator: "; "))
    }
}
