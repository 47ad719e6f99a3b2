import Detectors
import Frames

/// Says how often networks looked, and how often heat or a slow processor kept them from it: every
/// hour in which they looked, and whenever the pace changes.
struct LookTeller {
    private var told: [LookCounts] = []
    private var pace: LookPace?
    private var toldAt: Instant?

    static let period = Interval.seconds(3_600)

    /// - Parameters:
    ///   - names: of the cameras, in order.
    ///   - counts: of each camera since the start.
    ///   - pace: the slowest of theirs.
    /// - Returns: a line for each camera, or none where nothing is to be said now.
    mutating func lines(
        names: [String], counts: [LookCounts], pace: LookPace, at now: Instant
    ) -> [String] {
        let since = toldAt ?? now
        let hasChanged = self.pace.map { $0 != pace } ?? false
        self.pace = pace
        toldAt = since
        guard hasChanged || now - since >= Self.period else { return [] }
        let minutes = (now - since).milliseconds / 60_000
        var lines: [String] = []
        for (index, count) in counts.enumerated() {
            let new = told.indices.contains(index) ? count.since(told[index]) : count
            guard new.begun + new.skipped > 0 else { continue }
            let name = names.indices.contains(index) ? names[index] : "\(index)"
            lines.append("looks: camera \(name): in \(minutes) min \(new.words)")
        }
        (told, toldAt) = (counts, now)
        return lines
    }

    /// For the status line: ", 1520 looks, 12 skipped"; empty where no network looked.
    static func status(_ counts: LookCounts) -> String {
        counts.begun + counts.skipped == 0
            ? "" : ", \(counts.begun) looks, \(counts.skipped) skipped"
    }
}
