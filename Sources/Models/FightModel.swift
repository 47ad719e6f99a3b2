/// Weights of `FightDetector`, written by `fights/train.py`: retrain, do not edit.
public enum FightModel {
    /// Thresholds of the score; see the card.
    public static let fightPerMille = 800
    public static let aggressionPerMille = 600
    public static let treeCount = 0
    public static let trees: StaticString = ""
}
