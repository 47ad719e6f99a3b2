import Frames

/// Light that flashes so fast that nothing can be judged by it.
///
/// The mean brightness is followed from turn to turn: a swing is counted when it has come back by
/// more than a sixth of itself. Lights that go off and on again make two swings; a strobe makes
/// ten in two seconds. Mains flicker swings less than that.
struct StrobeDetector {
    private static let window = Interval.seconds(2)
    /// Swings within the window: none, half sure, sure.
    private static let ramp = Ramp(none: 3, half: 6, full: 12)
    private static let capacity = 16
    /// The least swing; code values × 16.
    private static let swingMin = 10 * 16

    private var isRising = true
    private var extreme: Int?
    /// When the last swings happened, oldest overwritten first.
    private var swings:
        (
            Int64, Int64, Int64, Int64, Int64, Int64, Int64, Int64,
            Int64, Int64, Int64, Int64, Int64, Int64, Int64, Int64
        ) = (
            .min, .min, .min, .min, .min, .min, .min, .min,
            .min, .min, .min, .min, .min, .min, .min, .min
        )
    private var next = 0

    /// - Parameter mean: code values × 16.
    mutating func update(mean: Int, clock: FrameClock) -> Q15 {
        guard !clock.hasJumped, let turn = extreme else {
            self = StrobeDetector()
            extreme = mean
            return .zero
        }
        let needed = max(Self.swingMin, max(turn, mean) / 6)
        if isRising ? mean > turn : mean < turn {
            extreme = mean
        } else if abs(mean - turn) >= needed {
            isRising.toggle()
            extreme = mean
            record(clock.now.nanoseconds)
        }
        return Self.ramp(count(since: (clock.now - Self.window).nanoseconds))
    }

    private mutating func record(_ time: Int64) {
        withUnsafeMutableBytes(of: &swings) { bytes in
            bytes.storeBytes(of: time, toByteOffset: next * 8, as: Int64.self)
        }
        next = (next + 1) % Self.capacity
    }

    private func count(since earliest: Int64) -> Int {
        withUnsafeBytes(of: swings) { bytes in
            var count = 0
            for index in 0..<Self.capacity {
                let time = bytes.load(fromByteOffset: index * 8, as: Int64.self)
                count += time > .min && time >= earliest ? 1 : 0
            }
            return count
        }
    }
}
