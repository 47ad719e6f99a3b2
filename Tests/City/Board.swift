import Cryptography
import Frames
import Guard
import Linux
import Records
import Station
import Store
import Uplink

/// One board that may be killed at any moment: the appliance's own station, ledger on a disk,
/// ledger and courier. Its lines write each change of a lamp to a file, in one call and at once.
///
/// Ends by SIGTERM, or by itself when it did what `--until` says: `incidents` many happened, or
/// all is `delivered`. Then its last line says how it fared.
final class Board {
    /// Between frames; ten a second at least tell the station that time passes.
    private static let frame = Interval.milliseconds(5)

    private let signals: FileDescriptor
    private let boot: BootID
    private let queue: EventQueue
    private let ledger: LedgerThread
    private let courier: Courier
    private let duty: Duty
    private var scene: Scene
    private let incidentCountMax: Int
    private let isDoneWhenDelivered: Bool
    private let residentAtStart = Memory.resident
    private var latest = Instant.zero

    init(_ options: Options) throws {
        signals = try Signals.descriptor(for: [Signals.terminate])
        let boot =
            Boot.identity().map { BootID(high: $0.high, low: $0.low) }
            ?? BootID(high: 0, low: 1)
        self.boot = boot
        queue = try EventQueue()
        ledger = try LedgerThread(boot: boot, queue: queue)
        let directory = options.text("ledger")
        try ledger.start(
            open: {
                let ledger = try SQLiteLedger(
                    directory: directory, stamp: Clocks.stamp(boot: boot))
                return .init(ledger: ledger, past: ledger.past)
            })
        let past = ledger.past(within: .seconds(30))
        let lines = try LoggedLines(options.text("lamps"))
        let seed = UInt64(options.number("seed", or: 1))
        incidentCountMax = options.number("incidents", or: .max)
        isDoneWhenDelivered = options.number("until-delivered", or: 0) > 0
        courier = try Self.courier(
            ledger, device: options.text("device", or: "board"),
            port: UInt16(options.number("port")), seed: seed, lines: lines)
        let period = options.number("period", or: 40)
        let now = Instant(nanoseconds: Clocks.monotonicNanoseconds())
        scene = Scene(
            seed: seed, from: now, period: period > 0 ? .milliseconds(Int64(period)) : nil,
            frameCountMax: options.number("frames", or: 12))
        let ledger = ledger
        let picture = (0..<2_000).map { UInt8(truncatingIfNeeded: $0) }
        duty = Duty(
            appliance: Appliance(
                policy: Scene.policy(), boot: boot,
                firstOrdinal: (past?.lastOrdinal(of: boot) ?? 0) + 1, past: past),
            lines: lines, keep: ledger.append,
            snapshot: { _, ordinal in
                // Of one incident in eight, so that all lanes are used.
                guard ordinal % 8 == 0 else { return }
                _ = ledger.keepSnapshot(picture, ordinal: ordinal)
            },
            log: { _, text in lines.note(text) })
    }

    private static func courier(
        _ ledger: LedgerThread, device: String, port: UInt16, seed: UInt64, lines: LoggedLines
    ) throws -> Courier {
        let ports = CourierPorts(
            read: { ledger.page($0, after: $1, countMax: $2, $3) },
            note: { ledger.note($0, of: "centre") },
            command: { _ in },
            log: { _, text in lines.note(text) },
            clock: { CertificateClock(wallMilliseconds: 0, isUnset: true) })
        let speaker = Speaker(device: device, cameras: ["hall"])
        let path = Path(endpoint: Endpoint(host: "127.0.0.1", port: port)) {
            MQTTDialect(MQTTDialect.Settings(), speaker: speaker) { _, _ in nil }
        }
        return try Courier(
            name: "centre", paths: [path], failoverAfter: .seconds(60), seed: seed, ports: ports)
    }

    func run() throws {
        let courier = courier
        ledger.whenReached { courier.ledgerReached($0) }
        ledger.cursors(of: "centre") { courier.begin(at: $0) }
        try courier.start()
        let timer = try FileDescriptor.timer(everyMilliseconds: Self.frame.milliseconds)
        let start = now()
        duty.handle(
            Event(
                at: start,
                cause: .clock(
                    wallMilliseconds: Clocks.wallMilliseconds(), trust: .synchronised,
                    weekMinute: 0)))
        while try Signals.next(from: signals) == nil, !isDone(since: start) {
            _ = try timer.wait(for: .readable, milliseconds: 100)
            _ = try timer.clear()
            for cause in queue.take() { duty.handle(Event(at: now(), cause: cause)) }
            let instant = now()
            duty.handle(
                Event(
                    at: instant,
                    cause: .decided(
                        camera: 0, capturedAt: instant,
                        sightings: isFull ? [] : scene.sightings(at: instant))))
        }
        settle(since: start)
    }

    /// Where the disk does not follow, what happens next must wait: nothing may be given up.
    private var isFull: Bool {
        scene.begunCount >= incidentCountMax && duty.appliance.openIncidents.isEmpty
            || duty.appliance.waitingRecords.count > 200
    }

    private func isDone(since start: Instant) -> Bool {
        guard duty.appliance.waitingRecords.count == 0, ledger.isIdle else { return false }
        if incidentCountMax != .max, scene.begunCount >= incidentCountMax, duty.appliance.isCalm {
            return true
        }
        let status = courier.status
        return isDoneWhenDelivered && status.isConnected && status.behindCount == 0
    }

    private func settle(since start: Instant) {
        let status = courier.status
        Console.say([
            ("incidents", scene.begunCount), ("delivered", Int(status.deliveredCount)),
            ("behind", Int(status.behindCount)),
            ("milliseconds", Int((now() - start).milliseconds)),
            ("residentAtStart", residentAtStart), ("resident", Memory.resident),
            ("peak", Memory.peak)
        ])
        duty.handle(Event(at: now(), cause: .stopping))
        let end = now() + .seconds(20)
        while now() < end, duty.appliance.waitingRecords.count > 0 || !ledger.isIdle {
            _ = try? queue.bell.wait(for: .readable, milliseconds: 50)
            for cause in queue.take() { duty.handle(Event(at: now(), cause: cause)) }
            duty.handle(Event(at: now(), cause: .tick))
        }
        courier.stop(within: .seconds(5))
        _ = ledger.stop(within: .seconds(20))
    }

    private func now() -> Instant {
        latest = max(latest, Instant(nanoseconds: Clocks.monotonicNanoseconds()))
        return latest
    }
}

/// Lamps that write down what they are told: `NANOSECONDS LAMP LEVEL`, a line for each change,
/// which outlives the process as soon as it is written.
final class LoggedLines: AlarmLines, Sendable {
    private let file: FileDescriptor

    init(_ path: String) throws {
        file = try FileDescriptor.open(path, [.writeOnly, .create, .append], mode: 0o600)
        note("life")
    }

    func drive(_ output: Output, on isOn: Bool) throws {
        guard output == .amber || output == .red else { return }
        note("\(output) \(isOn ? 1 : 0)")
    }

    func poll() throws -> [(input: Input, active: Bool)] { [] }

    func note(_ text: String) {
        try? file.writeAll("\(Clocks.monotonicNanoseconds()) \(text)\n")
    }
}
