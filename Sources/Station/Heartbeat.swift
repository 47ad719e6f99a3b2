import Frames
import Records

/// Says every hour that the appliance is on watch, so that silence in the ledger means peace.
///
/// - Units: hours of the station's own running time, from the start of this life.
struct Heartbeat: Hashable, Sendable {
    static let period = Interval.seconds(3_600)

    private var frameCount: UInt32 = 0
    private var quietSince = Instant.zero
    private var beatAt = Interval.zero

    /// A frame was decided.
    mutating func decided() {
        if frameCount < .max { frameCount += 1 }
    }

    mutating func recorded(_ record: LedgerRecord) {
        if case .beat = record.body { return }
        quietSince = record.stamp.monotonic
    }

    /// Time has passed.
    ///
    /// - Returns: the beat to record, where one is due. Hours in which nobody told the time are
    ///   one late beat: nothing is said about them that was not so.
    mutating func passed(at uptime: Interval) -> LedgerRecord.Body? {
        // By distance: at the end of time, where sums saturate, no beat is due any more.
        guard uptime - beatAt >= Self.period else { return nil }
        beatAt = uptime
        defer { frameCount = 0 }
        return .beat(frameCount: frameCount, quietSince: quietSince)
    }
}
