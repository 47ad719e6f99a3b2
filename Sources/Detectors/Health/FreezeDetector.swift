import Frames

/// A picture that stands still to the last bit.
///
/// A camera that works never delivers the same picture twice: the sensor's noise changes pixels
/// even in an empty, silent room. So a picture is kept at full sharpness and later ones are
/// compared with it; as soon as one differs by more than a trace, it is kept instead. How long a
/// kept picture lasts is how long the view has stood still. People who walk the same way again and
/// again do not come into it: no picture is compared with any but the kept one.
///
/// Cameras that smooth noise away, and recordings, can come near to stillness in an empty room.
/// How still a room can be is learned: after a stillness that ended by itself, what counts as a
/// trace is at most three fifths of what was seen in it. A view that never lived since the start
/// is not judged, unless nothing at all changes for a long time.
struct FreezeDetector {
    /// What counts as a trace: mean difference of a pixel, millionths of a code value. A lossy
    /// codec still corrects up to 0.06 in the second after a picture froze; in the quietest footage
    /// at hand a second and a half brings 0.12, and a sensor brings 0.5 and more.
    private static let traceMax = 60_000
    private static let traceMin = 5_000
    /// A view where nothing at all changes for so long stands still, whatever it was like before.
    private static let utterStillness = Interval.seconds(30)
    static let needed = Interval.milliseconds(1_500)
    /// Shorter stillness happens between two frames, or where a movement turns back.
    private static let stillnessMin = Interval.seconds(1)
    /// Changes seen, and time passed, before a view is known to live.
    private static let lifeMin = Interval.seconds(2)
    private static let changeCountMin = 2

    private(set) var stillFor = Interval.zero
    private var hasKept = false
    /// Nothing at all differed from the kept picture.
    private var isUtter = true
    /// The largest difference to the kept picture so far; millionths.
    private var change = 0
    private var changeCount = 0
    private var watchedFor = Interval.zero
    /// The least change of a stillness that ended by itself; millionths.
    private var leastChange = 1_000_000

    /// - Returns: from 0.5 on, the view has stood still for `needed`.
    mutating func update(_ rows: SampledRows, _ luma: PlaneView, clock: FrameClock) -> Q15 {
        guard rows.pixelCount > 0 else { return .zero }
        if clock.hasJumped || !hasKept {
            restart(rows, luma)
            return .zero
        }
        // Cannot overflow: the sum is below 2²⁸.
        let now = rows.difference(from: luma) * 1_000_000 / rows.pixelCount
        watchedFor = min(watchedFor + clock.elapsed, .seconds(3_600))
        if now > trace {
            if stillFor >= Self.stillnessMin { leastChange = min(leastChange, change) }
            changeCount = min(changeCount + 1, Self.changeCountMin)
            restart(rows, luma)
            return .zero
        }
        change = max(change, now)
        isUtter = isUtter && now == 0
        stillFor = stillFor + clock.elapsed
        if changeCount >= Self.changeCountMin && watchedFor >= Self.lifeMin {
            return score
        }
        if isUtter { return stillFor >= Self.utterStillness ? .perMille(600) : .zero }
        if stillFor >= Self.stillnessMin {
            // Quiet from the start: this is how quiet it is.
            leastChange = min(leastChange, change)
            restart(rows, luma)
        }
        return .zero
    }

    /// Other rows are looked at from the next picture on; how still this room can be stays known.
    mutating func lookAnew() {
        hasKept = false
    }

    /// Believed after `needed`, certain four seconds later.
    private var score: Q15 {
        let beyond = min(stillFor - Self.needed, .seconds(4))
        return beyond < .zero ? .zero : .perMille(600 + Int(beyond.milliseconds) / 10)
    }

    private var trace: Int {
        min(Self.traceMax, max(Self.traceMin, leastChange / 5 * 3))
    }

    private mutating func restart(_ rows: SampledRows, _ luma: PlaneView) {
        rows.keep(luma)
        (hasKept, isUtter, stillFor, change) = (true, true, .zero, 0)
    }
}
