import Frames

/// Turns the chatter of a contact into presses: a level counts once it has lasted `interval`.
///
/// ```
///              other level                 lasted interval
///   settled ───────────────▶ unsettled ───────────────────▶ settled at the other level
///      ▲                         │
///      └─────────────────────────┘ back before that: nothing happened
/// ```
///
/// Pure: the caller tells every level with its time, and now and then only the time.
struct Debouncer: Hashable, Sendable {
    var interval: Interval
    /// The level that counts.
    private(set) var isActive = false
    /// The level as it was last told, and since when.
    private var latest = false
    private var since: Instant

    /// Starts inactive: a contact that is closed from the start is a press after `interval`.
    init(interval: Interval, at start: Instant) {
        self.interval = interval
        since = start
    }

    /// The contact had this level at that time. Times that go back are taken as the latest one.
    ///
    /// - Returns: the level that began to count before then, if one did.
    mutating func absorb(_ level: Bool, at time: Instant) -> Bool? {
        let now = max(time, since)
        let change = settle(at: now)
        if level != latest {
            latest = level
            since = now
        }
        if interval <= .zero, change == nil { return settle(at: now) }
        return change
    }

    /// Nothing new, but it is so late now.
    ///
    /// - Returns: the level that begins to count by then, if one does.
    mutating func settle(at now: Instant) -> Bool? {
        guard latest != isActive, now - since >= interval else { return nil }
        isActive = latest
        return isActive
    }
}
