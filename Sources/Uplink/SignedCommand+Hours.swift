import Incidents
import Records
import Text

extension SignedCommand {
    /// Either `venue`: open or closed for so many `seconds`, or configured; or a `schedule`, spelt
    /// as `[[schedule]]` in the configuration:
    ///
    ///     [{"days":["thu","fri","sat"],"from":"18:00","to":"03:00"}, …]
    ///
    /// Without `days` all of them. Hours that end at or before their start run into the next day.
    /// - Limits: `WeekSchedule.spanCountMax` spans, counting each day by itself.
    static func hours(_ command: JSONValue) throws(Refusal) -> HoursOrder {
        if let schedule = command["schedule"] {
            guard command["venue"] == nil, command["seconds"] == nil else {
                throw Refusal(description: "schedule: stands without venue and seconds")
            }
            return .schedule(try week(schedule))
        }
        switch command["venue"]?.string {
        case "configured": return .configured
        case let venue where venue == "open" || venue == "closed":
            return .venue(
                isOpen: venue == "open",
                seconds: try number(command, "seconds", HoursOrder.secondsMax))
        default:
            throw Refusal(description: "venue: open, closed or configured; or a schedule")
        }
    }

    private static func week(_ value: JSONValue) throws(Refusal) -> WeekSchedule {
        let limit = WeekSchedule.spanCountMax
        guard let entries = value.array, entries.count <= limit else {
            throw Refusal(description: "schedule: a list of at most \(limit) hours")
        }
        var schedule = WeekSchedule.never
        for entry in entries {
            guard case .object(let members) = entry,
                members.keys.allSatisfy({ ["days", "from", "to"].contains($0) })
            else { throw Refusal(description: "schedule: hours are days, from and to") }
            schedule.add(
                days: try days(entry["days"]),
                from: try time(entry["from"], "from", max: WeekSchedule.fromMax),
                to: try time(entry["to"], "to", max: WeekSchedule.toMax))
        }
        guard schedule.spans.count <= limit else {
            throw Refusal(
                description: "schedule: at most \(limit) spans, counting each day by itself")
        }
        return schedule
    }

    private static func days(_ value: JSONValue?) throws(Refusal) -> [Int] {
        let names = WeekSchedule.dayNames
        guard let value else { return Array(names.indices) }
        let days = (value.array ?? []).map { name in names.firstIndex { $0 == name.string } }
        let known = days.compactMap { $0 }
        guard !known.isEmpty, known.count == days.count, Set(known).count == known.count else {
            throw Refusal(
                description: "days: a list of \(names.joined(separator: ", ")), each once")
        }
        return known
    }

    private static func time(
        _ value: JSONValue?, _ name: String, max: Int
    ) throws(Refusal) -> Int {
        guard let minutes = value?.string.flatMap({ WeekSchedule.minutes($0) }), minutes <= max
        else {
            throw Refusal(
                description: "\(name): a time HH:MM, 00:00 to \(WeekSchedule.text(minutes: max))")
        }
        return minutes
    }
}
