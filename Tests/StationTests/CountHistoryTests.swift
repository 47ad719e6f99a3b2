import Detectors
import Frames
import Incidents
import Records
import Testing

@testable import Station

@Suite struct CountHistoryTests {
    private static let names = [LookNetworkName(task: .people, sha256: [1, 2, 3])]

    private func count(_ count: UInt16, zone: UInt16 = 0) -> CameraCount {
        var counted = CameraCount(count: count, low: count, high: count)
        counted[zone: 2] = zone
        return counted
    }

    /// Two hundred seconds in which one more comes every ten, and from the hundredth on they are
    /// too many in zone 2.
    private func evening(_ networks: [LookNetworkName]) -> Bench {
        var bench = Bench(networks: networks)
        bench.pass(.seconds(1))
        for second in 0..<200 {
            bench.now = bench.now + .seconds(1)
            let sighting = Sighting(
                kind: .occupancy, zone: 2, score: .perMille(800), region: .whole,
                measure: .countFrom(UInt16(second / 10), 10))
            bench.decide(
                people: count(30, zone: UInt16(second / 10)), second < 100 ? [] : [sighting])
            bench.tell(.tick)
        }
        return bench
    }

    @Test func anIncidentOfPeopleIsExplainedByWhoWasCountedThere() throws {
        let bodies = evening(Self.names).bodies
        let confirmed = try #require(
            bodies.firstIndex {
                guard case .incident(let incident) = $0 else { return false }
                return incident.kind == .occupancy && incident.state == .confirmed
            })
        guard case .incident(let incident) = bodies[confirmed],
            case .explainedByCounts(let explanation) = bodies[confirmed + 1]
        else {
            Issue.record("no explanation follows the confirmation")
            return
        }
        #expect(explanation.ordinal == incident.ordinal && explanation.detector == .people)
        #expect(explanation.networks == Self.names && explanation.zone == 2)
        let entries = explanation.series.entries
        #expect(entries.count > 30 && entries.map(\.count) == entries.map(\.count).sorted())
        #expect(entries.first?.count == 0 && (entries.last?.count ?? 0) >= 10)
        #expect(zip(entries, entries.dropFirst()).allSatisfy { $1.tenths - $0.tenths == 30 })
    }

    @Test func withoutNetworksNobodyCounted() {
        let told = evening([]).bodies.contains {
            if case .explainedByCounts = $0 { true } else { false }
        }
        #expect(!told)
    }

    @Test func twoMinutesAreRememberedAndAGapBeginsAnew() {
        var history = CountHistory()
        for second in 0..<600 {
            history.add(count(UInt16(second)), at: .zero + .seconds(Int64(second)))
        }
        let series = history.series(zone: 0)
        #expect(series.entries.count == CountSeries.countMax)
        #expect(series.entries.last?.count == 597 && series.entries.first?.count == 480)
        #expect(series.start == .zero + .seconds(480) && series.entries.last?.tenths == 1_170)
        history.add(count(7), at: .zero + .seconds(700))
        #expect(history.series(zone: 0).entries == [.init(tenths: 0, count: 7)])
        // Time that goes back, as of another recording.
        history.add(count(8), at: .zero + .seconds(3))
        #expect(history.series(zone: 0).entries == [.init(tenths: 0, count: 8)])
        #expect(history.series(zone: 200).entries.map(\.count) == [0])
        #expect(CountHistory().series(zone: 0).entries.isEmpty)
    }
}
