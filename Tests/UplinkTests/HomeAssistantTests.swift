import Frames
import Incidents
import Station
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
}
