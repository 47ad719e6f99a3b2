import Frames
import Glibc
import Incidents
import Linux
import Records
import Station
import Store
import Synchronization
import Testing

@testable import Configuration
@testable import Guard

/// A siren that notes when it was switched, and a panic button.
private final class SirenLine: AlarmLines, Sendable {
    struct Switching {
        var isOn: Bool
        var at: Int64
    }

    private let switchings = Mutex<[Switching]>([])
    /// When the green lamp was switched, and when the buttons were looked at.
    private let blinks = Mutex<[Int64]>([])
    private let looks = Mutex<[Int64]>([])
    private let presses = Mutex<[Bool]>([])
    private let whenOn: @Sendable () -> Void

    init(whenOn: @escaping @Sendable () -> Void = {}) {
        self.whenOn = whenOn
    }

    var history: [Switching] { switchings.withLock { $0 } }
    var blinkTimes: [Int64] { blinks.withLock { $0 } }
    var lookTimes: [Int64] { looks.withLock { $0 } }
    var hasNews: Bool { presses.withLock { !$0.isEmpty } }
    func press(_ isActive: Bool) { presses.withLock { $0.append(isActive) } }

    func drive(_ output: Output, on isOn: Bool) throws {
        let now = Clocks.monotonicNanoseconds()
        if output == .green { blinks.withLock { $0.append(now) } }
        guard output == .siren else { return }
        switchings.withLock { $0.append(Switching(isOn: isOn, at: now)) }
        if isOn { whenOn() }
    }

    func poll() throws -> [(input: Input, active: Bool)] {
        looks.withLock { $0.append(Clocks.monotonicNanoseconds()) }
        return presses.withLock { waiting in
            defer { waiting.removeAll() }
            return waiting.map { (.panic, $0) }
        }
    }
}

/// The guard on a thread, as `kuzet run` has it, before a ledger that hangs at will.
private final class Post: Sendable {
    private let terminal: FileDescriptor
    let hasEnded: FileDescriptor
    let queue: EventQueue

    /// - Parameters:
    ///   - past: what earlier lives left; nil has the siren rest first.
    ///   - evidence: a folder with what a centre may fetch.
    init(
        _ lines: SirenLine, _ ledger: HangingLedger, settleLimit: Interval,
        past: LedgerPast? = nil, evidence directory: String = "/none",
        log: @escaping @Sendable (Priority, String) -> Void = { _, _ in },
        celsius: @escaping @Sendable () -> Int? = { nil },
        utcOffset: @escaping @Sendable () -> Int = { 0 },
        reload: @escaping @Sendable () -> Void = {}
    ) throws {
        // As the appliance does: what is written to a courier's end that is closed is no signal.
        Signals.ignoreBrokenPipes()
        let (signals, terminal) = try FileDescriptor.pipe()
        try signals.setNonBlocking(true)
        self.terminal = terminal
        let ended = try FileDescriptor.event()
        hasEnded = ended
        let boot = BootID(high: 1, low: 2)
        let queue = try EventQueue()
        self.queue = queue
        let thread = try LedgerThread(boot: boot, queue: queue)
        try thread.start(open: ledger.opened)
        var settings = Settings()
        settings.store.directory = directory
        var centre = DestinationSection(name: "centre")
        centre.address = DestinationSection.Address(tongue: .mqtt, host: "127.0.0.1", port: 1)
        settings.destinations = [centre]
        let uplinks = try Uplinks(settings, ledger: thread, boot: boot) { _ in }
        let surroundings = Surroundings(celsius: celsius, utcOffsetSeconds: utcOffset)
        try surroundings.start()
        let reloads = ReloadThread(read: reload)
        try Threads.start("guard") {
            let policy = StationPolicy(siren: SirenPolicy(onMax: .seconds(1)))
            let duty = Duty(
                appliance: Appliance(policy: policy, boot: boot, past: past), lines: lines,
                keep: thread.append, snapshot: { _, _ in }, answer: uplinks.answer, log: log)
            let guardian = StationThread(
                duty: duty, queue: queue, watches: [], ledger: thread,
                clips: ClipPump(writer: thread) { _ in nil },
                uplinks: uplinks, supervisor: Supervisor(socket: nil),
                surroundings: surroundings, settleLimit: settleLimit, reload: reloads.begin)
            _ = try? guardian.run(signals: signals)
            try? ended.signal()
        }
    }

    /// As systemd does it: the structure that a signalfd gives, with the signal's number first.
    func terminate() throws { try send(Signals.terminate) }
    func reload() throws { try send(Signals.hangUp) }

    private func send(_ signal: Int32) throws {
        try terminal.writeAll([UInt8(signal)] + [UInt8](repeating: 0, count: 127))
    }
}

@Suite struct StationThreadTests {
    /// The siren rests for the first ten seconds of every life: hence as long.
    @Test func theSirenGoesOffInTimeWhileTheDiskHangs() throws {
        let ledger = try HangingLedger()
        // The disk hangs from the moment on when the siren sounds.
        let lines = SirenLine(whenOn: ledger.hang)
        let post = try Post(lines, ledger, settleLimit: .seconds(20))
        lines.press(true)
        lines.press(false)
        #expect(try eventually(30_000) { lines.history.contains { $0.isOn } })
        let on = try #require(lines.history.last { $0.isOn })
        #expect(try eventually(30_000) { lines.history.last?.isOn == false })
        let off = try #require(lines.history.last)
        let milliseconds = (off.at - on.at) / 1_000_000
        #expect(milliseconds <= 1_000, "the siren was on for \(milliseconds) ms")
        #expect(milliseconds >= 500, "the siren was on for \(milliseconds) ms")

        // More happens, and none of it reaches the disk before it answers.
        lines.press(true)
        #expect(try eventually { !lines.hasNews })
        let before = ledger.contents.records.count
        try post.terminate()
        #expect(try post.hasEnded.wait(for: .readable, milliseconds: 300).isEmpty)
        #expect(ledger.contents.records.count == before)
        ledger.answer()
        #expect(try !post.hasEnded.wait(for: .readable, milliseconds: 20_000).isEmpty)
        let bodies = ledger.contents.records.map(\.body)
        #expect(bodies.filter { $0 == .operated("panic") }.count == 2)
        #expect(bodies.last == .operated("stopping"))
        let times = ledger.contents.records.map(\.stamp.monotonic)
        #expect(zip(times, times.dropFirst()).allSatisfy { $0 < $1 })
    }

    /// A card that hangs under records, evidence, configuration and time zone; journald and a
    /// sensor that hang besides.
    @Test func lampsAndSirenGoOnWhileEverythingAroundThemHangs() throws {
        let folder = "/tmp/kuzet-guard-\(Process.pid)-\(Clocks.monotonicNanoseconds())"
        try Files.makeFolder(folder + "/evidence")
        defer { _ = try? Child(["rm", "-r", folder]).wait() }
        let identity = IncidentIdentity(boot: BootID(high: 1, low: 2), ordinal: 1)
        let name = EvidenceName(boot: identity.boot, ordinal: 1, kind: .snapshot)
        // Whoever opens this waits for ever, as with a card.
        #expect(mkfifo(folder + "/evidence/" + name.fileName, 0o600) == 0)

        let gate = try FileDescriptor.event()
        let isHanging = Mutex(false)
        let hangs: @Sendable () -> Void = {
            guard isHanging.withLock({ $0 }) else { return }
            _ = try? gate.wait(for: .readable, milliseconds: nil)
        }
        let (reading, writing) = try FileDescriptor.pipe()
        // As much as a pipe holds: from the first line on nobody takes any.
        try writing.writeAll([UInt8](repeating: 0, count: 65_536))
        let journal = LineWriter(to: writing) { "\($0)\n" }
        let ledger = try HangingLedger()
        let lines = SirenLine(whenOn: {
            ledger.hang()
            isHanging.withLock { $0 = true }
        })
        let post = try Post(
            lines, ledger, settleLimit: .milliseconds(100), past: LedgerPast(), evidence: folder,
            log: { _, text in for _ in 0..<500 { journal.write(text + "\n") } },
            celsius: {
                hangs()
                return 40
            },
            utcOffset: {
                hangs()
                return 0
            }, reload: hangs)
        lines.press(true)
        lines.press(false)
        #expect(try eventually(30_000) { lines.history.contains { $0.isOn } })
        try post.reload()
        let begin = Clocks.monotonicNanoseconds()
        for counter in 1...UInt64(LedgerQueue.Room.fetches.countMax + 4) {
            let action = Order.Action.fetch(identity, .snapshot, offset: 0, byteCount: 1_000)
            post.queue.post(
                .ordered(
                    Order(
                        actor: "a",
                        authority: .centre(
                            Centre(destination: "centre", key: []), Ticket(counter: counter)),
                        action: action)))
        }
        #expect(try eventually { Clocks.monotonicNanoseconds() - begin > 4_000_000_000 })
        let on = try #require(lines.history.last { $0.isOn })
        let off = try #require(lines.history.last)
        #expect(!off.isOn)
        #expect(off.at - on.at <= 1_000_000_000, "the siren was on for \(off.at - on.at) ns")
        let looks = lines.lookTimes.filter { $0 >= begin }
        let longest = zip(looks, looks.dropFirst()).map { $1 - $0 }.max() ?? .max
        #expect(longest < 1_000_000_000, "\(longest) ns between two ticks")
        #expect(lines.blinkTimes.count { $0 >= begin } >= 4, "green blinks on")

        try post.terminate()
        #expect(try !post.hasEnded.wait(for: .readable, milliseconds: 20_000).isEmpty)
        ledger.answer()
        try gate.signal()
        _ = reading
        // Whoever waits to read is let go.
        _ = try FileDescriptor.open(
            folder + "/evidence/" + name.fileName, [.readWrite, .nonBlocking])
    }

    @Test func anOrderlyStopDoesNotWaitForeverForADiskThatHangs() throws {
        let ledger = try HangingLedger(isHanging: true)
        let post = try Post(SirenLine(), ledger, settleLimit: .milliseconds(400))
        #expect(try eventually { ledger.contents.callCount == 1 })
        let begin = Clocks.monotonicNanoseconds()
        try post.terminate()
        #expect(try !post.hasEnded.wait(for: .readable, milliseconds: 20_000).isEmpty)
        let milliseconds = (Clocks.monotonicNanoseconds() - begin) / 1_000_000
        #expect(milliseconds >= 400, "\(milliseconds) ms")
        #expect(ledger.contents.records.isEmpty)
        ledger.answer()
    }

    @Test func theStatusTellsOfADiskThatDoesNotAnswer() {
        #expect(
            StationThread.ledgerStatus(silence: .milliseconds(40), waiting: (3, false))
                == "ledger: works, 3 records wait")
        #expect(
            StationThread.ledgerStatus(silence: .seconds(37), waiting: (12, true))
                == "ledger: fails, 12 records wait, no answer for 37 s")
    }
}
