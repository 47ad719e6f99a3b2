import Frames
import Incidents
import Records
import Testing

/// What earlier lives were told of the venue's hours.
@Suite struct HoursPastTests {
    private let first = BootID(high: 0, low: 1)
    private let second = BootID(high: 0, low: 2)
    private let third = BootID(high: 0, low: 3)
    private let week = WeekSchedule(spans: [.init(start: 60, end: 120)])

    /// - Parameter wall: seconds since 1970; nil while the clock is not set.
    private func record(
        _ boot: BootID, at seconds: Int64, wall: Int64? = nil,
        _ body: LedgerRecord.Body = .operated("silence")
    ) -> LedgerRecord {
        LedgerRecord(
            stamp: Stamp(
                boot: boot, monotonic: .zero + .seconds(seconds),
                wallMilliseconds: (wall ?? 0) * 1_000,
                trust: wall == nil ? .unset : .synchronised),
            body: body)
    }

    private func order(
        _ order: HoursOrder, _ boot: BootID, at seconds: Int64, wall: Int64? = nil
    ) -> LedgerRecord {
        record(boot, at: seconds, wall: wall, .hours(order, counter: 1, by: "Aigul"))
    }

    /// Seconds that are left at `seconds` of `boot`.
    private func left(
        _ records: [LedgerRecord], _ boot: BootID, at seconds: Int64
    ) -> Int64? {
        LedgerPast(records).specialHours(at: .zero + .seconds(seconds), of: boot).map {
            $0.left.milliseconds / 1_000
        }
    }

    private let open = HoursOrder.venue(isOpen: true, seconds: 100)

    @Test func withinOneBootAWhileEndsByMonotonicTimeAlone() {
        let records = [
            order(open, first, at: 10, wall: 1_000), record(first, at: 20, wall: 9_000)
        ]
        #expect(left(records, first, at: 30) == 80)
        #expect(left(records, first, at: 109) == 1)
        #expect(left(records, first, at: 110) == nil)
    }

    @Test func withoutAClockOnlyRunningTimeCounts() {
        let records = [
            order(open, first, at: 10), record(first, at: 40), record(second, at: 20)
        ]
        #expect(left(records, second, at: 25) == 45)
        #expect(left(records, third, at: 50) == nil)
        #expect(LedgerPast(records).specialHours(at: .zero, of: third)?.wallEnd == nil)
    }

    /// The clock was set in the order's boot, before or after the order.
    @Test func aSetClockTellsTheEndInLaterBoots() throws {
        for records in [
            [order(open, first, at: 10, wall: 1_000)],
            [order(open, first, at: 10), record(first, at: 40, wall: 1_030)]
        ] {
            let past = try #require(LedgerPast(records).specialHours(at: .zero, of: second))
            #expect(past.wallEnd == 1_100_000)
            #expect(past.boot == first)
            #expect(past.isOpen)
            #expect(past.by == "Aigul")
        }
    }

    /// Else a while that was over by the clock would come back on a board without one.
    @Test func whatALaterClockEndedDoesNotComeBack() {
        let records = [
            order(open, first, at: 10, wall: 1_000), record(second, at: 5, wall: 1_090)
        ]
        #expect(left(records, third, at: 0) == 10)
        #expect(left(records, third, at: 10) == nil)
        #expect(left(records + [record(second, at: 7, wall: 1_200)], third, at: 0) == nil)
        // A clock that is behind makes nothing longer.
        let behind = [order(open, first, at: 10, wall: 1_000), record(second, at: 5, wall: 10)]
        #expect(left(behind, third, at: 0) == 95)
    }

    @Test func theLastOrderOfEachSortHolds() {
        var records = [
            order(.schedule(.always), first, at: 1), order(.schedule(week), first, at: 2),
            order(open, first, at: 3), order(.venue(isOpen: false, seconds: 50), first, at: 4)
        ]
        let past = LedgerPast(records)
        #expect(past.week == HoursPast.Week(schedule: week, by: "Aigul"))
        #expect(past.specialHours(at: .zero + .seconds(5), of: first)?.isOpen == false)
        #expect(past.specialHours(at: .zero + .seconds(54), of: first) == nil)
        records.append(order(.venue(isOpen: true, seconds: 0), first, at: 5))
        #expect(left(records, first, at: 5) == nil)
        #expect(LedgerPast(records).week?.schedule == week)
        records += [order(open, first, at: 6), order(.configured, first, at: 7)]
        #expect(left(records, first, at: 8) == nil)
        #expect(LedgerPast(records).week == nil)
    }

    /// A ledger may state any time; no sum of them may trap.
    @Test func senselessTimesAreSurvived() {
        let times: [Int64] = [.min, -1, 0, 1 << 52, .max]
        for monotonic in times {
            for wall in times {
                let stamp = Stamp(
                    boot: first, monotonic: Instant(nanoseconds: monotonic),
                    wallMilliseconds: wall, trust: .synchronised)
                let longest = HoursOrder.venue(isOpen: true, seconds: .max)
                var later = stamp
                later.boot = second
                let past = LedgerPast([
                    LedgerRecord(stamp: stamp, body: .hours(longest, counter: 0, by: "")),
                    LedgerRecord(stamp: later, body: .operated(""))
                ])
                let left = past.specialHours(at: Instant(nanoseconds: monotonic), of: third)?.left
                #expect(left ?? .zero <= .seconds(Int64(HoursOrder.secondsMax)))
            }
        }
    }
}
