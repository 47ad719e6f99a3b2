import Incidents

extension TableReader {
    static let dayNames = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"]

    /// A list of `{days = […], from = "HH:MM", to = "HH:MM"}`, also as `[[key]]` tables. A span
    /// that ends at or before its start runs into the next day.
    func weekSchedule(_ key: String) -> WeekSchedule {
        let tables = tables(key, countMax: WeekSchedule.spanCountMax)
        var spans: [WeekSchedule.Span] = []
        for table in tables {
            let days = table.choices(
                "days", among: TableReader.dayNames.enumerated().map { ($0.element, $0.offset) },
                default: Array(0..<7))
            if let value = table.value("days"), case .array(let names) = value.content,
                names.isEmpty
            {
                table.refuse(value, "days", allowed: "at least one day, or no `days` for all")
            }
            let from = table.time("from", max: minutesPerDay - 1)
            let to = table.time("to", max: minutesPerDay)
            table.finish()
            let length = to > from ? to - from : to + minutesPerDay - from
            for day in days.sorted() {
                let start = day * minutesPerDay + from
                spans.append(
                    WeekSchedule.Span(
                        start: UInt16(start),
                        end: UInt16((start + length) % WeekSchedule.minutesPerWeek)))
            }
        }
        if spans.count > WeekSchedule.spanCountMax, let value = value(key) {
            refuse(
                value, key,
                allowed: "at most \(WeekSchedule.spanCountMax) spans, counting each day by itself")
        }
        return WeekSchedule(spans: spans)
    }

    /// A time of day in minutes.
    private func time(_ key: String, max: Int) -> Int {
        let allowed = "a time \"HH:MM\", 00:00 to \(dayTime(max))"
        guard let value = value(key) else {
            missing(key, allowed: allowed)
            return 0
        }
        guard case .string(let text) = value.content, let minutes = minutes(text), minutes <= max
        else {
            refuse(value, key, allowed: allowed)
            return 0
        }
        return minutes
    }

    private func minutes(_ text: String) -> Int? {
        let bytes = Array(text.utf8)
        guard bytes.count == 5, bytes[2] == UInt8(ascii: ":") else { return nil }
        var digits: [Int] = []
        for index in [0, 1, 3, 4] {
            guard (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(bytes[index]) else { return nil }
            digits.append(Int(bytes[index] - UInt8(ascii: "0")))
        }
        let minute = digits[2] * 10 + digits[3]
        guard minute < 60 else { return nil }
        return (digits[0] * 10 + digits[1]) * 60 + minute
    }
}

extension WeekSchedule {
    /// The spans as the reader would take them, neighbouring days with the same hours together:
    /// `days`, `from` and `to` of each.
    var entries: [(days: [String], from: String, to: String)] {
        var result: [(days: [String], from: String, to: String)] = []
        var lastDay = 7
        for span in spans {
            let from = Int(span.start) % minutesPerDay
            let day = Int(span.start) / minutesPerDay
            let length =
                (Int(span.end) - Int(span.start) + Self.minutesPerWeek - 1) % Self.minutesPerWeek
                + 1
            let end = from + length
            let to = dayTime(end > minutesPerDay ? end - minutesPerDay : end)
            let name = TableReader.dayNames[day % 7]
            if let last = result.last, last.from == dayTime(from), last.to == to, day > lastDay {
                result[result.count - 1].days.append(name)
            } else {
                result.append(([name], dayTime(from), to))
            }
            lastDay = day
        }
        return result
    }
}

private let minutesPerDay = 1440

/// `"22:30"`.
private func dayTime(_ minutes: Int) -> String {
    let hour = minutes / 60
    let minute = minutes % 60
    return (hour < 10 ? "0" : "") + "\(hour):" + (minute < 10 ? "0" : "") + "\(minute)"
}
