import Frames
import Incidents
import Records

/// The centre's word that the venue is open or closed for a while.
struct SpecialHours: Hashable, Sendable {
    var isOpen: Bool
    var by: String
    /// Uptime.
    var until: Interval
    /// Milliseconds since 1970 at its end, by the clock of another boot; nil where the order is of
    /// this boot, or the clock of its boot was never set.
    var wallEnd: Int64?
}

/// When the venue is open: the centre's word for as long as it lasts, then the centre's schedule,
/// then the configuration's. The ledger keeps what the centre ordered over restarts.
extension Appliance {
    /// What holds now.
    var openHours: OpenHours {
        if let specialHours { return specialHours.isOpen ? .always : .never }
        guard let week else { return policy.openHours }
        if week.schedule.spans.isEmpty { return .never }
        return OpenHours(
            schedule: week.schedule,
            isOpenWhileClockUnset: policy.openHours.isOpenWhileClockUnset)
    }

    /// What holds now, until when and by whom, for people.
    public var hoursWords: String {
        guard let special = specialHours else { return "hours: \(regularHours)" }
        let left = max(special.until - clock.uptime, .zero).milliseconds / 1_000
        let now = special.isOpen ? "open" : "closed"
        return "hours: \(now) for \(left) s more, by \(special.by); then \(regularHours)"
    }

    private var regularHours: String {
        week.map { "open \($0.schedule.words), by \($0.by)" } ?? "as configured"
    }

    mutating func order(_ order: HoursOrder, by: String) {
        switch order {
        case .venue(let isOpen, let seconds):
            let length = Interval.seconds(Int64(min(seconds, HoursOrder.secondsMax)))
            specialHours = SpecialHours(isOpen: isOpen, by: by, until: clock.uptime + length)
        case .schedule(let schedule):
            week = HoursPast.Week(schedule: schedule, by: by)
        case .configured:
            (specialHours, week) = (nil, nil)
        }
        applyHours()
    }

    /// What earlier lives were ordered goes on.
    mutating func takeUpHours(_ past: LedgerPast) {
        week = past.week
        specialHours = past.specialHours(at: clock.now, of: clock.boot).map {
            SpecialHours(
                isOpen: $0.isOpen, by: $0.by, until: clock.uptime + $0.left,
                wallEnd: $0.boot == clock.boot ? nil : $0.wallEnd)
        }
        dateHours()
        applyHours()
        if week != nil || specialHours != nil { log(.notice, hoursWords) }
    }

    /// A clock that is set says how much of a while passed without power.
    mutating func dateHours() {
        guard let special = specialHours, let end = special.wallEnd, let wall = clock.trustedWall
        else { return }
        let left = max(Interval.milliseconds(end - wall), .zero)
        specialHours?.until = min(special.until, clock.uptime + left)
    }

    mutating func endSpecialHours() {
        guard let special = specialHours, clock.uptime >= special.until else { return }
        specialHours = nil
        applyHours()
        log(.notice, "\(hoursWords) again")
    }

    func applyingHours(_ incidents: IncidentPolicy) -> IncidentPolicy {
        var incidents = incidents
        incidents.openHours = openHours
        return incidents
    }

    private mutating func applyHours() {
        let hours = openHours
        for index in trackers.indices { trackers[index]?.policy.openHours = hours }
    }
}
