import Frames
import Models
import Testing

@testable import Detectors

@Test func aTreeAsksThreeQuestionsAndAnswers() {
    // Number 0 ≤ 10, then 1 ≤ 5 or 1 ≤ −1, then 2 ≤ 0 ... 3; leaves 1 ... 8, the last −2.
    let trees = BoostedTrees(
        """
        00000a01000501ffff020000020001020002020003\
        0001000200030004000500060007fffe
        """, count: 1)
    #expect(trees.numberCountMin == 3)
    func sum(_ numbers: [Int16]) -> Int { numbers.withUnsafeBufferPointer { trees.sum($0) } }
    #expect(sum([10, 5, 0]) == 1)
    #expect(sum([10, 5, 1]) == 2)
    #expect(sum([10, 6, 1]) == 3)
    #expect(sum([10, 6, 2]) == 4)
    #expect(sum([11, -1, 2]) == 5)
    #expect(sum([11, 0, 4]) == -2)
}

@Test func probabilitiesRiseAndMirror() {
    #expect(BoostedTrees.probability(0).rawValue == 16_384)
    #expect(BoostedTrees.probability(1 << 14).rawValue == 23_955)
    var last: Int16 = 0
    for sum in stride(from: -10 << 14, through: 10 << 14, by: 777) {
        let value = BoostedTrees.probability(sum).rawValue
        #expect(value >= last && value >= 0)
        let mirrored = Int(BoostedTrees.probability(-sum).rawValue)
        #expect(abs(Int(value) + mirrored - 32_768) <= 1)
        last = value
    }
}

@Test func theModelAsksOnlyAboutNumbersThatAreMeasured() {
    let trees = BoostedTrees(FightModel.trees, count: FightModel.treeCount)
    #expect(trees.numberCountMin <= FightNumber.count)
    let others = BoostedTrees(FightModel.aggressionTrees, count: FightModel.aggressionTreeCount)
    #expect(others.numberCountMin <= FightNumber.count)
    #expect(FightModel.treeCount > 0 && FightModel.aggressionTreeCount > 0)
    #expect(FightDetector.aggressionMin < FightDetector.fightMin)
}
