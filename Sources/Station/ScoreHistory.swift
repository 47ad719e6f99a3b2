import Detectors
import Frames
import Records

/// What one camera's detectors scored lately, each under its name, and how many frames were lost
/// meanwhile.
///
/// - Limits: of each detector what a `ScoreSeries` holds.
struct ScoreHistory: Hashable, Sendable {
    private struct Line: Hashable, Sendable {
        var series = ScoreSeries()
        var droppedAtStart: UInt64 = 0
    }

    /// By the detectors' codes.
    private var lines = [Line](repeating: Line(), count: NewScores.detectorCodeMax + 1)
    private var droppedNow: UInt64 = 0

    private static let detectors = Detector.allCases

    func series(of detector: Detector) -> ScoreSeries { lines[Int(detector.rawValue)].series }

    /// Since the series began.
    func droppedCount(of detector: Detector) -> UInt32 {
        let start = lines[Int(detector.rawValue)].droppedAtStart
        return droppedNow < start ? 0 : UInt32(clamping: droppedNow - start)
    }

    mutating func add(_ measure: Event.FrameMeasure, at: Instant) {
        droppedNow = measure.droppedCount
        for detector in Self.detectors {
            guard let score = measure.scores[detector] else { continue }
            let index = Int(detector.rawValue)
            if lines[index].series.add(score, at: at) {
                lines[index].droppedAtStart = measure.droppedCount
            }
        }
    }
}
