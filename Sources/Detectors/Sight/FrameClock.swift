import Frames

/// Time as the frames tell it, made safe: a recording or a driver may state anything.
struct FrameClock {
    /// Since the frame before; 0 for the first frame, for equal times and after a jump.
    private(set) var elapsed = Interval.zero
    /// Time went back, or further ahead than a camera that runs ever would: what was counted
    /// before says nothing about now.
    private(set) var hasJumped = true
    /// The sum of `elapsed`: what the detectors count with.
    private(set) var now = Instant.zero
    private var last: Instant?

    /// Two frames per second is the slowest camera; four lost frames in a row are a jump.
    static let gapMax = Interval.milliseconds(2_500)

    mutating func advance(to capturedAt: Instant) {
        guard let last else {
            (self.last, elapsed, hasJumped) = (capturedAt, .zero, true)
            return
        }
        let gap = capturedAt - last
        hasJumped = gap < .zero || gap > Self.gapMax
        elapsed = hasJumped ? .zero : gap
        now = now + elapsed
        self.last = capturedAt
    }
}
