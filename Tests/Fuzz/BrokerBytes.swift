import Cryptography
import Frames
import Incidents
import Records
import Station
import Text

@testable import Uplink

/// What a broker, or whoever answers in its place, may send; and what may come as a command.
enum BrokerBytes {
    /// Into a session that greets, and into one that is open and has messages under way.
    static func feed(_ bytes: UnsafeRawBufferPointer) {
        let given = Array(bytes)
        for isOpen in [false, true] {
            var session = MQTTSession(MQTTSession.Settings(client: "c", commands: "a/command"))
            _ = session.opened(at: .zero)
            if isOpen {
                let greeting = MQTTPacket.ConnectAck(isSessionPresent: false, reason: 0)
                _ = session.received(MQTTPacket.connectAck(greeting).encoded, at: .zero)
                for key in 1...4 {
                    _ = session.publish(
                        MQTTPacket.Publish(topic: "t", payload: [1]), key: Int64(key), at: .zero)
                }
            }
            let actions = session.received(given, at: .zero)
            var outcomes: Set<Int64> = []
            for action in actions {
                switch action {
                case .delivered(let key), .refused(let key, _):
                    precondition(outcomes.insert(key).inserted, "two outcomes of one message")
                case .send, .opened, .retained, .received, .warned, .failed: break
                }
            }
            _ = session.passed(at: .zero + .seconds(60))
            session.closed()
            _ = session.opened(at: .zero + .seconds(61))
        }
        guard let length = try? MQTTPacket.length(of: given[...]), length <= given.count,
            let packet = try? MQTTPacket(given[..<length])
        else { return }
        let again = try? MQTTPacket(packet.encoded[...])
        precondition(again == packet, "written again, it reads differently")
    }

    static func seeds() -> [[UInt8]] {
        var ack = MQTTPacket.ConnectAck(isSessionPresent: true, reason: 0)
        ack.properties?[number: .receiveMaximum] = 3
        ack.properties?[text: .reasonText] = "welcome"
        var publish = MQTTPacket.Publish(topic: "a/command", payload: [1, 2, 3], id: 9)
        publish.properties.add(user: "key", "value")
        let packets: [MQTTPacket] = [
            .connectAck(ack), .publish(publish), .publishAck(id: 2, reason: 0x87),
            .publishAck(id: 1, reason: 0), .subscribeAck(id: 1, reasons: [1]), .pingResponse,
            .disconnect(reason: 0x8B),
            .connect(MQTTPacket.Connect(client: "c", isCleanStart: true, keepAliveSeconds: 60)),
            .subscribe(id: 3, filter: "a/#")
        ]
        return packets.map(\.encoded) + [packets.prefix(5).flatMap(\.encoded)]
    }

    private static let key = SigningKey(secret: [UInt8](repeating: 3, count: 32))

    /// The bytes as a whole message; and as the text of one that is signed, which chance does not
    /// find.
    static func command(_ bytes: UnsafeRawBufferPointer) {
        guard let key else { return }
        let given = Array(bytes)
        let centre = Centre(destination: "city", key: key.publicKey)
        _ = try? SignedCommand.read(given, from: centre, device: "bar")
        guard let text = String(validating: given, as: UTF8.self) else { return }
        let signature = Base64.text(key.sign(SignedCommand.prefix + given))
        let envelope =
            "{\"command\":\(JSON.quoted(text)),\"signature\":\"\(signature)\"}"
        guard
            let command = try? SignedCommand.read(
                Array(envelope.utf8), from: centre, device: "bar")
        else { return }
        precondition(!command.actor.isEmpty && !command.words.isEmpty, "a command without words")
        guard case .centre(centre, let ticket) = command.authority else {
            preconditionFailure("signed by one centre, and another's")
        }
        let answer = SignedCommand.text(
            OrderAnswer(order: command, refusal: nil, epoch: ticket.epoch), device: "bar")
        precondition((try? JSONValue.read(Array(answer.utf8))) != nil, "an answer that is no JSON")
        guard case .hours(let order) = command.action else { return }
        let stamp = Stamp(
            boot: BootID(high: 1, low: 2), monotonic: .zero, wallMilliseconds: 0, trust: .unset)
        let record = LedgerRecord(
            stamp: stamp, body: .hours(order, counter: ticket.counter, by: command.actor))
        let again = try? LedgerRecord(canonicalBytes: record.canonicalBytes)
        precondition(again == record, "hours that the ledger gives back differently")
    }

    static func commandSeeds() -> [[UInt8]] {
        let head = "{\"device\":\"bar\",\"counter\":1795693392262,\"by\":\"Aigul\",\"do\":"
        let incident = "\"incident\":\"00000000000000010000000000000002-7\""
        return [
            "\"silence\"}",
            "\"silence\",\"epoch\":\"00000000000000010000000000000002-3120000000\"}",
            "\"acknowledge\",\(incident)}",
            "\"hours\",\"venue\":\"open\",\"seconds\":60}",
            "\"hours\",\"schedule\":[{\"days\":[\"thu\",\"sun\"],\"from\":\"18:00\",\"to\":\"03:00\"},"
                + "{\"from\":\"00:00\",\"to\":\"24:00\"}]}",
            "\"fetch\",\(incident),\"evidence\":\"clip\",\"offset\":0,\"bytes\":9}"
        ].map { Array((head + $0).utf8) }
    }
}
