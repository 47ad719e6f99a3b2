/// Dates for people who are refused something. `Records` has the whole of it, and is above.
enum UTCSeconds {
    /// The last second of the year 9999: no document states a later one.
    static let max: Int64 = 253_402_300_799

    /// "2025-11-22T18:04:05Z"; what lies outside of 1970 ... 9999 as its number of seconds.
    ///
    /// - Source: Howard Hinnant, "chrono-compatible low-level date algorithms", civil_from_days.
    static func text(_ seconds: Int64) -> String {
        guard (0...max).contains(seconds) else { return "\(seconds) s since 1970" }
        let (day, second) = (seconds / 86_400 + 719_468, seconds % 86_400)
        let (era, dayOfEra) = (day / 146_097, day % 146_097)
        let yearOfEra =
            (dayOfEra - dayOfEra / 1_460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let shifted = (5 * dayOfYear + 2) / 153
        let month = shifted < 10 ? shifted + 3 : shifted - 9
        let year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0)
        let date = [year, month, dayOfYear - (153 * shifted + 2) / 5 + 1].map(twoDigits)
        let time = [second / 3600, second / 60 % 60, second % 60].map(twoDigits)
        return date.joined(separator: "-") + "T" + time.joined(separator: ":") + "Z"
    }

    private static func twoDigits(_ value: Int64) -> String {
        value < 10 ? "0\(value)" : "\(value)"
    }
}
