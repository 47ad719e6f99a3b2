import Frames

/// A head from the front, drawn of soft spots: enough for a network to take it for a face, and to
/// take two drawings of one seed for one person.
///
/// - Units: places in thousandths of the head's height, from its middle, to the right and down.
public struct RenderedFace: Sendable {
    /// An ellipse in one paint, that fades towards its edge.
    private struct Spot {
        var x = 0
        var y: Int
        var across: Int
        var down: Int
        var paint: Canvas.Paint
        /// Of 256, in its middle.
        var opacity = 256
        /// What share of it fades, of 1024.
        var fading = 150
        /// How much lower it lies to the outside, per mille of the way from its middle.
        var slope = 0
    }

    private var spots: [Spot] = []

    /// - Parameter seed: whose face it is.
    public init(seed: UInt64) {
        var random = SplitMix64(seed: seed ^ 0x6661_6365)
        func any(_ range: ClosedRange<Int>) -> Int { random.whole(in: range) }
        let light = any(120...190)
        let red = any(143...154)
        func skin(_ change: Int, redder: Int = 0) -> Canvas.Paint {
            Canvas.Paint(
                luma: UInt8(clamping: light + change), blue: UInt8(264 - red),
                red: UInt8(clamping: red + redder))
        }
        let hair = Canvas.Paint(luma: UInt8(any(22...90)), blue: 122, red: UInt8(any(128...140)))
        let brow = Canvas.Paint(
            luma: UInt8(clamping: min(Int(hair.luma), light - 70) + any(-8...12)), blue: 124,
            red: 133)
        let dark = Canvas.Paint(luma: 26, blue: 126, red: 132)
        let wide = any(340...400)
        let (apart, eyeLine) = (any(132...162), any(-5...35))
        let (browUp, browThick, browSlope) = (any(62...98), any(13...26), any(-150...200))
        let (eyeWide, eyeHigh) = (any(56...74), any(22...34))
        let (noseEnd, noseWide) = (any(170...225), any(48...78))
        let (mouthLine, mouthWide, lip) = (any(300...340), any(90...145), any(18...34))
        let (jaw, hairLine) = (any(230...320), any(-360...(-250)))
        let hasBeard = random.chance(1, in: 4)

        /// One on either side.
        func pair(_ spot: Spot) {
            for side in [-1, 1] {
                var one = spot
                (one.x, one.slope) = (side * spot.x, side * spot.slope)
                spots.append(one)
            }
        }
        // Neck, hair behind, ears.
        spots.append(Spot(y: 560, across: 210, down: 260, paint: skin(-35)))
        spots.append(Spot(y: -130, across: wide + 50, down: 390, paint: hair))
        pair(Spot(x: wide - 5, y: eyeLine + 80, across: 50, down: 105, paint: skin(-25, redder: 3)))
        // The face: forehead, cheeks, jaw.
        spots.append(Spot(y: -60, across: wide - 15, down: 380, paint: skin(-12), fading: 90))
        spots.append(Spot(y: 170, across: jaw + 40, down: 320, paint: skin(-12), fading: 90))
        spots.append(Spot(y: 330, across: jaw - 60, down: 170, paint: skin(-12), fading: 90))
        spots.append(
            Spot(y: 20, across: wide - 60, down: 400, paint: skin(14), opacity: 210, fading: 800))
        spots.append(
            Spot(y: hairLine - 160, across: wide - 20, down: 220, paint: hair, fading: 200))
        spots.append(
            Spot(y: -190, across: 180, down: 90, paint: skin(30), opacity: 160, fading: 1000))
        pair(
            Spot(
                x: 190, y: 170, across: 110, down: 100, paint: skin(18, redder: 6), opacity: 190,
                fading: 1000))
        if hasBeard {
            spots.append(
                Spot(y: 380, across: jaw, down: 150, paint: hair, opacity: 170, fading: 500))
        }
        // What makes a skin somebody's own.
        for _ in 0..<24 {
            spots.append(
                Spot(
                    x: any(-210...210), y: any(-220...350), across: any(40...130),
                    down: any(40...130),
                    paint: skin(any(-60...50), redder: any(-4...10)), opacity: any(90...200),
                    fading: 1000))
        }
        // Sockets, brows, eyes.
        pair(
            Spot(
                x: apart - 10, y: eyeLine - 20, across: 105, down: 62, paint: skin(-48),
                opacity: 170,
                fading: 900))
        pair(
            Spot(
                x: apart + 5, y: eyeLine - browUp, across: 92, down: browThick, paint: brow,
                opacity: 235, fading: 500, slope: browSlope))
        pair(
            Spot(
                x: apart, y: eyeLine - 6, across: eyeWide + 8, down: eyeHigh + 6, paint: dark,
                opacity: 210, fading: 400))
        pair(
            Spot(
                x: apart, y: eyeLine + 2, across: eyeWide, down: eyeHigh - 3,
                paint: .init(luma: UInt8(clamping: light + 35)), fading: 250))
        pair(Spot(x: apart, y: eyeLine, across: 27, down: eyeHigh - 1, paint: dark, fading: 250))
        pair(
            Spot(
                x: apart, y: eyeLine + 48, across: eyeWide, down: 20, paint: skin(-22),
                opacity: 120,
                fading: 900))
        // Nose: its ridge, its sides, its wings and what is dark below.
        pair(
            Spot(
                x: 48, y: eyeLine + 70, across: 30, down: 120, paint: skin(-32), opacity: 130,
                fading: 1000))
        spots.append(
            Spot(y: 80, across: 26, down: 130, paint: skin(38), opacity: 190, fading: 1000))
        spots.append(
            Spot(
                y: noseEnd + 26, across: noseWide + 8, down: 26, paint: skin(-60), opacity: 190,
                fading: 900))
        spots.append(
            Spot(
                y: noseEnd - 12, across: noseWide - 12, down: 44, paint: skin(26), opacity: 200,
                fading: 900))
        pair(
            Spot(
                x: noseWide - 22, y: noseEnd + 20, across: 18, down: 11, paint: dark, opacity: 200,
                fading: 700))
        // Mouth, and the shadow below it.
        spots.append(
            Spot(
                y: mouthLine, across: mouthWide, down: lip, paint: skin(-48, redder: 16),
                opacity: 235, fading: 350))
        spots.append(
            Spot(
                y: mouthLine - 1, across: mouthWide + 4, down: 8, paint: dark, opacity: 210,
                fading: 600))
        spots.append(
            Spot(
                y: mouthLine + lip / 2 + 4, across: mouthWide / 2, down: lip / 3,
                paint: skin(0, redder: 14), opacity: 170, fading: 900))
        spots.append(
            Spot(
                y: mouthLine + lip + 30, across: 90, down: 24, paint: skin(-36), opacity: 150,
                fading: 1000))
    }

    /// Draws it so many pixels high; `x` and `y` are its middle.
    public func draw(into frame: Frame, x: Int, y: Int, height: Int) {
        // All spots lie within; what the picture ends is not drawn.
        let (half, above, below) = (height * 46 / 100, height * 56 / 100, height * 83 / 100)
        let rows = max(y - above, 0)..<max(min(y + below, frame.height), max(y - above, 0))
        let columns = max(x - half, 0)..<max(min(x + half, frame.width), max(x - half, 0))
        for row in rows {
            for column in columns {
                mix(frame, column, row, (column - x) * 1000 / height, (row - y) * 1000 / height)
            }
        }
    }

    private func mix(_ frame: Frame, _ column: Int, _ row: Int, _ x: Int, _ y: Int) {
        let isChroma = column & 1 == 0 && row & 1 == 0
        var luma = Int(frame.luma[column, row]) << 8
        var (blue, red) = (0, 0)
        if isChroma {
            blue = Int(frame.chroma[column, row >> 1]) << 8
            red = Int(frame.chroma[column + 1, row >> 1]) << 8
        }
        for spot in spots {
            let (dx, dy) = (x - spot.x, y - spot.y - (x - spot.x) * spot.slope / 1000)
            guard abs(dx) < spot.across, abs(dy) < spot.down else { continue }
            let distance =
                1024 * dx * dx / (spot.across * spot.across) + 1024 * dy * dy
                / (spot.down * spot.down)
            let share = min(max(1024 - distance, 0) * 256 / spot.fading, 256) * spot.opacity / 256
            luma += (Int(spot.paint.luma) << 8 - luma) * share / 256
            guard isChroma else { continue }
            blue += (Int(spot.paint.blue) << 8 - blue) * share / 256
            red += (Int(spot.paint.red) << 8 - red) * share / 256
        }
        frame.luma[column, row] = UInt8(clamping: luma >> 8)
        guard isChroma else { return }
        frame.chroma[column, row >> 1] = UInt8(clamping: blue >> 8)
        frame.chroma[column + 1, row >> 1] = UInt8(clamping: red >> 8)
    }
}
