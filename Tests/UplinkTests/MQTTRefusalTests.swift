import Frames
import Testing

@testable import Uplink

/// Brokers that cannot take something, and say so in one of many ways, or not at all.
@Suite struct MQTTRefusalTests {
    private typealias Judge = (MQTTPacket.Publish) -> Verdict

    private enum Verdict {
        case takes
        case answers(UInt8)
        case kicks(UInt8)
        case hangsUp
    }

    private static let status = MQTTPacket.Publish(
        topic: "status", payload: [1], isRetained: true)

    /// Lets a broker judge messages over as many connections as it takes, at most `countMax`.
    ///
    /// - Returns: how many connections there were.
    private func serve(
        _ broker: inout MQTTBroker, countMax: Int = 60, keys: ClosedRange<Int64>, judge: Judge
    ) throws -> Int {
        broker.session.retained = [Self.status]
        var isPublished = false
        for number in 1...countMax {
            try broker.open()
            try broker.greet(sessionPresent: number > 1)
            if !isPublished {
                isPublished = true
                for key in keys { try broker.publish(key, [UInt8(key)], topic: "t\(key)") }
            }
            var seenCount = 0
            connection: while true {
                while seenCount < broker.published.count {
                    let publish = broker.published[seenCount]
                    seenCount += 1
                    switch judge(publish) {
                    case .takes: try broker.say(.publishAck(id: publish.id, reason: 0))
                    case .answers(let reason):
                        try broker.say(.publishAck(id: publish.id, reason: reason))
                    case .kicks(let reason):
                        try broker.say(.disconnect(reason: reason))
                        break connection
                    case .hangsUp: break connection
                    }
                    if broker.session.state == .failed { break connection }
                }
                if broker.delivered.count + broker.refused.count == keys.count { return number }
                try broker.pass(1)
                if seenCount == broker.published.count, broker.now > .zero + .seconds(4_000) {
                    return number
                }
            }
            try broker.close()
            if broker.delivered.count + broker.refused.count == keys.count { return number }
        }
        return countMax
    }

    /// About the message (0x90, 0x95, 0x99) or perhaps (0x80, 0x83, 0x87): refused for good, while
    /// the others arrive, within a few seconds and over the same connection.
    @Test(arguments: [0x90, 0x95, 0x99, 0x80, 0x83, 0x87] as [UInt8])
    func oneMessageThatIsRefusedHoldsUpNothing(reason: UInt8) throws {
        var broker = MQTTBroker()
        let count = try serve(&broker, keys: 1...8) {
            $0.topic == "t3" ? .answers(reason) : .takes
        }
        #expect(broker.refused == [3])
        #expect(broker.delivered.sorted() == [1, 2, 4, 5, 6, 7, 8])
        #expect(count == 1)
        #expect(broker.now <= .zero + .seconds(6))
    }

    /// Nothing is taken at all: who knows the rules may be away. Nothing is lost by it.
    @Test(arguments: [0x80, 0x83, 0x87, 0x97] as [UInt8])
    func whereNothingIsTakenNothingIsRefusedForGood(reason: UInt8) throws {
        var broker = MQTTBroker()
        let isBack = 6
        var connectionCount = 0
        for number in 1...isBack {
            connectionCount += 1
            _ = try serve(&broker, countMax: 1, keys: 1...1) { _ in
                number < isBack ? .answers(reason) : .takes
            }
        }
        #expect(broker.refused.isEmpty)
        #expect(broker.delivered.contains(1))
    }

    /// Alone on a quiet line: nothing else tells whether the broker takes anything, so the next
    /// connection does, which begins with the status.
    @Test func oneThatIsForbiddenAndAloneIsFoundByTheNextConnection() throws {
        var broker = MQTTBroker()
        let count = try serve(&broker, keys: 1...1) { $0.topic == "t1" ? .answers(0x87) : .takes }
        #expect(broker.refused == [1])
        #expect(count == 2)
    }

    /// What it took a moment ago it does not take now: who knows the rules went away since.
    @Test func whatWasTakenBeforeSaysNothingOfWhatIsRefusedNow() throws {
        var broker = MQTTBroker()
        try broker.open()
        try broker.greet()
        for key in 1...5 { try broker.publish(Int64(key)) }
        for publish in broker.published.prefix(3) {
            try broker.say(.publishAck(id: publish.id, reason: 0))
        }
        for _ in 0..<10 where broker.session.state == .open {
            for publish in broker.published {
                try broker.say(.publishAck(id: publish.id, reason: 0x87))
            }
            try broker.pass(2)
        }
        #expect(broker.session.state == .failed)
        #expect(broker.refused.isEmpty && broker.delivered == [1, 2, 3])
    }

    /// It hangs up at one of those under way, and does not say at which.
    @Test(arguments: [0x90, 0x95, 0x99, 0x81, 0x82, 0x83, 0x87] as [UInt8])
    func aMessageAtWhichABrokerHangsUpIsFoundAndTheOthersArrive(reason: UInt8) throws {
        var broker = MQTTBroker()
        let count = try serve(&broker, keys: 1...8) { $0.topic == "t3" ? .kicks(reason) : .takes }
        #expect(broker.refused == [3])
        #expect(broker.delivered.sorted() == [1, 2, 4, 5, 6, 7, 8])
        #expect(count <= 1 + MQTTSession.refusalCountMax)
    }

    @Test func aBrokerThatHangsUpWithoutAWordAtOneMessageGetsTheOthers() throws {
        var broker = MQTTBroker()
        let count = try serve(&broker, keys: 1...8) { $0.topic == "t1" ? .hangsUp : .takes }
        #expect(broker.refused == [1])
        #expect(broker.delivered.sorted() == Array(2...8))
        #expect(count <= MQTTSession.lossCountMax + MQTTSession.hangUpCountMax)
    }

    /// A line that breaks, a broker that restarts for hours: the messages are right.
    @Test func aBrokerThatHangsUpAtEverythingCostsNoMessage() throws {
        var broker = MQTTBroker()
        _ = try serve(&broker, countMax: 50, keys: 1...8) { _ in .hangsUp }
        #expect(broker.refused.isEmpty && broker.delivered.isEmpty)
        _ = try serve(&broker, keys: 1...1) { _ in .takes }
        #expect(Set(broker.delivered) == Set(1...8))
    }

    /// Several bad ones: while they are found, an alarm that comes goes first.
    @Test func whileOneIsLookedForWhatIsNewGoesFirst() throws {
        var broker = MQTTBroker()
        try broker.open()
        try broker.greet()
        for key in 1...4 { try broker.publish(Int64(key)) }
        try broker.say(.disconnect(reason: 0x95))
        try broker.close()
        try broker.publish(9, topic: "alarm")
        try broker.open()
        try broker.greet()
        #expect(broker.published.map(\.topic) == ["alarm"])
        #expect(broker.session.freeCount > 0)
        try broker.say(.publishAck(id: broker.published[0].id, reason: 0))
        // Then one at a time, and nothing beside it.
        #expect(broker.published.count == 2)
        try broker.publish(10, topic: "alarm")
        #expect(broker.published.count == 2)
        try broker.say(.publishAck(id: broker.published[1].id, reason: 0))
        #expect(broker.published.map(\.topic) == ["alarm", "t", "alarm"])
    }

    /// The convenience that it hangs up at is left out for the rest of this life; alarms are told.
    @Test(arguments: [0x87, 0x90] as [UInt8])
    func whatIsRetainedAndRefusedDoesNotKeepAlarmsBack(reason: UInt8) throws {
        var broker = MQTTBroker()
        let count = try serve(&broker, keys: 1...3) {
            $0.topic == "status" ? .kicks(reason) : .takes
        }
        #expect(broker.delivered.sorted() == [1, 2, 3])
        #expect(count <= 3)
    }

    /// Commands are not let in: the broker hangs up at SUBSCRIBE, not at what is told.
    @Test func aBrokerThatHangsUpAtTheSubscriptionIsStillToldEverything() throws {
        var broker = MQTTBroker(commands: "a/command")
        for _ in 0..<4 {
            try broker.open()
            try broker.greet()
            if broker.connects.count == 1, broker.delivered.isEmpty, broker.published.isEmpty {
                try broker.publish(1)
            }
            var answeredCount = 0
            var isKicked = false
            while !isKicked, answeredCount < broker.packets.count {
                let packet = broker.packets[answeredCount]
                answeredCount += 1
                switch packet {
                case .subscribe:
                    isKicked = true
                    try broker.say(.disconnect(reason: 0x87))
                case .publish(let publish): try broker.say(.publishAck(id: publish.id, reason: 0))
                default: break
                }
            }
            try broker.close()
        }
        #expect(broker.delivered == [1] && broker.refused.isEmpty)
        #expect(broker.warnings == ["subscribe to commands: not authorised (0x87)"])
        try broker.open()
        try broker.greet()
        #expect(!broker.packets.contains { if case .subscribe = $0 { true } else { false } })
    }

    @Test func anIdentifierThatIsInUseBeginsANewSession() throws {
        var broker = MQTTBroker()
        try broker.open()
        try broker.greet()
        try broker.publish(1)
        try broker.say(.publishAck(id: broker.published[0].id, reason: 0x91))
        try broker.close()
        try broker.open()
        #expect(broker.connects.map(\.isCleanStart) == [true])
        try broker.greet()
        try broker.say(.publishAck(id: broker.published[0].id, reason: 0))
        #expect(broker.delivered == [1])
    }

    // MARK: What a broker announces

    @Test func noPacketIsLargerThanTheBrokerTakes() throws {
        var broker = MQTTBroker(commands: String(repeating: "c", count: 2_000))
        broker.session.retained = [
            Self.status,
            MQTTPacket.Publish(topic: "config", payload: [UInt8](repeating: 1, count: 1_100))
        ]
        try broker.open()
        try broker.greet()
        // It was given while the broker took more.
        try broker.publish(1, [UInt8](repeating: 0, count: 1_200))
        try broker.close()
        try broker.open()
        try broker.greet(packetSize: 1_024)
        try broker.publish(2)
        #expect(
            broker.packets.allSatisfy { packet in
                if case .connect = packet { return true }
                return packet.encoded.count <= 1_024
            })
        #expect(broker.published.map(\.topic) == ["status", "t"])
        #expect(broker.refused == [1])
        #expect(broker.warnings.count == 2, "\(broker.warnings)")
    }

    /// Nothing is given up at a broker to which no incident can be told; there may be another one.
    @Test(arguments: [0, 5, 1_023] as [UInt32])
    func aBrokerThatTakesHardlyAnythingIsNone(packetSize: UInt32) throws {
        var broker = MQTTBroker()
        broker.session.retained = [Self.status]
        try broker.open()
        try broker.greet()
        try broker.publish(1)
        try broker.close()
        try broker.open()
        try broker.greet(packetSize: packetSize)
        #expect(broker.session.state == .failed)
        #expect(broker.refused == [])
        try broker.close()
        try broker.open()
        try broker.greet(packetSize: 1_024)
        #expect(broker.session.state == .open)
    }

    @Test func whereNothingIsRetainedEverythingIsOnlySaid() throws {
        let will = MQTTPacket.Publish(topic: "status", payload: [0], isRetained: true)
        var broker = MQTTBroker(will: will)
        broker.session.retained = [Self.status]
        try broker.open()
        #expect(broker.connects.last?.will?.isRetained == true)
        try broker.say(.connectAck(.init(isSessionPresent: false, reason: 0x9A)))
        #expect(broker.session.hasSettled)
        try broker.close()
        try broker.open()
        #expect(broker.connects.last?.will?.isRetained == false)
        try broker.greet([(.retainAvailable, 0)])
        try broker.take(broker.session.mention(Self.status, at: .zero))
        #expect(broker.published.count == 2)
        #expect(broker.published.allSatisfy { !$0.isRetained })
        #expect(broker.warnings.count == 1)
        // Said once, it holds; a broker that says it again for another reason is no progress.
        try broker.say(.disconnect(reason: 0x9A))
        #expect(!broker.session.hasSettled)
    }

    /// Where there are no receipts, PINGRESP is one: packets of a connection are read in order.
    @Test func aBrokerOfQualityZeroIsToldAndAnswersByItsPing() throws {
        let will = MQTTPacket.Publish(topic: "status", payload: [0], isRetained: true)
        var broker = MQTTBroker(will: will)
        try broker.open()
        try broker.say(.connectAck(.init(isSessionPresent: false, reason: 0x9B)))
        try broker.close()
        try broker.open()
        #expect(broker.connects.last?.will?.qos == 0)
        try broker.greet([(.maximumQoS, 0)])
        try broker.publish(1)
        try broker.publish(2)
        #expect(broker.published.allSatisfy { $0.qos == 0 && !$0.isDuplicate })
        #expect(broker.delivered.isEmpty)
        try broker.say(.pingResponse)
        // The second one was said after that PINGREQ.
        #expect(broker.delivered == [1])
        try broker.say(.pingResponse)
        #expect(broker.delivered == [1, 2])
        #expect(broker.packets.count { $0 == .pingRequest } == 2)
        // A connection that is lost before is no receipt.
        try broker.publish(3)
        try broker.close()
        try broker.open()
        try broker.greet([(.maximumQoS, 0)])
        #expect(broker.published.count == 1 && broker.delivered == [1, 2])
        try broker.pass(20)
        #expect(broker.outcomes.last == .failed("no PINGRESP within 20 s"))
    }

    @Test func aWillThatTheBrokerDoesNotTakeIsLeftOut() throws {
        for reason: UInt8 in [0x90, 0x95, 0x99] {
            var broker = MQTTBroker(will: Self.status)
            try broker.open()
            try broker.say(.connectAck(.init(isSessionPresent: false, reason: reason)))
            #expect(broker.session.hasSettled)
            try broker.close()
            try broker.open()
            #expect(broker.connects.last?.will == nil)
            #expect(broker.warnings.count == 1)
        }
    }

    @Test func theReceiveMaximumHoldsForWhatIsRetained() throws {
        var broker = MQTTBroker()
        broker.session.retained = (1...3).map {
            MQTTPacket.Publish(topic: "r\($0)", payload: [], isRetained: true)
        }
        try broker.open()
        try broker.greet(receiveMaximum: 1)
        for count in 1...3 {
            #expect(broker.published.count == count)
            #expect(broker.session.freeCount == 0)
            try broker.say(.publishAck(id: broker.published[count - 1].id, reason: 0))
        }
        #expect(broker.session.freeCount == 1)
        #expect(broker.outcomes.contains(.retained(topic: "r3")))
    }

    @Test(arguments: [(2, 2), (60, 45), (600, 45), (0, 45)])
    func theKeepAliveIsTheBrokersWhereThatIsShorter(server: UInt32, seconds: Int64) throws {
        var broker = MQTTBroker()
        try broker.open()
        try broker.greet([(.serverKeepAlive, server)])
        try broker.pass(seconds - 1)
        #expect(broker.packets.last != .pingRequest)
        try broker.pass(1)
        #expect(broker.packets.last == .pingRequest)
    }

    @Test func theNameThatABrokerGivesUsIsOursFromThenOn() throws {
        var broker = MQTTBroker()
        try broker.open()
        var ack = MQTTPacket.ConnectAck(isSessionPresent: false, reason: 0)
        ack.properties?[text: .assignedClient] = "theirs"
        try broker.say(.connectAck(ack))
        try broker.close()
        try broker.open()
        #expect(broker.connects.map(\.client) == ["theirs"])
    }

    // MARK: Bounds

    /// All that is under way is sent at once when a connection is back: it fits.
    @Test func whatIsUnderWayFitsWhatMayWaitForTheNetwork() throws {
        var broker = MQTTBroker()
        try broker.open()
        try broker.greet()
        var key: Int64 = 0
        while broker.session.freeCount > 0 {
            key += 1
            // As large as the largest picture in Base64.
            try broker.publish(key, [UInt8](repeating: 0, count: 1_400_000))
        }
        try broker.close()
        try broker.open()
        try broker.greet()
        let byteCount = broker.packets.reduce(0) { $0 + $1.encoded.count }
        #expect(key == 1)
        #expect(byteCount <= Connection.pendingByteCountMax)
    }

    /// A slow line takes a minute for what waits: that is no silence.
    @Test func noAnswerIsDueWhileTheMessageIsStillOnItsWay() throws {
        var broker = MQTTBroker()
        try broker.open()
        try broker.greet()
        try broker.publish(1)
        for _ in 0..<20 {
            broker.session.sending(at: broker.now)
            try broker.pass(10)
            if broker.packets.last == .pingRequest { try broker.say(.pingResponse) }
        }
        #expect(broker.session.state == .open)
        try broker.pass(20)
        #expect(broker.outcomes.last == .failed("no PUBACK within 20 s"))
    }
}
