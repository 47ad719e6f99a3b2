/// How people write a week's hours, in the configuration and in commands: days, and two times.
///
///     days thu, fri, sat   from 18:00   to 03:00
///
/// Whoever reads a form of it takes these parts from its own syntax, and says in its own words
/// what is wrong.
extension WeekSchedule {
    /// As they are written, from Monday.
    public static let dayNames = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
    public static let minutesPerDay = 1_440
    /// The latest that `from` may be: 23:59.
    public static let fromMax = minutesPerDay - 1
    /// The latest that `to` may be: 24:00, the midnight that ends the day.
    public static let toMax = minutesPerDay

    /// Minutes since midnight of a time "HH:MM", 00:00 to 99:59; nil for anything else.
    public static func minutes(_ text: String) -> Int? {
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

    /// "22:30".
    public static func text(minutes: Int) -> String {
        let hour = minutes / 60
        let minute = minutes % 60
        return (hour < 10 ? "0" : "") + "\(hour):" + (minute < 10 ? "0" : "") + "\(minute)"
    }

    /// Adds the same hours on several days. Where they end at or before their start, they run into
    /// the next day.
    ///
    /// - Parameters:
    ///   - days: 0 (Monday) ... 6, each once.
    ///   - from: minutes since midnight, at most `fromMax`.
    ///   - to: minutes since midnight, at most `toMax`.
    public mutating func add(days: [Int], from: Int, to: Int) {
        let length = to > from ? to - from : to + Self.minutesPerDay - from
        for day in days.sorted() {
            let start = day * Self.minutesPerDay + from
            spans.append(
                Span(start: UInt16(start), end: UInt16((start + length) % Self.minutesPerWeek)))
        }
    }

    /// Hours of some days, as they are written.
    public struct Entry: Hashable, Sendable {
        public var days: [String]
        public var from: String
        public var to: String
    }

    /// The spans as a reader would take them, neighbouring days with the same hours together.
    public var entries: [Entry] {
        var result: [Entry] = []
        var lastDay = 7
        for span in spans {
            let from = Int(span.start) % Self.minutesPerDay
            let day = Int(span.start) / Self.minutesPerDay
            let length =
                (Int(span.end) - Int(span.start) + Self.minutesPerWeek - 1) % Self.minutesPerWeek
                + 1
            let end = from + length
            let to = Self.text(minutes: end > Self.minutesPerDay ? end - Self.minutesPerDay : end)
            let name = Self.dayNames[day % 7]
            if let last = result.last, last.from == Self.text(minutes: from), last.to == to,
                day > lastDay
            {
                result[result.count - 1].days.append(name)
            } else {
                result.append(Entry(days: [name], from: Self.text(minutes: from), to: to))
            }
            lastDay = day
        }
        return result
    }

    /// "thu,fri,sat 18:00-03:00; sun 12:00-20:00", or "never".
    public var words: String {
        if spans.isEmpty { return "never" }
        return entries.map { "\($0.days.joined(separator: ",")) \($0.from)-\($0.to)" }
            .joined(separator: "; ")
    }
}
