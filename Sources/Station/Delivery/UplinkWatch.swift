import Frames

/// Tells destinations that are away for a moment from those that are lost.
///
/// ```
///   reached ◀────────── connected ─────────── lost
///      └── away, for a shorter time ──▶ waiting ──▶ lost
/// ```
/// - Limits: `countMax` destinations.
/// - Source: EN 50136-1, which wants the failure of a path shown in the supervised premises.
struct UplinkWatch: Hashable, Sendable {
    enum Action: Hashable, Sendable {
        case none
        /// The first of them is lost; `name` is its.
        case lost(name: String)
        /// None is lost any more.
        case returned
    }

    private struct Absence: Hashable, Sendable {
        var name: String
        /// Uptime.
        var since: Interval
    }

    static let countMax = 16

    private var absent: [Absence] = []
    private(set) var isLost = false

    /// A destination is connected, or is not.
    mutating func told(_ name: String, isReached: Bool, at uptime: Interval) {
        let index = absent.firstIndex { $0.name == name }
        if isReached {
            if let index { absent.remove(at: index) }
        } else if index == nil, absent.count < Self.countMax {
            absent.append(Absence(name: name, since: uptime))
        }
    }

    /// Time has passed.
    mutating func passed(at uptime: Interval, limit: Interval) -> Action {
        let lost = absent.first { uptime - $0.since >= limit }
        guard (lost != nil) != isLost else { return .none }
        isLost = lost != nil
        return lost.map { .lost(name: $0.name) } ?? .returned
    }
}
