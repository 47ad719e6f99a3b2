/// A frame as a colour network wants it: shrunk or grown until it fits, its sides in proportion, on a
/// plain field: in its upper left, or in its middle.
///
/// - Shape: `height` × `width` pixels of three codes: red, green, blue.
/// - Units: codes are values less 128, int8; of colours as `Colour` has them.
/// - Error: none. Area is averaged as `BoxResize` does, luma and chroma alike to the field's size: half
///   of it for chroma, as pictures are kept, would take from a network what the camera gave.
/// - Memory: taken when a frame of another size comes; otherwise `fill` allocates nothing.
public final class Letterbox: @unchecked Sendable {
    public let width: Int
    public let height: Int
    private let isCentred: Bool
    /// Where the frame lies in the field.
    public private(set) var inside = Rectangle(x: 0, y: 0, width: 0, height: 0)

    /// Around the frame: a value of 114, which networks of this kind were trained with.
    private static let field: Int8 = -14

    private struct Sizes {
        let luma: BoxResize
        let chroma: BoxResize
        let parts: [Plane]
        let shrunkLuma: Plane
        let shrunkParts: [Plane]
    }
    private var sizes: Sizes?

    /// - Parameter isCentred: as the network was trained. Those with a grid of boxes see better from the
    ///   corner on, where a picture begins with a cell of each grid.
    public init(width: Int, height: Int, isCentred: Bool = false) {
        precondition(
            width > 1 && height > 1 && width <= Plane.sideMax && height <= Plane.sideMax,
            "a network's input is checked when it is loaded")
        self.width = width
        self.height = height
        self.isCentred = isCentred
    }

    /// - Parameter field: `3 · width · height` codes.
    public func fill(_ field: UnsafeMutableBufferPointer<Int8>, with frame: Frame) {
        precondition(
            field.count == 3 * width * height, "a network's input is checked when it is loaded")
        guard let codes = field.baseAddress else { return }
        let sizes = sizes(for: frame)
        sizes.luma.resize(frame.luma.view, into: sizes.shrunkLuma)
        for y in 0..<frame.chroma.height {
            let (pairs, blue, red) = (
                frame.chroma.row(y), sizes.parts[0].row(y), sizes.parts[1].row(y)
            )
            for x in 0..<sizes.parts[0].width {
                blue[x] = pairs[2 * x]
                red[x] = pairs[2 * x + 1]
            }
        }
        for part in 0..<2 {
            sizes.chroma.resize(sizes.parts[part].view, into: sizes.shrunkParts[part])
        }
        for y in 0..<height {
            let line = codes + 3 * width * y
            guard y >= inside.y, y < inside.y + inside.height else {
                line.update(repeating: Self.field, count: 3 * width)
                continue
            }
            line.update(repeating: Self.field, count: 3 * inside.x)
            let after = inside.x + inside.width
            (line + 3 * after).update(repeating: Self.field, count: 3 * (width - after))
            let row = y - inside.y
            let luma = sizes.shrunkLuma.row(row)
            let (blue, red) = (sizes.shrunkParts[0].row(row), sizes.shrunkParts[1].row(row))
            for x in 0..<inside.width {
                Colour.write(
                    luma: Int(luma[x]), blue: Int(blue[x]), red: Int(red[x]),
                    into: line + 3 * (inside.x + x))
            }
        }
    }

    /// What a box in the field is of the frame that was filled in last.
    ///
    /// - Units: 1/2⁸ pixels of the field.
    public func region(left: Int, top: Int, right: Int, bottom: Int) -> Region {
        func perMille(_ place: Int, from first: Int, of count: Int) -> UInt16 {
            let inside = min(max(place - first << 8, 0), count << 8)
            return UInt16((inside * 1000 + count << 7) / (count << 8))
        }
        let (x, y) = (
            perMille(left, from: inside.x, of: inside.width),
            perMille(top, from: inside.y, of: inside.height)
        )
        let (toX, toY) = (
            perMille(right, from: inside.x, of: inside.width),
            perMille(bottom, from: inside.y, of: inside.height)
        )
        return Region(x: x, y: y, width: max(toX, x) - x, height: max(toY, y) - y)
    }

    private func sizes(for frame: Frame) -> Sizes {
        if let sizes, sizes.luma.fromWidth == frame.width, sizes.luma.fromHeight == frame.height {
            return sizes
        }
        // The side that touches the field's edge, and the other, rounded half up.
        let isWide = frame.width * height >= frame.height * width
        let across = isWide ? width : (2 * frame.width * height + frame.height) / (2 * frame.height)
        let down = isWide ? (2 * frame.height * width + frame.width) / (2 * frame.width) : height
        inside = Rectangle(
            x: isCentred ? (width - max(across, 1)) / 2 : 0,
            y: isCentred ? (height - max(down, 1)) / 2 : 0,
            width: max(across, 1), height: max(down, 1))
        let (fromWidth, fromHeight) = (frame.chroma.width / 2, frame.chroma.height)
        let made = Sizes(
            luma: BoxResize(
                fromWidth: frame.width, fromHeight: frame.height, toWidth: inside.width,
                toHeight: inside.height),
            chroma: BoxResize(
                fromWidth: fromWidth, fromHeight: fromHeight, toWidth: inside.width,
                toHeight: inside.height),
            parts: (0..<2).map { _ in Plane(width: fromWidth, height: fromHeight) },
            shrunkLuma: Plane(width: inside.width, height: inside.height),
            shrunkParts: (0..<2).map { _ in Plane(width: inside.width, height: inside.height) })
        sizes = made
        return made
    }
}

extension Rectangle {
    /// Where a pixel lies in it, per mille of its width and height; nil where that is outside.
    public func place(x: Int, y: Int) -> Polygon.Corner? {
        guard x >= self.x, x < self.x + width, y >= self.y, y < self.y + height else { return nil }
        return Polygon.Corner(
            x: UInt16((x - self.x) * 1000 / width), y: UInt16((y - self.y) * 1000 / height))
    }
}
