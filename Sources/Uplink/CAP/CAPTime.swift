import Records

/// Times as CAP writes them: "2025-10-31T18:02:03-00:00", UTC without saying where it is.
///
/// - Units: to the second; what lies outside of the years 1970 ... 9999 is the nearest inside.
/// - Source: CAP 1.2, section 3.3.2: neither "Z" nor fractions.
enum CAPTime {
    static func text(_ date: Dating.Date) -> String {
        let inside = min(max(date.wallMilliseconds, 0), 253_402_300_799_999)
        return UTC.text(milliseconds: inside).dropLast() + "-00:00"
    }
}
