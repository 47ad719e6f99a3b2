import Frames

/// For how long the appliance ran between records, boot by boot, by the kernel's monotonic time.
///
/// Time without power is not in it, so what it says is the least that can have passed.
struct RunningTime: Hashable, Sendable {
    private var last: Stamp?

    /// Whether a record's stamp counts: the store stamps its own findings, out of the station's
    /// order.
    static func counts(_ record: LedgerRecord) -> Bool {
        switch record.body {
        case .repaired, .salvaged: false
        case .started, .incident, .clockCorrected, .configured, .evidence, .operated, .interrupted,
            .siren, .explained, .explainedByCounts, .discarded, .commanded, .hours, .authorised,
            .acknowledged,
            .escalated, .checkpoint, .beat, .counted, .judged, .cautioned, .watched,
            .found:
            true
        }
    }

    /// - Returns: how long it ran from the stamp before to this one; zero for the first.
    mutating func pass(to stamp: Stamp) -> Interval {
        defer { last = stamp }
        guard let last else { return .zero }
        // Another boot began at its monotonic time of zero.
        let since = last.boot == stamp.boot ? last.monotonic : .zero
        return max(stamp.monotonic - since, .zero)
    }
}

extension Stamp {
    /// Milliseconds since 1970; nil where the clock was not set, or shows no time: beyond 2⁵²,
    /// 142 000 years from 1970.
    var trustedWall: Int64? {
        let limit: Int64 = 1 << 52
        guard trust == .synchronised, wallMilliseconds > -limit, wallMilliseconds < limit else {
            return nil
        }
        return wallMilliseconds
    }
}
