import Frames

/// What the simulated guests stand on.
public enum VenueGround: String, CaseIterable, Sendable {
    /// A bar with a dance floor: outlines everywhere.
    case room
    /// A white hall from above: tiles with faint joints, and nothing else.
    case hall
    case snow
    case sand
    /// Asphalt, and the white lines of empty bays.
    case carPark

    func paint(into frame: Frame, seed: UInt64) {
        switch self {
        case .room: VenueRoom.paint(into: frame, seed: seed)
        case .hall:
            mottle(frame, luma: 208, by: 3, grain: 90, seed)
            joints(frame, depth: 5)
        case .snow: mottle(frame, luma: 218, by: 5, grain: 60, seed)
        case .sand: mottle(frame, luma: 172, by: 7, grain: 24, seed)
        case .carPark:
            mottle(frame, luma: 96, by: 4, grain: 30, seed)
            bays(frame)
        }
    }

    /// Uneven as ground is: random shades at the knots of a grid, and straight between them; darker
    /// by a sixteenth towards the far end.
    /// - Parameter grain: from knot to knot; per mille of the width.
    private func mottle(_ frame: Frame, luma: Int, by depth: Int, grain: Int, _ seed: UInt64) {
        var random = SplitMix64(seed: seed ^ 0x6772_6F75_6E64)
        let (width, height) = (frame.width, frame.height)
        let step = max(grain * width / 1000, 2)
        let columns = width / step + 2
        let knots = (0..<columns * (height / step + 2)).map { _ in
            random.whole(in: -depth...depth)
        }
        for y in 0..<height {
            let row = frame.luma.row(y)
            let (line, down) = (y / step * columns, y % step)
            for x in 0..<width {
                let (knot, right) = (line + x / step, x % step)
                let upper = knots[knot] * (step - right) + knots[knot + 1] * right
                let lower =
                    knots[knot + columns] * (step - right) + knots[knot + columns + 1] * right
                let shade = (upper * (step - down) + lower * down) / (step * step)
                row[x] = UInt8(min(luma - luma * (height - y) / (16 * height) + shade, 235))
            }
        }
        Canvas(frame: frame).tint(blue: 126, red: 129)
    }

    /// Between tiles of a fifteenth of the width, a pixel of 640 wide.
    private func joints(_ frame: Frame, depth: UInt8) {
        let thick = max(frame.width / 320, 1)
        let side = frame.width / 15
        for y in 0..<frame.height {
            let row = frame.luma.row(y)
            for x in 0..<frame.width where y % side < thick || x % side < thick {
                row[x] -= depth
            }
        }
    }

    private func bays(_ frame: Frame) {
        let canvas = Canvas(frame: frame)
        let (width, height) = (frame.width, frame.height)
        for row in [30, 560] {
            for bay in 0...12 {
                canvas.fill(
                    Rectangle(
                        x: bay * width / 12, y: row * height / 1000, width: max(width / 128, 1),
                        height: height / 3),
                    .init(luma: 182, blue: 127, red: 129))
            }
        }
    }
}
