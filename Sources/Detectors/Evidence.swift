import Frames

/// A measure in per mille that becomes a score: 0 up to `none`, one half at `half`, one from
/// `full` on, straight lines between. The three may also fall.
struct Ramp {
    let none: Int
    let half: Int
    let full: Int

    /// Cannot overflow: the product is taken only between the corners, which are small.
    func callAsFunction(_ value: Int) -> Q15 {
        let (none, half, full, value) =
            none <= full
            ? (self.none, self.half, self.full, value)
            : (-self.none, -self.half, -self.full, -value)
        if value <= none { return .zero }
        if value >= full { return .one }
        if value < half { return .perMille(500 * (value - none) / (half - none)) }
        return .perMille(500 + 500 * (value - half) / (full - half))
    }
}

/// A score that must last before it counts.
///
///     idle ──score ≥ 0.5 for `needed`──▶ sure ──score < 0.4 for 0.5 s──▶ idle
///
/// One frame that contradicts does not start the count again: doubt takes back twice its time.
struct Evidence {
    private(set) var isSure = false
    private(set) var score = Q15.zero
    private var held = Interval.zero
    private var doubted = Interval.zero

    static let enter = Q15.perMille(500)
    static let leave = Q15.perMille(400)
    private static let doubtMax = Interval.milliseconds(500)

    /// Sure, and seen in this very frame.
    var isShown: Bool { isSure && score >= Self.leave }

    mutating func update(_ score: Q15, elapsed: Interval, needed: Interval) {
        self.score = score
        if score >= (isSure ? Self.leave : Self.enter) {
            held = min(held + elapsed, .seconds(3_600))
            doubted = .zero
            if held >= needed { isSure = true }
        } else {
            doubted = min(doubted + elapsed, .seconds(3_600))
            held = max(held - elapsed * 2, .zero)
            if doubted >= Self.doubtMax { isSure = false }
        }
    }

    /// How long the score has lasted.
    var age: Interval { held }

    mutating func forget() { self = Evidence() }
}
