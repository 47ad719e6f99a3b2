/// Parts of the week, by the minute.
///
/// - Units: minutes since Monday 00:00 local time, 0 ..< 10 080.
public struct WeekSchedule: Hashable, Sendable {
    /// From `start` up to, not including, `end`; past Sunday midnight where `end` ≤ `start`, so
    /// that one span can hold an opening night that ends on Monday morning. `start` = `end` is
    /// the whole week.
    public struct Span: Hashable, Sendable {
        public var start: UInt16
        public var end: UInt16

        public init(start: UInt16, end: UInt16) {
            self.start = start
            self.end = end
        }
    }

    /// Spans beyond `spanCountMax` are not looked at; the configuration refuses them.
    public var spans: [Span]

    public static let spanCountMax = 64
    public static let minutesPerWeek = 10_080

    public init(spans: [Span]) {
        self.spans = spans
    }

    public static let never = WeekSchedule(spans: [])
    public static let always = WeekSchedule(spans: [Span(start: 0, end: 0)])

    /// - Parameter weekMinute: any number; it is taken modulo the week.
    public func contains(weekMinute: Int) -> Bool {
        let remainder = weekMinute % Self.minutesPerWeek
        let minute = remainder < 0 ? remainder + Self.minutesPerWeek : remainder
        for span in spans.prefix(Self.spanCountMax) {
            let start = Int(span.start)
            let end = Int(span.end)
            if start < end {
                if minute >= start, minute < end { return true }
            } else if minute >= start || minute < end {
                return true
            }
        }
        return false
    }
}

/// When the venue, or one zone of it, is open to people.
public struct OpenHours: Hashable, Sendable {
    public var schedule: WeekSchedule
    /// What holds before the clock is set. Open by default: a board without a battery clock that
    /// comes back in the middle of an evening must not take the guests for intruders.
    public var isOpenWhileClockUnset: Bool

    public init(schedule: WeekSchedule, isOpenWhileClockUnset: Bool = true) {
        self.schedule = schedule
        self.isOpenWhileClockUnset = isOpenWhileClockUnset
    }

    public static let always = OpenHours(schedule: .always)
    /// Nobody may ever be there, whatever the clock says.
    public static let never = OpenHours(schedule: .never, isOpenWhileClockUnset: false)

    public func isOpen(weekMinute: Int?) -> Bool {
        guard let weekMinute else { return isOpenWhileClockUnset }
        return schedule.contains(weekMinute: weekMinute)
    }
}
