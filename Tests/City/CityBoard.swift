import Frames
import Linux
import Records
import Simulation
import Station
import Synchronization
import Uplink

/// One of a city's boards.
final class CityBoard {
    let ledger = SharedLedger()
    let courier: Courier
    private let speaker: Speaker
    private let duty: Duty
    private var scene: Scene
    private var toldAt = Instant.zero

    init(
        _ index: Int, boot: UInt64, seed: UInt64, endpoint: Endpoint, links: Links
    ) throws {
        let speaker = Speaker(device: "board-\(index)", cameras: ["hall"])
        self.speaker = speaker
        let ledger = ledger
        let ports = CourierPorts(
            read: { lane, after, countMax, answer in
                answer(ledger.page(lane, after, countMax))
            },
            note: { ledger.note($0) },
            command: { _ in },
            log: { _, text in links.add(index, text) },
            clock: { CertificateClock(wallMilliseconds: 0, isUnset: true) })
        let path = Path(endpoint: endpoint) {
            MQTTDialect(MQTTDialect.Settings(), speaker: speaker) { _, _ in nil }
        }
        let courier = try Courier(
            name: "city", paths: [path], failoverAfter: .seconds(60),
            seed: seed &* 1_000_003 &+ UInt64(index), ports: ports)
        self.courier = courier
        courier.begin(at: DeliveryCursors())
        let now = Instant(nanoseconds: Clocks.monotonicNanoseconds())
        scene = Scene(seed: seed &+ UInt64(index) << 20, from: now, period: nil)
        duty = Duty(
            appliance: Appliance(
                policy: Scene.policy(), boot: BootID(high: boot, low: UInt64(index))),
            lines: NoLines(),
            keep: { records in
                courier.ledgerReached(ledger.append(records))
                return .kept
            },
            snapshot: { _, _ in }, log: { _, _ in })
    }

    var incidentCount: Int { scene.begunCount }

    func happens(every period: Interval) {
        let now = Instant(nanoseconds: Clocks.monotonicNanoseconds())
        scene = Scene(
            seed: UInt64(bitPattern: now.nanoseconds) ^ UInt64(scene.begunCount), from: now,
            period: period > .zero ? period : nil)
    }

    /// A frame, if it matters: one a second says that the camera lives.
    func visit(at now: Instant) {
        let isDue = now - toldAt >= .seconds(1)
        guard isDue || scene.isBusy(at: now) || !duty.appliance.isCalm else { return }
        toldAt = now
        duty.handle(
            Event(
                at: now,
                cause: .decided(
                    camera: 0, capturedAt: now, sightings: scene.sightings(at: now))))
    }

    /// What the ledger holds, as the dump has it.
    func told() -> String {
        var text = ""
        for lane in DeliveryLane.allCases {
            for entry in ledger.page(lane, 0, .max).entries {
                let key = speaker.report(entry)?.key ?? "-"
                text += "record \(speaker.device) \(entry.sequence) \(lane.rawValue) \(key)\n"
            }
        }
        return text
    }
}

/// A ledger in memory that station and courier may ask from their threads.
final class SharedLedger: Sendable {
    private let memory = Mutex(MemoryLedger())

    /// - Returns: how many records there are now.
    func append(_ records: [LedgerRecord]) -> Int64 {
        memory.withLock { memory in
            try? memory.append(records)
            return memory.recordCount
        }
    }

    func page(_ lane: DeliveryLane, _ after: Int64, _ countMax: Int) -> OutboxPage {
        memory.withLock { memory in
            (try? memory.page(lane, after: after, countMax: countMax))
                ?? OutboxPage(lane: lane, entries: [], readThrough: after)
        }
    }

    func note(_ cursors: DeliveryCursors) { memory.withLock { $0.note(cursors, of: "city") } }

    var count: Int64 { memory.withLock { $0.recordCount } }
}

/// Nothing is lit in a city without lamps.
final class NoLines: AlarmLines {
    func drive(_ output: Output, on: Bool) throws {}
    func poll() throws -> [(input: Input, active: Bool)] { [] }
}
