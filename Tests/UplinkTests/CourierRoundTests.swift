import Frames
import Records
import Simulation
import Station
import Synchronization
import Testing

@testable import Uplink

@Suite struct CourierRoundTests {
    private final class Said: Sendable {
        let lines = Mutex<[String]>([])
    }

    private let said = Said()

    /// - Parameter count: so many records about the appliance itself are to be told.
    private func round(_ dialect: any Dialect, _ count: Int = 0) throws -> CourierRound {
        let ledger = MemoryLedger()
        for index in 0..<count {
            let stamp = Stamp(
                boot: BootID(high: 1, low: 2), monotonic: Instant(nanoseconds: Int64(index)),
                wallMilliseconds: 0, trust: .unset)
            try ledger.append([LedgerRecord(stamp: stamp, body: .operated("\(index)"))])
        }
        var delivery = Delivery()
        delivery.ledgerReached(ledger.recordCount)
        while let (lane, after, count) = delivery.nextRead() {
            delivery.read(try ledger.page(lane, after: after, countMax: count))
        }
        let ports = CourierPorts(
            read: { _, _, _, _ in }, note: { _ in }, command: { _ in },
            log: { [said] _, text in said.lines.withLock { $0.append(text) } },
            clock: { CertificateClock(wallMilliseconds: 0, isUnset: true) })
        return CourierRound(
            name: "city", delivery: delivery, ports: ports, ask: { _, _, _ in },
            dialects: [dialect], tells: { _ in true })
    }

    private func dialect() -> MQTTDialect {
        MQTTDialect(
            MQTTDialect.Settings(), speaker: Speaker(device: "bar", cameras: [])
        ) { _, _ in nil }
    }

    private static func publishes(_ actions: [DialectAction]) -> [MQTTPacket.Publish] {
        actions.compactMap { action in
            guard case .send(let bytes) = action,
                case .publish(let publish)? = try? MQTTPacket(bytes[...])
            else { return nil }
            return publish
        }
    }

    /// A broker that acknowledges nothing yet, and somebody who asks meanwhile.
    @Test func anAnswerWaitsWhileSixteenMessagesAreUnderWay() throws {
        var dialect = dialect()
        var round = try round(dialect, 40)
        let now = Moment(monotonic: .zero, wallMilliseconds: 0)
        _ = dialect.opened(at: now)
        let connected = dialect.received(
            MQTTPacket.connectAck(MQTTPacket.ConnectAck(isSessionPresent: false, reason: 0))
                .encoded, at: now)
        // What is retained takes places, too, and is acknowledged first.
        for publish in Self.publishes(connected) {
            _ = dialect.received(MQTTPacket.publishAck(id: publish.id, reason: 0).encoded, at: now)
        }
        var ids: [UInt16] = []
        var answers: [String] = []
        func give() {
            while dialect.freeCount > 0, let message = round.next() {
                let actions: [DialectAction]
                switch message {
                case .answer(let text): actions = dialect.answer(text, at: now)
                case .entry(let entry): actions = dialect.tell(entry, at: now)
                }
                for publish in Self.publishes(actions) {
                    ids.append(publish.id)
                    if publish.topic.hasSuffix("/answer") {
                        answers.append(String(decoding: publish.payload, as: UTF8.self))
                    }
                }
            }
        }
        give()
        #expect(ids.count == 16)
        #expect(dialect.freeCount == 0)
        for index in 0..<8 { round.answer("\(index)") }
        give()
        #expect(answers == [])
        for id in ids.prefix(16) {
            _ = dialect.received(MQTTPacket.publishAck(id: id, reason: 0).encoded, at: now)
            give()
        }
        #expect(answers == (0..<8).map { "\($0)" })
        #expect(ids.count == 32, "and as many records, by turns")
    }

    @Test func answersAreBoundedAndOneTooManyIsSaidOnce() throws {
        var round = try round(dialect())
        for index in 0..<100 { round.answer("\(index)") }
        var told: [CourierRound.Message] = []
        while let message = round.next() { told.append(message) }
        #expect(told == (0..<AnswerQueue.countMax).map { .answer("\($0)") })
        #expect(said.lines.withLock { $0.count } == 1)
    }
}
