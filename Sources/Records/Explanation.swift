import Detectors
import Frames

/// Why an incident was confirmed: what its detector scored up to then, and what counted as enough.
public struct Explanation: Hashable, Sendable {
    /// Which incident, in this boot.
    public var ordinal: UInt32
    /// Who scored.
    public var detector: Detector
    /// What names the weights that scored, a SHA-256; empty where there are none.
    public var model: [UInt8]
    /// A score counts from here on, and must once have been this high.
    public var enterScore: Q15
    public var confirmScore: Q15
    /// Pictures that were lost between the first score and the last.
    public var droppedFrameCount: UInt32
    public var series: ScoreSeries

    public init(
        ordinal: UInt32, detector: Detector, model: [UInt8], enterScore: Q15, confirmScore: Q15,
        droppedFrameCount: UInt32, series: ScoreSeries
    ) {
        self.ordinal = ordinal
        self.detector = detector
        self.model = model
        self.enterScore = enterScore
        self.confirmScore = confirmScore
        self.droppedFrameCount = droppedFrameCount
        self.series = series
    }
}

/// What a detector scored lately, oldest first.
///
/// - Limits: the last `countMax` scores; one that is more than `gapMax` after the one before, or
///   before it, begins anew.
public struct ScoreSeries: Hashable, Sendable {
    public struct Entry: Hashable, Sendable {
        /// Since the first, milliseconds.
        public var offset: UInt16
        public var score: Q15

        public init(offset: UInt16, score: Q15) {
            self.offset = offset
            self.score = score
        }
    }

    /// Of the first entry.
    public private(set) var start = Instant.zero
    public private(set) var entries: [Entry] = []

    /// Four seconds at ten scores a second.
    public static let countMax = 40
    public static let gapMax = Interval.milliseconds(2_500)

    public init() { entries.reserveCapacity(Self.countMax) }

    /// - Parameter entries: at most `countMax` are kept.
    public init(start: Instant, entries: [Entry]) {
        self.start = start
        self.entries = Array(entries.prefix(Self.countMax))
    }

    /// - Returns: whether the series began anew.
    @discardableResult
    public mutating func add(_ score: Q15, at: Instant) -> Bool {
        let last = start + .milliseconds(Int64(entries.last?.offset ?? 0))
        let isNew = entries.isEmpty || at < last || at - last > Self.gapMax
        if isNew {
            entries.removeAll(keepingCapacity: true)
            start = at
        }
        if entries.count == Self.countMax {
            let shift = entries[1].offset
            entries.removeFirst()
            for index in entries.indices { entries[index].offset -= shift }
            start = start + .milliseconds(Int64(shift))
        }
        // At most 39 gaps of 2.5 s: more than 65.5 s never fits, so it is clamped, not wrapped.
        entries.append(
            Entry(offset: UInt16(clamping: (at - start).milliseconds), score: score))
        return isNew
    }
}
