import Detectors
import Frames
import Testing

@testable import Incidents

@Suite struct CautionTests {
    @Test func eachStepAsksForOddsThatAreAQuarterHigher() {
        func row(_ perMille: Int) -> [Int] {
            (0...4).map { Caution.raised(.perMille(perMille), by: $0).perMille }
        }
        #expect(row(780) == [780, 816, 847, 874, 896])
        #expect(row(600) == [600, 652, 701, 746, 785])
    }

    /// Whatever is said and whatever the rule: never below it, never beyond the limit.
    @Test func noCautionLowersARuleOrPassesTheLimit() {
        for raw in stride(from: Int16.min, through: Int16.max, by: 13) {
            let score = Q15(rawValue: raw)
            var before = score
            for steps in 0...Caution.stepCountMax {
                let raised = Caution.raised(score, by: steps)
                #expect(raised >= before)
                before = raised
            }
            #expect(Caution.raised(score, by: .max) == before)
            #expect(Caution.raised(score, by: -1) == score)
        }
        #expect(Caution.raised(FightDetector.fightMin, by: .max) < .perMille(900))
        // What was red is amber still.
        #expect(
            Caution.raised(FightDetector.aggressionMin, by: .max) < .perMille(790))
    }

    @Test func onlyWhatPeopleJudgeIsAskedForMore() {
        let policy = IncidentPolicy()
        let cautious = policy.raised(by: 2)
        for kind in Sighting.Kind.allCases {
            let isHeedful = kind == .fight || kind == .aggression
            #expect((policy[kind] != cautious[kind]) == isHeedful, "\(kind)")
            #expect(policy[kind].leaveScore == cautious[kind].leaveScore)
        }
        #expect(cautious[.fight].enterScore.perMille == 847)
        #expect(cautious[.fight].confirmScore.perMille == 847)
        #expect(policy.raised(by: 0) == policy)
    }
}
