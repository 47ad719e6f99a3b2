import Frames

/// How a lamp shows something: a table of durations that repeats.
public struct LampPattern: Hashable, Sendable {
    /// On, off, on, off, … in milliseconds. None is dark; a single one is steady light.
    /// At most `durationCountMax` count; each is clamped to 0 ... 60 000.
    public var durationsMilliseconds: [Int32]

    public static let durationCountMax = 16
    public static let durationMillisecondsMax: Int32 = 60_000

    public init(_ durationsMilliseconds: [Int32]) {
        self.durationsMilliseconds = durationsMilliseconds
    }

    public static let dark = LampPattern([])
    public static let steady = LampPattern([1_000])
    /// A short blink every second: the loop that decides is alive.
    public static let heartbeat = LampPattern([100, 900])
    /// Two short blinks: alive, but something cannot be seen or kept.
    public static let impaired = LampPattern([100, 200, 100, 1_600])
    /// Long blinks: alive, and faces are compared with a list. Whoever wants to know can see it.
    public static let watching = LampPattern([800, 200])
    public static let slowBlink = LampPattern([500, 500])
    public static let fastBlink = LampPattern([125, 125])

    /// Whether the lamp is lit after the pattern has run for `elapsed`.
    public func isLit(after elapsed: Interval) -> Bool {
        let durations = durationsMilliseconds.prefix(Self.durationCountMax)
        if durations.count == 1 { return true }
        // At most 16 · 60 000 < 2²⁰.
        var period: Int64 = 0
        for duration in durations { period += Self.clamped(duration) }
        guard period > 0 else { return false }
        var rest = max(elapsed.milliseconds, 0) % period
        var isOn = true
        for duration in durations {
            let length = Self.clamped(duration)
            if rest < length { return isOn }
            rest -= length
            isOn.toggle()
        }
        return false
    }

    private static func clamped(_ duration: Int32) -> Int64 {
        Int64(min(max(duration, 0), durationMillisecondsMax))
    }
}

/// Which pattern says what.
public struct LampPolicy: Hashable, Sendable {
    /// Green: every camera is being decided and every record kept.
    public var alive: LampPattern
    /// Green: alive, but a camera is lost or still missing, or the ledger fails.
    public var impaired: LampPattern
    /// Green: as `alive`, while faces are compared with a list.
    public var watching: LampPattern
    /// Amber: something is suspected, or confirmed and not worth red.
    public var suspected: LampPattern
    /// Amber: the siren is about to sound, or would sound were it not withheld.
    public var preAlarm: LampPattern
    /// Red: something is confirmed.
    public var confirmed: LampPattern
    /// Red stays lit for this long after the last confirmed incident closed, or until silenced.
    public var redHold: Interval

    public init(
        alive: LampPattern = .heartbeat, impaired: LampPattern = .impaired,
        watching: LampPattern = .watching,
        suspected: LampPattern = .slowBlink, preAlarm: LampPattern = .fastBlink,
        confirmed: LampPattern = .steady, redHold: Interval = .seconds(30)
    ) {
        self.alive = alive
        self.watching = watching
        self.impaired = impaired
        self.suspected = suspected
        self.preAlarm = preAlarm
        self.confirmed = confirmed
        self.redHold = redHold
    }
}
