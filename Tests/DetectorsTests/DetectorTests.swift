import Detectors
import Frames
import Testing

@Suite struct DetectorTests {
    /// Spelt out: explanations in ledgers hold the numbers.
    @Test func numbersStayAndFitTheirPlace() {
        #expect(Detector.allCases.map(\.rawValue) == [1, 2, 3, 4, 5, 6])
        for detector in Detector.allCases {
            #expect(Int(detector.rawValue) <= NewScores.detectorCodeMax)
            #expect(detector.model.isEmpty || detector.model.count == 32)
        }
    }

    @Test func aScoreIsKeptUnderItsDetectorAlone() {
        var scores = NewScores()
        for detector in Detector.allCases { #expect(scores[detector] == nil) }
        scores[.fights] = .zero
        scores[.presence] = .one
        #expect(scores[.fights] == .zero && scores[.presence] == .one && scores[.health] == nil)
        scores[.fights] = nil
        #expect(scores[.fights] == nil)
    }
}
