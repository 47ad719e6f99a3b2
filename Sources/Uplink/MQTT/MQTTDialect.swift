import Frames
import Records
import Station

/// The ledger over MQTT 5.
///
///     PREFIX/DEVICE/status      retained: what the appliance is; the broker says "offline" for it
///     PREFIX/DEVICE/incident    a step of an incident
///     PREFIX/DEVICE/health      what became of the appliance itself
///     PREFIX/DEVICE/find        like whom on a list somebody is, to a centre that is told of faces
///     PREFIX/DEVICE/evidence    a picture or an explanation
///     PREFIX/DEVICE/people      how many people a camera saw in the minute that is over
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
    private let topics: RetainedTopics
    /// What is retained there, as far as we know; nil before that was asked.
    private var known: [String]?

    /// - Parameter topics: remembers for that broker what is to be taken back.
    public init(
        _ settings: Settings, speaker: Speaker, topics: RetainedTopics = .unknown,
        picture: @escaping @Sendable (LedgerRecord, _ byteCountMax: Int) -> [UInt8]?
    ) {
        self.settings = settings
        self.speaker = speaker
        self.picture = picture
        self.topics = topics
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

    public var hasSettled: Bool { session.hasSettled }

    public var whyHungUp: String? {
        guard case .greeting = session.state else { return nil }
        return "connect: it hung up: MQTT 5 is not spoken there, or not with us"
    }

    public mutating func opened(at moment: Moment) -> [DialectAction] {
        session.retained = retained()
        return actions(session.opened(at: moment.monotonic))
    }

    @discardableResult
    public mutating func closed() -> [DialectAction] { actions(session.closed()) }

    public mutating func sending(at moment: Moment) { session.sending(at: moment.monotonic) }

    public mutating func received(_ bytes: [UInt8], at moment: Moment) -> [DialectAction] {
        actions(session.received(bytes, at: moment.monotonic))
    }

    public mutating func passed(at moment: Moment) -> [DialectAction] {
        actions(session.passed(at: moment.monotonic))
    }

    /// Of what is sealed of a find.
    private static let findByteCountMax = 64 << 10

    public mutating func tell(_ entry: OutboxEntry, at moment: Moment) -> [DialectAction] {
        let picture: [UInt8]?
        switch entry.record.body {
        case .evidence(_, .snapshot, _, _):
            picture = self.picture(entry.record, settings.pictureByteCountMax)
        // Sealed, and small: an officer has to see it now.
        case .evidence(_, .find, _, _):
            picture = self.picture(entry.record, Self.findByteCountMax)
        default: picture = nil
        }
        let report = speaker.report(entry)
        let topic: String
        switch entry.record.body {
        case .found: topic = "find"
        case .evidence: topic = "evidence"
        default:
            topic = report != nil ? "incident" : entry.lane == .evidence ? "evidence" : "health"
        }
        var publish = MQTTPacket.Publish(topic: base + "/" + topic, payload: [])
        publish.properties[number: .payloadFormat] = 1
        publish.properties[text: .contentType] = "application/json"
        if let report { publish.properties.add(user: "key", report.key) }
        publish.payload = Array(
            MessageJSON.text(entry, speaker: speaker, picture: picture).utf8)
        // What is vouched for is told even where the picture itself does not pass.
        if picture != nil, !session.takes(publish) {
            publish.payload = Array(MessageJSON.text(entry, speaker: speaker).utf8)
        }
        var told = session.publish(publish, key: entry.sequence, at: moment.monotonic)
        if let report { told += alarm(after: report, at: moment.monotonic) }
        return actions(told)
    }

    /// Whether anything confirmed goes on, where that changes with this step: incidents overlap, so
    /// none of their own messages says it.
    private mutating func alarm(
        after report: IncidentReport, at instant: Instant
    ) -> [MQTTSession.Action] {
        // A likeness is no alarm.
        guard settings.isKnownToHomeAssistant, report.kind.row.category != .list else { return [] }
        let wasCalm = confirmed.isEmpty
        switch report.state {
        case .suspected: break
        case .confirmed: confirmed.insert(report.identity)
        case .closed: confirmed.remove(report.identity)
        }
        return confirmed.isEmpty == wasCalm ? [] : session.retain(alarm, at: instant)
    }

    private var alarm: MQTTPacket.Publish {
        MQTTPacket.Publish(
            topic: base + "/alarm", payload: Array((confirmed.isEmpty ? "OFF" : "ON").utf8),
            isRetained: true)
    }

    public mutating func answer(_ text: String, at moment: Moment) -> [DialectAction] {
        let publish = MQTTPacket.Publish(topic: base + "/answer", payload: Array(text.utf8))
        guard session.freeCount > 0 else { return [] }
        return actions(session.publish(publish, key: Self.ownKey, at: moment.monotonic))
    }

    public mutating func tell(_ count: CountReport, at moment: Moment) -> [DialectAction] {
        let text = count.json(speaker: speaker, wallMilliseconds: moment.wallMilliseconds)
        let publish = MQTTPacket.Publish(topic: base + "/people", payload: Array(text.utf8))
        return actions(session.mention(publish, at: moment.monotonic))
    }

    public mutating func leave(at moment: Moment) -> [DialectAction] {
        let goodbye = Self.status("stopped", base: base, device: speaker.device)
        return actions(
            session.mention(goodbye, at: moment.monotonic) + session.leave(at: moment.monotonic))
    }

    private static func status(_ state: String, base: String, device: String) -> MQTTPacket.Publish
    {
        let text = MessageJSON.status(state, device: device)
        return MQTTPacket.Publish(
            topic: base + "/status", payload: Array(text.utf8), isRetained: true)
    }

    /// What a broker shall keep from now on: nothing where we once retained something for Home
    /// Assistant, under another name or before that was switched off.
    private mutating func retained() -> [MQTTPacket.Publish] {
        let online = Self.status("online", base: base, device: speaker.device)
        var current: [MQTTPacket.Publish] = []
        if settings.isKnownToHomeAssistant {
            current = HomeAssistant.discovery(base: base, speaker: speaker).map {
                MQTTPacket.Publish(
                    topic: $0.topic, payload: Array($0.payload.utf8), isRetained: true)
            }
            current.append(alarm)
        }
        let topics = current.map(\.topic)
        let over = (known ?? self.topics.read()).filter { !topics.contains($0) }
        know(over + topics)
        return [online]
            + over.suffix(RetainedTopics.countMax).map {
                MQTTPacket.Publish(topic: $0, payload: [], isRetained: true)
            } + current
    }

    private mutating func know(_ topics: [String]) {
        let topics = Array(topics.suffix(RetainedTopics.countMax))
        guard topics != known ?? self.topics.read() else {
            known = topics
            return
        }
        known = topics
        self.topics.write(topics)
    }

    /// The broker has what was to be retained on a topic.
    private mutating func settled(_ topic: String) {
        guard !session.retained.contains(where: { $0.topic == topic && !$0.payload.isEmpty })
        else { return }
        know((known ?? []).filter { $0 != topic })
    }

    private mutating func actions(_ actions: [MQTTSession.Action]) -> [DialectAction] {
        var result: [DialectAction] = []
        for action in actions {
            switch action {
            case .send(let bytes): result.append(.send(bytes))
            case .opened: result.append(.opened)
            case .retained(let topic): settled(topic)
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
