import Frames

/// How much of what a camera showed around an incident is kept as a moving picture.
///
/// A clip begins `before` its incident opened and ends `after` it closed, but has never more than
/// `lengthMax`. Values beyond the limits count as the nearest that is allowed.
public struct ClipPolicy: Hashable, Sendable {
    public var before: Interval
    public var after: Interval
    /// The longest clip, what came before the incident included; zero keeps no clips.
    public var lengthMax: Interval
    /// So many pictures of a second at most.
    public var picturesPerSecond: Int

    public static let beforeHardMax = Interval.seconds(30)
    public static let afterHardMax = Interval.seconds(60)
    public static let lengthHardMax = Interval.seconds(300)
    public static let picturesPerSecondHardMax = 30
    /// An incident is confirmed some time after it opened. So much of that is remembered besides
    /// `before`: the longest window of a rule has 6.35 s, and a fight is scored over two seconds.
    /// Of a suspicion that took longer to be sure, which may take 20 s, the first part is lost.
    public static let reach = Interval.seconds(15)

    public init(
        before: Interval = .seconds(5), after: Interval = .seconds(5),
        lengthMax: Interval = .seconds(60), picturesPerSecond: Int = 10
    ) {
        self.before = before
        self.after = after
        self.lengthMax = lengthMax
        self.picturesPerSecond = picturesPerSecond
    }

    public var isEnabled: Bool { lengthMax > .zero }

    /// The same within its limits.
    public var limited: ClipPolicy {
        ClipPolicy(
            before: min(max(before, .zero), Self.beforeHardMax),
            after: min(max(after, .zero), Self.afterHardMax),
            lengthMax: min(max(lengthMax, .zero), Self.lengthHardMax),
            picturesPerSecond: min(max(picturesPerSecond, 1), Self.picturesPerSecondHardMax))
    }

    /// For how long a picture is remembered for clips that may yet begin.
    public var memory: Interval { isEnabled ? limited.before + Self.reach : .zero }
}
