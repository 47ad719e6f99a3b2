import Frames
import Incidents
import Station

/// The ledger over MQTT 5.
///
///     PREFIX/DEVICE/status      retained: what the appliance is; the broker says "offline" for it
///     PREFIX/DEVICE/incident    a step of an incident
///     PREFIX/DEVICE/health      what became of the appliance itself
///     PREFIX/DEVICE/evidence    a picture or an explanation
///     PREFIX/DEVICE/command     what the centre wants
///     PREFIX/DEVICE/answer      what became of it
///     PREFIX/DEVICE/alarm       retained, for Home Assistant: ON while a confirmed incident is open
///
/// Payloads are JSON (`MessageJSON`); the key of each also stands in the user property `key`, so
/// that a receiver can pass over what it has without reading it.
public struct MQTTDialect: Dialect {
    public struct Settings: Sendable {
        public var prefix = "kuzet"
        public var user: String?
        public var password: String?
        public var keepAlive = Interval.seconds(60)
        /// Snapshots up to this size are sent along with what is said of them.
        public var pictureByteCountMax = 128 << 10
        public var takesCommands = false
        public var isKnownToHomeAssistant = false

        public init() {}
    }

    /// Keys of messages that are no ledger entries.
    private static let ownKey: Int64 = 0

    private var session: MQTTSession
    private let settings: Settings
    private let speaker: Speaker
    private let base: String
    /// Confirmed incidents whose end was not told yet.
    private var confirmed: Set<IncidentIdentity> = []
    /// The file that an evidence record vouches for; nil where it is gone or too large.
    private let picture: @Sendable (LedgerRecord, _ byteCountMax: Int) -> [UInt8]?

    public init(
        _ settings: Settings, speaker: Speaker,
        picture: @escaping @Sendable (LedgerRecord, _ byteCountMax: Int) -> [UInt8]?
    ) {
        self.settings = settings
        self.speaker = speaker
        self.picture = picture
        base = settings.prefix + "/" + speaker.device
        session = MQTTSession(
            MQTTSession.Settings(
                client: "kuzet-" + speaker.device, user: settings.user,
                password: settings.password.map { Array($0.utf8) },
                keepAlive: settings.keepAlive,
                will: Self.status("offline", base: base, device: speaker.device),
                commands: settings.takesCommands ? base + "/command" : nil))
    }

    public var freeCount: Int { session.freeCount }
    public var keepsEntries: Bool { true }

    public mutating func opened(at moment: Moment) -> [DialectAction] {
        actions(session.opened(at: moment.monotonic), at: moment)
    }

    public mutating func closed() { session.closed() }

    public mutating func received(_ bytes: [UInt8], at moment: Moment) -> [DialectAction] {
        actions(session.received(bytes, at: moment.monotonic), at: moment)
    }

    public mutating func passed(at moment: Moment) -> [DialectAction] {
        actions(session.passed(at: moment.monotonic), at: moment)
    }

    public mutating func tell(_ entry: OutboxEntry, at moment: Moment) -> [DialectAction] {
        let picture: [UInt8]?
        if case .evidence(_, .snapshot, _, _) = entry.record.body {
            picture = self.picture(entry.record, settings.pictureByteCountMax)
        } else {
            picture = nil
        }
        let report = speaker.report(entry)
        let topic = report != nil ? "incident" : entry.lane == .evidence ? "evidence" : "health"
        let text = MessageJSON.text(entry, speaker: speaker, picture: picture)
        var publish = MQTTPacket.Publish(topic: base + "/" + topic, payload: Array(text.utf8))
        publish.properties[number: .payloadFormat] = 1
        publish.properties[text: .contentType] = "application/json"
        if let report { publish.properties.add(user: "key", report.key) }
        var told = session.publish(publish, key: entry.sequence, at: moment.monotonic)
        if let report { told += alarm(after: report, at: moment.monotonic) }
        return actions(told, at: moment)
    }

    /// Whether anything confirmed goes on, where that changes with this step: incidents overlap, so
    /// none of their own messages says it.
    private mutating func alarm(
        after report: IncidentReport, at instant: Instant
    ) -> [MQTTSession.Action] {
        guard settings.isKnownToHomeAssistant else { return [] }
        let wasCalm = confirmed.isEmpty
        switch report.state {
        case .suspected: break
        case .confirmed: confirmed.insert(report.identity)
        case .closed: confirmed.remove(report.identity)
        }
        return confirmed.isEmpty == wasCalm ? [] : session.mention(alarm, at: instant)
    }

    private var alarm: MQTTPacket.Publish {
        MQTTPacket.Publish(
            topic: base + "/alarm", payload: Array((confirmed.isEmpty ? "OFF" : "ON").utf8),
            isRetained: true)
    }

    public mutating func answer(_ text: String, at moment: Moment) -> [DialectAction] {
        let publish = MQTTPacket.Publish(topic: base + "/answer", payload: Array(text.utf8))
        guard session.freeCount > 0 else { return [] }
        return actions(
            session.publish(publish, key: Self.ownKey, at: moment.monotonic), at: moment)
    }

    public mutating func leave(at moment: Moment) -> [DialectAction] {
        let goodbye = Self.status("stopped", base: base, device: speaker.device)
        return actions(
            session.mention(goodbye, at: moment.monotonic) + session.leave(at: moment.monotonic),
            at: moment)
    }

    private static func status(_ state: String, base: String, device: String) -> MQTTPacket.Publish
    {
        let text = MessageJSON.status(state, device: device)
        return MQTTPacket.Publish(
            topic: base + "/status", payload: Array(text.utf8), isRetained: true)
    }

    private mutating func actions(
        _ actions: [MQTTSession.Action], at moment: Moment
    ) -> [DialectAction] {
        var result: [DialectAction] = []
        for action in actions {
            switch action {
            case .send(let bytes): result.append(.send(bytes))
            case .opened:
                let online = Self.status("online", base: base, device: speaker.device)
                var mentions = [online]
                if settings.isKnownToHomeAssistant {
                    mentions += HomeAssistant.discovery(base: base, device: speaker.device).map {
                        MQTTPacket.Publish(
                            topic: $0.topic, payload: Array($0.payload.utf8), isRetained: true)
                    }
                    mentions.append(alarm)
                }
                for mention in mentions {
                    for case .send(let bytes) in session.mention(mention, at: moment.monotonic) {
                        result.append(.send(bytes))
                    }
                }
                result.append(.opened)
            case .delivered(let key):
                if key != Self.ownKey { result.append(.delivered(key)) }
            case .refused(let key, let cause):
                if key != Self.ownKey { result.append(.refused(key, cause: cause)) }
            case .received(_, let payload): result.append(.command(payload))
            case .warned(let text): result.append(.warned(text))
            case .failed(let cause): result.append(.failed(cause))
            }
        }
        return result
    }
}
