import Detectors
import Frames

/// How much surer than its rule asks a camera must be before what it takes for a fight counts,
/// because people said of what it told before that there was none.
///
/// Each step asks for odds that are a quarter higher, p ↦ k·p / (k·p + 1 − p) with k = (5/4)ⁿ:
///
/// | steps | 0 | 1 | 2 | 3 | 4 |
/// |---|---|---|---|---|---|
/// | a fight, per mille | 780 | 816 | 847 | 874 | 896 |
/// | aggression | 600 | 652 | 701 | 746 | 785 |
///
/// - Limits: never below the rule, and at most `stepCountMax` steps, so that whatever anybody says,
///   what scores 900 is a fight on every camera that goes by the standard rule.
public enum Caution {
    public static let stepCountMax = 4
    /// What a fight must score at most. Of what scores more, no caution makes an end.
    public static let reach = raised(FightDetector.fightMin, by: stepCountMax)
    /// What one step makes of the odds.
    private static let odds = (up: 5, down: 4)

    /// The score that is asked for where `score` would do without.
    public static func raised(_ score: Q15, by steps: Int) -> Q15 {
        guard score > .zero else { return score }
        // Cannot overflow: at most 5⁴ · 2¹⁵ + 4⁴ · 2¹⁵, and 5⁴ · 2³⁰.
        var (wanted, spared) = (Int(score.rawValue), 32_768 - Int(score.rawValue))
        for _ in 0..<min(max(steps, 0), stepCountMax) {
            (wanted, spared) = (wanted * odds.up, spared * odds.down)
        }
        let raised = (wanted * 32_768 + (wanted + spared) / 2) / (wanted + spared)
        return Q15(rawValue: Int16(min(max(raised, Int(score.rawValue)), 32_767)))
    }
}

extension IncidentRule {
    /// What opens and confirms must be surer; what is open stays open as before.
    public func raised(by steps: Int) -> IncidentRule {
        var rule = self
        rule.enterScore = Caution.raised(enterScore, by: steps)
        rule.confirmScore = Caution.raised(confirmScore, by: steps)
        return rule
    }
}

extension IncidentPolicy {
    private static let heedful = Sighting.Kind.allCases.filter {
        Incident.Kind($0).row.heedsCaution
    }

    /// The same for a camera of so much caution.
    public func raised(by steps: Int) -> IncidentPolicy {
        var policy = self
        for kind in Self.heedful { policy[kind] = self[kind].raised(by: steps) }
        return policy
    }
}
