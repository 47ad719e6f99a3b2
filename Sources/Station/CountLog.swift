import Detectors
import Frames
import Records

/// What one camera counted, by the minute: told to whoever listens, and kept ten minutes at a time,
/// so that no more than that is lost with the power.
///
/// - Units: minutes of the station's own running time, from the first count on.
struct CountLog: Hashable, Sendable {
    private var span: CountedSpan?
    /// Uptime at which the minute in hand is over.
    private var minuteEndsAt = Interval.zero
    private var (sum, number, most) = (0, 0, UInt16.zero)
    private var last: CameraCount?
    /// The totals that the span in hand began with.
    private var before: CameraCount?

    static let minute = Interval.seconds(60)
    static let minutesKept = 10

    mutating func add(
        _ count: CameraCount, camera: UInt8, at now: Instant, uptime: Interval
    ) {
        if span == nil {
            span = CountedSpan(camera: camera, start: now)
            minuteEndsAt = uptime + Self.minute
            before = last ?? count
        }
        // Totals that fall began anew: another life of the camera's detectors.
        if let last, count.entered < last.entered || count.left < last.left {
            carry()
            before = CameraCount(count: 0, low: 0, high: 0)
        }
        sum += Int(count.count)
        number += 1
        most = max(most, count.count)
        last = count
    }

    /// Time has passed.
    ///
    /// - Returns: the minute that is over, with the last count. After a pause it is called again for
    ///   each minute, and those without a count say so.
    mutating func passed(at uptime: Interval) -> (minute: CountedSpan.Minute, last: CameraCount)? {
        guard span != nil, let last, uptime >= minuteEndsAt else { return nil }
        let minute = close()
        minuteEndsAt = minuteEndsAt + Self.minute
        return (minute, last)
    }

    /// The minutes that are to be kept now, once.
    mutating func takeFull() -> CountedSpan? {
        (span?.minutes.count ?? 0) >= Self.minutesKept ? take() : nil
    }

    /// What was counted, at the end; nil where nothing was.
    mutating func takeRest() -> CountedSpan? {
        guard span != nil else { return nil }
        if number > 0 { _ = close() }
        return take()
    }

    private mutating func close() -> CountedSpan.Minute {
        let mean = number > 0 ? UInt16(clamping: (sum * 10 + number / 2) / number) : nil
        let minute = CountedSpan.Minute(meanTenths: mean, most: most)
        span?.add(minute)
        (sum, number, most) = (0, 0, 0)
        return minute
    }

    private mutating func take() -> CountedSpan? {
        carry()
        defer { (span, before) = (nil, nil) }
        // Minutes in which nobody counted say nothing.
        guard let span, span.minutes.contains(where: { $0.meanTenths != nil }) else { return nil }
        return span
    }

    /// Adds what was crossed since the totals were looked at last.
    private mutating func carry() {
        guard let last, let begun = before else { return }
        span?.entered &+= last.entered &- begun.entered
        span?.left &+= last.left &- begun.left
        before = last
    }
}
