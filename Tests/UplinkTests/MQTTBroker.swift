import Frames

@testable import Uplink

/// A broker that does what a test says, and what it was sent.
struct MQTTBroker {
    var session: MQTTSession
    var now = Instant.zero
    var packets: [MQTTPacket] = []
    var outcomes: [MQTTSession.Action] = []

    init(commands: String? = nil, will: MQTTPacket.Publish? = nil) {
        session = MQTTSession(MQTTSession.Settings(client: "c", will: will, commands: commands))
    }

    mutating func take(_ actions: [MQTTSession.Action]) throws {
        for action in actions {
            if case .send(let bytes) = action {
                packets.append(try MQTTPacket(bytes[...]))
            } else {
                outcomes.append(action)
            }
        }
    }

    mutating func open() throws { try take(session.opened(at: now)) }

    mutating func say(_ packet: MQTTPacket) throws {
        try take(session.received(packet.encoded, at: now))
    }

    mutating func greet(
        sessionPresent: Bool = false, receiveMaximum: UInt32? = nil, packetSize: UInt32? = nil,
        _ properties: [(MQTTProperties.Name, UInt32)] = []
    ) throws {
        var ack = MQTTPacket.ConnectAck(isSessionPresent: sessionPresent, reason: 0)
        ack.properties?[number: .receiveMaximum] = receiveMaximum
        ack.properties?[number: .maximumPacketSize] = packetSize
        for (name, value) in properties { ack.properties?[number: name] = value }
        try say(.connectAck(ack))
    }

    mutating func publish(_ key: Int64, _ payload: [UInt8] = [1], topic: String = "t") throws {
        try take(
            session.publish(
                MQTTPacket.Publish(topic: topic, payload: payload), key: key, at: now))
    }

    mutating func pass(_ seconds: Int64) throws {
        now = now + .seconds(seconds)
        try take(session.passed(at: now))
    }

    mutating func close() throws {
        try take(session.closed())
        packets.removeAll()
    }

    var published: [MQTTPacket.Publish] {
        packets.compactMap { if case .publish(let publish) = $0 { publish } else { nil } }
    }

    var connects: [MQTTPacket.Connect] {
        packets.compactMap { if case .connect(let connect) = $0 { connect } else { nil } }
    }

    var refused: [Int64] {
        outcomes.compactMap { if case .refused(let key, _) = $0 { key } else { nil } }
    }

    var delivered: [Int64] {
        outcomes.compactMap { if case .delivered(let key) = $0 { key } else { nil } }
    }

    var warnings: [String] {
        outcomes.compactMap { if case .warned(let text) = $0 { text } else { nil } }
    }
}
