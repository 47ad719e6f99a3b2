import Detectors
import Frames
import Testing

@testable import Station

@Suite struct HeartbeatTests {
    private func beats(_ bench: Bench) -> [(frameCount: UInt32, quietSince: Instant, at: Instant)] {
        bench.kept.compactMap { record in
            guard case .beat(let frameCount, let quietSince) = record.body else { return nil }
            return (frameCount, quietSince, record.stamp.monotonic)
        }
    }

    @Test func everyHourSaysHowMuchWasWatchedAndSinceWhenNothingWasRecorded() {
        var bench = Bench()
        bench.tell(.input(.enclosure, active: true))
        for _ in 0..<7_300 { bench.pass(.seconds(1)) }
        let beats = beats(bench)
        #expect(beats.count == 2)
        let others = bench.kept.filter { if case .beat = $0.body { false } else { true } }
        let last = others.last?.stamp.monotonic
        #expect(beats.map(\.quietSince) == [last, last])
        #expect(beats[1].at - beats[0].at == .seconds(3_600))
    }

    @Test func framesAreCountedFromBeatToBeat() {
        var beat = Heartbeat()
        for _ in 0..<5 { beat.decided() }
        #expect(beat.passed(at: .seconds(3_599)) == nil)
        #expect(beat.passed(at: .seconds(3_600)) == .beat(frameCount: 5, quietSince: .zero))
        beat.decided()
        #expect(beat.passed(at: .seconds(3_601)) == nil)
        #expect(beat.passed(at: .seconds(90_000)) == .beat(frameCount: 1, quietSince: .zero))
        #expect(beat.passed(at: .seconds(93_599)) == nil)
    }

    /// Sums of time saturate: a due time that can be reached for ever would beat for ever.
    @Test func atTheEndOfTimeThereIsOneBeatAndNoMore() {
        var beat = Heartbeat()
        let end = Interval(nanoseconds: .max)
        #expect(beat.passed(at: end) != nil)
        #expect(beat.passed(at: end) == nil)
    }
}
