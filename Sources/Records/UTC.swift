/// Calendar dates in UTC, without the C library and its time zones.
///
/// - Units: milliseconds since 1970-01-01T00:00:00Z, leap seconds not counted.
/// - Source: Howard Hinnant, "chrono-compatible low-level date algorithms", civil_from_days.
public enum UTC {
    /// "2025-11-22T18:04:05Z"; years beyond 9999 keep all their digits.
    public static func text(milliseconds: Int64) -> String {
        let seconds = floorDivided(milliseconds, by: 1000)
        let day = floorDivided(seconds, by: 86_400)
        let second = seconds - day * 86_400
        let date = civil(day: day)
        return "\(padded(date.year, 4))-\(padded(date.month, 2))-\(padded(date.day, 2))"
            + "T\(padded(second / 3600, 2)):\(padded(second / 60 % 60, 2))"
            + ":\(padded(second % 60, 2))Z"
    }

    /// "2025-11-22", "2025-11-22T18:04" or "2025-11-22T18:04:05Z"; nil for anything else.
    public static func milliseconds(_ text: String) -> Int64? {
        let halves = text.split(separator: "T", omittingEmptySubsequences: false)
        let date = numbers(halves[0], "-", [4, 2, 2])
        guard halves.count <= 2, let date, (1...12).contains(date[1]), date[2] >= 1 else {
            return nil
        }
        let day = days(year: date[0], month: date[1], day: date[2])
        // A date that does not exist comes back as another one.
        guard civil(day: day) == (date[0], date[1], date[2]) else { return nil }
        var second: Int64 = 0
        if halves.count == 2 {
            let clock = halves[1].hasSuffix("Z") ? halves[1].dropLast() : halves[1]
            guard let time = numbers(clock, ":", [2, 2]) ?? numbers(clock, ":", [2, 2, 2]),
                time[0] < 24, time[1] < 60, time.count < 3 || time[2] < 60
            else { return nil }
            second = time[0] * 3600 + time[1] * 60 + (time.count > 2 ? time[2] : 0)
        }
        return (day * 86_400 + second) * 1000
    }

    /// Cannot overflow: a day is at most 2⁶³ / 86 400 000 from the epoch.
    private static func civil(day: Int64) -> (year: Int64, month: Int64, day: Int64) {
        let shifted = day + 719_468
        let era = floorDivided(shifted, by: 146_097)
        let dayOfEra = shifted - era * 146_097
        let yearOfEra =
            (dayOfEra - dayOfEra / 1_460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let shiftedMonth = (5 * dayOfYear + 2) / 153
        let month = shiftedMonth < 10 ? shiftedMonth + 3 : shiftedMonth - 9
        return (
            yearOfEra + era * 400 + (month <= 2 ? 1 : 0), month,
            dayOfYear - (153 * shiftedMonth + 2) / 5 + 1
        )
    }

    private static func days(year: Int64, month: Int64, day: Int64) -> Int64 {
        let shifted = month <= 2 ? year - 1 : year
        let era = floorDivided(shifted, by: 400)
        let yearOfEra = shifted - era * 400
        let dayOfYear = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1
        return era * 146_097 + yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear
            - 719_468
    }

    private static func numbers(
        _ text: Substring, _ separator: Character, _ digitCounts: [Int]
    ) -> [Int64]? {
        let parts = text.split(separator: separator, omittingEmptySubsequences: false)
        guard parts.map(\.utf8.count) == digitCounts,
            parts.allSatisfy({ $0.utf8.allSatisfy { (48...57).contains($0) } })
        else { return nil }
        return parts.compactMap { Int64($0) }
    }

    private static func floorDivided(_ value: Int64, by divisor: Int64) -> Int64 {
        let (quotient, remainder) = value.quotientAndRemainder(dividingBy: divisor)
        return remainder < 0 ? quotient - 1 : quotient
    }

    private static func padded(_ value: Int64, _ width: Int) -> String {
        let digits = String(abs(value))
        return (value < 0 ? "-" : "")
            + String(repeating: "0", count: max(width - digits.count, 0)) + digits
    }
}
