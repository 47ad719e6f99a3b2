import Frames

/// How many lines others may have written into our log: whoever can send us nonsense must not be
/// able to wear out the memory card with it.
struct LineAllowance {
    static let countMax = 10
    static let period = Interval.seconds(60)

    private var since = Instant.zero
    private var count = 0

    /// - Returns: nil where no line is allowed now; what to add to it, where it is the last for a
    ///   while.
    mutating func takes(at instant: Instant) -> String? {
        if instant - since >= Self.period { (since, count) = (instant, 0) }
        count += 1
        switch count {
        case ..<Self.countMax: return ""
        case Self.countMax: return "; more of them are not said for a minute"
        default: return nil
        }
    }
}
