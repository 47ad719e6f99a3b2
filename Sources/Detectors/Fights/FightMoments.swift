import Frames

/// The last two seconds as a network looks at them: moments of what changed in one region.
///
/// A moment is three successive pictures of change, 0.1 s apart, as the three channels of a picture:
/// where limbs go shows as a rainbow, and who stands still does not show at all. The region fills the
/// picture, be it near or far, and wide or high.
///
/// - Shape: up to `countMax` × `side` × `side` × 3, int8.
/// - Units: three times the change in code values, at most 255, less 128.
/// - Error: areas are averaged in 1/2⁸ pixels, exactly; enlarged, between neighbours. Rounded down.
/// - Cost: of each moment, twelve multiplications for each row of the region and code across, and
///   four for each code.
final class FightMoments {
    /// So many are in two seconds.
    static let countMax = 5
    static let side = 128
    static let channels = 3
    /// Codes of one.
    static let momentCount = side * side * channels
    static let codeCount = countMax * momentCount
    /// From one to the next at least: a little less than 0.4 s, for cameras' clocks jitter.
    static let apart = Interval.milliseconds(340)
    /// Change is small: most limbs differ from what is behind them by less than a third.
    private static let gain: Int64 = 3

    private let lines: UnsafeMutablePointer<Int32>
    private var across = FightMoments.makeTaps()
    private var down = FightMoments.makeTaps()

    init() {
        lines = .allocate(capacity: FightGrid.height * Self.side)
        lines.initialize(repeating: 0, count: FightGrid.height * Self.side)
    }

    deinit {
        lines.deallocate()
    }

    /// Writes moments, the newest first, as many as there is room for and as lie `apart`.
    ///
    /// - Parameters:
    ///   - steps: of one window, oldest first.
    ///   - codes: room for `codeCount`.
    ///   - shown: when the newest moment ended that was written before; nil where none was.
    ///   - ends: is told when each ended.
    func fill(
        _ codes: UnsafeMutablePointer<Int8>, from steps: ArraySlice<FightStep>,
        in region: FightRegion, countMax: Int = FightMoments.countMax, after shown: Instant?,
        ends: (Instant) -> Void
    ) {
        let size = FightGrid.step
        Self.place(&across, length: region.width * size)
        Self.place(&down, length: region.height * size)
        var (count, next): (Int, Instant?) = (0, nil)
        let first = steps.startIndex + Self.channels - 1
        for index in steps.indices.reversed() where index >= first && count < countMax {
            let end = steps[index].end
            if let shown, end < shown + Self.apart { break }
            if let next, end + Self.apart > next { continue }
            guard isWhole(steps[(index - Self.channels + 1)...index]) else { continue }
            let picture = codes + count * Self.momentCount
            for channel in 0..<Self.channels {
                let change = steps[index - (Self.channels - 1) + channel].change
                shrinkAcross(change, region)
                shrinkDown(region, into: picture + channel)
            }
            ends(end)
            (count, next) = (count + 1, end)
        }
    }

    /// Nothing is missing in between.
    private func isWhole(_ steps: ArraySlice<FightStep>) -> Bool {
        for index in steps.indices.dropFirst() where steps[index - 1].end != steps[index].start {
            return false
        }
        return true
    }

    /// Cannot overflow: weights sum to less than 2¹⁰.
    private func shrinkAcross(_ change: Plane, _ region: FightRegion) {
        let size = FightGrid.step
        across.withUnsafeBufferPointer { taps in
            for y in 0..<region.height * size {
                let row = change.row(region.top * size + y) + region.left * size
                let line = lines + y * Self.side
                for (column, tap) in taps.enumerated() {
                    let from = row + tap.first
                    let values = SIMD4(
                        Int32(from[0]), Int32(from[1]), Int32(from[2]), Int32(from[3]))
                    line[column] = (values &* tap.weights).wrappedSum()
                }
            }
        }
    }

    /// Cannot overflow: 255 · 2¹⁰ · 2¹⁰ < 2²⁸; what comes after it is wider.
    private func shrinkDown(_ region: FightRegion, into target: UnsafeMutablePointer<Int8>) {
        let size = FightGrid.step
        let area =
            Int64(Self.width(region.width * size)) * Int64(Self.width(region.height * size))
        // Rounded up, so that a whole number stays one: below 2²⁸ it errs by less than one in 2³².
        let factor = ((Self.gain << 40) + area - 1) / area
        down.withUnsafeBufferPointer { taps in
            for (row, tap) in taps.enumerated() {
                let from = lines + tap.first * Self.side
                let line = target + row * Self.side * Self.channels
                for column in 0..<Self.side {
                    let values = SIMD4(
                        from[column], from[column + Self.side], from[column + 2 * Self.side],
                        from[column + 3 * Self.side])
                    let sum = Int64((values &* tap.weights).wrappedSum())
                    line[column * Self.channels] = Int8(
                        truncatingIfNeeded: min((sum &* factor) >> 40, 255) - 128)
                }
            }
        }
    }

    /// Four neighbours and how much of each is in a code, in 1/2⁸ of a pixel.
    private struct Tap {
        var first = 0
        var weights = SIMD4<Int32>()
    }

    private static func makeTaps() -> [Tap] { [Tap](repeating: Tap(), count: side) }

    /// How much of a row is in one code; in 1/2⁸ of a pixel.
    private static func width(_ length: Int) -> Int { max(length * 256 / side, 256) }

    /// - Parameter length: in pixels, 32 ... 320: a code has at most two and a half of them.
    private static func place(_ taps: inout [Tap], length: Int) {
        let width = width(length)
        for index in 0..<side {
            // What lies beyond an end is the end.
            let middle = (2 * index + 1) * length * 256 / (2 * side)
            let start = min(max(middle - width / 2, 0), length * 256 - width)
            let first = min(start >> 8, length - 4)
            var weights = SIMD4<Int32>()
            for tap in 0..<4 {
                let (left, right) = ((first + tap) << 8, (first + tap + 1) << 8)
                let inside = min(right, start + width) - max(left, start)
                weights[tap] = Int32(max(inside, 0))
            }
            taps[index] = Tap(first: first, weights: weights)
        }
    }
}
