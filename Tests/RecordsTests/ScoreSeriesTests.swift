import Frames
import Records
import Testing

@Suite struct ScoreSeriesTests {
    private func at(_ milliseconds: Int64) -> Instant { .zero + .milliseconds(milliseconds) }

    @Test func theLastScoresAreKeptWithTheirTimes() {
        var series = ScoreSeries()
        for index in 0..<100 {
            series.add(Q15(rawValue: Int16(index)), at: at(1_000 + 100 * Int64(index)))
        }
        #expect(series.entries.count == ScoreSeries.countMax)
        #expect(series.start == at(1_000 + 100 * 60))
        #expect(series.entries.first == .init(offset: 0, score: Q15(rawValue: 60)))
        #expect(series.entries.last == .init(offset: 3_900, score: Q15(rawValue: 99)))
    }

    @Test func aGapOrAStepBackBeginsAnew() {
        var series = ScoreSeries()
        let begins = [5_000, 7_500, 10_001, 9_000].map { series.add(.zero, at: at($0)) }
        #expect(begins == [true, false, true, true])
        #expect(series.entries.count == 1 && series.start == at(9_000))
    }
}
