import Frames
import Incidents
import Testing

@testable import Station

@Suite struct SirenInterlockTests {
    /// A bench whose venue is closed, so that an opened enclosure calls the siren.
    private func closedVenue(_ siren: SirenPolicy = SirenPolicy()) -> Bench {
        var policy = StationPolicy(openHours: .never, siren: siren)
        policy[.covered] = .siren
        var bench = Bench(policy)
        bench.pass(.seconds(12))
        return bench
    }

    @Test func panicSoundsAtOnceAndForNoLongerThanItsMaximum() {
        var bench = closedVenue()
        bench.tell(.input(.panic, active: true))
        #expect(bench.outputs[.siren] == true)
        bench.pass(.seconds(600))
        #expect(bench.onTimes(.siren).longest <= .seconds(120))
        #expect(bench.onTimes(.siren).longest >= .seconds(119))
        // The button stays pressed: one incident, one sounding.
        #expect(bench.onTimes(.siren).sum == bench.onTimes(.siren).longest)
        #expect(bench.broken == [])
    }

    @Test(arguments: [181, 100_000, Int64.max / 2_000_000_000] as [Int64])
    func noPolicyExceedsTheHardLimit(seconds: Int64) {
        var bench = closedVenue(
            SirenPolicy(onMax: .seconds(seconds), nightlyOnMax: .seconds(seconds)))
        bench.tell(.input(.panic, active: true))
        bench.pass(.seconds(400))
        #expect(bench.onTimes(.siren).longest <= SirenPolicy.onHardMax)
        #expect(bench.onTimes(.siren).longest >= .seconds(179))
        #expect(bench.broken == [])
    }

    @Test func aDetectionLightsAmberForItsPreAlarmFirst() {
        var bench = closedVenue()
        bench.pass(.seconds(3), [see(.covered)])
        #expect(bench.outputs[.red] == true)
        #expect(bench.outputs[.siren] == false)
        let before = bench.switches.count
        bench.pass(.seconds(5), [see(.covered)])
        #expect(bench.switches[before...].filter { $0.output == .amber && $0.isOn }.count > 10)
        bench.pass(.seconds(6), [see(.covered)])
        #expect(bench.outputs[.siren] == true)
        #expect(bench.outputs[.amber] == false)
        #expect(bench.broken == [])
    }

    @Test func silenceEndsItAndHoldsItOff() {
        var bench = closedVenue()
        bench.pass(.seconds(20), [see(.covered)])
        #expect(bench.outputs[.siren] == true)
        bench.tell(.input(.silence, active: true))
        #expect(bench.outputs[.siren] == false)
        #expect(bench.bodies.contains(.operated("silence")))
        bench.pass(.seconds(10))
        bench.pass(.seconds(100), [see(.covered)])
        #expect(bench.outputs[.siren] == false)
        #expect(bench.outputs[.red] == true)
        #expect(
            bench.logs.contains(
                "siren: withheld: silenced by staff: incident 2: covered, camera 0"))
        #expect(bench.story.filter { $0 == "covered confirmed" }.count == 2)
        #expect(bench.broken == [])
    }

    @Test func silenceDuringThePreAlarmKeepsTheSirenFromSounding() {
        var bench = closedVenue()
        bench.pass(.seconds(5), [see(.covered)])
        bench.tell(.input(.silence, active: true))
        bench.pass(.seconds(60), [see(.covered)])
        #expect(bench.onTimes(.siren).sum == .zero)
    }

    @Test func panicBreaksSilenceOnlyWhereThePolicySaysSo() {
        for breaks in [true, false] {
            var bench = closedVenue(SirenPolicy(panicBreaksSilence: breaks))
            bench.tell(.input(.silence, active: true))
            bench.pass(.seconds(1))
            bench.tell(.input(.panic, active: true))
            bench.pass(.seconds(5))
            #expect(bench.outputs[.siren] == breaks)
            #expect(bench.broken == [])
        }
    }

    @Test func aRestSeparatesTwoSoundingsEvenForPanic() {
        var bench = closedVenue()
        bench.tell(.input(.panic, active: true))
        bench.pass(.seconds(5))
        bench.tell(.input(.silence, active: true))
        let end = bench.now
        bench.tell(.input(.panic, active: true))
        #expect(bench.outputs[.siren] == false)
        bench.pass(.seconds(70))
        let next = bench.switches.last { $0.output == .siren && $0.isOn }
        #expect((next?.at ?? .zero) - end == .seconds(60))
        #expect(bench.broken == [])
    }

    @Test func theNightlyCapHoldsForAnyTwelveHoursWhateverTheButtonDoes() {
        var bench = closedVenue(SirenPolicy(nightlyOnMax: .seconds(300)))
        for _ in 0..<60 {
            bench.tell(.input(.panic, active: true))
            bench.pass(.seconds(30), nil)
            bench.tell(.input(.panic, active: false))
            bench.pass(.seconds(90), nil)
        }
        #expect(bench.onTimes(.siren).sum <= .seconds(300))
        #expect(bench.onTimes(.siren).sum >= .seconds(295))
        #expect(bench.logs.contains { $0.contains("sounded long enough tonight") })
        // The messages never stop.
        #expect(bench.story.filter { $0 == "panic confirmed" }.count == 60)
        // Twelve hours later it may again.
        bench.now = bench.now + SirenPolicy.nightLength
        bench.tell(.tick)
        bench.pass(.seconds(1), nil)
        bench.tell(.input(.panic, active: true))
        bench.pass(.seconds(1), nil)
        #expect(bench.outputs[.siren] == true)
        #expect(bench.broken == [])
    }

    @Test func soManyFalseAlarmsDowngradeTheSirenToAmberButNeverTheMessage() {
        var bench = closedVenue(SirenPolicy(silenceFor: .seconds(1), falseAlarmBudget: 2))
        for round in 1...4 {
            bench.pass(.seconds(20), [see(.covered)])
            #expect((bench.outputs[.siren] == true) == (round <= 2))
            if round > 2 {
                #expect(bench.outputs[.red] == true)
                let amber = bench.switches.filter {
                    $0.output == .amber && $0.at > bench.now - .seconds(3)
                }
                #expect(amber.count > 10)
            }
            bench.tell(.input(.silence, active: true))
            bench.pass(.seconds(100))
        }
        #expect(bench.story.filter { $0 == "covered confirmed" }.count == 4)
        #expect(bench.logs.contains { $0.contains("too many false alarms tonight") })
        // Panic is nobody's false alarm.
        bench.tell(.input(.panic, active: true))
        #expect(bench.outputs[.siren] == true)
        #expect(bench.broken == [])
    }

    @Test func quietHoursWithholdItAndTheirBeginningEndsIt() {
        var siren = SirenPolicy(quietHours: WeekSchedule(spans: [.init(start: 100, end: 200)]))
        siren.panicBreaksQuietHours = false
        var bench = closedVenue(siren)
        bench.tell(.clock(wallMilliseconds: 1, trust: .synchronised, weekMinute: 99))
        bench.tell(.input(.panic, active: true))
        bench.pass(.seconds(30))
        #expect(bench.outputs[.siren] == true)
        bench.pass(.seconds(31))
        #expect(bench.outputs[.siren] == false)
        bench.tell(.input(.panic, active: false))
        bench.pass(.seconds(100))
        bench.tell(.input(.panic, active: true))
        bench.pass(.seconds(1))
        #expect(bench.outputs[.siren] == false)
        #expect(bench.story.filter { $0 == "panic confirmed" }.count == 2)
        #expect(bench.broken == [])
    }

    @Test func theEnclosureSoundsOnlyAfterHours() {
        for isOpen in [true, false] {
            var bench = Bench(StationPolicy(openHours: isOpen ? .always : .never))
            bench.pass(.seconds(12))
            bench.tell(.input(.enclosure, active: true))
            bench.pass(.seconds(12))
            #expect(bench.outputs[.red] == true)
            #expect(bench.outputs[.siren] == !isOpen)
        }
    }

    @Test func itEndsWhenNothingCallsAnyMore() {
        var bench = closedVenue()
        bench.pass(.seconds(20), [see(.covered)])
        #expect(bench.outputs[.siren] == true)
        bench.pass(.seconds(4))
        #expect(bench.outputs[.siren] == false)
        #expect(bench.broken == [])
    }

    @Test func aFreshStartRestsFirstSoThatACrashLoopIsNoSiren() {
        var bench = Bench(StationPolicy())
        bench.pass(.milliseconds(200))
        bench.tell(.input(.panic, active: true))
        bench.pass(.seconds(9))
        #expect(bench.onTimes(.siren).sum == .zero)
        bench.pass(.seconds(2))
        #expect(bench.outputs[.siren] == true)
    }

    @Test func timeThatJumpsCannotFreezeTheSirenOn() {
        var bench = closedVenue()
        bench.tell(.input(.panic, active: true))
        let start = bench.now
        // One event from the far future, then time as before.
        bench.appliance.step(
            Event(at: .distantFuture, cause: .tick), into: &bench.scratch)
        bench.tell(.tick)
        var on = Interval.zero
        while bench.appliance.lamps.isOn(.siren), on < .seconds(400) {
            bench.pass(.milliseconds(100))
            on = bench.now - start
        }
        #expect(on <= .seconds(120))
    }

    @Test func aShorterMaximumHoldsAtOnce() {
        var bench = closedVenue()
        bench.tell(.input(.panic, active: true))
        bench.pass(.seconds(30))
        bench.tell(
            .configured(
                policy: StationPolicy(siren: SirenPolicy(onMax: .seconds(20))),
                configuration: []))
        #expect(bench.outputs[.siren] == false)
        #expect(bench.broken == [])
    }
}
