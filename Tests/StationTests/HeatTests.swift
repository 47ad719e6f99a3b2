import Detectors
import Frames
import Testing

@testable import Station

@Suite struct HeatTests {
    /// A measurement every 20 s: it is cool for a minute at the fourth.
    @Test func lessIsDoneAtOnceAndAllAgainOnlyWhenItIsWellCooledDown() {
        var heat = HeatGuard()
        let degrees = [
            79, 80, 84, 76, 75, 74, 74, 74, 74, 90, 81, 80, 79, 79, 79, 85, 79, 74, 74, 74
        ]
        let measured = degrees.enumerated().map { index, celsius in
            _ = heat.measured(celsius: celsius, limit: 80, at: .seconds(Int64(index) * 20))
            return heat.heat.rawValue
        }
        #expect(measured == [0, 1, 1, 1, 1, 1, 1, 1, 0, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 0])
    }

    /// A sensor that says anything is recorded now and then, not with every measurement.
    @Test func aSensorThatGoesToAndFroMakesNoStorm() {
        var heat = HeatGuard()
        var count = 0
        for index in 0..<17_280 {
            let celsius = index % 2 == 0 ? 120 : -40
            if heat.measured(celsius: celsius, limit: 80, at: .seconds(Int64(index) * 5)) {
                count += 1
            }
        }
        #expect(count == 1)
        #expect(heat.heat == .veryHot)
    }

    /// It broke while it was hot: evidence is kept again, and the ledger says why.
    @Test func whatNothingTellsAnyMoreLeavesNothingUndone() {
        var bench = Bench()
        bench.tell(.temperature(celsius: 86))
        bench.pass(.seconds(59))
        #expect(bench.rests == [.veryHot])
        bench.pass(.seconds(2))
        #expect(bench.rests == [.veryHot, .normal])
        #expect(bench.logs.last == "heat: no temperature for 60 s: all is done again")
        bench.pass(.seconds(600))
        #expect(bench.rests.count == 2)
    }

    @Test(arguments: [Int.min, -273, 0, 1_000, Int.max])
    func noTemperatureTraps(celsius: Int) {
        var heat = HeatGuard()
        _ = heat.measured(celsius: celsius, limit: 80, at: .zero)
        #expect(heat.heat == (celsius > 80 ? .veryHot : .normal))
    }

    /// What was left undone, and from when to when, stands in the ledger.
    @Test func eachChangeIsToldToTheCamerasAndRecordedOnce() {
        var bench = Bench()
        for celsius in [60, 81, 82, 86, 87, 79, 79, 79, 60, 60, 60, 60] {
            bench.pass(.seconds(30))
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
                "heat: 81 °C: no clips, people 2.5 times a second, crowds every 2 s",
                "heat: 86 °C: no clips, 10 frames a second, people once a second, crowds every 5 s",
                "heat: 79 °C: no clips, people 2.5 times a second, crowds every 2 s",
                "heat: 60 °C: all is done again"
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
