import Frames
import Linux
import Records
import Station
import Store

/// The appliance on its own thread: waits for cameras, buttons, signals and time, lets the
/// station decide, and carries out what it says.
///
/// This thread makes no call that can wait, but to the GPIO chips: pictures are encoded by the
/// cameras' threads, the disk is the ledger's thread's, log lines have a writer, the configuration
/// is read by a thread of its own, and so are sensors and the time zone. A chip that hangs (one
/// behind a bus; a processor's own lines answer at once) is what the watchdog is for: nothing else
/// could put out what hangs on it.
final class StationThread {
    private let duty: Duty
    private let queue: EventQueue
    private let watches: [Watch]
    private let ledger: LedgerThread
    private let uplinks: Uplinks?
    private let looks: LookThread?
    private let clips: ClipPump
    private let supervisor: Supervisor
    private var latest = Instant.zero
    private var clockToldAt: Instant?
    private var clockOffset: Int64 = 0
    private var clockTrust = Stamp.Trust.unset
    private var localOffsetSeconds = 0
    private var watchdogFedAt = Instant.zero
    private var statusToldAt = Instant.zero
    private var lookedAt = Instant.zero
    private var reachedTold: [String: Bool] = [:]
    private var hasDecided = false
    private var lookTeller = LookTeller()
    private let settleLimit: Interval
    private let surroundings: Surroundings
    /// Has the configuration read anew; `configured` comes when that is done.
    private let reload: () throws -> Void

    /// Lamps blink and the siren ends in steps of this.
    private static let beat = Interval.milliseconds(50)
    /// `systemctl status` shows figures at most this old.
    private static let statusPeriod = Interval.seconds(5)
    /// Temperature and destinations are looked at so often.
    private static let lookPeriod = Interval.seconds(2)
    /// A camera's thread that has not come round for this long hangs.
    private static let hangLimit = Interval.seconds(5)

    /// - Parameters:
    ///   - clips: what `duty` gives its orders about clips to.
    ///   - reload: has the configuration read anew without waiting for it; `configured` comes when
    ///     that is done.
    ///   - settleLimit: an orderly stop waits for the disk this long; the service manager ends us
    ///     after 30 s.
    init(
        duty: Duty, queue: EventQueue, watches: [Watch], ledger: LedgerThread, clips: ClipPump,
        uplinks: Uplinks? = nil, looks: LookThread? = nil, supervisor: Supervisor,
        surroundings: Surroundings,
        settleLimit: Interval = .seconds(10), reload: @escaping () throws -> Void
    ) {
        self.duty = duty
        self.queue = queue
        self.watches = watches
        self.ledger = ledger
        self.uplinks = uplinks
        self.looks = looks
        self.clips = clips
        self.supervisor = supervisor
        self.surroundings = surroundings
        self.settleLimit = settleLimit
        self.reload = reload
    }

    /// Runs until SIGTERM or SIGINT; every output is off, and every record written where the disk
    /// answered in time, when it returns.
    ///
    /// - Parameter signals: `Signals.descriptor` of SIGTERM, SIGINT and SIGHUP.
    /// - Returns: how many records the disk did not take in time: they are lost.
    func run(signals: FileDescriptor) throws -> Int {
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
            clips.pump(at: now())
            feedWatchdog()
            lookAround()
            tellStatus()
        }
        try? supervisor.stopping()
        for watch in watches { watch.stop() }
        step(.stopping)
        return settle()
    }

    /// Every output is off already: what waits for the ledger is written, as far as time allows.
    private func settle() -> Int {
        let end = now() + settleLimit
        clips.pump(at: now())
        while now() < end,
            duty.appliance.waitingRecords.count > 0 || !clips.isIdle || !ledger.isIdle
                || watches.contains(where: \.owesSnapshots)
        {
            _ = try? queue.bell.wait(for: .readable, milliseconds: Self.beat.milliseconds)
            for cause in queue.take() { step(cause) }
            // A ledger that failed is tried again when its pause is over.
            step(.tick)
            clips.pump(at: now())
            try? supervisor.feedWatchdog()
        }
        // What stands in the ledger now is told if that goes fast; the next life tells the rest.
        uplinks?.stop(within: min(end - now(), .seconds(2)))
        let isClosed = ledger.stop(within: end - now())
        for cause in queue.take() { step(cause) }
        let count = duty.appliance.waitingRecords.count
        if count > 0 {
            Journal.write(
                Priority.error.rawValue,
                "ledger: stop: \(count) records were not written within "
                    + "\(settleLimit.milliseconds / 1_000) s: they are lost")
        } else if !isClosed {
            Journal.write(
                Priority.warning.rawValue,
                "ledger: stop: not closed within \(settleLimit.milliseconds / 1_000) s: "
                    + "every record is written")
        }
        return count
    }

    private func now() -> Instant {
        // Events were stamped by nobody: the station's own thread gives them the time, in order.
        latest = max(latest, Instant(nanoseconds: Clocks.monotonicNanoseconds()))
        return latest
    }

    private func step(_ cause: Event.Cause) {
        if case .decided(let camera, _, _, _) = cause, !hasDecided {
            hasDecided = true
            Journal.write(Priority.info.rawValue, "camera \(camera): first frame decided")
        }
        duty.handle(Event(at: now(), cause: cause))
        if case .configured = cause { try? supervisor.ready() }
    }

    /// - Returns: true when it is time to go.
    private func handleSignals(_ signals: FileDescriptor) throws -> Bool {
        while let signal = try Signals.next(from: signals) {
            guard signal == Signals.hangUp else { return true }
            try? supervisor.reloading()
            do {
                try reload()
            } catch {
                Journal.write(Priority.error.rawValue, "configuration: read: \(error)")
                try? supervisor.ready()
            }
        }
        return false
    }

    /// Once a minute, and at once when somebody set the clock or began to keep it right.
    private func tellClock() {
        let monotonic = now()
        let wall = Clocks.wallMilliseconds()
        let offset = wall - monotonic.milliseconds
        let trust: Stamp.Trust = Clocks.isSynchronised() ? .synchronised : .unset
        let local = surroundings.localOffsetSeconds
        if let told = clockToldAt, monotonic - told < .seconds(60), trust == clockTrust,
            local == localOffsetSeconds, abs(offset - clockOffset) < 500
        {
            return
        }
        clockToldAt = monotonic
        clockOffset = offset
        clockTrust = trust
        localOffsetSeconds = local
        step(
            .clock(
                wallMilliseconds: wall, trust: trust,
                weekMinute: Clocks.weekMinute(
                    wallMilliseconds: wall, utcOffsetSeconds: local)))
    }

    /// Only while this thread and every camera's thread come round: a hang there lets the
    /// supervisor end us, and what it starts next finds all lines idle. Not the ledger's: to end
    /// us mends no disk, and without it alarms go on.
    private func feedWatchdog() {
        let time = now()
        guard time - watchdogFedAt >= .seconds(1),
            watches.allSatisfy({ time - $0.aliveAt < Self.hangLimit })
        else { return }
        // Where the manager is slow to read, again at once: it counts on hearing us.
        do { try supervisor.feedWatchdog() } catch .again { return } catch {}
        watchdogFedAt = time
    }

    private func lookAround() {
        guard now() - lookedAt >= Self.lookPeriod else { return }
        lookedAt = latest
        if let degrees = surroundings.takeCelsius() { step(.temperature(celsius: degrees)) }
        if let looks {
            step(.lookLoad(perMille: looks.load().perMille))
            tellLooks()
        }
        for (name, isReached) in uplinks?.reached ?? [] where reachedTold[name] != isReached {
            reachedTold[name] = isReached
            step(.destination(name: name, isReached: isReached))
        }
    }

    private func tellLooks() {
        let lines = lookTeller.lines(
            names: duty.appliance.policy.cameras.map(\.name), counts: watches.map(\.lookCounts),
            pace: watches.map(\.paceNow).max() ?? .full, at: latest)
        for line in lines { Journal.write(Priority.info.rawValue, line) }
    }

    /// How cameras and ledger fare and which hours hold, for whoever asks systemd.
    private func tellStatus() {
        guard supervisor.isListening, latest - statusToldAt >= Self.statusPeriod else { return }
        statusToldAt = latest
        let names = duty.appliance.policy.cameras.map(\.name)
        let cameras = watches.map { watch in
            var counts = watch.counts
            counts.dropped += queue.droppedCount(of: watch.camera)
            let index = Int(watch.camera)
            let name = names.indices.contains(index) ? names[index] : "\(index)"
            return "camera \(name): \(watch.isShowing ? "" : "shows nothing now, ")"
                + "\(counts.delivered) frames decided, \(counts.dropped) dropped,"
                + " \(counts.damaged) damaged, lost \(counts.lost) times"
                + LookTeller.status(watch.lookCounts)
                // Whether it hangs as it has to: aim and lens are half of the result.
                + (duty.appliance.watching == nil ? "" : ", \(watch.faceTally.words)")
        }
        let ledger = Self.ledgerStatus(
            silence: ledger.silence(at: latest), waiting: duty.appliance.waitingRecords)
        let destinations = uplinks?.status ?? []
        let appliance = duty.appliance
        let caution = appliance.cautionWords.map { [$0] } ?? []
        let faces = appliance.watching.map { ["faces: looked for: \($0)"] } ?? []
        let parts = cameras + [ledger, appliance.hoursWords] + caution + faces + destinations
        try? supervisor.status(parts.joined(separator: "; "))
    }

    static func ledgerStatus(
        silence: Interval, waiting: (count: Int, isFailing: Bool)
    ) -> String {
        var text = "ledger: \(waiting.isFailing ? "fails" : "works"), \(waiting.count) records wait"
        if silence >= .seconds(1) {
            text += ", no answer for \(silence.milliseconds / 1_000) s"
        }
        return text
    }
}
