import Frames

/// Draws plain shapes into a frame, in integers: no two machines differ by a bit.
struct Canvas {
    /// Luma and the two colour differences of one paint.
    struct Paint: Hashable {
        var luma: UInt8
        var blue: UInt8 = 128
        var red: UInt8 = 128
    }

    struct Point: Hashable {
        var x: Int
        var y: Int
    }

    let frame: Frame

    /// Everything in one colour, as bright as it is.
    func tint(blue: UInt8, red: UInt8) {
        for y in 0..<frame.chroma.height {
            let row = frame.chroma.row(y)
            for x in stride(from: 0, to: frame.chroma.width - 1, by: 2) {
                (row[x], row[x + 1]) = (blue, red)
            }
        }
    }

    func fill(_ rectangle: Rectangle, _ paint: Paint) {
        let left = max(rectangle.x, 0)
        let right = min(rectangle.x + rectangle.width, frame.width)
        let top = max(rectangle.y, 0)
        let bottom = min(rectangle.y + rectangle.height, frame.height)
        guard left < right, top < bottom else { return }
        for y in top..<bottom {
            span(row: y, from: left, to: right, paint)
        }
    }

    /// A line with round ends: the limb, head and torso of everybody in the room.
    func capsule(from start: Point, to end: Point, radius: Int, _ paint: Paint) {
        let left = max(min(start.x, end.x) - radius, 0)
        let right = min(max(start.x, end.x) + radius + 1, frame.width)
        let top = max(min(start.y, end.y) - radius, 0)
        let bottom = min(max(start.y, end.y) + radius + 1, frame.height)
        guard left < right, top < bottom else { return }
        let alongX = end.x - start.x
        let alongY = end.y - start.y
        let lengthSquared = alongX * alongX + alongY * alongY
        let radiusSquared = radius * radius
        for y in top..<bottom {
            var first = -1
            var last = -1
            for x in left..<right {
                let fromX = x - start.x
                let fromY = y - start.y
                let along = fromX * alongX + fromY * alongY
                let isInside: Bool
                if along <= 0 {
                    isInside = fromX * fromX + fromY * fromY <= radiusSquared
                } else if along >= lengthSquared {
                    let toX = x - end.x
                    let toY = y - end.y
                    isInside = toX * toX + toY * toY <= radiusSquared
                } else {
                    let across = fromX * alongY - fromY * alongX
                    isInside = across * across <= radiusSquared * lengthSquared
                }
                if isInside {
                    if first < 0 { first = x }
                    last = x
                } else if first >= 0 {
                    break  // A capsule is convex: nothing more on this row.
                }
            }
            if first >= 0 { span(row: y, from: first, to: last + 1, paint) }
        }
    }

    private func span(row y: Int, from left: Int, to right: Int, _ paint: Paint) {
        let luma = frame.luma.row(y)
        for x in left..<right { luma[x] = paint.luma }
        guard y & 1 == 0 else { return }
        let chroma = frame.chroma.row(y >> 1)
        for x in stride(from: left & ~1, to: right, by: 2) {
            chroma[x] = paint.blue
            chroma[x + 1] = paint.red
        }
    }
}
