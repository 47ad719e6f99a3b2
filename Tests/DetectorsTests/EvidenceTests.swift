import Frames
import Testing

@testable import Detectors

@Test func aRampRisesFromNothingOverOneHalfToOne() {
    let ramp = Ramp(none: 100, half: 300, full: 600)
    #expect(ramp(Int.min) == .zero && ramp(100) == .zero)
    #expect(ramp(300) == .perMille(500) && ramp(450) == .perMille(750))
    #expect(ramp(600) == .one && ramp(Int.max) == .one)
}

@Test func aRampMayFall() {
    let ramp = Ramp(none: 700, half: 500, full: 200)
    #expect(ramp(700) == .zero && ramp(500) == .perMille(500))
    #expect(ramp(350) == .perMille(750) && ramp(200) == .one && ramp(0) == .one)
}

@Test func evidenceMustLastAndMayFlicker() {
    var evidence = Evidence()
    let step = Interval.milliseconds(100)
    for _ in 0..<9 { evidence.update(.one, elapsed: step, needed: .seconds(1)) }
    #expect(!evidence.isSure)
    // One frame of doubt takes back two of belief.
    evidence.update(.zero, elapsed: step, needed: .seconds(1))
    for _ in 0..<2 { evidence.update(.one, elapsed: step, needed: .seconds(1)) }
    #expect(!evidence.isSure)
    evidence.update(.one, elapsed: step, needed: .seconds(1))
    #expect(evidence.isSure && evidence.isShown)
}

@Test func sureEvidenceLeavesAtALowerScoreAndLater() {
    var evidence = Evidence()
    evidence.update(.one, elapsed: .seconds(1), needed: .seconds(1))
    evidence.update(.perMille(450), elapsed: .seconds(1), needed: .seconds(1))
    #expect(evidence.isShown)
    evidence.update(.perMille(350), elapsed: .milliseconds(400), needed: .seconds(1))
    #expect(evidence.isSure && !evidence.isShown)
    evidence.update(.perMille(350), elapsed: .milliseconds(100), needed: .seconds(1))
    #expect(!evidence.isSure)
}

@Test func aFrameClockCountsOnlyTimeThatCanBe() {
    var clock = FrameClock()
    func advance(_ milliseconds: Int64) -> Int64 {
        clock.advance(to: .zero + .milliseconds(milliseconds))
        return clock.hasJumped ? -1 : clock.elapsed.milliseconds
    }
    #expect([0, 100, 100, 2_600, 2_599, 5_200].map(advance) == [-1, 100, 0, 2_500, -1, -1])
    #expect(clock.now == .zero + .milliseconds(2_600))
}
