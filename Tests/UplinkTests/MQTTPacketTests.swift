import Frames
import Testing

@testable import Uplink

enum PacketCases {
    static var all: [MQTTPacket] {
        var will = MQTTPacket.Publish(
            topic: "kuzet/a/status", payload: [1, 2, 3], qos: 1, isRetained: true)
        will.properties[number: .willDelay] = 5
        var connect = MQTTPacket.Connect(
            client: "kuzet-é", isCleanStart: true, keepAliveSeconds: 60, user: "u",
            password: [0, 255], will: will)
        connect.properties[number: .sessionExpiry] = 86_400
        connect.properties[number: .receiveMaximum] = 16
        connect.properties[number: .maximumPacketSize] = 65_536
        var ack = MQTTPacket.ConnectAck(isSessionPresent: true, reason: 0)
        ack.properties?[number: .maximumQoS] = 1
        ack.properties?[text: .reasonText] = "welcome"
        var publish = MQTTPacket.Publish(
            topic: "kuzet/a/incident", payload: [UInt8](repeating: 7, count: 300), id: 9,
            isDuplicate: true)
        publish.properties[number: .payloadFormat] = 1
        publish.properties[text: .contentType] = "application/json"
        publish.properties.add(user: "key", "a-1-confirmed")
        publish.properties.add(user: "key", "again")
        return [
            .connect(connect),
            .connect(
                MQTTPacket.Connect(client: "", isCleanStart: false, keepAliveSeconds: 0)),
            .connectAck(ack), .publish(publish),
            .publish(MQTTPacket.Publish(topic: "t", payload: [], qos: 0)),
            .publishAck(id: 65_535, reason: 0x87), .subscribe(id: 3, filter: "kuzet/+/command"),
            .subscribeAck(id: 3, reasons: [1, 0x87]), .pingRequest, .pingResponse,
            .disconnect(reason: 0x8B)
        ]
    }
}

@Suite struct MQTTPacketTests {
    @Test func everyPacketReadsBackAsItself() throws {
        for packet in PacketCases.all {
            let bytes = packet.encoded
            #expect(try MQTTPacket.length(of: bytes[...]) == bytes.count)
            #expect(try MQTTPacket(bytes[...]) == packet)
        }
    }

    /// As mosquitto 2 writes and reads it; the bytes of section 3.1.
    @Test func aConnectIsTheStandardsBytes() {
        let connect = MQTTPacket.Connect(
            client: "a", isCleanStart: true, keepAliveSeconds: 60)
        #expect(
            MQTTPacket.connect(connect).encoded
                == [0x10, 14, 0, 4, 0x4D, 0x51, 0x54, 0x54, 5, 2, 0, 60, 0, 0, 1, 0x61])
    }

    @Test func shortAcknowledgementsAreRead() throws {
        #expect(try MQTTPacket([0x40, 2, 0, 7][...]) == .publishAck(id: 7, reason: 0))
        #expect(try MQTTPacket([0x40, 3, 0, 7, 0x97][...]) == .publishAck(id: 7, reason: 0x97))
        #expect(try MQTTPacket([0xE0, 0][...]) == .disconnect(reason: 0))
    }

    @Test func aPacketCutOffIsRefusedOrAnotherOne() throws {
        for packet in PacketCases.all {
            let bytes = packet.encoded
            let body = bytes.dropFirst(bytes.count > 129 ? 3 : 2)
            for count in 0..<body.count {
                var cut = [bytes[0]]
                cut.appendVariable(UInt32(count))
                cut += body.prefix(count)
                let read = try? MQTTPacket(cut[...])
                switch packet {
                case .connect, .subscribe: #expect(read == nil)
                // Two bytes are an answer of MQTT 3.
                case .connectAck: #expect((read == nil) == (count != 2))
                // Their ends may be left out, or are payload.
                default: _ = read
                }
            }
        }
    }

    /// Whatever is accepted is written back as something that reads the same.
    @Test func hostileBytesAreRefusedOrUnderstood() throws {
        var chance = SplitMix64(seed: 5)
        let seeds = PacketCases.all.map(\.encoded)
        var acceptedCount = 0
        for _ in 0..<60_000 {
            var bytes = seeds[chance.whole(in: 0...seeds.count - 1)]
            for _ in 0..<chance.whole(in: 1...4) {
                switch chance.whole(in: 0...2) {
                case 0:
                    bytes[chance.whole(in: 0...bytes.count - 1)] = UInt8(chance.whole(in: 0...255))
                case 1: bytes.remove(at: chance.whole(in: 0...bytes.count - 1))
                default:
                    bytes.insert(
                        UInt8(chance.whole(in: 0...255)), at: chance.whole(in: 0...bytes.count))
                }
                if bytes.count < 2 { bytes = [0xC0, 0] }
            }
            guard let packet = try? MQTTPacket(bytes[...]) else { continue }
            acceptedCount += 1
            let again = packet.encoded
            #expect(try MQTTPacket(again[...]) == packet)
        }
        #expect(acceptedCount > 1_000)
    }

    @Test func aPropertyThatStandsTwiceIsRefused() {
        // CONNACK, session present 0, reason 0, receive maximum twice.
        let bytes: [UInt8] = [0x20, 9, 0, 0, 6, 0x21, 0, 1, 0x21, 0, 1]
        #expect(throws: MQTTError.malformed("property 33 stands twice")) {
            try MQTTPacket(bytes[...])
        }
    }
}
