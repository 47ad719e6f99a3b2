import Frames

/// A client's side of one MQTT 5 session: publishes with quality of service 1, and takes what
/// comes on one topic.
///
/// Pure: bytes and time come in, bytes and outcomes go out. What was published and not
/// acknowledged stays here over a lost connection and is sent again first, in order: marked as a
/// duplicate where the broker still has the session (4.4), anew where it has not.
///
/// - Limits: `flightCountMax` messages unacknowledged, or fewer where the broker says so; packets
///   of `packetByteCountMax` from it.
/// - Source: MQTT Version 5.0, OASIS Standard.
struct MQTTSession: Sendable {
    struct Settings: Hashable, Sendable {
        var client: String
        var user: String?
        var password: [UInt8]?
        var keepAlive = Interval.seconds(60)
        /// So long the broker keeps commands for us.
        var sessionExpirySeconds: UInt32 = 86_400
        /// What the broker says for us when we are gone.
        var will: MQTTPacket.Publish?
        /// The topic of commands; nil takes none.
        var commands: String?
    }

    /// ```
    ///            opened              CONNACK 0
    ///   closed ─────────▶ greeting ────────────▶ open
    ///      ▲                 │ refused, no answer  │ DISCONNECT, no answer, malformed
    ///      └──── closed ─────┴─────────────────────┘
    /// ```
    /// After `failed` the caller closes: nothing is sent on such a connection any more.
    enum State: Hashable, Sendable {
        case closed
        case greeting(since: Instant)
        case open
        case failed
    }

    enum Action: Hashable, Sendable {
        case send([UInt8])
        /// Messages can be given now.
        case opened
        case delivered(key: Int64)
        case refused(key: Int64, cause: String)
        case received(topic: String, payload: [UInt8])
        /// Worth a line in the log; nothing ends by it.
        case warned(String)
        /// The connection is of no use any more.
        case failed(String)
    }

    private struct Flight: Hashable, Sendable {
        var key: Int64
        var publish: MQTTPacket.Publish
        /// Sent on this connection, when.
        var sentAt: Instant?
    }

    static let flightCountMax = 16
    static let packetByteCountMax = 64 << 10
    /// A broker that does not answer for so long is gone.
    static let answerMax = Interval.seconds(20)

    private(set) var state = State.closed
    private let settings: Settings
    /// The first session of a life begins anew: nothing is known of what was under way before.
    private var isFirst = true
    private var flights: [Flight] = []
    private var nextID: UInt16 = 1
    private var incoming: [UInt8] = []
    private var receiveMaximum = Self.flightCountMax
    /// nil where the broker states none.
    private var sendByteCountMax: Int?
    private var keepAlive = Interval.zero
    private var lastSentAt = Instant.zero
    private var pingedAt: Instant?

    init(_ settings: Settings) {
        self.settings = settings
    }

    /// How many more messages it takes now.
    var freeCount: Int {
        guard case .open = state else { return 0 }
        return max(min(receiveMaximum, Self.flightCountMax) - flights.count, 0)
    }

    // MARK: Events

    /// The connection stands.
    mutating func opened(at instant: Instant) -> [Action] {
        var connect = MQTTPacket.Connect(
            client: settings.client, isCleanStart: isFirst,
            keepAliveSeconds: UInt16(clamping: settings.keepAlive.milliseconds / 1000),
            user: settings.user, password: settings.password, will: settings.will)
        connect.properties[number: .sessionExpiry] = settings.sessionExpirySeconds
        connect.properties[number: .receiveMaximum] = UInt32(Self.flightCountMax)
        connect.properties[number: .maximumPacketSize] = UInt32(Self.packetByteCountMax)
        state = .greeting(since: instant)
        incoming.removeAll(keepingCapacity: true)
        pingedAt = nil
        for index in flights.indices { flights[index].sentAt = nil }
        return send(.connect(connect), at: instant)
    }

    /// The connection is gone, or was given up.
    mutating func closed() {
        state = .closed
        incoming.removeAll(keepingCapacity: true)
    }

    mutating func received(_ bytes: [UInt8], at instant: Instant) -> [Action] {
        incoming += bytes
        var actions: [Action] = []
        var used = 0
        defer { incoming.removeFirst(used) }
        while true {
            switch state {
            case .closed, .failed:
                used = incoming.count
                return actions
            case .greeting, .open: break
            }
            do throws(MQTTError) {
                let rest = incoming[used...]
                guard let length = try MQTTPacket.length(of: rest) else { return actions }
                guard length <= Self.packetByteCountMax else {
                    throw .malformed(
                        "\(length) bytes, at most \(Self.packetByteCountMax) are taken")
                }
                guard rest.count >= length else { return actions }
                let packet = try MQTTPacket(rest.prefix(length))
                used += length
                actions += handle(packet, at: instant)
            } catch {
                actions += fail("\(error)")
            }
        }
    }

    /// Time has passed.
    mutating func passed(at instant: Instant) -> [Action] {
        switch state {
        case .closed, .failed: return []
        case .greeting(let since):
            return instant - since >= Self.answerMax
                ? fail("no CONNACK within \(Self.answerMax.milliseconds / 1000) s") : []
        case .open:
            if let pingedAt, instant - pingedAt >= Self.answerMax {
                return fail("no PINGRESP within \(Self.answerMax.milliseconds / 1000) s")
            }
            if let sentAt = flights.first?.sentAt, instant - sentAt >= Self.answerMax {
                return fail("no PUBACK within \(Self.answerMax.milliseconds / 1000) s")
            }
            guard pingedAt == nil, keepAlive > .zero,
                instant - lastSentAt >= .milliseconds(keepAlive.milliseconds * 3 / 4)
            else { return [] }
            pingedAt = instant
            return send(.pingRequest, at: instant)
        }
    }

    /// Publishes; `delivered` or `refused` tells the outcome, over any number of connections.
    ///
    /// Not to be called where `freeCount` is 0.
    mutating func publish(
        _ message: MQTTPacket.Publish, key: Int64, at instant: Instant
    ) -> [Action] {
        var publish = message
        publish.id = takeID()
        publish.qos = 1
        // Most brokers state no limit: then nothing is encoded only to be measured.
        if let sendByteCountMax {
            let byteCount = MQTTPacket.publish(publish).encoded.count
            guard byteCount <= sendByteCountMax else {
                return [
                    .refused(
                        key: key,
                        cause: "\(byteCount) bytes, the broker takes at most \(sendByteCountMax)")
                ]
            }
        }
        flights.append(Flight(key: key, publish: publish))
        return sendFlights(at: instant)
    }

    /// Publishes without asking for an acknowledgement.
    mutating func mention(_ message: MQTTPacket.Publish, at instant: Instant) -> [Action] {
        guard case .open = state else { return [] }
        var publish = message
        publish.qos = 0
        return send(.publish(publish), at: instant)
    }

    /// Says goodbye, so that the broker does not speak our will.
    mutating func leave(at instant: Instant) -> [Action] {
        guard case .open = state else { return [] }
        return send(.disconnect(reason: 0), at: instant)
    }

    // MARK: Packets

    private mutating func handle(_ packet: MQTTPacket, at instant: Instant) -> [Action] {
        switch (state, packet) {
        case (.greeting, .connectAck(let ack)): return handle(ack, at: instant)
        case (.open, .publishAck(let id, let reason, let properties)):
            return acknowledged(id, reason, properties, at: instant)
        case (.open, .publish(let publish)): return received(publish, at: instant)
        case (.open, .subscribeAck(_, let reasons)):
            guard let reason = reasons.first(where: { $0 >= 0x80 }) else { return [] }
            return [.warned("subscribe to commands: \(MQTTReason.words(reason))")]
        case (.open, .pingResponse):
            pingedAt = nil
            return []
        case (_, .disconnect(let reason, let properties)):
            return fail("the broker ended it: \(MQTTReason.words(reason, properties))")
        case (_, .connect), (_, .connectAck), (_, .publish), (_, .publishAck), (_, .subscribe),
            (_, .subscribeAck), (_, .pingRequest), (_, .pingResponse):
            return fail("a packet out of place")
        }
    }

    private mutating func handle(
        _ ack: MQTTPacket.ConnectAck, at instant: Instant
    ) -> [Action] {
        guard ack.reason == 0 else {
            return fail("connect: \(MQTTReason.words(ack.reason, ack.properties))")
        }
        // Absent means 1 and higher (3.2.2.3.4).
        guard (ack.properties[number: .maximumQoS] ?? 1) >= 1 else {
            return fail("connect: the broker acknowledges nothing (maximum QoS 0)")
        }
        let maximum = ack.properties[number: .receiveMaximum] ?? UInt32(UInt16.max)
        guard maximum > 0 else { return fail("connect: receive maximum 0") }
        receiveMaximum = Int(maximum)
        sendByteCountMax = ack.properties[number: .maximumPacketSize].map(Int.init)
        keepAlive =
            ack.properties[number: .serverKeepAlive].map { .seconds(Int64($0)) }
            ?? settings.keepAlive
        state = .open
        isFirst = false
        // What was under way is a duplicate only to who still knows of it.
        for index in flights.indices { flights[index].publish.isDuplicate = ack.isSessionPresent }
        var actions: [Action] = [.opened]
        if let filter = settings.commands {
            actions += send(.subscribe(id: takeID(), filter: filter), at: instant)
        }
        return actions + sendFlights(at: instant)
    }

    private mutating func acknowledged(
        _ id: UInt16, _ reason: UInt8, _ properties: MQTTProperties, at instant: Instant
    ) -> [Action] {
        // An acknowledgement of what was never sent says nothing.
        guard let index = flights.firstIndex(where: { $0.publish.id == id && $0.sentAt != nil })
        else { return [] }
        if reason >= 0x80, !MQTTReason.isAboutTheMessage(reason) {
            return fail("publish: \(MQTTReason.words(reason, properties))")
        }
        let flight = flights.remove(at: index)
        let outcome: Action =
            reason >= 0x80
            ? .refused(key: flight.key, cause: MQTTReason.words(reason, properties))
            : .delivered(key: flight.key)
        return [outcome] + sendFlights(at: instant)
    }

    private mutating func received(
        _ publish: MQTTPacket.Publish, at instant: Instant
    ) -> [Action] {
        let received = Action.received(topic: publish.topic, payload: publish.payload)
        switch publish.qos {
        case 0: return [received]
        case 1: return [received] + send(.publishAck(id: publish.id, reason: 0), at: instant)
        default: return fail("a message with quality of service 2, which was not asked for")
        }
    }

    // MARK: Sending

    private mutating func sendFlights(at instant: Instant) -> [Action] {
        guard case .open = state else { return [] }
        var actions: [Action] = []
        let window = min(receiveMaximum, Self.flightCountMax)
        for index in flights.indices.prefix(window) where flights[index].sentAt == nil {
            flights[index].sentAt = instant
            actions += send(.publish(flights[index].publish), at: instant)
        }
        return actions
    }

    private mutating func send(_ packet: MQTTPacket, at instant: Instant) -> [Action] {
        lastSentAt = instant
        return [.send(packet.encoded)]
    }

    private mutating func fail(_ cause: String) -> [Action] {
        state = .failed
        return [.failed(cause)]
    }

    /// An identifier that no message under way has. Ends: fewer than 65,535 are under way.
    private mutating func takeID() -> UInt16 {
        while true {
            let id = nextID
            nextID = nextID == .max ? 1 : nextID + 1
            if !flights.contains(where: { $0.publish.id == id }) { return id }
        }
    }
}
