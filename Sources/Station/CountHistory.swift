import Detectors
import Frames
import Records

/// How many people one camera counted lately, in every zone: what explains an incident of people.
///
/// - Limits: what a `CountSeries` holds, one in `step`; after a gap of `gapMax` it begins anew.
struct CountHistory: Hashable, Sendable {
    private struct Entry: Hashable, Sendable {
        var at: Instant
        var count: CameraCount
    }

    /// The oldest first.
    private var entries: [Entry] = []

    static let step = Interval.seconds(3)
    static let gapMax = Interval.seconds(15)

    init() { entries.reserveCapacity(CountSeries.countMax) }

    mutating func add(_ count: CameraCount, at now: Instant) {
        if let last = entries.last {
            let passed = now - last.at
            if passed < .zero || passed > Self.gapMax {
                entries.removeAll(keepingCapacity: true)
            } else if passed < Self.step {
                return
            }
        }
        if entries.count == CountSeries.countMax { entries.removeFirst() }
        entries.append(Entry(at: now, count: count))
    }

    /// Up to now, with the newest count at its end.
    ///
    /// - Parameter zone: 0 is the whole picture.
    func series(zone: UInt8) -> CountSeries {
        guard let first = entries.first else { return CountSeries() }
        return CountSeries(
            start: first.at,
            entries: entries.map { entry in
                CountSeries.Entry(
                    // Cannot be clamped: 40 entries are at most 600 s apart.
                    tenths: UInt16(clamping: (entry.at - first.at).milliseconds / 100),
                    count: entry.count[zone: zone])
            })
    }
}
