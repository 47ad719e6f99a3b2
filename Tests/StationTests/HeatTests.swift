import Detectors
import Frames
import Incidents
import Testing

@testable import Station

@Suite struct HeatTests {
    @Test func lessIsDoneAtOnceAndAllAgainOnlyWhenItIsWellCooledDown() {
        var heat = HeatGuard()
        let degrees = [79, 80, 84, 76, 75, 74, 90, 81, 80, 79, 85, 79, 74, 120, 10]
        let measured = degrees.map { celsius in
            _ = heat.measured(celsius: celsius, limit: 80)
            return heat.heat.rawValue
        }
        #expect(measured == [0, 1, 1, 1, 1, 0, 2, 2, 2, 1, 2, 1, 0, 2, 0])
    }

    @Test(arguments: [Int.min, -273, 0, 1_000, Int.max])
    func noTemperatureTraps(celsius: Int) {
        var heat = HeatGuard()
        _ = heat.measured(celsius: celsius, limit: 80)
        #expect(heat.heat == (celsius > 80 ? .veryHot : .normal))
    }

    /// What was left undone, and from when to when, stands in the ledger.
    @Test func eachChangeIsToldToTheCamerasAndRecordedOnce() {
        var bench = Bench()
        for celsius in [60, 81, 82, 86, 87, 79, 60, 60] {
            bench.pass(.seconds(5))
            bench.tell(.temperature(celsius: celsius))
        }
        #expect(bench.rests == [.hot, .veryHot, .hot, .normal])
        let words = bench.kept.compactMap { record in
            guard case .operated(let words) = record.body, words.hasPrefix("heat") else {
                return String?.none
            }
            return words
        }
        #expect(
            words == [
                "heat: 81 °C: no clips", "heat: 86 °C: no clips, and 8 frames a second",
                "heat: 79 °C: no clips", "heat: 60 °C: all is done again"
            ])
        #expect(bench.logs.filter { $0.hasPrefix("heat") } == words)
    }

    @Test func theLimitIsTheBoards() {
        var policy = StationPolicy()
        policy.celsiusMax = 60
        var bench = Bench(policy)
        bench.tell(.temperature(celsius: 61))
        #expect(bench.rests == [.hot])
    }
}
