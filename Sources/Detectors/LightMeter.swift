import Frames

/// How the light of the whole picture stands to the light in which the scene was learned.
///
/// The median over all cells of (brightness now) / (brightness learned), so that people and lamps
/// in part of the picture do not count.
struct LightMeter {
    /// Q8: 256 is the learned light.
    private(set) var ratio = 256
    /// The light is within what can be made up for, and has not just jumped.
    private(set) var isSteady = true
    private var steadyRatio = 256
    private var unsteadyFor = Interval.zero

    private static let black = 16 * 64
    static let binCount = 128
    private static let settleTime = Interval.milliseconds(600)

    /// - Parameter bins: `binCount` counters, for the median.
    mutating func update(
        _ cells: UnsafeMutableBufferPointer<CellSums>, hidden: UnsafeMutableBufferPointer<Bool>,
        bins: UnsafeMutableBufferPointer<Int32>, clock: FrameClock
    ) {
        bins.update(repeating: 0)
        var count = 0
        for index in cells.indices where !hidden[index] {
            bins[Self.bin(cells[index])] += 1
            count += 1
        }
        guard count > 0 else { return }
        var (median, below) = (0, 0)
        while median < Self.binCount - 1 && (below + Int(bins[median])) * 2 <= count {
            below += Int(bins[median])
            median += 1
        }
        var (light, learned) = (0, 0)
        for index in cells.indices
        where !hidden[index] && abs(Self.bin(cells[index]) - median) <= 1 {
            light += Self.light(cells[index].sum)
            learned += Self.light(cells[index].referenceSum)
        }
        ratio = min(max(light * 256 / max(learned, 1), 8), 2_048)
        let isNear = abs(ratio - steadyRatio) * 8 <= max(steadyRatio, ratio)
        unsteadyFor = isNear ? .zero : unsteadyFor + clock.elapsed
        if isNear || unsteadyFor >= Self.settleTime || clock.hasJumped {
            if !isNear { unsteadyFor = .zero }
            // Follows a slow change of light closely, a sudden one after it has settled.
            steadyRatio = isNear ? (steadyRatio * 3 + ratio + 2) / 4 : ratio
        }
        isSteady = isNear && ratio >= 64 && ratio <= 1_024
    }

    /// What makes a picture taken in this light look as it was learned: gain about black.
    var compensation: RunningBackground.Light {
        guard abs(ratio - 256) > 10 else { return .unchanged }
        let gain = min(65_536 / ratio, 1_024)
        return RunningBackground.Light(
            gain: UInt16(gain), offset: Int16(16 * (256 - gain)))
    }

    private static func light(_ sum: Int32) -> Int { max(Int(sum) - black, 0) + 128 }

    /// Ratio in steps of 1/32.
    private static func bin(_ cell: CellSums) -> Int {
        min(light(cell.sum) * 32 / light(cell.referenceSum), binCount - 1)
    }
}
