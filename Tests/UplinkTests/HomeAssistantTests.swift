import Frames
import Incidents
import Records
import Station
import Synchronization
import Testing

@testable import Uplink

@Suite struct HomeAssistantTests {
    private let moment = Moment(monotonic: .zero + .seconds(1), wallMilliseconds: 0)

    /// What stands on the alarm's topic after each step of `actions`.
    private func alarms(_ actions: [DialectAction]) throws -> [String] {
        try actions.compactMap { action in
            guard case .send(let bytes) = action,
                case .publish(let publish) = try MQTTPacket(bytes[...]),
                publish.topic == "kuzet/bar/alarm"
            else { return nil }
            #expect(publish.isRetained)
            return String(decoding: publish.payload, as: UTF8.self)
        }
    }

    private func entry(
        _ sequence: Int64, _ ordinal: UInt32, _ kind: Incident.Kind, _ state: Incident.State
    ) -> OutboxEntry {
        var incident = Incident(
            ordinal: ordinal, camera: 0, kind: kind, zone: 0, openedAt: .zero)
        incident.state = state
        if state != .suspected { incident.confirmedAt = .zero }
        if state == .closed { incident.closedAt = .zero }
        let stamp = Stamp(
            boot: BootID(high: 1, low: 2), monotonic: .zero, wallMilliseconds: 3,
            trust: .synchronised)
        return OutboxEntry(
            sequence: sequence, record: LedgerRecord(stamp: stamp, body: .incident(incident)),
            at: Dating.Date(wallMilliseconds: 4, source: .clock))
    }

    /// Incidents overlap, and what is told late is over already: neither ends another's alarm.
    @Test func theAlarmIsOnAsLongAsAnythingConfirmedGoesOn() throws {
        var settings = MQTTDialect.Settings()
        settings.isKnownToHomeAssistant = true
        var dialect = MQTTDialect(settings, speaker: Speaker(device: "bar", cameras: ["hall"])) {
            _, _ in nil
        }
        _ = dialect.opened(at: moment)
        let ack = MQTTPacket.connectAck(
            MQTTPacket.ConnectAck(isSessionPresent: false, reason: 0))
        #expect(try alarms(dialect.received(ack.encoded, at: moment)) == ["OFF"])
        let story: [(UInt32, Incident.Kind, Incident.State, [String])] = [
            (1, .fight, .suspected, []), (1, .fight, .confirmed, ["ON"]),
            (2, .uplinkLost, .confirmed, []), (2, .uplinkLost, .closed, []),
            (3, .covered, .suspected, []), (3, .covered, .closed, []),
            (1, .fight, .closed, ["OFF"])
        ]
        for (index, step) in story.enumerated() {
            let told = dialect.tell(
                entry(Int64(index) + 1, step.0, step.1, step.2), at: moment)
            #expect(try alarms(told) == step.3, "\(step)")
        }
    }

    // MARK: What is taken back

    /// Lives of an appliance in front of one broker: what it is called, and whether it is known.
    private final class Broker: Sendable {
        let kept = Mutex<[String: String]>([:])
        let remembered = Mutex<[String]>([])

        /// - Parameter answers: whether it says that it has what it was told.
        func serve(_ device: String, isKnown: Bool, answers: Bool = true, at moment: Moment) throws
        {
            var settings = MQTTDialect.Settings()
            settings.isKnownToHomeAssistant = isKnown
            let topics = RetainedTopics(
                read: { self.remembered.withLock { $0 } },
                write: { topics in self.remembered.withLock { $0 = topics } })
            var dialect = MQTTDialect(
                settings, speaker: Speaker(device: device, cameras: []), topics: topics
            ) { _, _ in nil }
            _ = dialect.opened(at: moment)
            let ack = MQTTPacket.ConnectAck(isSessionPresent: false, reason: 0)
            var waiting = dialect.received(MQTTPacket.connectAck(ack).encoded, at: moment)
            while !waiting.isEmpty {
                guard case .send(let bytes) = waiting.removeFirst(),
                    case .publish(let publish) = try MQTTPacket(bytes[...])
                else { continue }
                #expect(publish.isRetained && publish.qos == 1)
                // Whatever is retained for it is remembered before it is told.
                #expect(
                    publish.payload.isEmpty || publish.topic.hasSuffix("/status")
                        || remembered.withLock { $0.contains(publish.topic) })
                kept.withLock {
                    $0[publish.topic] =
                        publish.payload.isEmpty
                        ? nil : String(decoding: publish.payload, as: UTF8.self)
                }
                if answers {
                    let ack = MQTTPacket.publishAck(id: publish.id, reason: 0)
                    waiting += dialect.received(ack.encoded, at: moment)
                }
            }
        }

        var topics: [String] { kept.withLock { $0.keys.sorted() } }
    }

    private func topics(_ device: String) -> [String] {
        [
            "homeassistant/binary_sensor/kuzet_\(device)/alarm/config",
            "homeassistant/event/kuzet_\(device)/incident/config", "kuzet/\(device)/alarm"
        ]
    }

    @Test func whatIsSwitchedOffIsTakenBackAndNothingIsSaidWhereNothingWas() throws {
        let broker = Broker()
        try broker.serve("bar", isKnown: false, at: moment)
        #expect(broker.topics == ["kuzet/bar/status"])
        try broker.serve("bar", isKnown: true, at: moment)
        #expect(broker.topics == topics("bar") + ["kuzet/bar/status"])
        // It ends before the broker answers: the next life takes it back.
        try broker.serve("bar", isKnown: false, answers: false, at: moment)
        #expect(broker.remembered.withLock { $0.count } == 3)
        try broker.serve("bar", isKnown: false, at: moment)
        #expect(broker.topics == ["kuzet/bar/status"])
        #expect(broker.remembered.withLock { $0.isEmpty })
    }

    @Test func underAnotherNameTheFormerOneIsTakenBack() throws {
        let broker = Broker()
        try broker.serve("bar", isKnown: true, at: moment)
        try broker.serve("club", isKnown: true, at: moment)
        let expected = topics("club") + ["kuzet/bar/status", "kuzet/club/status"]
        #expect(broker.topics == expected.sorted())
        #expect(broker.remembered.withLock { $0.sorted() } == topics("club"))
    }

    @Test func whatIsRememberedIsBounded() throws {
        let broker = Broker()
        for number in 0..<100 {
            try broker.serve("bar\(number)", isKnown: true, answers: false, at: moment)
            #expect(broker.remembered.withLock { $0.count } <= RetainedTopics.countMax)
        }
        #expect(broker.remembered.withLock { $0.suffix(3).allSatisfy { $0.contains("bar99") } })
    }
}
