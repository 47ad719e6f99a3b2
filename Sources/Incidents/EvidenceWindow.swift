import Frames

/// For how much of the last few seconds something was seen.
///
/// A ring of bins, `binLength` each, that hold how many milliseconds of their time were covered
/// by frames that showed it. A frame covers the time since the frame before it.
///
/// - Error: a share is taken over whole bins, so its window is exact to one bin (50 ms).
struct EvidenceWindow: Hashable, Sendable {
    private var bins: [UInt8]
    /// The bin of the newest time told, counted from time zero.
    private var newestBin: Int64

    static let binMilliseconds: Int64 = 50
    static let binCount: Int64 = 128
    static let lengthMax = Interval.milliseconds(binMilliseconds * (binCount - 1))

    init() {
        bins = [UInt8](repeating: 0, count: Int(Self.binCount))
        newestBin = 0
    }

    /// Forgets everything up to `time`.
    /// - Parameter time: milliseconds, at least 0.
    mutating func clear(at time: Int64) {
        for index in bins.indices { bins[index] = 0 }
        newestBin = time / Self.binMilliseconds
    }

    /// The time until `end` has passed; it was seen since `start` if `isSeen`.
    /// - Parameters: milliseconds, 0 ≤ `start` ≤ `end`, never decreasing from call to call.
    mutating func absorb(from start: Int64, to end: Int64, isSeen: Bool) {
        let endBin = end / Self.binMilliseconds
        if endBin > newestBin {
            let firstNew = max(newestBin + 1, endBin - Self.binCount + 1)
            for bin in firstNew...endBin { bins[Int(bin % Self.binCount)] = 0 }
            newestBin = endBin
        }
        guard isSeen, end > start else { return }
        let oldestBin = newestBin - Self.binCount + 1
        var bin = max(start / Self.binMilliseconds, oldestBin, 0)
        while bin <= endBin {
            let binStart = bin * Self.binMilliseconds
            let part = min(end, binStart + Self.binMilliseconds) - max(start, binStart)
            let index = Int(bin % Self.binCount)
            // At most 50: a bin's parts are disjoint pieces of its own 50 ms.
            bins[index] = UInt8(min(Int64(bins[index]) + part, Self.binMilliseconds))
            bin += 1
        }
    }

    /// The share of the last `window` in which it was seen, in thousandths.
    func perMille(over window: Interval) -> Int {
        let wanted = window.milliseconds / Self.binMilliseconds
        let count = min(max(wanted, 1), Self.binCount - 1)
        var sum: Int64 = 0
        // The newest bin is still filling: it is counted beside the whole ones.
        for offset in 0...count where newestBin >= offset {
            sum += Int64(bins[Int((newestBin - offset) % Self.binCount)])
        }
        return Int(min(sum * 1000 / (count * Self.binMilliseconds), 1000))
    }
}
