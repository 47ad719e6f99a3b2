import Frames
import Testing

@testable import Uplink

@Suite struct MQTTFlightsTests {
    private var flights = MQTTFlights()

    private mutating func add(_ keys: ClosedRange<Int64>) {
        for key in keys {
            flights.add(MQTTPacket.Publish(topic: "t", payload: [UInt8(key)]), key: key)
        }
    }

    private mutating func sendAll() -> [Int64?] {
        let due = flights.due(window: 16, at: .zero)
        for index in due { flights.sent(index, at: .zero) }
        return due.map { flights.all[$0].key }
    }

    /// Sends what is due and has it taken, until nothing is.
    private mutating func takeAll() -> [[Int64?]] {
        var rounds: [[Int64?]] = []
        while true {
            let round = sendAll()
            if round.isEmpty { return rounds }
            rounds.append(round)
            for index in flights.underWay.reversed() { _ = flights.remove(index) }
        }
    }

    /// A way that breaks again and again makes all of them suspects, and changes no order.
    @Test mutating func suspectsGoAloneAndInOrder() {
        add(1...3)
        #expect(sendAll() == [1, 2, 3])
        flights.suspectUnderWay(isSaid: false)
        flights.opened()
        add(4...5)
        #expect(takeAll() == [[1], [2], [3], [4, 5]])
    }

    @Test mutating func theStatusGoesBeforeThem() {
        add(1...2)
        #expect(sendAll() == [1, 2])
        flights.suspectUnderWay(isSaid: false)
        flights.opened()
        flights.begin(retained: [
            MQTTPacket.Publish(topic: "status", payload: [], isRetained: true)
        ])
        #expect(takeAll() == [[nil], [1], [2]])
    }

    @Test mutating func behindOneAtWhichTheBrokerHungUpTwiceAloneNothingWaits() {
        add(1...3)
        #expect(sendAll() == [1, 2, 3])
        flights.suspectUnderWay(isSaid: false)
        flights.opened()
        for _ in 1...2 {
            #expect(sendAll() == [1])
            flights.hungUp(at: 0, isTaking: false)
            flights.opened()
        }
        add(4...4)
        #expect(takeAll() == [[4], [2], [3], [1]])
    }

    @Test mutating func whereTheBrokerSaidSoWhatIsNewGoesFirst() {
        add(1...2)
        #expect(sendAll() == [1, 2])
        flights.suspectUnderWay(isSaid: true)
        flights.opened()
        add(3...4)
        #expect(takeAll() == [[3, 4], [1], [2]])
    }
}
