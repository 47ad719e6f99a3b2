import Detectors
import Frames
import Incidents
import Records
import Testing

@testable import Station

/// What people say of incidents, from the order to the threshold.
@Suite struct CautionTests {
    private let policy = StationPolicy(cameras: [
        CameraPolicy(name: "hall"), CameraPolicy(name: "door")
    ])

    private func bench() -> Bench {
        var bench = Bench(policy)
        bench.pass(.seconds(1))
        return bench
    }

    /// Three seconds that score so much, and the cool-down.
    ///
    /// - Returns: what was confirmed, and the identity of the last.
    @discardableResult
    private func happen(
        _ perMille: Int, in bench: inout Bench
    ) -> (kinds: [Incident.Kind], last: IncidentIdentity?) {
        let before = bench.records.count
        let all: [(Sighting.Kind, Q15)] = [
            (.aggression, FightDetector.aggressionMin), (.fight, FightDetector.fightMin)
        ]
        let seen = all.filter { Q15.perMille(perMille) >= $0.1 }.map { see($0.0, perMille) }
        bench.pass(.seconds(3), seen)
        bench.pass(.seconds(20))
        var kinds: [Incident.Kind] = []
        var last: IncidentIdentity?
        for record in bench.records[before...] {
            guard case .incident(let incident) = record.body, incident.state == .confirmed,
                incident.kind.row.heedsCaution
            else { continue }
            kinds.append(incident.kind)
            last = IncidentIdentity(boot: record.stamp.boot, ordinal: incident.ordinal)
        }
        return (kinds, last)
    }

    private func technician(_ action: Order.Action) -> Event.Cause {
        .ordered(Order(actor: "Marat", authority: .technician, action: action))
    }

    private func judge(
        _ identity: IncidentIdentity?, _ verdict: Judgement.Verdict
    ) -> Event.Cause {
        let nobody = IncidentIdentity(boot: BootID(high: 0, low: 0), ordinal: 0)
        return technician(
            .judge(
                Judgement(
                    identity: identity ?? nobody, verdict: verdict, because: "they danced")))
    }

    /// Two alarms, of which somebody says that there was none: a step.
    @discardableResult
    private func doubt(_ perMille: Int, in bench: inout Bench) -> IncidentIdentity? {
        var last: IncidentIdentity?
        for _ in 0..<2 {
            last = happen(perMille, in: &bench).last
            bench.tell(judge(last, .nothing))
        }
        return last
    }

    private func changes(_ bench: Bench) -> [String] {
        bench.bodies.compactMap {
            if case .cautioned(let change) = $0 { "\(change.from)-\(change.to)" } else { nil }
        }
    }

    @Test func noneMovesTheThresholdOnRecordAndResetPutsItBack() {
        var bench = bench()
        let alarm = happen(800, in: &bench)
        #expect(alarm.kinds == [.aggression, .fight])
        bench.tell(judge(alarm.last, .nothing))
        #expect(bench.answers == ["done"])
        #expect(changes(bench) == [], "one alone is no step")
        bench.tell(judge(happen(800, in: &bench).last, .nothing))
        #expect(changes(bench) == ["0-1"])
        #expect(
            bench.bodies.contains {
                guard case .judged(let judgement, by: "Marat") = $0 else { return false }
                return judgement.identity == alarm.last && judgement.because == "they danced"
            })
        #expect(
            bench.bodies.contains {
                $0
                    == .acknowledged(
                        boot: BootID(high: 1, low: 2), ordinal: alarm.last?.ordinal ?? 0,
                        by: "Marat")
            })
        #expect(
            bench.appliance.cautionWords == "camera hall: caution 1 of 4, a fight from 816 on")
        #expect(happen(800, in: &bench).kinds == [.aggression])
        #expect(happen(640, in: &bench).kinds == [])
        #expect(happen(830, in: &bench).kinds == [.aggression, .fight])
        bench.tell(technician(.resetCaution(camera: "hall")))
        #expect(changes(bench) == ["0-1", "1-0"])
        #expect(happen(800, in: &bench).kinds == [.aggression, .fight])
        #expect(bench.appliance.cautionWords == nil)
        #expect(bench.broken == [])
    }

    @Test func anExplanationStatesWhatHeldThen() {
        var bench = bench()
        let enters = { (bench: Bench) in
            bench.bodies.compactMap { body -> Int? in
                if case .explained(let each) = body { each.enterScore.perMille } else { nil }
            }
        }
        doubt(890, in: &bench)
        #expect(enters(bench) == [600, 780, 600, 780])
        happen(950, in: &bench)
        #expect(enters(bench) == [600, 780, 600, 780, 652, 816])
    }

    /// Whoever floods it with "none" for months does not blind it.
    @Test func whatScoresNineHundredIsAFightWhateverWasSaid() {
        var bench = bench()
        for _ in 0..<20 {
            doubt(905, in: &bench)
            #expect(changes(bench) == [], "no caution can silence that")
        }
        #expect(bench.logs.contains { $0.hasPrefix("incident ") && $0.hasSuffix("an end of it") })
        for score in [790, 830, 860, 880, 895] { doubt(score, in: &bench) }
        #expect(changes(bench) == ["0-1", "1-2", "2-3", "3-4"])
        #expect(happen(895, in: &bench).kinds == [.aggression], "what was red is amber still")
        #expect(happen(900, in: &bench).kinds == [.aggression, .fight])
    }

    @Test func aLaterLifeGoesOnWithIt() {
        var bench = bench()
        for _ in 0..<2 { doubt(890, in: &bench) }
        var later = bench.restarted()
        later.pass(.seconds(1))
        #expect(
            later.appliance.cautionWords == "camera hall: caution 2 of 4, a fight from 847 on")
        #expect(changes(later) == ["0-1", "1-2"], "nothing new to record")
        #expect(happen(840, in: &later).kinds == [.aggression])
        // The incident of the earlier life is judged otherwise in this one.
        guard
            case .judged(let first, _)? = bench.bodies.first(where: {
                if case .judged = $0 { true } else { false }
            })
        else {
            Issue.record("nothing was judged")
            return
        }
        later.tell(judge(first.identity, .real))
        #expect(changes(later) == ["0-1", "1-2", "2-0"])
        #expect(later.broken == [])
    }

    @Test func aPastThatIsToldLateCountsToo() {
        var bench = bench()
        let last = doubt(890, in: &bench)
        var later = Bench(policy)
        later.appliance = Appliance(policy: policy, boot: BootID(high: 3, low: 4), past: nil)
        later.pass(.seconds(1))
        #expect(later.appliance.cautionWords == nil)
        later.tell(judge(last, .nothing))
        #expect(later.answers == ["the ledger cannot be read yet"])
        later.tell(.pastKnown(LedgerPast(bench.kept)))
        #expect(
            later.appliance.cautionWords == "camera hall: caution 1 of 4, a fight from 816 on")
    }

    @Test func timeTakesItBackByItself() {
        var bench = bench()
        doubt(890, in: &bench)
        // An hour at a time: a beat each.
        for _ in 0..<(84 + 1) {
            bench.now = bench.now + .seconds(3_600)
            bench.tell(.tick)
        }
        #expect(changes(bench) == ["0-1", "1-0"])
        #expect(bench.appliance.cautionWords == nil)
    }

    @Test func aNewConfigurationKeepsWhatWasSaid() {
        var bench = bench()
        doubt(890, in: &bench)
        var other = policy
        other.cameras[0].incidents[.fight].enterScore = .perMille(700)
        other.cameras[0].incidents[.fight].confirmScore = .perMille(700)
        bench.tell(.configured(policy: other, configuration: []))
        #expect(
            bench.appliance.cautionWords == "camera hall: caution 1 of 4, a fight from 745 on")
    }

    @Test func whatIsNotThereIsRefused() {
        var bench = bench()
        bench.tell(judge(nil, .nothing))
        bench.tell(technician(.resetCaution(camera: "cellar")))
        bench.tell(technician(.resetCaution(camera: "7")))
        bench.tell(technician(.resetCaution(camera: "1")))
        #expect(bench.answers == ["no such incident", "no such camera", "no such camera", "done"])
        #expect(changes(bench) == ["0-0"], "a reset is on record, also where nothing was said")
    }

    @Test func aCentreJudgesOnceHoweverOftenItSaysSo() {
        var bench = bench()
        let nobody = IncidentIdentity(boot: BootID(high: 0, low: 0), ordinal: 0)
        let judgements = (0..<2).map { _ in
            Judgement(identity: happen(890, in: &bench).last ?? nobody, verdict: .nothing)
        }
        bench.tell(centre(.judge(judgements[0]), 1))
        bench.tell(centre(.judge(judgements[0]), 1))
        bench.tell(centre(.judge(judgements[0]), 2))
        #expect(changes(bench) == [])
        bench.tell(centre(.judge(judgements[1]), 3))
        bench.tell(centre(.resetCaution(camera: "hall"), 4))
        #expect(
            bench.answers == ["done", "done", "done", "done", "it is not for centre city to order"])
        #expect(changes(bench) == ["0-1"])
    }
}
