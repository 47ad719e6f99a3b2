import Frames

/// Which frames are taken of a camera that brings more than are wanted: in step with the rate, not
/// with the camera, so that of fifteen a second ten can be taken.
struct Pace: Hashable, Sendable {
    /// Frames that were passed over.
    private(set) var passedCount: UInt64 = 0
    /// Until then none is wanted.
    private var due: Instant?

    mutating func takes(_ instant: Instant, perSecond: Int) -> Bool {
        let period = Interval(nanoseconds: 1_000_000_000 / Int64(perSecond))
        // A time line that runs back is a new one.
        guard let due, due - instant <= period else {
            due = instant + period
            return true
        }
        guard instant >= due else {
            passedCount += 1
            return false
        }
        self.due = max(due + period, instant)
        return true
    }
}
