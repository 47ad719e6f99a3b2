import Frames

/// Somebody who is followed from look to look.
///
///     free ──boxed──▶ tentative ──boxed again, or surely──▶ confirmed
///      ▲                 │                                    │  ▲
///      │◀──not at once───┘              not boxed: predicted  ▼  │ boxed again
///      └◀────── out of the picture, or unseen for 2.5 s ─── unseen
///
/// Nothing of it is kept when it ends, and its number is not given again.
struct Track: Hashable, Sendable {
    enum State: UInt8, Sendable {
        case free
        case tentative
        case confirmed
    }

    var state = State.free
    /// Given when it is confirmed, from 1; 0 before.
    var number: UInt32 = 0
    /// Where it is, or is expected, at the last look.
    var box = TrackBox()
    /// Units of `TrackBox` per second.
    var velocityX = 0
    var velocityY = 0
    /// Where the head is, or is expected, at the last look.
    var head = TrackPoint()
    /// Of the last box.
    var score = Q15.zero
    /// The best of all its boxes.
    var best = Q15.zero
    /// The share of its pixels that moved, at the last box; nil where nobody looked.
    var moved: Q15?
    /// How many boxes it had, counted up to 255.
    var boxCount = 0
    /// How far its filter has come, which says how much a new box is worth.
    var settled = 0
    /// Looks since the last box.
    var missedCount = 0
    var bornAt = Instant.zero
    var seenAt = Instant.zero
    /// Its box lies where furniture stands: not to be counted.
    var isFurniture = false
    /// Looks in which it was furniture, less those in which it was not.
    var furnitureCount = 0

    /// Boxed in the last look.
    var isSeen: Bool { missedCount == 0 }
    var isConfirmed: Bool { state == .confirmed }

    /// Units of `TrackBox` per second.
    var speed: Int {
        squareRoot(velocityX * velocityX + velocityY * velocityY)
    }

    /// Expects it where its velocity takes it.
    ///
    /// Who is not seen slows down: half of the velocity is gone after a second, for people turn and
    /// stop behind things. Cannot overflow: |velocity| < 2²³, elapsed < 2¹³ ms.
    mutating func predict(_ elapsed: Interval) {
        let milliseconds = Int(min(max(elapsed.milliseconds, 0), 4_000))
        let (across, down) = (velocityX * milliseconds / 1000, velocityY * milliseconds / 1000)
        box.x += across
        box.y += down
        head.x += across
        head.y += down
        guard missedCount > 0 else { return }
        let kept = max(1000 - milliseconds / 2, 300)
        velocityX = velocityX * kept / 1000
        velocityY = velocityY * kept / 1000
    }

    /// Takes in the box that was found to be its own.
    ///
    /// An alpha-beta filter whose gains fall while it settles, as a least-squares line through its
    /// first boxes has them.
    ///
    /// - Source: Bar-Shalom, Li, Kirubarajan, "Estimation with Applications to Tracking and
    ///   Navigation", 2001, section 6.5; gains of the expanding memory, 4(n − ½) / n(n + 1) and
    ///   6 / n(n + 1).
    mutating func correct(
        _ found: TrackBox, head seenHead: TrackPoint, score: Q15, at: Instant
    ) {
        let milliseconds = Int(min(max((at - seenAt).milliseconds, 1), 4_000))
        // What was predicted over a long time is worth less beside a new box.
        let limit = milliseconds <= 300 ? 5 : milliseconds <= 600 ? 4 : 3
        settled = min(max(settled - missedCount, 1) + 1, limit)
        let seen = whole(found)
        let (offX, offY) = (seen.x - box.x, seen.y - box.y)
        // Farther off than boxes jitter: he has turned, or begun to run.
        if max(abs(offX), abs(offY)) * 8 > box.reach { settled = min(settled, 3) }
        var gain = Self.gains[settled]
        // Whoever falls, sits down or is half hidden has another middle, and has not walked there.
        if abs(seen.height - box.height) * 4 > box.height { gain.beta = 0 }
        box.x += offX * gain.alpha / 256
        box.y += offY * gain.alpha / 256
        box.width += (seen.width - box.width) * Self.sizeGain / 256
        box.height += (seen.height - box.height) * Self.sizeGain / 256
        // Not from the box's middle: that is another one when legs go behind a table.
        head.x += (seenHead.x - head.x) * gain.alpha / 256
        head.y += (seenHead.y - head.y) * gain.alpha / 256
        // Nobody runs faster than six of his own heights in a second.
        let fastest = 6 * box.reach
        let step = max(milliseconds, 40)
        velocityX = Self.clamp(
            velocityX + offX * gain.beta * 1000 / (256 * step), fastest)
        velocityY = Self.clamp(
            velocityY + offY * gain.beta * 1000 / (256 * step), fastest)
        (self.score, best) = (score, max(best, score))
        (seenAt, missedCount) = (at, 0)
        boxCount = min(boxCount + 1, 255)
    }

    /// What of the box is to be believed: where the head of somebody upright stays and only the legs
    /// are gone, somebody stands before them, and the feet are where they were.
    private func whole(_ found: TrackBox) -> TrackBox {
        let lost = box.height - found.height
        guard boxCount >= 3, lost * 5 > box.height, lost * 3 < box.height * 2,
            box.height * 2 >= box.width * 3, abs(found.top - box.top) * 8 < box.height,
            abs(found.width - box.width) * 4 < box.width
        else { return found }
        var whole = found
        // One eighth of it is believed each time: whoever sits down has done so after a second.
        whole.height = box.height - lost / 8
        whole.y = found.top + whole.height / 2
        return whole
    }

    private static func clamp(_ value: Int, _ most: Int) -> Int { min(max(value, -most), most) }

    /// Of the n-th box, Q8. From the fifth on as they are: people change their minds.
    private static let gains: [(alpha: Int, beta: Int)] = [
        (256, 0), (256, 0), (256, 256), (213, 128), (179, 77), (154, 51)
    ]
    /// Q8.
    private static let sizeGain = 115
}

/// What others may know of a track: to draw it, to count it.
public struct TrackedPerson: Hashable, Sendable {
    /// From 1, not given twice between two starts.
    public var number: UInt32
    /// Where it is, or is expected, at the last look.
    public var region: Region
    /// The middle of the head, smoothed with the box. Where the network does not say it, as far from
    /// the truth as `PictureShape.head(of:)` is.
    public var head: Polygon.Corner
    /// Since its first box.
    public var age: Interval
    /// Boxed in the last look; otherwise predicted, behind something.
    public var isSeen: Bool
    /// Since the last box.
    public var unseenFor: Interval
    /// Of the last box.
    public var score: Q15
    /// Left out of counts, for it has never moved.
    public var isFurniture: Bool
}
