import Frames

/// A chair, on the floor or in somebody's hands.
struct VenueChair: Hashable {
    /// As `VenuePerson.x` and `depth`.
    var x: Int
    var depth: Int
    var isHeld = false
    let paint: Canvas.Paint

    func draw(on canvas: Canvas) {
        let (width, height) = (canvas.frame.width, canvas.frame.height)
        Self.draw(
            on: canvas, foot: Venue.foot(x: x, depth: depth, inWidth: width, height: height),
            tall: Venue.tall(at: depth, inHeight: height), side: 1, up: 1, paint)
    }

    /// - Parameters:
    ///   - foot: the middle between its legs.
    ///   - tall: a grown-up's height there, in pixels.
    ///   - side: where its back is: 1 is right.
    ///   - up: -1 for a chair upside down.
    static func draw(
        on canvas: Canvas, foot: Canvas.Point, tall: Int, side: Int, up: Int,
        _ paint: Canvas.Paint
    ) {
        func at(_ across: Int, _ high: Int) -> Canvas.Point {
            .init(x: foot.x + side * across * tall / 1000, y: foot.y - up * high * tall / 1000)
        }
        let thin = max(tall * 14 / 1000, 1)
        var shaded = paint
        shaded.luma = paint.luma / 3 * 2
        // The far legs are higher in the picture, and half in shadow.
        for across in [-75, 90] {
            canvas.capsule(from: at(across, 30), to: at(across, 250), radius: thin, shaded)
        }
        for across in [-100, 110] {
            canvas.capsule(from: at(across, 0), to: at(across, 250), radius: thin, paint)
        }
        canvas.capsule(from: at(-95, 258), to: at(105, 258), radius: thin * 2, paint)
        for across in [80, 112] {
            canvas.capsule(from: at(across, 258), to: at(across + 8, 520), radius: thin, paint)
        }
        for high in [360, 430, 505] {
            canvas.capsule(from: at(82, high), to: at(116, high), radius: thin * 3 / 2, paint)
        }
    }
}

/// A table to stand around, with a cake or without.
struct VenueTable: Hashable {
    let x: Int
    let depth: Int
    var hasCake = false
    var hasFlames = false

    func draw(on canvas: Canvas, at milliseconds: Int) {
        let (width, height) = (canvas.frame.width, canvas.frame.height)
        let foot = Venue.foot(x: x, depth: depth, inWidth: width, height: height)
        let tall = Venue.tall(at: depth, inHeight: height)
        func fill(_ across: Int, _ high: Int, _ wide: Int, _ deep: Int, _ paint: Canvas.Paint) {
            canvas.fill(
                Rectangle(
                    x: foot.x + across * tall / 1000, y: foot.y - high * tall / 1000,
                    width: max(wide * tall / 1000, 1), height: max(deep * tall / 1000, 1)),
                paint)
        }
        // A cloth, its folds, and the top seen from above.
        fill(-300, 400, 600, 300, .init(luma: 138, blue: 124, red: 134))
        for fold in 0..<6 {
            fill(-270 + 100 * fold, 400, 22, 290, .init(luma: 118, blue: 124, red: 134))
        }
        fill(-320, 450, 640, 60, .init(luma: 196, blue: 126, red: 130))
        guard hasCake else { return }
        fill(-80, 520, 160, 85, .init(luma: 172, blue: 118, red: 142))
        fill(-80, 520, 160, 22, .init(luma: 224, blue: 124, red: 132))
        for candle in 0..<6 {
            let across = -65 + 25 * candle
            fill(across, 565, 8, 45, .init(luma: 205, blue: 134, red: 124))
            guard hasFlames else { continue }
            let flicker = Turn.sine(milliseconds * 1024 / 230 + 170 * candle) / 32
            fill(across - 2, 592 + flicker, 12, 26, .init(luma: 250, blue: 88, red: 150))
        }
    }
}
