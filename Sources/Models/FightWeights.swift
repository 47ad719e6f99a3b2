/// What the trees and a network count together, written by `fights/opinion.py`: measure, do not edit.
public struct FightWeights: Sendable {
    /// Of the trees, where no network said anything, and of each where one did; in 1/1024.
    let alone: Int
    let each: Int

    public static let fight = FightWeights(alone: 1166, each: 940)
    public static let aggression = FightWeights(alone: 544, each: 362)

    /// Cannot overflow: a sum of trees is below 2²⁵, a network's logit below 2²², a weight below 2¹².
    ///
    /// - Returns: the logarithm of the odds, in the units of both.
    public func sum(_ ofTrees: Int, _ ofNetwork: Int?) -> Int {
        guard let ofNetwork else { return (ofTrees * alone) >> 10 }
        return ((ofTrees + ofNetwork) * each) >> 10
    }
}
