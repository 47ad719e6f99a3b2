import Detectors
import Frames
import Incidents
import Testing

@testable import Station

@Suite struct CommandTests {
    private let boot = BootID(high: 1, low: 2)

    private func bench(_ seconds: Int64? = 60, sounds: Bool = false) -> Bench {
        var policy = StationPolicy(cameras: [CameraPolicy(name: "hall")])
        policy.acknowledgeWithin = seconds.map { .seconds($0) }
        policy.escalationSounds = sounds
        policy[.panic] = .red
        var bench = Bench(policy)
        bench.pass(.seconds(1))
        return bench
    }

    private func acknowledge(_ ordinal: UInt32, counter: UInt64) -> Event.Cause {
        .commanded(
            Command(
                counter: counter, by: "Aigul",
                action: .acknowledge(IncidentIdentity(boot: boot, ordinal: ordinal))),
            destination: 0)
    }

    private func escalations(_ bench: Bench) -> [UInt32] {
        bench.records.compactMap {
            if case .escalated(_, let ordinal) = $0.body { ordinal } else { nil }
        }
    }

    @Test func whatNobodyAcknowledgesEscalatesOnceAlsoWhenItIsOver() {
        var bench = bench()
        bench.tell(.input(.panic, active: true))
        bench.tell(.input(.panic, active: false))
        bench.pass(.seconds(58))
        #expect(escalations(bench).isEmpty)
        let isOver = bench.appliance.openIncidents.isEmpty
        #expect(isOver)
        bench.pass(.seconds(200))
        #expect(escalations(bench) == [1])
        #expect(bench.broken == [])
    }

    @Test func whatAPersonAcknowledgesDoesNotEscalate() {
        var bench = bench()
        bench.tell(.input(.panic, active: true))
        bench.pass(.seconds(5))
        bench.tell(acknowledge(1, counter: 7))
        bench.pass(.seconds(200))
        #expect(escalations(bench).isEmpty)
        #expect(bench.answers == ["done"])
        #expect(
            bench.records.contains {
                $0.body == .acknowledged(boot: boot, ordinal: 1, by: "Aigul")
            })
    }

    @Test func withoutALimitNothingEscalates() {
        var bench = bench(nil)
        bench.tell(.input(.panic, active: true))
        bench.pass(.seconds(300))
        #expect(escalations(bench).isEmpty)
    }

    @Test func theSirenSoundsByPolicyForWhatStillGoesOn() {
        for sounds in [false, true] {
            var bench = bench(60, sounds: sounds)
            bench.tell(.input(.panic, active: true))
            bench.pass(.seconds(70))
            #expect(bench.outputs[.siren] ?? false == sounds)
            #expect(bench.broken == [])
        }
    }

    @Test func aCommandIsObeyedOnce() {
        var bench = bench()
        let silence = Event.Cause.commanded(
            Command(counter: 10, by: "x", action: .silence), destination: 0)
        bench.tell(silence)
        bench.tell(silence)
        bench.tell(acknowledge(1, counter: 9))
        bench.tell(acknowledge(77, counter: 11))
        #expect(
            bench.answers == [
                "done", "its counter is not greater than 10", "its counter is not greater than 10",
                "no such incident"
            ])
    }

    @Test func aLaterLifeKnowsWhatWasObeyedAndWhatIsUnanswered() {
        var bench = bench()
        bench.tell(.input(.panic, active: true))
        bench.tell(
            .commanded(Command(counter: 10, by: "x", action: .silence), destination: 0))
        let past = LedgerPast(bench.kept)
        #expect(past.commandCounter == 10)
        #expect(past.unanswered == [IncidentIdentity(boot: boot, ordinal: 1)])

        var policy = StationPolicy()
        policy.acknowledgeWithin = .seconds(60)
        var later = Bench(policy)
        later.appliance = Appliance(
            policy: policy, boot: BootID(high: 3, low: 4), firstOrdinal: 1, past: past)
        later.pass(.seconds(1))
        later.tell(
            .commanded(Command(counter: 10, by: "x", action: .silence), destination: 0))
        #expect(later.answers == ["its counter is not greater than 10"])
        later.pass(.seconds(61))
        #expect(
            later.records.contains { $0.body == .escalated(boot: boot, ordinal: 1) })
    }

    /// Sixty-four wait; one more makes the oldest escalate, and nothing is forgotten.
    @Test func whatWaitsForAPersonIsBounded() {
        var bench = bench(3_600)
        for _ in 0..<80 {
            bench.tell(.input(.panic, active: true))
            bench.tell(.input(.panic, active: false))
            bench.pass(.seconds(31), nil)
        }
        #expect(escalations(bench).count >= 80 - Appliance.unansweredCountMax)
        #expect(bench.appliance.unanswered.count <= Appliance.unansweredCountMax)
    }
}
