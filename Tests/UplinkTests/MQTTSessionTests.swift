import Frames
import Testing
import Text

@testable import Uplink

@Suite struct MQTTSessionTests {
    @Test func onlyASuccessfulAcknowledgementIsADelivery() throws {
        var broker = MQTTBroker()
        try broker.open()
        try broker.greet()
        try broker.publish(1)
        try broker.publish(2)
        #expect(broker.outcomes == [.opened])
        try broker.say(.publishAck(id: broker.published[0].id, reason: 0))
        try broker.say(.publishAck(id: broker.published[1].id, reason: 0x10))
        #expect(broker.outcomes == [.opened, .delivered(key: 1), .delivered(key: 2)])
    }

    @Test func aMessageThatIsRefusedForWhatItIsIsRefusedForGood() throws {
        var broker = MQTTBroker()
        try broker.open()
        try broker.greet()
        try broker.publish(1)
        try broker.say(.publishAck(id: broker.published[0].id, reason: 0x99))
        #expect(
            broker.outcomes.last == .refused(key: 1, cause: "payload format invalid (0x99)"))
    }

    /// Not authorised, over quota: the message is right, and must not be lost by it.
    @Test(arguments: [0x87, 0x97, 0x80, 0x83] as [UInt8])
    func whatMayBetterIsTriedAgain(reason: UInt8) throws {
        var broker = MQTTBroker()
        try broker.open()
        try broker.greet()
        try broker.publish(1)
        while broker.session.state == .open {
            let last = try #require(broker.published.last)
            try broker.say(.publishAck(id: last.id, reason: reason))
            try broker.pass(2)
        }
        #expect(broker.published.count <= MQTTSession.refusalCountMax)
        // Each time as another message: an acknowledged one is not sent again.
        #expect(Set(broker.published.map(\.id)).count == broker.published.count)
        #expect(broker.published.allSatisfy { !$0.isDuplicate })
        try broker.close()
        try broker.open()
        try broker.greet(sessionPresent: true)
        #expect(broker.published.count == 1)
        try broker.say(.publishAck(id: broker.published[0].id, reason: 0))
        #expect(broker.outcomes.last == .delivered(key: 1))
        #expect(broker.refused.isEmpty)
    }

    @Test func whatIsUnderWayIsSentAgainInOrderAndMarkedWhereTheBrokerKnowsIt() throws {
        for isPresent in [true, false] {
            var broker = MQTTBroker()
            try broker.open()
            try broker.greet()
            for key in 1...5 { try broker.publish(Int64(key)) }
            try broker.say(.publishAck(id: broker.published[1].id, reason: 0))
            let before = broker.published
            broker.session.closed()
            broker.packets.removeAll()
            try broker.open()
            try broker.greet(sessionPresent: isPresent)
            #expect(broker.published.map(\.id) == [0, 2, 3, 4].map { before[$0].id })
            #expect(broker.published.allSatisfy { $0.isDuplicate == isPresent })
        }
    }

    @Test func theFirstSessionOfALifeIsCleanAndLaterOnesAreNot() throws {
        var broker = MQTTBroker()
        try broker.open()
        try broker.greet()
        broker.session.closed()
        try broker.open()
        let starts = broker.packets.compactMap {
            if case .connect(let connect) = $0 { connect.isCleanStart } else { nil }
        }
        #expect(starts == [true, false])
    }

    @Test func theReceiveMaximumIsHonoured() throws {
        var broker = MQTTBroker()
        try broker.open()
        try broker.greet(receiveMaximum: 2)
        #expect(broker.session.freeCount == 2)
        for key in 1...2 { try broker.publish(Int64(key)) }
        #expect(broker.session.freeCount == 0)
        broker.session.closed()
        broker.packets.removeAll()
        try broker.open()
        try broker.greet(receiveMaximum: 1)
        #expect(broker.published.count == 1)
        try broker.say(.publishAck(id: broker.published[0].id, reason: 0))
        #expect(broker.published.count == 2)
    }

    @Test func aRefusedConnectionSaysWhy() throws {
        var broker = MQTTBroker()
        try broker.open()
        var ack = MQTTPacket.ConnectAck(isSessionPresent: false, reason: 0x87)
        ack.properties?[text: .reasonText] = "who are you"
        try broker.say(.connectAck(ack))
        #expect(
            broker.outcomes == [
                .failed("connect: not authorised (0x87), it says: who are you")
            ])
    }

    @Test func aBrokerThatFallsSilentIsGivenUp() throws {
        var greeting = MQTTBroker()
        try greeting.open()
        try greeting.pass(19)
        #expect(greeting.outcomes.isEmpty)
        try greeting.pass(1)
        #expect(greeting.outcomes == [.failed("no CONNACK within 20 s")])

        var idle = MQTTBroker()
        try idle.open()
        try idle.greet()
        try idle.pass(45)
        #expect(idle.packets.last == .pingRequest)
        try idle.say(.pingResponse)
        try idle.pass(45)
        try idle.pass(20)
        #expect(idle.outcomes.last == .failed("no PINGRESP within 20 s"))

        var full = MQTTBroker()
        try full.open()
        try full.greet()
        try full.publish(1)
        try full.pass(20)
        #expect(full.outcomes.last == .failed("no PUBACK within 20 s"))
    }

    @Test func commandsAreTakenAndAcknowledged() throws {
        var broker = MQTTBroker(commands: "a/command")
        try broker.open()
        try broker.greet()
        #expect(broker.packets.last == .subscribe(id: 1, filter: "a/command"))
        try broker.say(
            .publish(MQTTPacket.Publish(topic: "a/command", payload: [5], id: 77)))
        #expect(broker.outcomes.last == .received(topic: "a/command", payload: [5]))
        #expect(broker.packets.last == .publishAck(id: 77, reason: 0))
    }

    @Test func packetsComeInPiecesAndTogether() throws {
        var broker = MQTTBroker()
        try broker.open()
        let ack = MQTTPacket.connectAck(.init(isSessionPresent: false, reason: 0)).encoded
        for byte in ack { try broker.take(broker.session.received([byte], at: .zero)) }
        #expect(broker.outcomes == [.opened])
        for key in 1...3 { try broker.publish(Int64(key)) }
        let acks = broker.published.flatMap { MQTTPacket.publishAck(id: $0.id, reason: 0).encoded }
        try broker.take(broker.session.received(acks, at: .zero))
        #expect(broker.outcomes.count == 4)
    }

    /// Any bytes at any moment: no crash, bounded memory, and a session that failed says nothing.
    @Test func aHostileBrokerIsSurvived() throws {
        var chance = SplitMix64(seed: 11)
        let seeds = PacketCases.all.map(\.encoded)
        for _ in 0..<2_000 {
            var broker = MQTTBroker(commands: "a/command")
            try broker.open()
            if chance.chance(3, in: 4) { try broker.greet() }
            for key in 0..<chance.whole(in: 0...4) where broker.session.freeCount > 0 {
                try broker.publish(Int64(key))
            }
            for _ in 0..<20 {
                var bytes = seeds[chance.whole(in: 0...seeds.count - 1)]
                if chance.chance(1, in: 2) {
                    bytes[chance.whole(in: 0...bytes.count - 1)] = UInt8(chance.whole(in: 0...255))
                }
                let actions = broker.session.received(bytes, at: broker.now)
                if broker.session.state == .failed,
                    !actions.contains(where: {
                        if case .failed = $0 { true } else { false }
                    })
                {
                    #expect(actions.isEmpty)
                }
                _ = broker.session.passed(at: broker.now)
            }
        }
    }
}

@Test func homeAssistantIsToldWhatItCanReadAsJSON() throws {
    let messages = HomeAssistant.discovery(
        base: "kuzet/bar \"7\"", speaker: Speaker(device: "bar \"7\"", cameras: ["door"]))
    #expect(
        messages.map(\.topic) == [
            "homeassistant/event/kuzet_bar__7_/incident/config",
            "homeassistant/binary_sensor/kuzet_bar__7_/alarm/config",
            "homeassistant/sensor/kuzet_bar__7_/people_door/config"
        ])
    for (message, topic) in zip(messages, ["incident", "alarm", "people"]) {
        let value = try JSONValue.read(Array(message.payload.utf8))
        #expect(value["state_topic"]?.string == "kuzet/bar \"7\"/\(topic)")
        #expect(value["availability_topic"]?.string == "kuzet/bar \"7\"/status")
    }
}
