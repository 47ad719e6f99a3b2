import Detectors
import Frames

/// Slows the networks down where the processor does not keep up with them, before cameras wait for
/// them; and back, when there is room again for a while.
struct LookPacer: Hashable, Sendable {
    private(set) var pace: LookPace
    /// Uptime since which it has been too much, or little enough for more.
    private var busySince: Interval?
    private var calmSince: Interval?

    /// Per mille of the time that the networks' thread works: from there on frames wait.
    static let busyMin = 850
    /// With the next faster pace it is at most two and a half times as much.
    static let calmMax = 300
    static let busyPatience = Interval.seconds(10)
    static let calmPatience = Interval.seconds(60)
    /// Where nobody looks there is no load that could tell whether there would be room.
    static let nonePatience = Interval.seconds(900)
    /// Per mille of the time that looks may take by what one took at the start.
    static let plannedMax: Int64 = 600

    init(pace: LookPace = .full) {
        self.pace = pace
    }

    /// The fastest pace at which looks that take so long leave room.
    static func fitting(_ costs: [LookTask: Interval]) -> LookPace {
        LookPace.allCases.first { pace in
            let load = costs.reduce(Int64(0)) { sum, cost in
                guard let period = pace.period(of: cost.key) else { return sum }
                return sum + cost.value.milliseconds * 1_000 / max(period.milliseconds, 1)
            }
            return load <= plannedMax
        } ?? .none
    }

    /// - Parameter load: per mille of the time since it was measured last.
    /// - Returns: whether the pace changes.
    mutating func measured(load: Int, at uptime: Interval) -> Bool {
        busySince = load >= Self.busyMin ? busySince ?? uptime : nil
        calmSince = load <= Self.calmMax ? calmSince ?? uptime : nil
        if let since = busySince, uptime - since >= Self.busyPatience,
            let slower = LookPace(rawValue: pace.rawValue + 1)
        {
            (pace, busySince) = (slower, nil)
            return true
        }
        let patience = pace == .none ? Self.nonePatience : Self.calmPatience
        if let since = calmSince, uptime - since >= patience, pace > .full,
            let faster = LookPace(rawValue: pace.rawValue - 1)
        {
            (pace, calmSince) = (faster, nil)
            return true
        }
        return false
    }
}
