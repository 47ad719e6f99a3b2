import Frames
import Incidents

/// What the centre's orders of earlier lives leave of the venue's hours.
///
/// A while ends when the appliance ran for so long, or by wall time where the clock was set in the
/// boot of the order and is set in this one, whichever is first. Within one boot no clock is asked.
/// So time without power counts only where two clocks tell of it, and a clock that is not set makes
/// a while longer, but never longer than so many seconds of running.
public struct HoursPast: Hashable, Sendable {
    /// The venue counts as open or closed for a while.
    public struct While: Hashable, Sendable {
        public var isOpen: Bool
        /// Who ordered it.
        public var by: String
        /// Of the order.
        public var boot: BootID
        /// The running time that is left; where a clock told more of what had passed, less.
        public var left: Interval
        /// Milliseconds since 1970 at its end; nil where the clock of its boot was never set.
        public var wallEnd: Int64?
    }

    /// The venue's week.
    public struct Week: Hashable, Sendable {
        public var schedule: WeekSchedule
        /// Who ordered it.
        public var by: String

        public init(schedule: WeekSchedule, by: String) {
            self.schedule = schedule
            self.by = by
        }
    }

    /// nil where the configuration's schedule holds.
    public private(set) var week: Week?
    private var special: While?
    private var running = RunningTime()

    init() {}

    mutating func learn(_ record: LedgerRecord) {
        guard RunningTime.counts(record) else { return }
        pass(to: record.stamp)
        guard case .hours(let order, _, let by) = record.body else { return }
        switch order {
        case .venue(let isOpen, let seconds):
            let length = Interval.seconds(Int64(min(seconds, HoursOrder.secondsMax)))
            special = While(
                isOpen: isOpen, by: by, boot: record.stamp.boot, left: length, wallEnd: nil)
            date(by: record.stamp)
        case .schedule(let schedule):
            week = Week(schedule: schedule, by: by)
        case .configured:
            (week, special) = (nil, nil)
        }
    }

    /// The while that is not over at `now` of `boot`.
    func special(at now: Instant, of boot: BootID) -> While? {
        var present = self
        present.pass(
            to: Stamp(boot: boot, monotonic: now, wallMilliseconds: 0, trust: .unset))
        return present.special
    }

    private mutating func pass(to stamp: Stamp) {
        let passed = running.pass(to: stamp)
        guard let left = special?.left else { return }
        special?.left = left - passed
        date(by: stamp)
        if let left = special?.left, left <= .zero { special = nil }
    }

    /// The latest set clock of the order's boot is right about the whole of it, and that of a later
    /// boot says what is left by then.
    private mutating func date(by stamp: Stamp) {
        guard let each = special, let wall = stamp.trustedWall else { return }
        if each.boot == stamp.boot {
            special?.wallEnd = wall + each.left.milliseconds
        } else if let end = each.wallEnd {
            special?.left = min(each.left, .milliseconds(end - wall))
        }
    }
}
