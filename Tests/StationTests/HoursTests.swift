import Detectors
import Frames
import Incidents
import Records
import Testing

@testable import Station

/// What the centre says of the venue's hours, and what a restart leaves of it.
///
/// Presence of a person is an incident while the venue is closed.
@Suite struct HoursTests {
    private let week = WeekSchedule(spans: [.init(start: 60, end: 120)])
    private static let noon: Int64 = 1_795_694_400_000

    private func policy(_ hours: OpenHours = .always) -> StationPolicy {
        StationPolicy(cameras: [CameraPolicy(name: "hall")], openHours: hours)
    }

    private func order(_ order: HoursOrder, _ counter: UInt64) -> Event.Cause {
        centre(.hours(order), counter)
    }

    private func clock(_ weekMinute: Int, wall: Int64 = noon) -> Event.Cause {
        .clock(wallMilliseconds: wall, trust: .synchronised, weekMinute: weekMinute)
    }

    /// Whether the camera's rules and the station's own take the venue for open.
    private func venue(_ bench: Bench) -> String {
        let appliance = bench.appliance
        let isOpen = appliance.openHours.isOpen(weekMinute: appliance.clock.weekMinute)
        for tracker in appliance.trackers {
            guard let hours = tracker?.policy.openHours else { continue }
            #expect(hours == appliance.openHours)
        }
        return isOpen ? "open" : "closed"
    }

    private func openings(_ bench: Bench) -> Int {
        bench.story.count { $0 == "presence suspected" }
    }

    /// - Parameter boot: another number is another boot.
    private func restarted(
        _ bench: Bench, boot: UInt64 = 2, after dark: Interval = .zero, hours: OpenHours = .always
    ) -> Bench {
        var later = Bench(policy(hours))
        later.now = boot == 2 ? bench.now + dark : .zero
        later.appliance = Appliance(
            policy: policy(hours), boot: BootID(high: 1, low: boot), firstOrdinal: 100,
            past: LedgerPast(bench.kept))
        return later
    }

    @Test func theVenueIsClosedForAWhile() {
        let person = Sighting(kind: .presence, zone: 1, score: .perMille(900), region: .whole)
        var bench = Bench(policy())
        bench.pass(.seconds(10), [person])
        #expect(openings(bench) == 0)
        bench.tell(order(.venue(isOpen: false, seconds: 60), 1))
        bench.pass(.seconds(10), [person])
        #expect(openings(bench) == 1)
        #expect(
            bench.appliance.hoursWords
                == "hours: closed for 50 s more, by Aigul; then as configured")
        bench.pass(.seconds(120))
        #expect(bench.logs.contains("hours: as configured again"))
        bench.pass(.seconds(10), [person])
        #expect(openings(bench) == 1)
        bench.tell(order(.venue(isOpen: false, seconds: 60), 2))
        bench.tell(order(.configured, 3))
        bench.pass(.seconds(10), [person])
        #expect(openings(bench) == 1)
        #expect(bench.appliance.hoursWords == "hours: as configured")
        #expect(bench.broken == [])
    }

    @Test func theOrderIsOneRecord() {
        var bench = Bench(policy())
        bench.tell(order(.schedule(week), 7))
        #expect(bench.bodies.last == .hours(.schedule(week), counter: 7, by: "Aigul"))
        #expect(!bench.bodies.contains { if case .commanded = $0 { true } else { false } })
        bench.tell(order(.configured, 7))
        #expect(bench.answers == ["done", "its counter is not greater than 7"])
        #expect(bench.appliance.week?.schedule == week)
    }

    @Test func aScheduleHoldsUntilAnotherOrConfigured() {
        var bench = Bench(policy(.never))
        bench.tell(clock(61))
        bench.pass(.seconds(1))
        #expect(venue(bench) == "closed")
        bench.tell(order(.schedule(week), 1))
        #expect(venue(bench) == "open")
        #expect(bench.appliance.hoursWords == "hours: open mon 01:00-02:00, by Aigul")
        bench.tell(clock(121))
        #expect(venue(bench) == "closed")
        bench.tell(order(.schedule(.always), 2))
        #expect(venue(bench) == "open")
        bench.tell(order(.configured, 3))
        #expect(venue(bench) == "closed")
        #expect(bench.broken == [])
    }

    @Test func aWhileLiesOnTopOfASchedule() {
        var bench = Bench(policy())
        bench.tell(clock(61))
        bench.pass(.seconds(1))
        bench.tell(order(.venue(isOpen: false, seconds: 30), 1))
        bench.tell(order(.schedule(week), 2))
        #expect(venue(bench) == "closed")
        bench.pass(.seconds(31))
        #expect(venue(bench) == "open")
        #expect(bench.logs.contains("hours: open mon 01:00-02:00, by Aigul again"))
        // A while of nothing ends one that goes on.
        bench.tell(order(.venue(isOpen: false, seconds: 600), 3))
        #expect(venue(bench) == "closed")
        bench.tell(order(.venue(isOpen: false, seconds: 0), 4))
        #expect(venue(bench) == "open")
        #expect(bench.appliance.week?.schedule == week)
    }

    @Test func withoutASetClockAScheduleSaysWhatIsConfiguredForThat() {
        for isOpenWhileClockUnset in [false, true] {
            var bench = Bench(
                policy(
                    OpenHours(
                        schedule: .always, isOpenWhileClockUnset: isOpenWhileClockUnset)))
            bench.tell(order(.schedule(week), 1))
            #expect(venue(bench) == (isOpenWhileClockUnset ? "open" : "closed"))
            bench.tell(order(.schedule(.never), 2))
            #expect(venue(bench) == "closed", "never is never")
        }
    }

    @Test func aReloadedConfigurationStaysBelow() {
        var bench = Bench(policy())
        bench.tell(order(.schedule(.never), 1))
        bench.pass(.seconds(1))
        bench.tell(.configured(policy: policy(.always), configuration: []))
        #expect(venue(bench) == "closed")
    }

    // MARK: Restarts

    @Test(arguments: [2, 3] as [UInt64])
    func aScheduleSurvivesRestarts(boot: UInt64) {
        var bench = Bench(policy())
        bench.tell(order(.schedule(week), 1))
        var later = restarted(bench, boot: boot)
        later.tell(clock(61))
        #expect(venue(later) == "open")
        later.tell(clock(121))
        #expect(venue(later) == "closed")
        #expect(later.logs.contains("hours: open mon 01:00-02:00, by Aigul"))
        later.kept = bench.kept + later.kept
        #expect(restarted(later, boot: 9).appliance.openHours == .always, "before its first step")
        var third = restarted(later, boot: 9)
        third.tell(.tick)
        #expect(third.appliance.week?.schedule == week)
        third.tell(order(.configured, 2))
        third.kept = later.kept + third.kept
        var fourth = restarted(third, boot: 10)
        fourth.tell(.tick)
        #expect(fourth.appliance.week == nil)
        #expect(later.broken + third.broken + fourth.broken == [])
    }

    @Test func aWhileEndsWhenItWouldHaveInTheSameBoot() {
        var bench = Bench(policy())
        bench.pass(.seconds(5))
        bench.tell(order(.venue(isOpen: false, seconds: 60), 1))
        bench.pass(.seconds(10))
        var later = restarted(bench, after: .seconds(20))
        later.tell(.tick)
        #expect(venue(later) == "closed")
        later.pass(.seconds(29))
        #expect(venue(later) == "closed")
        later.pass(.seconds(2))
        #expect(venue(later) == "open")
        #expect(later.broken == [])
    }

    /// The clock was set in the boot of the order, and is set again some time after the power
    /// returned.
    @Test func afterAPowerCutAWhileEndsByTheClock() {
        var bench = Bench(policy())
        bench.tell(clock(61))
        bench.tell(order(.venue(isOpen: false, seconds: 3_600), 1))
        bench.pass(.seconds(10), nil)
        var later = restarted(bench, boot: 3)
        later.pass(.seconds(5), nil)
        #expect(venue(later) == "closed", "nobody knows yet how long it was dark")
        later.tell(clock(61, wall: Self.noon + 3_590_000))
        #expect(venue(later) == "closed")
        #expect(
            later.appliance.hoursWords
                == "hours: closed for 10 s more, by Aigul; then as configured")
        later.pass(.seconds(11), nil)
        #expect(venue(later) == "open")

        var late = restarted(bench, boot: 3)
        late.tell(clock(61, wall: Self.noon + 3_700_000))
        #expect(venue(late) == "open", "it ended in the dark")
        late.kept = bench.kept + late.kept
        var without = restarted(late, boot: 4)
        without.tell(.tick)
        #expect(venue(without) == "open", "and does not come back where no clock is set")
    }

    @Test func withoutAClockAWhileLastsForTheRunningTimeThatIsLeft() {
        var bench = Bench(policy())
        bench.tell(order(.venue(isOpen: false, seconds: 60), 1))
        bench.pass(.seconds(10), nil)
        bench.tell(.input(.silence, active: true))
        var later = restarted(bench, boot: 3)
        later.pass(.seconds(49), nil)
        #expect(venue(later) == "closed")
        later.pass(.seconds(2), nil)
        #expect(venue(later) == "open")
    }

    /// A ledger that can be read late tells the hours then.
    @Test func hoursAreTakenUpWhenTheLedgerIsRead() {
        var bench = Bench(policy())
        bench.tell(order(.schedule(.never), 1))
        var later = Bench(policy())
        later.appliance = Appliance(
            policy: policy(), boot: BootID(high: 1, low: 3), firstOrdinal: 1, past: nil)
        later.pass(.seconds(1))
        #expect(venue(later) == "open")
        later.tell(order(.configured, 2))
        #expect(later.answers == ["the ledger cannot be read yet"])
        later.tell(.pastKnown(LedgerPast(bench.kept)))
        #expect(venue(later) == "closed")
        #expect(later.broken == [])
    }

    /// What an older program wrote as words is forgotten at the restart, as it was then.
    @Test func wordsOfOlderLedgersOrderNothing() {
        var bench = Bench(policy())
        bench.tell(.tick)
        let stamp = Stamp(
            boot: BootID(high: 1, low: 2), monotonic: .zero + .seconds(1), wallMilliseconds: 0,
            trust: .unset)
        bench.kept.append(
            LedgerRecord(
                stamp: stamp,
                body: .commanded(counter: 5, by: "Aigul", words: "hours: closed for 3600 s")))
        var later = restarted(bench, boot: 3)
        later.tell(.tick)
        #expect(venue(later) == "open")
        later.tell(order(.configured, 5))
        #expect(later.answers == ["its counter is not greater than 5"])
    }
}
