import Incidents
import Testing

@testable import Workbench

/// Thirty nights, a few venues of them: `kuzet eval caution` has more.
@Suite struct CautionNightsTests {
    private let nights = CautionNights(venues: 8, from: 1)

    @Test func theSameSeedGivesTheSameNights() {
        let first = nights.run(.bar, isJudged: true)
        #expect(nights.run(.bar, isJudged: true) == first)
        #expect(CautionNights(venues: 8, from: 2).run(.bar, isJudged: true) != first)
    }

    @Test func aBadCornerIsQuietAfterAFewNights() {
        let before = nights.run(.corner, isJudged: false)
        let after = nights.run(.corner, isJudged: true)
        #expect(before.fights == after.fights, "the same happens")
        let late = 20..<CautionNights.nightCount
        let unjudged = before.falseFights[late].reduce(0, +)
        let judged = after.falseFights[late].reduce(0, +)
        #expect(judged * 4 < unjudged, "\(judged) of \(unjudged)")
    }

    @Test func whatItCannotHelpItLeavesAsItIs() {
        let before = nights.run(.beyond, isJudged: false)
        let after = nights.run(.beyond, isJudged: true)
        #expect(after.stepsMost == 0 || after.red * 20 >= before.red * 19)
        let bar = (nights.run(.bar, isJudged: false), nights.run(.bar, isJudged: true))
        #expect(bar.1.red * 20 >= bar.0.red * 19)
    }

    @Test func nobodyBlindsACamera() {
        let open = nights.run(.hostile, isJudged: false)
        let shut = nights.run(.hostile, isJudged: true)
        #expect(shut.stepsMost <= Caution.stepCountMax)
        // What scores 900 is red, and what was red amber, but for what scores less than 785.
        let sure = CautionPlan.fightScores.filter { $0 >= 900 }.count
        #expect(shut.red * 100 >= shut.fights * (sure - 20))
        #expect(shut.amber >= open.red - open.fights / 20)
    }
}
