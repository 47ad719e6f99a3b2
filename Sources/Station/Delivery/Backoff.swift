import Frames

/// How long to wait before the next attempt to reach somebody.
///
/// Pauses double from one failure to the next. A connection counts as a success only after it
/// lasted: a receiver that takes every connection and drops it at once must not be stormed.
///
/// - Shape: a pause is drawn evenly from the upper half of its bound, so that a thousand
///   appliances that lost one receiver at one moment do not return at one moment. The first pause is
///   spread wider, for most receivers are gone for no more than that moment.
/// - Source: espressif/esp-rainmaker-neo-firmware#1; M. Brooker, "Exponential backoff and jitter".
public struct Backoff: Hashable, Sendable {
    public static let pauseMin = Interval.seconds(1)
    public static let firstPauseMax = Interval.seconds(4)
    public static let pauseMax = Interval.seconds(300)
    /// A connection that lasted so long was a success.
    public static let stableAfter = Interval.seconds(60)

    private var bound = Backoff.pauseMin
    private var connectedAt: Instant?
    private var chance: SplitMix64

    /// - Parameter seed: another one on every appliance.
    public init(seed: UInt64) {
        chance = SplitMix64(seed: seed)
    }

    public mutating func connected(at instant: Instant) {
        connectedAt = instant
    }

    /// It was of use, however short: no failure is to be waited out.
    public mutating func succeeded() {
        bound = Self.pauseMin
        connectedAt = nil
    }

    /// The connection is gone, or could not be made.
    ///
    /// - Returns: the pause before the next attempt.
    public mutating func failed(at instant: Instant) -> Interval {
        if let connectedAt, instant - connectedAt >= Self.stableAfter { bound = Self.pauseMin }
        connectedAt = nil
        let least = Int(bound.milliseconds) / 2
        let most = bound == Self.pauseMin ? Self.firstPauseMax : bound
        bound = min(bound * 2, Self.pauseMax)
        return .milliseconds(Int64(chance.whole(in: least...Int(most.milliseconds))))
    }
}
