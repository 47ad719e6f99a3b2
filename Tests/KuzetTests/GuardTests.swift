import Frames
import Incidents
import Linux
import Station
import Synchronization
import Testing

@testable import kuzet

/// A siren that notes when it was switched, and a panic button.
private final class SirenLine: AlarmLines, Sendable {
    struct Switching {
        var isOn: Bool
        var at: Int64
    }

    private let switchings = Mutex<[Switching]>([])
    private let presses = Mutex<[Bool]>([])
    private let whenOn: @Sendable () -> Void

    init(whenOn: @escaping @Sendable () -> Void = {}) {
        self.whenOn = whenOn
    }

    var history: [Switching] { switchings.withLock { $0 } }
    var hasNews: Bool { presses.withLock { !$0.isEmpty } }
    func press(_ isActive: Bool) { presses.withLock { $0.append(isActive) } }

    func drive(_ output: Output, on isOn: Bool) throws {
        guard output == .siren else { return }
        let now = Clocks.monotonicNanoseconds()
        switchings.withLock { $0.append(Switching(isOn: isOn, at: now)) }
        if isOn { whenOn() }
    }

    func poll() throws -> [(input: Input, active: Bool)] {
        presses.withLock { waiting in
            defer { waiting.removeAll() }
            return waiting.map { (.panic, $0) }
        }
    }
}

/// The guard on a thread, as `kuzet run` has it, before a ledger that hangs at will.
private final class Post: Sendable {
    private let terminal: FileDescriptor
    let hasEnded: FileDescriptor

    init(_ lines: SirenLine, _ ledger: HangingLedger, settleLimit: Interval) throws {
        let (signals, terminal) = try FileDescriptor.pipe()
        self.terminal = terminal
        let ended = try FileDescriptor.event()
        hasEnded = ended
        let boot = BootID(high: 1, low: 2)
        let queue = try EventQueue()
        let clerk = try LedgerClerk(boot: boot, queue: queue)
        try clerk.start(open: ledger.opened)
        try Threads.start("guard") {
            let policy = StationPolicy(siren: SirenPolicy(onMax: .seconds(1)))
            let duty = Duty(
                appliance: Appliance(policy: policy, boot: boot), lines: lines,
                keep: clerk.append, snapshot: { _, _ in }, log: { _, _ in })
            let guardian = Guard(
                duty: duty, queue: queue, watches: [], clerk: clerk,
                clips: ClipKeeper(desk: clerk) { _ in nil },
                supervisor: Supervisor(socket: nil), settleLimit: settleLimit,
                reload: { (nil, []) })
            try? guardian.run(signals: signals)
            try? ended.signal()
        }
    }

    /// As systemd does it: the structure that a signalfd gives, with the signal's number first.
    func terminate() throws {
        try terminal.writeAll([UInt8(Signals.terminate)] + [UInt8](repeating: 0, count: 127))
    }
}

@Suite struct GuardTests {
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
            Guard.ledgerStatus(silence: .milliseconds(40), waiting: (3, false))
                == "ledger: works, 3 records wait")
        #expect(
            Guard.ledgerStatus(silence: .seconds(37), waiting: (12, true))
                == "ledger: fails, 12 records wait, no answer for 37 s")
    }
}
