import Frames
import Incidents

/// What one camera's detector scored lately, and how many frames were lost meanwhile.
struct ScoreHistory: Hashable, Sendable {
    private(set) var series = ScoreSeries()
    private var droppedAtStart: UInt64 = 0
    private var droppedNow: UInt64 = 0

    /// Since the series began.
    var droppedCount: UInt32 {
        droppedNow < droppedAtStart ? 0 : UInt32(clamping: droppedNow - droppedAtStart)
    }

    mutating func add(_ measure: Event.FrameMeasure, at: Instant) {
        droppedNow = measure.droppedCount
        guard let score = measure.fightScore else { return }
        if series.add(score, at: at) { droppedAtStart = measure.droppedCount }
    }
}
