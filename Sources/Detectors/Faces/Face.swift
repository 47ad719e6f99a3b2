import Frames

/// A face as a network found it: where, and the five points by which it is aligned.
///
/// - Units: pixels of the picture in 1/2⁸, from its upper left corner.
public struct Face: Hashable, Sendable {
    public struct Point: Hashable, Sendable {
        public var x: Int
        public var y: Int

        public init(x: Int, y: Int) {
            self.x = x
            self.y = y
        }
    }

    /// The five, as seen: the eye on the picture's left is the person's right one.
    public struct Points: Hashable, Sendable {
        public var leftEye: Point
        public var rightEye: Point
        public var nose: Point
        public var mouthLeft: Point
        public var mouthRight: Point

        public init(
            leftEye: Point, rightEye: Point, nose: Point, mouthLeft: Point, mouthRight: Point
        ) {
            self.leftEye = leftEye
            self.rightEye = rightEye
            self.nose = nose
            self.mouthLeft = mouthLeft
            self.mouthRight = mouthRight
        }

        static let count = 5

        /// In the order of their declaration. In no array, that would leave them in memory.
        subscript(index: Int) -> Point {
            switch index {
            case 0: leftEye
            case 1: rightEye
            case 2: nose
            case 3: mouthLeft
            default: mouthRight
            }
        }

        /// Between the eyes.
        public var eyeDistance: Int {
            let (x, y) = (rightEye.x - leftEye.x, rightEye.y - leftEye.y)
            return squareRoot(x * x + y * y)
        }
    }

    public var left: Int
    public var top: Int
    public var right: Int
    public var bottom: Int
    public var points: Points
    /// How sure the network is that it is one.
    public var score: Q15

    public init(
        left: Int, top: Int, right: Int, bottom: Int, points: Points, score: Q15
    ) {
        (self.left, self.top, self.right, self.bottom) = (left, top, right, bottom)
        self.points = points
        self.score = score
    }

    var width: Int { right - left }
    var height: Int { bottom - top }

    /// Of a picture of `width` × `height` pixels.
    public func region(inWidth width: Int, height: Int) -> Region {
        func perMille(_ value: Int, of whole: Int) -> UInt16 {
            UInt16(min(max(value, 0), whole << 8) * 1000 / max(whole << 8, 1))
        }
        let (x, y) = (perMille(left, of: width), perMille(top, of: height))
        let (toX, toY) = (perMille(right, of: width), perMille(bottom, of: height))
        return Region(x: x, y: y, width: max(toX, x) - x, height: max(toY, y) - y)
    }

    /// Whether two lie over each other by so much of what both cover, per mille.
    func overlaps(_ other: Face, perMille: Int) -> Bool {
        let across = min(right, other.right) - max(left, other.left)
        let down = min(bottom, other.bottom) - max(top, other.top)
        guard across > 0, down > 0 else { return false }
        let both = across * down
        let either = width * height + other.width * other.height - both
        return both * 1000 > either * perMille
    }
}
