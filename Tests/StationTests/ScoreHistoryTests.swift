import Detectors
import Frames
import Records
import Testing

@testable import Station

@Suite struct ScoreHistoryTests {
    @Test func detectorsAreKeptApart() {
        var history = ScoreHistory()
        for index in 0..<100 {
            var scores = NewScores()
            scores[.fights] = .perMille(index)
            if index.isMultiple(of: 2) { scores[.presence] = .perMille(500 + index) }
            history.add(
                Event.FrameMeasure(scores: scores, droppedCount: UInt64(index)),
                at: .zero + .milliseconds(100 * Int64(index)))
        }
        let fights = history.series(of: .fights).entries
        #expect(fights.count == ScoreSeries.countMax)
        #expect(fights.last?.score == .perMille(99))
        let presence = history.series(of: .presence).entries
        #expect(presence.last?.score == .perMille(598) && presence.last?.offset == 7_800)
        #expect(history.series(of: .health).entries.isEmpty)
        #expect(history.droppedCount(of: .fights) == 99)
    }

    @Test func framesLostAreThoseSinceADetectorsScoresBegan() {
        var history = ScoreHistory()
        var first = NewScores()
        first[.fights] = .one
        var second = NewScores()
        second[.presence] = .one
        history.add(Event.FrameMeasure(scores: first, droppedCount: 5), at: .zero)
        history.add(
            Event.FrameMeasure(scores: second, droppedCount: 8), at: .zero + .milliseconds(500))
        #expect(history.droppedCount(of: .fights) == 3)
        #expect(history.droppedCount(of: .presence) == 0)
    }
}
