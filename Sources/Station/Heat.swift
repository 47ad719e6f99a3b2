import Frames

/// What an appliance that is too hot leaves undone, from what is missed least.
///
/// Lamps, siren, records and snapshots are never left out.
public enum Heat: UInt8, Comparable, Sendable {
    /// All is done.
    case normal = 0
    /// No pictures are encoded for clips, which is otherwise done ten times a second, incident or not.
    /// What a camera encoded itself is kept.
    case hot = 1
    /// Besides, of each camera at most `framesPerSecond` are decided: what detectors need at least.
    case veryHot = 2

    public static let framesPerSecond = 8

    public static func < (one: Heat, other: Heat) -> Bool { one.rawValue < other.rawValue }

    var words: String {
        switch self {
        case .normal: "all is done again"
        case .hot: "no clips"
        case .veryHot: "no clips, and \(Self.framesPerSecond) frames a second"
        }
    }
}

/// Turns temperatures into what is left undone: at once when it is too hot, and back only when it
/// has cooled down well, so that nothing goes to and fro.
struct HeatGuard: Hashable, Sendable {
    private(set) var heat = Heat.normal

    /// Degrees above the limit from which on it is very hot.
    static let veryHotFrom = 5
    /// What was begun at some temperature ends this much below it.
    static let hysteresis = 5

    /// - Parameters:
    ///   - celsius: the processor's temperature.
    ///   - limit: what is too hot.
    /// - Returns: whether anything changes.
    mutating func measured(celsius: Int, limit: Int) -> Bool {
        let before = heat
        let isCooler = celsius < limit - Self.hysteresis
        let isCooled = celsius < limit + Self.veryHotFrom - Self.hysteresis
        switch heat {
        case .normal, .hot:
            if celsius >= limit + Self.veryHotFrom {
                heat = .veryHot
            } else if celsius >= limit {
                heat = .hot
            } else if isCooler {
                heat = .normal
            }
        case .veryHot:
            if isCooler { heat = .normal } else if isCooled { heat = .hot }
        }
        return heat != before
    }
}
