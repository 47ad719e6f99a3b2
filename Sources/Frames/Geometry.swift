/// A rectangle in pixels; empty where width or height is 0.
public struct Rectangle: Hashable, Sendable {
    public var x: Int
    public var y: Int
    public var width: Int
    public var height: Int

    public init(x: Int, y: Int, width: Int, height: Int) {
        self.x = x
        self.y = y
        self.width = width
        self.height = height
    }

    public var isEmpty: Bool { width <= 0 || height <= 0 }
    public var area: Int { isEmpty ? 0 : width * height }
}

/// A rectangle relative to the picture, so that it means the same at every scale.
///
/// - Units: per mille of the picture's width and height, 0 ... 1000.
public struct Region: Hashable, Sendable {
    public var x: UInt16
    public var y: UInt16
    public var width: UInt16
    public var height: UInt16

    public init(x: UInt16, y: UInt16, width: UInt16, height: UInt16) {
        self.x = x
        self.y = y
        self.width = width
        self.height = height
    }

    public static let whole = Region(x: 0, y: 0, width: 1000, height: 1000)

    /// `rectangle` within a picture of `width` × `height`, clamped to the picture.
    public init(_ rectangle: Rectangle, inWidth width: Int, height: Int) {
        func perMille(_ value: Int, _ whole: Int) -> UInt16 {
            UInt16(min(max(value, 0), whole) * 1000 / max(whole, 1))
        }
        let left = perMille(rectangle.x, width)
        let top = perMille(rectangle.y, height)
        let right = perMille(rectangle.x + rectangle.width, width)
        let bottom = perMille(rectangle.y + rectangle.height, height)
        self.init(
            x: left, y: top, width: max(right, left) - left, height: max(bottom, top) - top)
    }

    /// The rectangle in pixels of a picture of `width` × `height`.
    public func rectangle(inWidth width: Int, height: Int) -> Rectangle {
        Rectangle(
            x: Int(x) * width / 1000, y: Int(y) * height / 1000,
            width: Int(self.width) * width / 1000, height: Int(self.height) * height / 1000)
    }
}

/// A closed polygon drawn over the picture: a zone or a privacy mask.
///
/// - Units: corners in per mille of width and height, 0 ... 1000.
public struct Polygon: Hashable, Sendable {
    public struct Corner: Hashable, Sendable {
        public var x: UInt16
        public var y: UInt16

        public init(x: UInt16, y: UInt16) {
            self.x = x
            self.y = y
        }
    }

    /// At least 3, at most `cornerCountMax`.
    public var corners: [Corner]

    public static let cornerCountMax = 64

    public init(corners: [Corner]) {
        self.corners = corners
    }
}
