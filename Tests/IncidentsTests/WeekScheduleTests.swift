import Testing

@testable import Incidents

@Suite struct WeekScheduleTests {
    @Test func aSpanHoldsItsStartAndNotItsEnd() {
        let schedule = WeekSchedule(spans: [.init(start: 60, end: 120)])
        #expect(!schedule.contains(weekMinute: 59))
        #expect(schedule.contains(weekMinute: 60))
        #expect(schedule.contains(weekMinute: 119))
        #expect(!schedule.contains(weekMinute: 120))
    }

    @Test func aSundayNightReachesIntoMonday() {
        let schedule = WeekSchedule(spans: [.init(start: 9_900, end: 180)])
        #expect(schedule.contains(weekMinute: 10_079))
        #expect(schedule.contains(weekMinute: 0))
        #expect(schedule.contains(weekMinute: 179))
        #expect(!schedule.contains(weekMinute: 180))
        #expect(!schedule.contains(weekMinute: 9_899))
    }

    @Test func anyNumberIsAMinuteOfSomeWeek() {
        let schedule = WeekSchedule(spans: [.init(start: 0, end: 1)])
        #expect(schedule.contains(weekMinute: 10_080))
        #expect(schedule.contains(weekMinute: -10_080))
        #expect(!schedule.contains(weekMinute: -1))
        #expect(WeekSchedule.always.contains(weekMinute: .min))
        #expect(!WeekSchedule.never.contains(weekMinute: .max))
    }

    @Test func whatPeopleWriteIsReadAndWrittenAgain() {
        var schedule = WeekSchedule.never
        schedule.add(days: [6, 4, 3], from: 18 * 60, to: 3 * 60)
        schedule.add(days: [6], from: 0, to: 1_440)
        #expect(schedule.contains(weekMinute: 0))
        #expect(!schedule.contains(weekMinute: 3 * 60))
        #expect(schedule.words == "thu,fri,sun 18:00-03:00; sun 00:00-24:00")
        #expect(WeekSchedule.never.words == "never")
        var again = WeekSchedule.never
        for entry in schedule.entries {
            again.add(
                days: entry.days.compactMap { WeekSchedule.dayNames.firstIndex(of: $0) },
                from: WeekSchedule.minutes(entry.from) ?? -1,
                to: WeekSchedule.minutes(entry.to) ?? -1)
        }
        #expect(again == schedule)
    }

    @Test(arguments: [
        "", "18", "1800", "18:0", "18:60", "18:000", "-1:00", "+8:00", "１:00", "18.00"
    ])
    func whatIsNoTimeIsNotRead(text: String) {
        #expect(WeekSchedule.minutes(text) == nil)
    }

    @Test func anUnsetClockFollowsTheStatedChoice() {
        #expect(OpenHours(schedule: .never).isOpen(weekMinute: nil))
        #expect(!OpenHours.never.isOpen(weekMinute: nil))
        #expect(!OpenHours(schedule: .never).isOpen(weekMinute: 7))
    }
}
