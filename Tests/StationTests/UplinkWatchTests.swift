import Frames
import Testing

@testable import Station

@Suite struct UplinkWatchTests {
    private func bench(lostAfter: Interval = .seconds(180)) -> Bench {
        var policy = StationPolicy()
        policy.uplinkLostAfter = lostAfter
        var bench = Bench(policy)
        bench.tell(.destination(name: "centre", isReached: false))
        return bench
    }

    private func story(_ bench: Bench) -> [String] {
        bench.kept.compactMap { record in
            guard case .incident(let incident) = record.body else { return nil }
            return "\(incident.kind) \(incident.state)"
        }
    }

    @Test func aCentreThatIsAwayForTooLongIsAnIncidentUntilItIsReached() {
        var bench = bench()
        bench.pass(.seconds(179))
        #expect(story(bench) == [])
        bench.pass(.seconds(2))
        #expect(story(bench) == ["uplinkLost confirmed"])
        #expect(bench.logs.contains("destination centre: not reached for 180 s"))
        #expect(bench.outputs[.amber] == true)
        #expect(bench.outputs[.red] != true)
        bench.tell(.destination(name: "centre", isReached: true))
        bench.pass(.seconds(1))
        #expect(story(bench) == ["uplinkLost confirmed", "uplinkLost closed"])
        #expect(bench.broken == [])
    }

    @Test func aBlinkIsNone() {
        var bench = bench()
        for _ in 0..<10 {
            bench.pass(.seconds(100))
            bench.tell(.destination(name: "centre", isReached: true))
            bench.pass(.seconds(1))
            bench.tell(.destination(name: "centre", isReached: false))
        }
        #expect(story(bench) == [])
    }

    /// One incident, however many are lost; it lasts until all are back.
    @Test func severalDestinationsAreOneIncident() {
        var bench = bench(lostAfter: .seconds(10))
        bench.pass(.seconds(5))
        bench.tell(.destination(name: "police", isReached: false))
        bench.pass(.seconds(20))
        bench.tell(.destination(name: "centre", isReached: true))
        bench.pass(.seconds(5))
        #expect(story(bench) == ["uplinkLost confirmed"])
        bench.tell(.destination(name: "police", isReached: true))
        bench.pass(.seconds(1))
        #expect(story(bench) == ["uplinkLost confirmed", "uplinkLost closed"])
    }

    /// The log must not say that all are reached.
    @Test func oneThatIsAwayForAMomentIsNotSaidToBeReached() {
        var bench = bench(lostAfter: .seconds(10))
        bench.pass(.seconds(11))
        bench.tell(.destination(name: "police", isReached: false))
        bench.tell(.destination(name: "centre", isReached: true))
        #expect(story(bench) == ["uplinkLost confirmed", "uplinkLost closed"])
        #expect(bench.logs.contains("destinations: none is lost any more"))
    }

    @Test func moreDestinationsThanThereCanBeAreNotRemembered() {
        var watch = UplinkWatch()
        for index in 0..<1_000 { watch.told("\(index)", isReached: false, at: .zero) }
        #expect(watch.passed(at: .seconds(9), limit: .seconds(9)) == .lost(name: "0"))
        for index in 0..<UplinkWatch.countMax {
            watch.told("\(index)", isReached: true, at: .zero)
        }
        #expect(watch.passed(at: .distantFuture, limit: .seconds(9)) == .returned)
    }
}

extension Interval {
    fileprivate static let distantFuture = Interval(nanoseconds: .max)
}
