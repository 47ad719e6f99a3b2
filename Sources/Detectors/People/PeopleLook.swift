import Frames

/// One look, as the rules are told of it.
struct PeopleLook {
    /// By their places; a place that is free now may be somebody else's at the next look.
    let tracks: [Track]
    let pasts: [PersonPast]
    let takenAt: Instant
    /// Since the look before; 0 after a jump.
    let elapsed: Interval
    let ground: Ground

    /// Who is not boxed in a look is still there for so long.
    static let unseenMax = Interval.seconds(1)

    /// Whether a place holds somebody who is there now, and no furniture.
    func isThere(_ slot: Int) -> Bool {
        let track = tracks[slot]
        return track.isConfirmed && !track.isFurniture
            && takenAt - track.seenAt <= Self.unseenMax
    }
}

/// What is remembered of somebody while he is followed.
struct PersonPast: Hashable, Sendable {
    var number: UInt32 = 0
    /// Slower than a stroll. Between `slow` and `brisk` it stays what it was.
    var isStanding = false
    /// For how long he has been running.
    var runsFor = Interval.zero
    /// When and where he last stood.
    var stoodAt: Instant?
    var stoodBox = TrackBox()
    /// For how long he was seen upright, and how high he was then.
    var uprightFor = Interval.zero
    var uprightHeight = 0

    /// Millimetres per second.
    static let slow = 500
    static let brisk = 900
    static let run = 2_000

    mutating func look(_ track: Track, takenAt: Instant, elapsed: Interval, ground: Ground) {
        if track.number != number {
            self = PersonPast()
            number = track.number
        }
        // A velocity is worth something from the fourth box on.
        guard track.isSeen, track.boxCount >= 4 else { return }
        let speed = ground.speed(track)
        if speed < Self.slow { isStanding = true }
        if speed > Self.brisk { isStanding = false }
        if isStanding { (stoodAt, stoodBox) = (takenAt, track.box) }
        runsFor = speed >= Self.run ? runsFor + elapsed : .zero
        // Two thirds as wide as high, or narrower.
        if track.box.height * 2 >= track.box.width * 3 {
            uprightFor = min(uprightFor + elapsed, .seconds(3_600))
            uprightHeight += (track.box.height - uprightHeight) / (uprightHeight == 0 ? 1 : 8)
        }
    }
}
