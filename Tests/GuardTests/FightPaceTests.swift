import Detectors
import Frames
import Station
import Testing

@testable import Guard

/// Who looks for fights refuses pictures that are close, and pairs of them that are far apart: what heat
/// leaves of a camera's frames must hold enough of both, whatever its rate.
@Suite struct FightPaceTests {
    @Test(arguments: 8...60)
    func whatHeatLeavesOfACameraIsEnoughToJudgeFights(rate: Int) {
        let detector = FightDetector(width: 320, height: 240)
        let frame = Frame(width: 320, height: 240)
        var pace = Pace()
        var (judged, decided) = (0, 0)
        for index in 0..<rate * 6 {
            let at =
                Instant.zero + Interval(nanoseconds: Int64(index) * 1_000_000_000 / Int64(rate))
            guard pace.takes(at, perSecond: Heat.framesPerSecond),
                detector.update(frame.luma.view, at: at), at > .zero + .seconds(3)
            else { continue }
            decided += 1
            judged += detector.span >= FightDetector.spanMin - .milliseconds(250) ? 1 : 0
        }
        #expect(decided >= 12 && judged == decided, "\(rate): \(judged) of \(decided)")
    }
}
