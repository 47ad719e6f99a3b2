import Detectors
import Frames
import Testing

@testable import Guard

@Suite struct LookTellerTests {
    private func counts(_ begun: Int, due: Int, crowd: Int = 0) -> LookCounts {
        var counts = LookCounts()
        counts[.people] = .init(begun: begun, due: due)
        counts[.crowd] = .init(begun: crowd, due: crowd)
        return counts
    }

    private func minutes(_ count: Int64) -> Instant { .zero + .seconds(count * 60) }

    @Test func everyHourAndWheneverThePaceChangesItIsSaid() {
        var teller = LookTeller()
        func lines(_ counts: [LookCounts], _ pace: LookPace, _ minute: Int64) -> [String] {
            teller.lines(names: ["hall"], counts: counts, pace: pace, at: minutes(minute))
        }
        #expect(lines([LookCounts()], .full, 5).isEmpty)
        #expect(lines([counts(100, due: 100)], .full, 64).isEmpty)
        #expect(
            lines([counts(200, due: 210, crowd: 7), counts(9, due: 8)], .full, 65) == [
                "looks: camera hall: in 60 min people 200 begun, 10 skipped; crowd 7 begun, 0 skipped",
                "looks: camera 1: in 60 min people 9 begun, 0 skipped; crowd 0 begun, 0 skipped"
            ])
        // Only what came since, and only of cameras that looked.
        let later = [counts(250, due: 280, crowd: 7), counts(9, due: 8)]
        #expect(lines(later, .full, 66).isEmpty)
        #expect(
            lines(later, .sparse, 70) == [
                "looks: camera hall: in 5 min people 50 begun, 20 skipped; crowd 0 begun, 0 skipped"
            ])
        #expect(lines(later, .sparse, 71).isEmpty)
        #expect(lines(later, .sparse, 130).isEmpty)
    }

    @Test func theStatusLineSaysSoOnlyWhereNetworksLook() {
        #expect(LookTeller.status(LookCounts()).isEmpty)
        #expect(LookTeller.status(counts(5, due: 8, crowd: 2)) == ", 7 looks, 3 skipped")
    }
}
