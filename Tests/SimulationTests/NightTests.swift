import Frames
import Station
import Testing

@testable import Simulation

/// Short nights, so that a debug build runs them within seconds; `kuzet simulate` runs long ones.
@Suite struct NightTests {
    private static let length = Interval.seconds(2 * 3_600)

    @Test(arguments: 1...10 as ClosedRange<UInt64>)
    func nothingThatMustNeverHappenHappens(seed: UInt64) throws {
        let report = try Night.run(seed: seed, length: Self.length)
        #expect(report.violations == [], "kuzet simulate --seeds 1 --seed \(seed) --hours 2")
        #expect(report.recordCount > 10)
        #expect(report.eventCount > 2_000)
    }

    @Test func aSeedGivesTheSameNightAgainAndAnotherSeedAnother() throws {
        let first = try Night.run(seed: 7, length: Self.length)
        let second = try Night.run(seed: 7, length: Self.length)
        let other = try Night.run(seed: 8, length: Self.length)
        #expect(first.digest == second.digest)
        #expect(first.eventCount == second.eventCount)
        #expect(first.digest != other.digest)
    }

    @Test(arguments: NightCanary.allCases)
    func everyMistakeMadeOnPurposeIsCaught(canary: NightCanary) throws {
        for seed in 1...40 as ClosedRange<UInt64> {
            let report = try Night.run(seed: seed, length: Self.length, canary: canary)
            if !report.violations.isEmpty { return }
            guard canary == .looseChance else { continue }
            let second = try Night.run(
                seed: seed, length: Self.length, canary: canary, looseChance: 1)
            #expect(second.digest != report.digest)
            return
        }
        Issue.record("canary \(canary.rawValue) was not caught in 40 nights")
    }

    @Test func nightsHaveEveryKindOfTrouble() {
        var kinds: Set<String> = []
        for seed in 1...60 as ClosedRange<UInt64> {
            for entry in NightPlan(seed: seed, length: Night.lengthStandard).entries {
                let text = "\(entry.item)"
                kinds.insert(String(text.prefix { $0 != "(" }))
            }
        }
        #expect(
            kinds == [
                "begins", "cameraLost", "cameraStalls", "pressed", "diskFails", "powerCut",
                "crash", "restart", "clockStepped", "configured", "ordered",
                "judged", "replayed"
            ])
    }

    @Test func thePlanIsInOrderOfTimeAndTheSameForTheSameSeed() {
        for seed in 1...50 as ClosedRange<UInt64> {
            let plan = NightPlan(seed: seed, length: Self.length)
            let times = plan.entries.map(\.at)
            #expect(times == times.sorted())
            #expect(times == NightPlan(seed: seed, length: Self.length).entries.map(\.at))
        }
    }
}
