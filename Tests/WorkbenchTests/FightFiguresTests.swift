import Frames
import Testing

@testable import Workbench

private func items(_ scores: [(isFight: Bool, scene: Int, perMille: Int)]) -> [FightItem] {
    scores.map { FightItem(isFight: $0.isFight, scene: $0.scene, score: .perMille($0.perMille)) }
}

@Test func figuresOfFightsAreWhatTheyAreByHand() {
    let figures = FightFigures(
        items([
            (true, 1, 900), (true, 1, 700), (true, 2, 400), (false, 2, 600), (false, 3, 100),
            (false, 3, 100)
        ]))
    #expect(figures.accuracy.value == 4.0 / 6)
    // Scenes: 2 of 2, 0 of 2, 2 of 2.
    #expect(figures.sceneAccuracy.value == 2.0 / 3)
    // Of nine pairs only 400 against 600 is wrong.
    #expect(figures.area.value == 8.0 / 9)
    #expect(figures.recall.value == 2.0 / 3)
    #expect(figures.passed == (1, 0) && figures.suspected == (2, 1))
    let accuracy = figures.accuracy
    #expect((accuracy.low ?? 1) < 4.0 / 6 && (accuracy.high ?? 0) > 4.0 / 6)
    #expect(figures.json(split: "val").contains("\"accuracy\":0.667,\"accuracyInterval\":["))
}

@Test func withoutFightsThereIsNoCurve() {
    let figures = FightFigures(items([(false, 1, 100), (false, 2, 800)]))
    #expect(figures.area.value == nil && figures.recall.value == nil)
    #expect(figures.json(split: "x").contains("\"auc\":null,\"aucInterval\":[null,null]"))
    #expect(FightFigures([]).accuracy.value == nil)
}
