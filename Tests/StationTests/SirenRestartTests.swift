import Frames
import Records
import Testing

@testable import Station

/// What a restart must not change: how much the siren may still sound tonight.
@Suite struct SirenRestartTests {
    private static let first = BootID(high: 1, low: 2)
    private static let second = BootID(high: 1, low: 3)
    private static let wall: Int64 = 1_763_800_000_000

    private var policy: StationPolicy {
        var policy = StationPolicy(
            openHours: .never,
            siren: SirenPolicy(
                onMax: .seconds(100), rest: .seconds(10), nightlyOnMax: .seconds(150),
                silenceFor: .seconds(1), falseAlarmBudget: 1))
        policy[.covered] = .siren
        return policy
    }

    private func life() -> Bench {
        var bench = Bench(policy)
        bench.pass(.seconds(12), nil)
        return bench
    }

    /// The next life, from what the ledger has of the ones before.
    private func restarted(
        _ before: Bench, boot: BootID = first, at now: Instant? = nil, isPastKnown: Bool = true
    ) -> Bench {
        var bench = before
        bench.appliance = Appliance(
            policy: policy, boot: boot, firstOrdinal: 1_000,
            past: isPastKnown ? LedgerPast(before.kept) : nil)
        bench.now = now ?? before.now + .seconds(3)
        bench.switches = []
        bench.logs = []
        return bench
    }

    /// Panic is pressed, and the siren sounds as long as it will.
    private func panic(_ bench: inout Bench) -> Interval {
        bench.pass(.seconds(12), nil)
        bench.switches = []
        bench.tell(.input(.panic, active: true))
        bench.pass(.seconds(130), nil)
        bench.tell(.input(.panic, active: false))
        bench.pass(.seconds(45), nil)
        #expect(bench.broken == [])
        return bench.onTimes(.siren).sum
    }

    @Test(arguments: [first, second])
    func theCapHoldsOverRestartsWhateverTheyAre(boot: BootID) {
        var bench = life()
        #expect(panic(&bench) >= .seconds(99))
        bench = restarted(bench, boot: boot, at: boot == Self.second ? .zero : nil)
        let rest = panic(&bench)
        #expect(rest >= .seconds(48))
        #expect(rest <= .seconds(51))
        bench.tell(.stopping)
        for _ in 0..<20 {
            bench = restarted(bench, boot: boot)
            bench.tell(.tick)
        }
        #expect(panic(&bench) == .zero)
        #expect(bench.logs.contains { $0.contains("withheld: sounded long enough tonight") })
        // Twelve hours of running later it may again.
        bench.now = bench.now + SirenPolicy.nightLength
        #expect(panic(&bench) >= .seconds(99))
    }

    @Test func whoeverLosesPowerWhileItSoundsHasUsedAllThatItWasAllowed() {
        var bench = life()
        bench.tell(.input(.panic, active: true))
        bench.pass(.seconds(5), nil)
        #expect(bench.outputs[.siren] == true)
        bench = restarted(bench, boot: Self.second, at: .zero)
        let rest = panic(&bench)
        #expect(rest >= .seconds(48))
        #expect(rest <= .seconds(50))
    }

    @Test func falseAlarmsOfAnEarlierLifeCount() {
        var bench = life()
        bench.pass(.seconds(20), [see(.covered)])
        #expect(bench.outputs[.siren] == true)
        bench.tell(.input(.silence, active: true))
        bench.pass(.seconds(30), [])
        bench = restarted(bench, boot: Self.second, at: .zero)
        bench.pass(.seconds(40), [see(.covered)])
        #expect(bench.onTimes(.siren).sum == .zero)
        #expect(bench.logs.contains { $0.contains("withheld: too many false alarms tonight") })
        #expect(bench.broken == [])
    }

    private func clock(
        _ hours: Int64, _ trust: Stamp.Trust = .synchronised
    ) -> Event.Cause {
        .clock(
            wallMilliseconds: Self.wall + hours * 3_600_000, trust: trust, weekMinute: 0)
    }

    /// A life that used up the night, and whose clock was set, or not.
    private func usedUp(_ trust: Stamp.Trust) -> Bench {
        var bench = Bench(policy)
        bench.tell(clock(0, trust))
        _ = panic(&bench)
        #expect(panic(&bench) >= .seconds(48))
        return bench
    }

    @Test func timeWithoutPowerCountsWhereBothClocksWereSet() {
        var bench = restarted(usedUp(.synchronised), boot: Self.second, at: .zero)
        bench.tell(clock(13))
        #expect(panic(&bench) >= .seconds(99))

        bench = restarted(usedUp(.synchronised), boot: Self.second, at: .zero)
        bench.tell(clock(11))
        #expect(panic(&bench) == .zero)
    }

    @Test func timeWithoutPowerCountsAsSoonAsTheClockIsSet() {
        var bench = restarted(usedUp(.synchronised), boot: Self.second, at: .zero)
        bench.tell(clock(13, .unset))
        #expect(panic(&bench) == .zero)
        bench.tell(clock(13))
        #expect(panic(&bench) >= .seconds(99))
        // And no longer when it turns out to have been wrong: with what sounded since.
        bench.tell(clock(1))
        #expect(panic(&bench) == .zero)
    }

    @Test func aClockThatWasNeverSetMakesNoNightOld() {
        var bench = restarted(usedUp(.unset), boot: Self.second, at: .zero)
        bench.tell(clock(13))
        #expect(panic(&bench) == .zero)
    }

    @Test func withinABootNoClockBeginsANewNight() {
        var bench = restarted(usedUp(.synchronised))
        bench.tell(clock(48))
        #expect(panic(&bench) == .zero)
    }

    @Test func untilTheLedgerIsReadItIsWithheld() {
        var bench = restarted(life(), isPastKnown: false)
        #expect(panic(&bench) == .zero)
        #expect(bench.logs.contains { $0.contains("withheld: the ledger cannot tell yet") })
        #expect(bench.outputs[.red] == true, "the lamp tells nevertheless")
        bench.tell(.pastKnown(LedgerPast()))
        #expect(panic(&bench) >= .seconds(99))
    }

    @Test func aDamagedPastIsTakenForTheWorstAndThisIsRemembered() {
        var past = LedgerPast()
        past.isIncomplete = true
        var bench = Bench(policy)
        bench.appliance = Appliance(policy: policy, boot: Self.first, past: past)
        #expect(panic(&bench) == .zero)
        #expect(bench.bodies.contains(.siren(.assumed, milliseconds: 1_800_000)))
        bench = restarted(bench, boot: Self.second, at: .zero)
        #expect(panic(&bench) == .zero)
    }
}
