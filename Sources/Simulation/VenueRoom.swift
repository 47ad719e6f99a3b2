import Frames

/// The empty room: walls, a bar, tables and a dance floor, the same for a seed for ever.
struct VenueRoom {
    static let horizonPerMille = 400

    static func paint(into frame: Frame, seed: UInt64) {
        var random = SplitMix64(seed: seed ^ 0x726F_6F6D)
        let canvas = Canvas(frame: frame)
        let width = frame.width
        let height = frame.height
        func across(_ perMille: Int) -> Int { perMille * width / 1000 }
        func down(_ perMille: Int) -> Int { perMille * height / 1000 }
        func rectangle(_ x: Int, _ y: Int, _ w: Int, _ h: Int) -> Rectangle {
            Rectangle(x: across(x), y: down(y), width: max(across(w), 1), height: max(down(h), 1))
        }

        // Brick wall.
        canvas.fill(rectangle(0, 0, 1000, horizonPerMille), .init(luma: 92, blue: 118, red: 142))
        for course in 0..<20 {
            let y = course * 20
            canvas.fill(rectangle(0, y, 1000, 3), .init(luma: 70, blue: 122, red: 134))
            let shift = course & 1 == 0 ? 0 : 25
            for brick in 0..<21 {
                let shade = UInt8(84 + random.whole(in: 0...18))
                canvas.fill(
                    rectangle(brick * 50 + shift + 3, y + 3, 45, 16),
                    .init(luma: shade, blue: 116, red: 144))
            }
        }
        // Windows of a stage, and a door.
        for pane in 0..<4 {
            canvas.fill(
                rectangle(430 + pane * 110, 80, 80, 200), .init(luma: 40, blue: 150, red: 118))
            canvas.fill(
                rectangle(438 + pane * 110, 92, 30, 90), .init(luma: 128, blue: 140, red: 120))
            canvas.fill(
                rectangle(474 + pane * 110, 92, 28, 90), .init(luma: 116, blue: 142, red: 120))
        }
        canvas.fill(rectangle(880, 120, 100, 285), .init(luma: 52, blue: 116, red: 140))
        canvas.fill(rectangle(890, 135, 80, 120), .init(luma: 64, blue: 116, red: 140))

        // Tiles of the floor, in perspective: rows grow towards the camera.
        var y = horizonPerMille
        var row = 0
        while y < 1000 {
            let tall = 12 + (y - horizonPerMille) / 9
            for column in 0..<24 {
                let spread = 500 + (y - horizonPerMille) * 2 / 3
                let left = 500 + (column - 12) * spread / 10
                let right = 500 + (column - 11) * spread / 10
                let isDark = (column + row) & 1 == 0
                let shade = (isDark ? 66 : 98) + random.whole(in: 0...10)
                canvas.fill(
                    rectangle(left, y, right - left, tall),
                    .init(luma: UInt8(shade), blue: 122, red: 132))
            }
            y += tall
            row += 1
        }

        // Shelves with bottles, and the bar before them.
        canvas.fill(rectangle(20, 90, 280, 190), .init(luma: 48, blue: 118, red: 140))
        for shelf in 0..<3 {
            canvas.fill(
                rectangle(20, 140 + shelf * 60, 280, 6), .init(luma: 130, blue: 112, red: 142))
            for bottle in 0..<14 {
                let tall = random.whole(in: 26...44)
                let paint = Canvas.Paint(
                    luma: UInt8(random.whole(in: 60...190)),
                    blue: UInt8(random.whole(in: 90...160)),
                    red: UInt8(random.whole(in: 100...160)))
                canvas.fill(rectangle(28 + bottle * 19, 140 + shelf * 60 - tall, 11, tall), paint)
            }
        }
        paintBar(on: canvas)
        // Tables.
        for (x, top) in [(360, 520), (930, 560), (860, 460)] {
            canvas.fill(rectangle(x - 40, top, 80, 16), .init(luma: 150, blue: 116, red: 140))
            canvas.fill(rectangle(x - 5, top + 16, 10, 90), .init(luma: 60, blue: 120, red: 134))
        }
    }

    /// The counter alone: drawn again over whoever stands behind it.
    static func paintBar(on canvas: Canvas) {
        let width = canvas.frame.width
        let height = canvas.frame.height
        func rectangle(_ x: Int, _ y: Int, _ w: Int, _ h: Int) -> Rectangle {
            Rectangle(
                x: x * width / 1000, y: y * height / 1000, width: max(w * width / 1000, 1),
                height: max(h * height / 1000, 1))
        }
        canvas.fill(rectangle(0, 430, 320, 22), .init(luma: 168, blue: 112, red: 144))
        canvas.fill(rectangle(0, 452, 310, 150), .init(luma: 74, blue: 114, red: 146))
        for panel in 0..<5 {
            canvas.fill(
                rectangle(10 + panel * 60, 470, 46, 115), .init(luma: 96, blue: 114, red: 146))
        }
    }
}
