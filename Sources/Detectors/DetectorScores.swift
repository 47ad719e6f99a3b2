import Frames

/// What every detector made of the last frame, whether or not it was enough for a sighting: for
/// plots, reports and the bench that tunes thresholds.
///
/// - Units: Q15; one half is where a detector begins to believe, but for fights.
public struct DetectorScores: Hashable, Sendable {
    public var presence = Q15.zero
    /// Of fights and aggression alike: they are two bands of one score, see `FightDetector`.
    public var fight = Q15.zero
    public var covered = Q15.zero
    public var partlyCovered = Q15.zero
    public var defocused = Q15.zero
    public var sprayed = Q15.zero
    public var turned = Q15.zero
    public var glare = Q15.zero
    public var frozen = Q15.zero
    public var dark = Q15.zero
    public var strobe = Q15.zero
    public var blind = Q15.zero

    public init() {}

    public subscript(kind: Sighting.Kind) -> Q15 {
        switch kind {
        case .presence: presence
        case .fight, .aggression: fight
        case .covered: covered
        case .partlyCovered: partlyCovered
        case .defocused: defocused
        case .sprayed: sprayed
        case .turned: turned
        case .glare: glare
        case .frozen: frozen
        case .dark: dark
        case .strobe: strobe
        case .blind: blind
        }
    }
}
