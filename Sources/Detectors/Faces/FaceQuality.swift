import Frames

/// Light and sharpness of an aligned face.
///
/// - Units: values 0 ... 255; green alone, which is most of what is bright.
struct FaceLight: Hashable, Sendable {
    /// The mean, and how far values are from it on average.
    var mean: Int
    var contrast: Int
    /// How far values are from the mean of their four neighbours, on average, in 1/16.
    var sharpness: Int

    /// - Parameter codes: red, green and blue of `side` × `side` pixels, less 128.
    init(_ codes: UnsafeBufferPointer<Int8>, side: Int) {
        // The middle: corners are hair and wall.
        let (first, end) = (side / 8, side - side / 8)
        let count = (end - first) * (end - first)
        func green(_ x: Int, _ y: Int) -> Int { Int(codes[3 * (y * side + x) + 1]) + 128 }
        var (sum, edges) = (0, 0)
        for y in first..<end {
            for x in first..<end {
                let middle = green(x, y)
                sum += middle
                let around = green(x - 1, y) + green(x + 1, y) + green(x, y - 1) + green(x, y + 1)
                edges += abs(4 * middle - around)
            }
        }
        mean = sum / count
        sharpness = 4 * edges / count
        var distances = 0
        for y in first..<end {
            for x in first..<end { distances += abs(green(x, y) - mean) }
        }
        contrast = distances / count
    }
}

/// Why a face that was found is not judged.
public enum FaceObstacle: UInt8, CaseIterable, Hashable, Sendable {
    /// Fewer pixels between the eyes than the network needs.
    case small = 1
    /// Seen from the side.
    case turned = 2
    /// Too dark, too bright, or one grey.
    case unlit = 3
    /// Out of focus, or moved.
    case blurred = 4
    /// The network for faces is not sure of what it sees: a hand, a mask or glasses before it.
    case unsure = 5
    /// Part of the scene: a poster, a portrait, a screen that shows one face.
    case still = 6

    public var words: String {
        switch self {
        case .small: "too small"
        case .turned: "seen from the side"
        case .unlit: "too dark, too bright or too flat"
        case .blurred: "blurred"
        case .unsure: "hidden or not sure to be a face"
        case .still: "as still as a picture on a wall"
        }
    }
}

/// How well a face can be judged.
public struct FaceQuality: Hashable, Sendable {
    /// Between the eyes, in pixels of the camera.
    public var eyeDistance: UInt16
    /// 0 from the front, 1000 where the nose is level with an eye.
    public var turnPerMille: UInt16
    public var mean: UInt8
    public var contrast: UInt8
    /// Of its own contrast: an outline of it is as much less sharp as it is blurred.
    public var sharpnessPerMille: UInt16

    // Where skill is lost, and no sooner: `kuzet eval faces` says what is judged of what was spoilt.
    /// 24 pixels of a face are about seven between the eyes: below nothing is known of what happens.
    static let eyeDistanceMin = 7
    static let turnMax = 800
    static let meanRange = 12...243
    static let contrastMin = 3
    static let sharpnessMin = 8
    /// So sure the finder is of a face that is judged.
    static let scoreMin = Q15.perMille(600)

    public init(
        eyeDistance: UInt16, turnPerMille: UInt16, mean: UInt8, contrast: UInt8,
        sharpnessPerMille: UInt16
    ) {
        self.eyeDistance = eyeDistance
        self.turnPerMille = turnPerMille
        self.mean = mean
        self.contrast = contrast
        self.sharpnessPerMille = sharpnessPerMille
    }

    init(_ points: Face.Points, _ light: FaceLight) {
        eyeDistance = UInt16(clamping: points.eyeDistance >> 8)
        turnPerMille = Self.turn(of: points)
        mean = UInt8(clamping: light.mean)
        contrast = UInt8(clamping: light.contrast)
        sharpnessPerMille = UInt16(
            clamping: light.sharpness * 1000 / 16 / max(light.contrast, 1))
    }

    /// What stands in the way; nil where nothing does.
    func obstacle(score: Q15) -> FaceObstacle? {
        if Int(eyeDistance) < Self.eyeDistanceMin { return .small }
        if score < Self.scoreMin { return .unsure }
        if Int(turnPerMille) > Self.turnMax { return .turned }
        if !Self.meanRange.contains(Int(mean)) || Int(contrast) < Self.contrastMin { return .unlit }
        if Int(sharpnessPerMille) < Self.sharpnessMin { return .blurred }
        return nil
    }

    /// How far the nose is from the middle between the eyes, along the line through them.
    private static func turn(of points: Face.Points) -> UInt16 {
        let (x, y) = (points.rightEye.x - points.leftEye.x, points.rightEye.y - points.leftEye.y)
        let square = x * x + y * y
        guard square > 0 else { return .max }
        let nose = (points.nose.x - points.leftEye.x, points.nose.y - points.leftEye.y)
        let along = 2 * (nose.0 * x + nose.1 * y) - square
        return UInt16(clamping: abs(along) * 1000 / square)
    }

    /// "eyes 23 px apart, turned 12 %, light 110 ± 31, sharpness 140".
    public var words: String {
        "eyes \(eyeDistance) px apart, turned \(turnPerMille / 10) %, light \(mean) ± \(contrast), "
            + "sharpness \(sharpnessPerMille)"
    }
}
