import Incidents

extension TableReader {
    /// A list of `{days = […], from = "HH:MM", to = "HH:MM"}`, also as `[[key]]` tables. A span
    /// that ends at or before its start runs into the next day.
    func weekSchedule(_ key: String) -> WeekSchedule {
        let tables = tables(key, countMax: WeekSchedule.spanCountMax)
        let names = WeekSchedule.dayNames
        var schedule = WeekSchedule.never
        for table in tables {
            let days = table.choices(
                "days", among: names.enumerated().map { ($0.element, $0.offset) },
                default: Array(names.indices))
            if let value = table.value("days"), case .array(let names) = value.content,
                names.isEmpty
            {
                table.refuse(value, "days", allowed: "at least one day, or no `days` for all")
            }
            let from = table.time("from", max: WeekSchedule.fromMax)
            let to = table.time("to", max: WeekSchedule.toMax)
            table.finish()
            schedule.add(days: days, from: from, to: to)
        }
        if schedule.spans.count > WeekSchedule.spanCountMax, let value = value(key) {
            refuse(
                value, key,
                allowed: "at most \(WeekSchedule.spanCountMax) spans, counting each day by itself")
        }
        return schedule
    }

    /// A time of day in minutes.
    private func time(_ key: String, max: Int) -> Int {
        let allowed = "a time \"HH:MM\", 00:00 to \(WeekSchedule.text(minutes: max))"
        guard let value = value(key) else {
            missing(key, allowed: allowed)
            return 0
        }
        guard case .string(let text) = value.content,
            let minutes = WeekSchedule.minutes(text), minutes <= max
        else {
            refuse(value, key, allowed: allowed)
            return 0
        }
        return minutes
    }
}
