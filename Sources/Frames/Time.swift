/// A point on the monotonic time line of one boot.
///
/// - Units: nanoseconds since boot (`CLOCK_MONOTONIC`); never wall-clock time.
/// - Error: arithmetic saturates, because a hostile driver or recording may state any time.
public struct Instant: Hashable, Comparable, Sendable {
    public var nanoseconds: Int64

    public init(nanoseconds: Int64) {
        self.nanoseconds = nanoseconds
    }

    public static let zero = Instant(nanoseconds: 0)
    public static let distantFuture = Instant(nanoseconds: .max)

    /// Whole milliseconds since boot.
    public var milliseconds: Int64 { nanoseconds / 1_000_000 }

    public static func < (left: Instant, right: Instant) -> Bool {
        left.nanoseconds < right.nanoseconds
    }

    public static func + (left: Instant, right: Interval) -> Instant {
        Instant(nanoseconds: saturatingSum(left.nanoseconds, right.nanoseconds))
    }

    public static func - (left: Instant, right: Interval) -> Instant {
        Instant(nanoseconds: saturatingDifference(left.nanoseconds, right.nanoseconds))
    }

    public static func - (left: Instant, right: Instant) -> Interval {
        Interval(nanoseconds: saturatingDifference(left.nanoseconds, right.nanoseconds))
    }
}

/// A length of monotonic time.
///
/// - Units: nanoseconds, signed.
/// - Error: arithmetic saturates.
public struct Interval: Hashable, Comparable, Sendable {
    public var nanoseconds: Int64

    public init(nanoseconds: Int64) {
        self.nanoseconds = nanoseconds
    }

    public static let zero = Interval(nanoseconds: 0)

    public static func milliseconds(_ count: Int64) -> Interval {
        Interval(nanoseconds: saturatingProduct(count, 1_000_000))
    }

    public static func seconds(_ count: Int64) -> Interval {
        Interval(nanoseconds: saturatingProduct(count, 1_000_000_000))
    }

    public var milliseconds: Int64 { nanoseconds / 1_000_000 }

    public static func < (left: Interval, right: Interval) -> Bool {
        left.nanoseconds < right.nanoseconds
    }

    public static func + (left: Interval, right: Interval) -> Interval {
        Interval(nanoseconds: saturatingSum(left.nanoseconds, right.nanoseconds))
    }

    public static func - (left: Interval, right: Interval) -> Interval {
        Interval(nanoseconds: saturatingDifference(left.nanoseconds, right.nanoseconds))
    }

    public static func * (left: Interval, right: Int64) -> Interval {
        Interval(nanoseconds: saturatingProduct(left.nanoseconds, right))
    }
}

private func saturatingSum(_ left: Int64, _ right: Int64) -> Int64 {
    let (sum, overflow) = left.addingReportingOverflow(right)
    return overflow ? (right < 0 ? .min : .max) : sum
}

private func saturatingDifference(_ left: Int64, _ right: Int64) -> Int64 {
    let (difference, overflow) = left.subtractingReportingOverflow(right)
    return overflow ? (right < 0 ? .max : .min) : difference
}

private func saturatingProduct(_ left: Int64, _ right: Int64) -> Int64 {
    let (product, overflow) = left.multipliedReportingOverflow(by: right)
    return overflow ? ((left < 0) == (right < 0) ? .max : .min) : product
}
