import Frames

/// A moment as a board knows it.
public struct WatchTime: Hashable, Sendable {
    /// Seconds since 1970: never before anything that has certainly been.
    public var seconds: Int64
    /// Whether a clock that was set says so. Without one it may be later than `seconds`.
    public var isSet: Bool

    public init(seconds: Int64, isSet: Bool) {
        self.seconds = seconds
        self.isSet = isSet
    }
}

/// Makes moments of a clock that may be wrong, set back, or not set at all.
///
///     now = max(clock that is set, latest moment known to have been + running time since)
///
/// What raises the latest moment: a clock while it is set, `issued` of every document that was
/// admitted, and what an earlier life wrote down. Nothing lowers it, and a clock that is not set
/// counts for nothing, wherever it points.
///
/// So setting a clock back lengthens nothing. Without a clock, time goes on as long as the board
/// runs, and the hours without power are missing: whoever cannot accept that sets
/// `ListHeader.needsSetClock`. A set clock that is wrong by years ends what it holds too early, and
/// keeps doing so until the floors are erased together with everything they guard.
public struct WatchClock: Hashable, Sendable {
    private var base: Int64
    private var baseAt: Instant

    /// - Parameters:
    ///   - latest: seconds since 1970 that have certainly been; 0 where nothing is known.
    ///   - instant: now, by the monotonic clock.
    public init(latest: Int64, at instant: Instant) {
        base = min(max(latest, 0), UTCSeconds.max)
        baseAt = instant
    }

    /// Now.
    ///
    /// - Parameters:
    ///   - instant: by the monotonic clock of the same boot; one before an earlier one counts as it.
    ///   - clock: seconds since 1970 by a clock that is set; nil while it is not.
    public mutating func now(_ instant: Instant, clock: Int64?) -> WatchTime {
        // Whole seconds move over to the base, so that the rest of one is never lost.
        let passed = max((instant - baseAt).nanoseconds / 1_000_000_000, 0)
        if passed > 0 {
            base = min(base + passed, UTCSeconds.max)
            baseAt = Instant(nanoseconds: baseAt.nanoseconds + passed * 1_000_000_000)
        }
        if let clock, clock > base {
            base = min(clock, UTCSeconds.max)
            baseAt = max(instant, baseAt)
        }
        return WatchTime(seconds: base, isSet: clock != nil)
    }

    /// Learns that `seconds` has been: `issued` of a document that was admitted.
    public mutating func learn(_ seconds: Int64) {
        base = max(base, min(seconds, UTCSeconds.max))
    }

    /// What the next life begins with.
    public var latest: Int64 { base }
}
