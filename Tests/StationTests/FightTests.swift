import Detectors
import Frames
import Testing

@testable import Station

@Suite struct FightTests {
    /// A second in which the score climbs, then a fight that lasts.
    private func fight(_ policy: StationPolicy = StationPolicy()) -> Bench {
        var bench = Bench(policy)
        bench.pass(.seconds(1))
        let scores =
            [100, 300, 500, 620, 650, 700, 750, 820, 850] + [Int](repeating: 900, count: 25)
        for (index, score) in scores.enumerated() {
            bench.now = bench.now + .milliseconds(100)
            var sightings: [Sighting] = []
            if score >= FightDetector.aggressionMin.perMille {
                sightings.append(see(.aggression, score))
            }
            if score >= FightDetector.fightMin.perMille { sightings.append(see(.fight, score)) }
            var scored = NewScores()
            scored[.fights] = .perMille(score)
            bench.tell(
                .decided(
                    camera: 0, capturedAt: bench.now, sightings: sightings,
                    measure: Event.FrameMeasure(
                        scores: scored, droppedCount: UInt64(index))))
            bench.tell(.tick)
        }
        return bench
    }

    @Test func amberComesBeforeRed() {
        let bench = fight()
        let amber = bench.switches.firstIndex { $0.output == .amber && $0.isOn }
        let red = bench.switches.firstIndex { $0.output == .red && $0.isOn }
        #expect(amber != nil && red != nil)
        if let amber, let red { #expect(amber < red) }
        #expect(bench.outputs[.siren] != true, "a fight sounds no siren unless the venue says so")
        #expect(bench.broken.isEmpty)
        #expect(
            bench.story == [
                "aggression suspected", "aggression confirmed", "fight suspected", "fight confirmed"
            ])
    }

    @Test func aPictureIsKeptOfWhatIsConfirmedAndOfNothingElse() {
        #expect(fight().snapshots.count == 2, "of the aggression and of the fight")
        var bench = Bench()
        bench.pass(.milliseconds(500), [see(.aggression, 650)])
        bench.pass(.seconds(5))
        #expect(bench.story == ["aggression suspected", "aggression closed"])
        #expect(bench.snapshots.isEmpty)
    }

    @Test func theSirenSoundsWhereTheVenueSaysSo() {
        var policy = StationPolicy(siren: SirenPolicy(preAlarm: .milliseconds(500)))
        policy[.fight] = .siren
        var bench = fight(policy)
        bench.pass(.seconds(10), [see(.aggression), see(.fight)])
        #expect(bench.onTimes(.siren).sum > .zero)
    }

    @Test func aConfirmationIsExplainedByItsScores() throws {
        let bodies = fight().bodies
        let confirmed = try #require(
            bodies.firstIndex {
                guard case .incident(let incident) = $0 else { return false }
                return incident.kind == .fight && incident.state == .confirmed
            })
        guard case .incident(let incident) = bodies[confirmed],
            case .explained(let explanation) = bodies[confirmed + 1]
        else {
            Issue.record("no explanation follows the confirmation")
            return
        }
        #expect(explanation.ordinal == incident.ordinal)
        #expect(explanation.detector == .fights)
        #expect(explanation.model == FightDetector.modelSHA256 && explanation.model.count == 32)
        #expect(explanation.enterScore == FightDetector.fightMin)
        #expect(explanation.confirmScore == FightDetector.fightMin)
        #expect(explanation.series.entries.first?.score == .perMille(100))
        let last = explanation.series.entries.count - 1
        #expect(explanation.droppedFrameCount == UInt32(last))
        #expect(
            explanation.series.start
                + .milliseconds(Int64(explanation.series.entries[last].offset))
                == incident.confirmedAt)
    }
}
