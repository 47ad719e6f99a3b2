import Frames
import Records

/// L9, over all records in the order of the chain: within a life no hour passes without a beat.
///
/// - Units: the kernel's monotonic time, boot by boot. Between lives nothing can be said: a crash
///   or a power cut leaves no record of its moment.
struct BeatAudit {
    /// The station's hour, and what a busy machine may be late.
    static let gapMax = Interval.seconds(3_600 + 300)

    private struct Pulse {
        var stamp: Stamp
        var sequence: Int64
    }

    /// The start or beat before; nil before the first start.
    private var pulse: Pulse?
    private var isGapTold = false

    /// - Returns: what is missing before this record, in words.
    mutating func learn(_ record: LedgerRecord, at sequence: Int64) -> String? {
        switch record.body {
        case .started:
            pulse = Pulse(stamp: record.stamp, sequence: sequence)
            isGapTold = false
            return nil
        case .repaired, .checkpoint, .salvaged:
            // The store's own: made before the start of a later life of the same boot, too.
            return nil
        case .beat, .incident, .clockCorrected, .configured, .evidence, .operated, .interrupted,
            .siren, .explained, .explainedByCounts, .discarded, .commanded, .hours, .authorised,
            .acknowledged,
            .escalated, .counted, .judged, .cautioned, .watched, .found:
            break
        }
        guard let last = pulse, last.stamp.boot == record.stamp.boot else { return nil }
        var isBeat = false
        if case .beat = record.body { isBeat = true }
        defer {
            if isBeat {
                pulse = Pulse(stamp: record.stamp, sequence: sequence)
                isGapTold = false
            }
        }
        guard !isGapTold, record.stamp.monotonic - last.stamp.monotonic > Self.gapMax else {
            return nil
        }
        isGapTold = true
        let nothing =
            sequence == last.sequence &+ 1 || sequence == last.sequence &+ 2
            ? "nothing was recorded" : "no hour was closed"
        return "\(nothing) from \(Self.text(last.stamp)) to \(Self.text(record.stamp)): no beat"
    }

    private static func text(_ stamp: Stamp) -> String {
        let seconds = stamp.monotonic.milliseconds / 1_000
        return "\(UTC.text(milliseconds: stamp.wallMilliseconds)) (\(seconds) s after boot)"
    }
}
