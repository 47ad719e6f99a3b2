import Frames

/// Lamps, strobe, fog and the sensor's noise: what the room's paint looks like to a camera.
struct VenueLight {
    /// House lights in Q8: 256 is full.
    var house = 256
    /// Where the house lights are going, by `fadePerSecond`.
    var houseTarget = 256
    var fadePerSecond = 80
    var isStrobing = false
    /// Fog in Q8, 0 ... 256.
    var fog = 0
    var fogTarget = 0
    /// Moving coloured spots over the dance floor.
    var spotCount = 0
    /// Milliseconds that a telephone's flash still lasts.
    var flash = 0

    mutating func advance(milliseconds: Int) {
        let step = max(fadePerSecond * milliseconds / 1000, 1)
        house += min(max(houseTarget - house, -step), step)
        fog += min(max(fogTarget - fog, -step), step)
        flash = max(flash - milliseconds, 0)
    }

    /// What the sensor adds by itself: a fixed table, entered at another place on every row.
    static let noise: [Int16] = {
        var random = SplitMix64(seed: 0x6E6F_6973_65)
        // The sum of four dice has the shape of a sensor's noise: deviation about 2.2 code values.
        return (0..<4096).map { _ in
            Int16((0..<4).reduce(0) { sum, _ in sum + random.whole(in: -2...2) })
        }
    }()

    func shine(on frame: Frame, at milliseconds: Int, random: inout SplitMix64) {
        var gain = house + (flash > 0 ? 170 : 0)
        // 12 flashes a second, lit a third of the time.
        if isStrobing { gain += milliseconds * 12 % 1000 < 333 ? 300 : 0 }
        let spots = (0..<spotCount).map { spot(number: $0, at: milliseconds, in: frame) }
        let width = frame.width
        Self.noise.withUnsafeBufferPointer { noise in
            for y in 0..<frame.height {
                let row = frame.luma.row(y)
                let offset = random.whole(in: 0...4095)
                // Fog drifts: thicker in bands that move.
                let band = 192 + Turn.sine(y * 3 + milliseconds / 6) / 4
                let veil = fog * band / 256
                let bright = 150 * min(gain, 256) / 256
                for x in 0..<width {
                    var value = (Int(row[x]) * gain) >> 8
                    value += ((bright - value) * veil) >> 8
                    value += Int(noise[(offset + x) & 4095])
                    row[x] = UInt8(truncatingIfNeeded: min(max(value, 0), 255))
                }
                for spot in spots {
                    light(row: row, y: y, width: width, spot)
                }
            }
        }
        tint(frame, spots: spots)
    }

    private struct Spot {
        var x: Int
        var y: Int
        var radiusX: Int
        var radiusY: Int
        var strength: Int
        var blue: Int
        var red: Int
    }

    private func spot(number: Int, at milliseconds: Int, in frame: Frame) -> Spot {
        let phase = milliseconds * 1024 / (5200 + number * 900) + number * 300
        let colours = [(36, -10), (-20, 40), (-30, -30), (30, 30)]
        let colour = colours[number & 3]
        return Spot(
            x: frame.width * (620 + Turn.sine(phase)) / 1000,
            y: frame.height * (740 + Turn.cosine(phase * 2) / 2) / 1000,
            radiusX: frame.width / 7, radiusY: frame.height / 9, strength: 60,
            blue: colour.0, red: colour.1)
    }

    private func light(
        row: UnsafeMutablePointer<UInt8>, y: Int, width: Int, _ spot: Spot
    ) {
        let fromY = y - spot.y
        let rest = 256 - 256 * fromY * fromY / (spot.radiusY * spot.radiusY)
        guard rest > 0 else { return }
        for x in max(spot.x - spot.radiusX, 0)..<max(min(spot.x + spot.radiusX, width), 0) {
            let fromX = x - spot.x
            let weight = rest - 256 * fromX * fromX / (spot.radiusX * spot.radiusX)
            if weight > 0 {
                row[x] = UInt8(min(Int(row[x]) + spot.strength * weight / 256, 255))
            }
        }
    }

    private func tint(_ frame: Frame, spots: [Spot]) {
        let saturation = min(house, 256) * (256 - fog) / 256
        for y in 0..<frame.chroma.height {
            let row = frame.chroma.row(y)
            for x in stride(from: 0, to: frame.chroma.width, by: 2) {
                var blue = 128 + (Int(row[x]) - 128) * saturation / 256
                var red = 128 + (Int(row[x + 1]) - 128) * saturation / 256
                for spot in spots {
                    let fromX = x - spot.x
                    let fromY = 2 * y - spot.y
                    let weight =
                        256 - 256 * fromX * fromX / (spot.radiusX * spot.radiusX)
                        - 256 * fromY * fromY / (spot.radiusY * spot.radiusY)
                    if weight > 0 {
                        blue += spot.blue * weight / 256
                        red += spot.red * weight / 256
                    }
                }
                row[x] = UInt8(min(max(blue, 0), 255))
                row[x + 1] = UInt8(min(max(red, 0), 255))
            }
        }
    }
}
