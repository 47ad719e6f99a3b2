import Frames
import Testing

@testable import Detectors

/// Seconds until a view is learned anew, of at most `limit`; nil where it never is.
private func accepted(
    within limit: Int = 7_200, featureless: Int = 0, accused: (Int) -> Sighting.Kind?
) -> Int? {
    var estrangement = Estrangement()
    var view = ViewSummary()
    (view.visible, view.featureless) = (300, featureless)
    for second in 1...limit
    where estrangement.isOver(view, isStrange: true, accused: accused(second), .seconds(1)) {
        return second
    }
    return nil
}

@Test func whatChangedWithoutAnybodysDoingIsLearnedAfterAMinute() {
    #expect(accepted { _ in nil } == 60)
    #expect(accepted(featureless: 290) { _ in nil } == 600)
}

@Test(arguments: [
    (Sighting.Kind.turned, 600), (.glare, 600), (.covered, 3_600), (.partlyCovered, 3_600),
    (.sprayed, 3_600), (.defocused, 3_600)
])
func nothingIsAccusedForEver(kind: Sighting.Kind, limit: Int) {
    #expect(accepted { _ in kind } == limit)
}

@Test func accusationsThatTakeTurnsCountAsOne() {
    #expect(accepted { $0 % 7 < 3 ? .turned : .partlyCovered } == 602)
    #expect(accepted { $0 % 50 == 0 ? .turned : nil } == 600)
}

@Test func aClearViewBeginsTheTimeAgain() {
    var estrangement = Estrangement()
    let view = ViewSummary()
    for second in 1...500 {
        let isOver = estrangement.isOver(
            view, isStrange: second % 59 != 0, accused: nil, .seconds(1))
        #expect(!isOver)
    }
}
