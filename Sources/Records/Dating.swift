import Frames

/// Turns monotonic times of past boots into wall-clock times, by what the ledger knows by now.
///
/// A board without a battery-backed clock starts with a wrong time. Its records are kept all the
/// same, and never rewritten: when the clock is set, a `clockCorrected` record says by how much
/// the earlier wall times of that boot were wrong.
public struct Dating: Sendable {
    /// How a wall-clock time is known.
    public enum Source: String, Sendable {
        /// The clock was set when the record was made.
        case clock
        /// A later record of the same boot corrects it.
        case correction
        /// The clock was not set: only order and distance in time are known.
        case unset
    }

    public struct Date: Hashable, Sendable {
        /// Milliseconds since 1970-01-01 UTC.
        public var wallMilliseconds: Int64
        public var source: Source

        public init(wallMilliseconds: Int64, source: Source) {
            self.wallMilliseconds = wallMilliseconds
            self.source = source
        }

        /// "2025-11-22T18:04:05Z", to the second.
        public var utcText: String { UTC.text(milliseconds: wallMilliseconds) }
    }

    private var corrections: [BootID: [(at: Instant, offsetMilliseconds: Int64)]] = [:]

    public init() {}

    /// Learns from a record, in any order.
    public mutating func learn(_ record: LedgerRecord) {
        guard case .clockCorrected(let offset) = record.body else { return }
        corrections[record.stamp.boot, default: []].append((record.stamp.monotonic, offset))
    }

    /// When `instant` was, as told by a record of the same boot that was made at `stamp`.
    public func date(of instant: Instant, by stamp: Stamp) -> Date {
        var (wall, source) = (
            stamp.wallMilliseconds, stamp.trust == .synchronised ? Source.clock : .unset
        )
        for correction in corrections[stamp.boot] ?? [] where stamp.monotonic < correction.at {
            wall = wall.saturatingSum(correction.offsetMilliseconds)
            source = .correction
        }
        let distance = (instant - stamp.monotonic).milliseconds
        return Date(wallMilliseconds: wall.saturatingSum(distance), source: source)
    }
}

extension Int64 {
    /// A hostile ledger may state any time.
    fileprivate func saturatingSum(_ other: Int64) -> Int64 {
        let (sum, overflow) = addingReportingOverflow(other)
        return overflow ? (other < 0 ? .min : .max) : sum
    }
}
