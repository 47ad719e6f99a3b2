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

    @Test func anUnsetClockFollowsTheStatedChoice() {
        #expect(OpenHours(schedule: .never).isOpen(weekMinute: nil))
        #expect(!OpenHours.never.isOpen(weekMinute: nil))
        #expect(!OpenHours(schedule: .never).isOpen(weekMinute: 7))
    }
}
