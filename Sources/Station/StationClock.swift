import Frames
import Incidents
import Records

/// Time as the station keeps it: safe for limits, honest in records.
///
/// Limits run on `uptime`, which only ever grows by what passed between two events, so that an
/// event with a senseless time can neither freeze a siren's limit nor reset it. Records bear the
/// kernel's monotonic time as told, moved on by a nanosecond where two would be equal.
struct StationClock: Hashable, Sendable {
    let boot: BootID
    /// Since the first event.
    private(set) var uptime = Interval.zero
    /// The time of the newest event, as told but not before zero.
    private(set) var now = Instant.zero
    private(set) var trust = Stamp.Trust.unset

    private var isStarted = false
    private var lastStamp: Int64 = -1
    /// The wall clock showed `wallBase` at `wallBaseAt`.
    private var wallBase: Int64 = 0
    private var wallBaseAt = Instant.zero
    /// The week's minute was `weekBase` at uptime `weekBaseAt`; known once the clock is trusted.
    private var weekBase: Int?
    private var weekBaseAt = Interval.zero

    /// Monotonic times end here, 146 years after boot; wall times 142 000 years after 1970.
    private static let monotonicMax: Int64 = 1 << 62
    private static let wallMax: Int64 = 1 << 52
    /// A clock told within this of what was expected was only steered, not set.
    private static let steeringMax: Int64 = 500

    init(boot: BootID) {
        self.boot = boot
    }

    mutating func advance(to instant: Instant) {
        let at = Instant(nanoseconds: min(max(instant.nanoseconds, 0), Self.monotonicMax))
        if isStarted {
            uptime = uptime + max(at - now, .zero)
        }
        isStarted = true
        now = at
    }

    /// The wall clock was told.
    /// - Returns: what to add to the wall times given out before in this boot, where the clock
    ///   was set since.
    mutating func set(wallMilliseconds: Int64, trust told: Stamp.Trust, weekMinute: Int) -> Int64? {
        // A clock that was set in this boot stays set: what an unset one shows says nothing.
        if trust == .synchronised, told == .unset { return nil }
        let wall = min(max(wallMilliseconds, -Self.wallMax), Self.wallMax)
        let offset = wall - expectedWall
        let isFirstTrusted = trust == .unset && told == .synchronised
        wallBase = wall
        wallBaseAt = now
        trust = told
        if told == .synchronised {
            weekBase = weekMinute % WeekSchedule.minutesPerWeek
            weekBaseAt = uptime
        }
        guard lastStamp >= 0 else { return nil }
        return isFirstTrusted || abs(offset) >= Self.steeringMax ? offset : nil
    }

    /// Minutes since Monday 00:00 local time; nil until the clock is trusted.
    var weekMinute: Int? {
        guard let weekBase else { return nil }
        let passed = (uptime - weekBaseAt).milliseconds / 60_000
        let week = Int64(WeekSchedule.minutesPerWeek)
        return Int((Int64(weekBase) + passed % week + week) % week)
    }

    /// A stamp of now, unlike any before.
    mutating func stamp() -> Stamp {
        lastStamp = max(now.nanoseconds, lastStamp + 1)
        return Stamp(
            boot: boot, monotonic: Instant(nanoseconds: lastStamp),
            wallMilliseconds: expectedWall, trust: trust)
    }

    /// What the wall clock shows now; nil while it is not set.
    var trustedWall: Int64? { trust == .synchronised ? expectedWall : nil }

    /// Cannot overflow: |wallBase| ≤ 2⁵² and the monotonic part is below 2⁶² / 10⁶ < 2⁴³.
    private var expectedWall: Int64 { wallBase + (now - wallBaseAt).milliseconds }
}
