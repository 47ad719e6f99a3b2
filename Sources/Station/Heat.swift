import Detectors
import Frames

/// What an appliance that is too hot leaves undone, from what is missed least.
///
/// Lamps, siren, records and snapshots are never left out.
public enum Heat: UInt8, Comparable, Sendable {
    /// All is done.
    case normal = 0
    /// No pictures are encoded for clips, which is otherwise done ten times a second, incident or not.
    /// What a camera encoded itself is kept. Networks look less often, see `pace`.
    case hot = 1
    /// Besides, of each camera at most `framesPerSecond` are decided: what detectors need at least.
    case veryHot = 2

    public static let framesPerSecond = 10

    /// How often networks look at most.
    public var pace: LookPace {
        switch self {
        case .normal: .full
        case .hot: .reduced
        case .veryHot: .sparse
        }
    }

    public static func < (one: Heat, other: Heat) -> Bool { one.rawValue < other.rawValue }

    var words: String {
        switch self {
        case .normal: "all is done again"
        case .hot: "no clips, \(pace.words)"
        case .veryHot: "no clips, \(Self.framesPerSecond) frames a second, \(pace.words)"
        }
    }
}

/// Turns temperatures into what is left undone: at once when it is too hot, and back only when it
/// has cooled down well and for a while, so that nothing goes to and fro, whatever a sensor says.
struct HeatGuard: Hashable, Sendable {
    private(set) var heat = Heat.normal
    /// Uptime since which it has been cooler than what is left undone asks for.
    private var coolerSince: Interval?
    /// Uptime.
    private var measuredAt = Interval.zero

    /// Degrees above the limit from which on it is very hot.
    static let veryHotFrom = 5
    /// What was begun at some temperature ends this much below it.
    static let hysteresis = 5
    /// It ends when it has been that cool for so long, or nothing was measured for so long: a sensor
    /// that is gone must not cost evidence for ever.
    static let patience = Interval.seconds(60)

    /// - Parameters:
    ///   - celsius: the processor's temperature.
    ///   - limit: what is too hot.
    /// - Returns: whether anything changes.
    mutating func measured(celsius: Int, limit: Int, at uptime: Interval) -> Bool {
        measuredAt = uptime
        let fitting = fitting(celsius, limit)
        guard fitting < heat else {
            coolerSince = nil
            defer { heat = fitting }
            return heat != fitting
        }
        let since = coolerSince ?? uptime
        coolerSince = since
        guard uptime - since >= Self.patience else { return false }
        (heat, coolerSince) = (fitting, nil)
        return true
    }

    /// Time has passed.
    ///
    /// - Returns: whether all is done again, because nobody tells how hot it is.
    mutating func passed(at uptime: Interval) -> Bool {
        guard heat > .normal, uptime - measuredAt >= Self.patience else { return false }
        (heat, coolerSince) = (.normal, nil)
        return true
    }

    private func fitting(_ celsius: Int, _ limit: Int) -> Heat {
        if celsius >= limit + Self.veryHotFrom { return .veryHot }
        if celsius < limit - Self.hysteresis { return .normal }
        switch heat {
        case .normal: return celsius >= limit ? .hot : .normal
        case .hot: return .hot
        case .veryHot:
            return celsius < limit + Self.veryHotFrom - Self.hysteresis ? .hot : .veryHot
        }
    }
}
