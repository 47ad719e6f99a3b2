import Frames

/// How the light of the whole picture stands to the light in which the scene was learned.
///
/// The median over all cells of (brightness now) / (brightness learned), so that people and lamps
/// in part of the picture do not count. Brightness is counted from the camera's black, which is 16
/// in video and 0 in JPEG and which no driver tells reliably: the meter finds it out, as what best
/// explains all cells together in another light than the learned one.
struct LightMeter {
    /// Q8: 256 is the learned light.
    private(set) var ratio = 256
    /// The light is within what can be made up for, and has not just jumped.
    private(set) var isSteady = true
    private var steadyRatio = 256
    private var unsteadyFor = Interval.zero
    /// The camera's black; code values.
    private var black = blacks[0]
    /// How badly each of `blacks` explained the cells lately; code values, summed over cells and
    /// the last frames that told something.
    private var misfits = Array(repeating: 0, count: blacks.count)

    private static let blacks = [16, 8, 0]
    /// Light that has changed by less, Q8, tells nothing about black.
    private static let tellingChange = 26
    private static let settleTime = Interval.milliseconds(600)

    mutating func update(_ reading: LightReading, clock: FrameClock) {
        guard let found = reading.ratio(black: black) else { return }
        ratio = abs(found - 256) < Self.tellingChange ? found : findBlack(reading, found) ?? found
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
        abs(ratio - 256) > 10 ? about(gain: min(65_536 / ratio, 1_024)) : .unchanged
    }

    /// What takes the learned scene a little, 1/256, nearer to the light there is.
    var adaptation: RunningBackground.Light { about(gain: ratio < 256 ? 255 : 257) }

    private func about(gain: Int) -> RunningBackground.Light {
        RunningBackground.Light(gain: UInt16(gain), offset: Int16(black * (256 - gain)))
    }

    /// - Parameter found: the ratio about the black there was.
    /// - Returns: the ratio of light about the black that is found.
    private mutating func findBlack(_ reading: LightReading, _ found: Int) -> Int? {
        var least: (misfit: Int, ratio: Int)?
        let before = black
        for (index, candidate) in Self.blacks.enumerated() {
            guard let ratio = candidate == before ? found : reading.ratio(black: candidate)
            else { return nil }
            let misfit = reading.misfit(black: candidate, ratio: ratio)
            misfits[index] += misfit - misfits[index] / 8
            if misfits[index] < least?.misfit ?? .max {
                (least, black) = ((misfits[index], ratio), candidate)
            }
        }
        return least?.ratio
    }
}
