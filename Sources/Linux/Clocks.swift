import CLinux

/// The kernel's clocks. Only the edge reads them; the core is told the time.
public enum Clocks {
    /// Nanoseconds since boot, without sleep; never set, never goes back.
    public static func monotonicNanoseconds() -> Int64 { Syscalls.clock(CLOCK_MONOTONIC) }

    /// Nanoseconds of processor time that this thread has used.
    public static func threadNanoseconds() -> Int64 { Syscalls.clock(CLOCK_THREAD_CPUTIME_ID) }

    /// Milliseconds since 1970-01-01 UTC, as the clock happens to be set.
    public static func wallMilliseconds() -> Int64 {
        Syscalls.clock(CLOCK_REALTIME) / 1_000_000
    }

    /// Whether somebody (NTP, a battery-backed clock's daemon) keeps the wall clock right.
    public static func isSynchronised() -> Bool { (try? Syscalls.adjtimex()) ?? false }

    /// Minutes since Monday 00:00 local time, 0 ..< 10 080.
    ///
    /// - Parameter utcOffsetSeconds: of local time, east positive, as `utcOffsetSeconds` tells.
    public static func weekMinute(wallMilliseconds: Int64, utcOffsetSeconds: Int) -> Int {
        let minutes = (floorSeconds(wallMilliseconds) + Int64(utcOffsetSeconds)).floorDivided(
            by: 60)
        // 1970-01-01 was a Thursday: three days after a Monday.
        let week = (minutes + 3 * 24 * 60) % 10_080
        return Int(week < 0 ? week + 10_080 : week)
    }

    /// By how much local time is ahead of UTC at a moment. Reads the disk where the time zone was
    /// changed since it was last asked: not for a thread that must not wait.
    public static func utcOffsetSeconds(wallMilliseconds: Int64) -> Int {
        Syscalls.localtime(floorSeconds(wallMilliseconds))?.tm_gmtoff ?? 0
    }

    /// "2025-11-22 18:04:05" in local time.
    public static func localText(wallMilliseconds: Int64) -> String {
        guard let parts = Syscalls.localtime(floorSeconds(wallMilliseconds)) else { return "?" }
        func two(_ value: Int32) -> String { value < 10 ? "0\(value)" : "\(value)" }
        return "\(Int(parts.tm_year) + 1900)-\(two(parts.tm_mon + 1))-\(two(parts.tm_mday)) "
            + "\(two(parts.tm_hour)):\(two(parts.tm_min)):\(two(parts.tm_sec))"
    }

    public static func sleep(milliseconds: Int64) {
        guard milliseconds > 0 else { return }
        Syscalls.nanosleep(min(milliseconds, 86_400_000) * 1_000_000)
    }

    private static func floorSeconds(_ milliseconds: Int64) -> Int64 {
        milliseconds.floorDivided(by: 1000)
    }
}

/// Which boot of which machine this is.
public enum Boot {
    /// The kernel's 128-bit identity of this boot, high half first; nil where `/proc` has none.
    public static func identity() -> (high: UInt64, low: UInt64)? {
        guard
            let bytes = try? Files.read("/proc/sys/kernel/random/boot_id", byteCountMax: 64)
        else { return nil }
        return parse(bytes)
    }

    static func parse(_ bytes: [UInt8]) -> (high: UInt64, low: UInt64)? {
        var digits = String(decoding: bytes, as: UTF8.self)
        digits.removeAll { $0 == "-" || $0.isWhitespace }
        guard digits.utf8.count == 32, digits.allSatisfy(\.isHexDigit),
            let high = UInt64(digits.prefix(16), radix: 16),
            let low = UInt64(digits.suffix(16), radix: 16)
        else { return nil }
        return (high, low)
    }
}

extension Int64 {
    fileprivate func floorDivided(by divisor: Int64) -> Int64 {
        self / divisor - (self % divisor < 0 ? 1 : 0)
    }
}
