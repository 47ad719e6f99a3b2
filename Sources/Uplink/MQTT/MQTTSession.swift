import Frames

/// A client's side of one MQTT 5 session: publishes with quality of service 1, and takes what
/// comes on one topic.
///
/// Pure: bytes and time come in, bytes and outcomes go out. What was published and not
/// acknowledged stays here over a lost connection and is sent again first, in order: marked as a
/// duplicate where the broker still has the session (4.4), anew where it has not.
///
/// What a broker cannot do is left out, for every packet: retained messages, quality 1 (then a
/// PINGRESP behind a message is its receipt, for a connection's packets are read in order), packets
/// over its size, more under way than it takes. What it says in CONNACK holds for that connection;
/// what it hung up at, for good.
///
/// - Limits: `MQTTFlights`; packets of `packetByteCountMax` from the broker.
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
        /// The broker has what is retained on that topic, or forgot it where that was nothing.
        case retained(topic: String)
        case received(topic: String, payload: [UInt8])
        /// Worth a line in the log; nothing ends by it.
        case warned(String)
        /// The connection is of no use any more.
        case failed(String)
    }

    static let packetByteCountMax = SignedCommand.watchByteCountMax + 1_024
    /// Where not even this much may be sent no incident can be told: that is no broker to give
    /// messages up at. None at all would be an error of the protocol (3.2.2.3.6).
    static let sendByteCountMin = 1_024
    /// A broker that does not answer for so long is gone.
    static let answerMax = Interval.seconds(20)
    /// What may be about the message is asked so often, with pauses: if others were taken meanwhile,
    /// it is.
    static let refusalCountMax = 3
    static let refusalPause = Interval.seconds(2)
    /// Connections that ended without a word: after so many in a row that brought nothing forward
    /// one of the messages may be why; and after so many at one message alone it is.
    static let lossCountMax = 3
    static let hangUpCountMax = 5

    /// What the broker at the other end cannot do, as far as it is known.
    private struct Peer: Hashable, Sendable {
        var retains = true
        /// Receipts: quality of service 1.
        var acknowledges = true
        var takesWill = true
    }

    private enum Subscription: Hashable, Sendable {
        case none, due, sent, done
    }

    private(set) var state = State.closed
    /// What is retained, said first on each connection.
    var retained: [MQTTPacket.Publish] = []
    /// Whether this connection, or the one that just ended, settled something by its end: the next
    /// one will be another.
    private(set) var hasSettled = false
    private let settings: Settings
    /// The first session of a life begins anew: nothing is known of what was under way before.
    private var isFirst = true
    private var flights = MQTTFlights()
    private var subscription = Subscription.none
    /// The broker may have hung up at it: it goes alone, after all else.
    private var isSubscriptionSuspect = false
    private var isSubscriptionRefused = false
    /// Topics of what is retained that the broker refused: not said again in this life.
    private var unwelcome: Set<String> = []
    private var incoming: [UInt8] = []
    /// What it hung up at.
    private var peer = Peer()
    /// The same, with what it said in CONNACK.
    private var here = Peer()
    private var client: String
    private var receiveMaximum = MQTTFlights.countMax
    /// nil where the broker states none.
    private var sendByteCountMax: Int?
    private var keepAlive = Interval.zero
    private var lastSentAt = Instant.zero
    private var pingedAt: Instant?
    /// When the network last took something that had waited for it.
    private var sendingAt = Instant.zero
    /// How many messages the broker has taken, and whether any on this connection.
    private var takenCount: UInt64 = 0
    private var hasTaken = false
    private var lossCount = 0

    init(_ settings: Settings) {
        self.settings = settings
        client = settings.client
    }

    /// How many more messages it takes now.
    var freeCount: Int {
        guard case .open = state else { return 0 }
        return flights.freeCount(window: receiveMaximum)
    }

    /// Whether the broker takes a packet of that size.
    func takes(_ message: MQTTPacket.Publish) -> Bool {
        // Most brokers state no limit: then nothing is encoded only to be measured.
        sendByteCountMax.map { MQTTPacket.publish(message).encoded.count <= $0 } ?? true
    }

    // MARK: Events

    /// The connection stands.
    mutating func opened(at instant: Instant) -> [Action] {
        var will = peer.takesWill ? settings.will : nil
        if !peer.retains { will?.isRetained = false }
        if !peer.acknowledges { will?.qos = 0 }
        var connect = MQTTPacket.Connect(
            client: client, isCleanStart: isFirst,
            keepAliveSeconds: UInt16(clamping: settings.keepAlive.milliseconds / 1000),
            user: settings.user, password: settings.password, will: will)
        connect.properties[number: .sessionExpiry] = settings.sessionExpirySeconds
        connect.properties[number: .receiveMaximum] = UInt32(MQTTFlights.countMax)
        connect.properties[number: .maximumPacketSize] = UInt32(Self.packetByteCountMax)
        state = .greeting(since: instant)
        incoming.removeAll(keepingCapacity: true)
        (hasSettled, hasTaken, pingedAt, subscription) = (false, false, nil, .none)
        flights.opened()
        return send(.connect(connect), at: instant)
    }

    /// The connection is gone, or was given up.
    @discardableResult
    mutating func closed() -> [Action] {
        // Where it is open still, it ended without a word.
        defer { state = .closed }
        incoming.removeAll(keepingCapacity: true)
        return state == .open ? hungUp(nil) : []
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
                if case .greeting = state {
                    actions += fail("connect: MQTT is not spoken there: \(error)")
                } else {
                    actions += fail("\(error)")
                }
            }
        }
    }

    /// What was sent is still on its way to the network, and moves: no answer is due yet.
    mutating func sending(at instant: Instant) { sendingAt = instant }

    /// Time has passed.
    mutating func passed(at instant: Instant) -> [Action] {
        switch state {
        case .closed, .failed: return []
        case .greeting(let since):
            return instant - since >= Self.answerMax
                ? fail("no CONNACK within \(Self.answerMax.milliseconds / 1000) s") : []
        case .open:
            if let pingedAt, instant - max(pingedAt, sendingAt) >= Self.answerMax {
                return fail("no PINGRESP within \(Self.answerMax.milliseconds / 1000) s")
            }
            let sentAt = flights.underWay.compactMap { flights.all[$0].sentAt }.min()
            if here.acknowledges, let sentAt,
                instant - max(sentAt, sendingAt) >= Self.answerMax
            {
                return fail("no PUBACK within \(Self.answerMax.milliseconds / 1000) s")
            }
            if subscription == .sent, isSubscriptionSuspect, instant - lastSentAt >= Self.answerMax
            {
                subscription = .done
            }
            let actions = sendFlights(at: instant)
            guard pingedAt == nil, keepAlive > .zero,
                instant - lastSentAt >= .milliseconds(keepAlive.milliseconds * 3 / 4)
            else { return actions }
            return actions + ping(at: instant)
        }
    }

    /// Publishes; `delivered` or `refused` tells the outcome, over any number of connections.
    ///
    /// Not to be called where `freeCount` is 0.
    mutating func publish(
        _ message: MQTTPacket.Publish, key: Int64, at instant: Instant
    ) -> [Action] {
        flights.add(message, key: key)
        return sendFlights(at: instant)
    }

    /// Says what is retained from now on.
    mutating func retain(_ message: MQTTPacket.Publish, at instant: Instant) -> [Action] {
        guard case .open = state, !unwelcome.contains(message.topic) else { return [] }
        flights.add(retained: message)
        return sendFlights(at: instant)
    }

    /// Publishes without asking for an acknowledgement.
    mutating func mention(_ message: MQTTPacket.Publish, at instant: Instant) -> [Action] {
        guard case .open = state else { return [] }
        var publish = message
        publish.qos = 0
        if !here.retains { publish.isRetained = false }
        return takes(publish) ? send(.publish(publish), at: instant) : []
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
            (subscription, isSubscriptionSuspect) = (.done, false)
            let actions = sendFlights(at: instant)
            guard let reason = reasons.first(where: { $0 >= 0x80 }) else { return actions }
            return actions + [.warned("subscribe to commands: \(MQTTReason.words(reason))")]
        case (.open, .pingResponse):
            pingedAt = nil
            guard !here.acknowledges else { return [] }
            return flights.removePinged().flatMap { taken($0) } + sendFlights(at: instant)
        case (_, .disconnect(let reason, let properties)):
            let words = MQTTReason.words(reason, properties)
            return learn(reason) + hungUp((MQTTReason.matter(of: reason), words))
                + fail("the broker ended it: \(words)")
        case (_, .connect), (_, .connectAck), (_, .publish), (_, .publishAck), (_, .subscribe),
            (_, .subscribeAck), (_, .pingRequest), (_, .pingResponse):
            return fail("a packet out of place")
        }
    }

    private mutating func handle(
        _ ack: MQTTPacket.ConnectAck, at instant: Instant
    ) -> [Action] {
        guard let properties = ack.properties else {
            return fail(
                "connect: MQTT 5 is not spoken there: it answers as MQTT 3 does, with"
                    + " \(ack.reason)")
        }
        if let most = properties[number: .maximumPacketSize], most < Self.sendByteCountMin {
            return fail(
                "connect: the broker takes packets of at most \(most) bytes, and"
                    + " \(Self.sendByteCountMin) are needed")
        }
        guard ack.reason == 0 else {
            var actions = learn(ack.reason)
            let words = MQTTReason.words(ack.reason, properties)
            // Of a CONNECT, that can only be its will (3.2.2.2).
            if MQTTReason.matter(of: ack.reason) == .message, peer.takesWill {
                (peer.takesWill, hasSettled) = (false, true)
                actions.append(.warned("the broker cannot say for us that we are gone: \(words)"))
            }
            return actions + fail("connect: \(words)")
        }
        let maximum = properties[number: .receiveMaximum] ?? UInt32(UInt16.max)
        guard maximum > 0 else { return fail("connect: receive maximum 0") }
        receiveMaximum = Int(maximum)
        sendByteCountMax = properties[number: .maximumPacketSize].map(Int.init)
        here = peer
        // Absent means that it can (3.2.2.3.4, 3.2.2.3.5).
        if properties[number: .retainAvailable] == 0 { here.retains = false }
        if properties[number: .maximumQoS] == 0 { here.acknowledges = false }
        // Where it allows more, or does not care, we still want to know that it is there.
        let wanted = properties[number: .serverKeepAlive].map { Interval.seconds(Int64($0)) }
        keepAlive = min(wanted ?? .zero, settings.keepAlive)
        if keepAlive == .zero { keepAlive = settings.keepAlive }
        client = properties[text: .assignedClient] ?? client
        state = .open
        isFirst = false
        // What was under way is a duplicate only to who still knows of it.
        flights.mark(duplicates: ack.isSessionPresent)
        flights.begin(retained: retained.filter { !unwelcome.contains($0.topic) })
        var actions: [Action] = [.opened]
        subscription = settings.commands == nil || isSubscriptionRefused ? .none : .due
        if !isSubscriptionSuspect { actions += subscribe(at: instant) }
        return actions + sendFlights(at: instant)
    }

    private mutating func subscribe(at instant: Instant) -> [Action] {
        guard subscription == .due, let filter = settings.commands else { return [] }
        let packet = MQTTPacket.subscribe(id: flights.takeID(), filter: filter)
        if let sendByteCountMax, packet.encoded.count > sendByteCountMax {
            subscription = .none
            return [.warned("subscribe to commands: too large for the broker")]
        }
        subscription = .sent
        return send(packet, at: instant)
    }

    private mutating func acknowledged(
        _ id: UInt16, _ reason: UInt8, _ properties: MQTTProperties, at instant: Instant
    ) -> [Action] {
        // An acknowledgement of what was never sent says nothing.
        guard let index = flights.index(ofID: id) else { return [] }
        guard reason >= 0x80 else {
            return taken(flights.remove(index)) + sendFlights(at: instant)
        }
        let words = MQTTReason.words(reason, properties)
        switch MQTTReason.matter(of: reason) {
        case .message:
            return refused(flights.remove(index), words) + sendFlights(at: instant)
        case .unclear:
            let isTaking = flights.refused(index, takenCount: takenCount)
            let isOver = flights.all[index].refusalCount >= Self.refusalCountMax
            if flights.all[index].key == nil || isOver && isTaking {
                return refused(flights.remove(index), words) + sendFlights(at: instant)
            }
            guard !isOver else { return fail("publish: \(words)") }
            flights.rest(index, until: instant + Self.refusalPause)
            return sendFlights(at: instant)
        case .connection:
            // In use by a session that we know nothing of.
            if reason == 0x91 { isFirst = true }
            return learn(reason) + fail("publish: \(words)")
        }
    }

    private mutating func taken(_ flight: MQTTFlights.Flight) -> [Action] {
        (takenCount, hasTaken) = (takenCount &+ 1, true)
        guard let key = flight.key else { return [.retained(topic: flight.publish.topic)] }
        lossCount = 0
        return [.delivered(key: key)]
    }

    private func refused(_ flight: MQTTFlights.Flight, _ cause: String) -> [Action] {
        guard let key = flight.key else {
            return [.warned("\(flight.publish.topic): refused: \(cause)")]
        }
        return [.refused(key: key, cause: cause)]
    }

    // MARK: What a broker hangs up at

    /// From now on it is left out.
    private mutating func learn(_ reason: UInt8) -> [Action] {
        switch reason {
        case 0x9A where peer.retains:
            (peer.retains, hasSettled) = (false, true)
            return [.warned("the broker retains nothing: status and alarm are only said")]
        case 0x9B where peer.acknowledges:
            (peer.acknowledges, hasSettled) = (false, true)
            return [.warned("the broker takes quality of service 0 only")]
        default: return []
        }
    }

    /// Finds out at what.
    ///
    /// - Parameter cause: what the broker said, if anything.
    private mutating func hungUp(_ cause: (matter: MQTTReason.Matter, words: String)?) -> [Action] {
        guard cause?.matter != .connection else { return [] }
        let underWay = flights.underWay
        let isSubscribing = subscription == .sent
        guard !underWay.isEmpty || isSubscribing else { return [] }
        let isSuspected = isSubscriptionSuspect || underWay.contains { flights.all[$0].isSuspect }
        if cause == nil { lossCount += 1 }
        guard cause != nil || isSuspected || lossCount >= Self.lossCountMax else { return [] }
        // Known where one of them was alone: others went before it, and none beside it.
        if isSubscribing, underWay.isEmpty, isSubscriptionSuspect {
            (isSubscriptionRefused, hasSettled) = (true, true)
            return [.warned("subscribe to commands: \(cause?.words ?? "it hung up at it")")]
        }
        guard underWay.count == 1, !isSubscribing,
            cause != nil || flights.all[underWay[0]].isSuspect
        else {
            if isSubscribing { isSubscriptionSuspect = true }
            flights.suspectUnderWay(isSaid: cause != nil)
            return []
        }
        flights.hungUp(at: underWay[0], isTaking: hasTaken)
        let count = flights.all[underWay[0]].refusalCount
        switch cause?.matter {
        case .message: break
        case .unclear, .connection:
            guard count >= Self.refusalCountMax else { return [] }
        case nil:
            guard count >= Self.hangUpCountMax else { return [] }
        }
        hasSettled = true
        let flight = flights.remove(underWay[0])
        if flight.key == nil { unwelcome.insert(flight.publish.topic) }
        return refused(flight, cause?.words ?? "it hung up \(count) times when it was told")
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
        guard case .open = state, subscription != .sent || !isSubscriptionSuspect else { return [] }
        var actions: [Action] = []
        while let index = flights.due(window: receiveMaximum, at: instant).first {
            var publish = flights.all[index].publish
            if !here.retains { publish.isRetained = false }
            if !here.acknowledges { (publish.qos, publish.isDuplicate) = (0, false) }
            let bytes = MQTTPacket.publish(publish).encoded
            if let sendByteCountMax, bytes.count > sendByteCountMax {
                actions += refused(
                    flights.remove(index),
                    "\(bytes.count) bytes, the broker takes at most \(sendByteCountMax)")
                continue
            }
            flights.sent(index, at: instant)
            lastSentAt = instant
            actions.append(.send(bytes))
        }
        if flights.all.isEmpty { actions += subscribe(at: instant) }
        if !here.acknowledges, pingedAt == nil, flights.pinged() {
            actions += ping(at: instant)
        }
        return actions
    }

    private mutating func ping(at instant: Instant) -> [Action] {
        pingedAt = instant
        return send(.pingRequest, at: instant)
    }

    private mutating func send(_ packet: MQTTPacket, at instant: Instant) -> [Action] {
        lastSentAt = instant
        return [.send(packet.encoded)]
    }

    private mutating func fail(_ cause: String) -> [Action] {
        state = .failed
        return [.failed(cause)]
    }
}
