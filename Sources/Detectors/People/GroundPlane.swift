import Frames

/// How far apart two places on the floor are, though the picture shows far ones small.
///
/// Both ways to say it become one integer homography: a 3 × 3 matrix that takes a place in the
/// picture to a place on the floor. Lenses are taken for free of distortion.
///
/// - Units: places in the picture in per mille of its width and height, on the floor in millimetres.
/// - Error: arithmetic is within 1 ‰, or 20 mm, of exact at the four marks, or they are refused.
///   What counts is how well they were measured.
/// - Source: Hartley, Zisserman, "Multiple View Geometry", 2004, sections 4.1 and 8.6; Criminisi,
///   Reid, Zisserman, "Single view metrology", IJCV 40(2), 2000.
public struct GroundPlane: Hashable, Sendable {
    /// Somebody who stood in the picture.
    public struct Figure: Hashable, Sendable {
        /// Where the feet were; per mille of the picture's height.
        public var footRow: Int
        /// From feet to head; per mille of the picture's height.
        public var height: Int
        public var millimetres: Int

        public init(footRow: Int, height: Int, millimetres: Int = 1_700) {
            self.footRow = footRow
            self.height = height
            self.millimetres = millimetres
        }
    }

    /// A point of the floor that was measured.
    public struct Mark: Hashable, Sendable {
        public var place: Polygon.Corner
        /// From a point of the installer's choice, along two directions at a right angle; mm.
        public var x: Int
        public var y: Int

        public init(place: Polygon.Corner, x: Int, y: Int) {
            self.place = place
            self.x = x
            self.y = y
        }
    }

    /// Why a ground plane is not to be had.
    public enum Fault: Error, Hashable, CustomStringConvertible {
        case figureOutside(footRow: Int, height: Int)
        case figuresTooClose(rows: Int)
        case noPerspective
        case markCount(Int)
        case markTooFar(millimetres: Int)
        case marksInLine(first: Int, second: Int, third: Int)
        case marksCrossed
        case marksImprecise(millimetres: Int)

        public var description: String {
            switch self {
            case .figureOutside(let footRow, let height):
                "ground plane: figure at row \(footRow), \(height) high: rows are 0 to 1000, "
                    + "heights 20 to 1000"
            case .figuresTooClose(let rows):
                "ground plane: figures \(rows) rows apart: at least 100 are needed"
            case .noPerspective:
                "ground plane: the nearer figure must look larger by a twentieth: a camera that "
                    + "looks straight down needs four marks"
            case .markCount(let count): "ground plane: \(count) marks: four are needed"
            case .markTooFar(let millimetres):
                "ground plane: a mark \(millimetres) mm from the first: at most 200000"
            case .marksInLine(let first, let second, let third):
                "ground plane: marks \(first), \(second) and \(third) lie on one line"
            case .marksCrossed:
                "ground plane: the marks lie otherwise on the floor than in the picture: two were "
                    + "mixed up, or one lies beyond the horizon"
            case .marksImprecise(let millimetres):
                "ground plane: the marks are missed by \(millimetres) mm: take them farther apart"
            }
        }
    }

    /// Row by row: a place (x, y, 512) in per mille becomes (X, Y, W); X / W · 2^`floorShift` mm.
    /// Every element is below 2⁴⁴.
    private let matrix: [Int]
    private let floorShift: Int

    /// Farther than this from the marks, or the camera, nothing is measured.
    public static let farthest = 200_000
    private static let pictureW = 512

    /// From how high people look in two rows.
    ///
    /// A person's height in the picture is taken for a straight line over the row of his feet,
    /// which gives horizon and camera height; depth hangs on the lens besides. Exact for a level
    /// camera without roll; distances across the picture hold for others too, those in depth come
    /// out too short or long by about the tilt's share, a sixth at 30°.
    ///
    /// - Parameters:
    ///   - near, far: whichever is which.
    ///   - width, height: of the picture, for its shape.
    ///   - focalLength: per mille of the picture's width; 714 is a field of view of 70° across.
    public init(
        _ near: Figure, _ far: Figure, width: Int, height: Int, focalLength: Int = 714
    ) throws(Fault) {
        let (near, far) = near.footRow >= far.footRow ? (near, far) : (far, near)
        for figure in [near, far] {
            guard (0...1000).contains(figure.footRow), (20...1000).contains(figure.height),
                (500...2_500).contains(figure.millimetres)
            else { throw .figureOutside(footRow: figure.footRow, height: figure.height) }
        }
        let rows = near.footRow - far.footRow
        guard rows >= 100 else { throw .figuresTooClose(rows: rows) }
        // Heights per millimetre of person, over a common divisor: near − far. Below 2²².
        let growth = near.height * far.millimetres - far.height * near.millimetres
        guard growth * 20 >= far.height * near.millimetres else { throw .noPerspective }
        // Camera height is `lift` / growth millimetres for each row of the person's height: < 2³³.
        let lift = rows * near.millimetres * far.millimetres
        let shape = PictureShape(width: width, height: height)
        // A row of the picture and a column are not as long as each other.
        let across = lift * shape.width / shape.height
        let focal = across * min(max(focalLength, 100), 5_000) / 1000
        // The row where people have no height. Times growth.
        let horizon = far.footRow * growth - far.height * near.millimetres * rows
        // W is growth · (y − horizon row). The last column meets `pictureW` where the others meet
        // per mille: its elements are divided, the rest is multiplied instead.
        let w = Self.pictureW
        (matrix, floorShift) = (
            Self.reduced(
                [
                    across * w, 0, -500 * across,
                    0, 0, 1000 * focal,
                    0, growth * w, -horizon
                ], bits: 44), 0
        )
    }

    /// From four points of the floor, no three of them on a line.
    public init(marks: [Mark]) throws(Fault) {
        guard marks.count == 4 else { throw .markCount(marks.count) }
        let first = marks[0]
        var reach = 1
        for mark in marks {
            // First a bound that cannot overflow.
            let limit = 1 << 40
            guard mark.x.magnitude < limit, mark.y.magnitude < limit else {
                throw .markTooFar(millimetres: limit)
            }
            let far = max(abs(mark.x - first.x), abs(mark.y - first.y))
            guard far <= Self.farthest else { throw .markTooFar(millimetres: far) }
            reach = max(reach, far)
        }
        try Self.checkOrientation(marks)
        // The floor's third coordinate is about as large as the others: no element loses its bits.
        let shift = Int.bitWidth - reach.leadingZeroBitCount - 1
        let picture = marks.map { [Int($0.place.x), Int($0.place.y), Self.pictureW] }
        let floor = marks.map { [$0.x - first.x, $0.y - first.y, 1 << shift] }
        let from = Self.adjoint(Self.basis(picture))
        let to = Self.basis(floor)
        var product = [Int](repeating: 0, count: 9)
        for row in 0..<3 {
            for column in 0..<3 {
                // Elements below 2³⁰: three products below 2⁶².
                for index in 0..<3 {
                    product[row * 3 + column] += to[row * 3 + index] * from[index * 3 + column]
                }
            }
        }
        product = Self.reduced(product, bits: 44)
        // W is positive on the floor: the marks all lie on one side of the horizon.
        var sign = 0
        for column in 0..<3 { sign += product[6 + column] * picture[0][column] }
        matrix = sign < 0 ? product.map { -$0 } : product
        floorShift = shift
        var worst = 0
        for (mark, place) in zip(marks, floor) {
            guard let found = self.place(x: 16 * Int(mark.place.x), y: 16 * Int(mark.place.y))
            else { throw .marksCrossed }
            worst = max(worst, abs(found.x - place[0]), abs(found.y - place[1]))
        }
        guard worst <= max(20, reach / 1000) else { throw .marksImprecise(millimetres: worst) }
    }

    /// Millimetres between two places on the floor; nil where one is at the horizon or above it.
    public func millimetres(from: Polygon.Corner, to: Polygon.Corner) -> Int? {
        distance((16 * Int(from.x), 16 * Int(from.y)), (16 * Int(to.x), 16 * Int(to.y)))
    }

    /// The floor that a zone takes in, in square decimetres; nil where it reaches the horizon.
    public func squareDecimetres(of polygon: Polygon) -> Int? {
        guard polygon.corners.count >= 3 else { return nil }
        var places: [(x: Int, y: Int)] = []
        for corner in polygon.corners.prefix(Polygon.cornerCountMax) {
            guard let place = place(x: 16 * Int(corner.x), y: 16 * Int(corner.y)) else {
                return nil
            }
            places.append(place)
        }
        var (doubled, before) = (0, places[places.count - 1])
        for place in places {
            // Below 2³⁷ each, 64 of them.
            doubled += before.x * place.y - place.x * before.y
            before = place
        }
        return abs(doubled) / 20_000
    }

    /// - Parameters: in sixteenths of per mille, so that a track's place keeps its fineness.
    func distance(_ one: (x: Int, y: Int), _ other: (x: Int, y: Int)) -> Int? {
        guard let one = place(x: one.x, y: one.y), let other = place(x: other.x, y: other.y)
        else { return nil }
        let (dx, dy) = (one.x - other.x, one.y - other.y)
        return squareRoot(dx * dx + dy * dy)
    }

    /// Cannot overflow: coordinates are clamped to 2¹⁵, elements below 2⁴⁴: three products below
    /// 2⁶¹.
    private func place(x: Int, y: Int) -> (x: Int, y: Int)? {
        let most = 1 << 15
        let (x, y, w) = (min(max(x, -most), most), min(max(y, -most), most), 16 * Self.pictureW)
        let down = (matrix[6] * x + matrix[7] * y + matrix[8] * w) >> floorShift
        guard down > 0 else { return nil }
        let across = (matrix[0] * x + matrix[1] * y + matrix[2] * w) / down
        let ahead = (matrix[3] * x + matrix[4] * y + matrix[5] * w) / down
        guard abs(across) <= Self.farthest, abs(ahead) <= Self.farthest else { return nil }
        return (across, ahead)
    }

    // MARK: Matrices

    /// Three marks on a line fix nothing; and a camera above the floor turns every three marks the
    /// same way round.
    private static func checkOrientation(_ marks: [Mark]) throws(Fault) {
        var turn = 0
        for left in 0..<4 {
            let (a, b, c) = (left == 0 ? 1 : 0, left <= 1 ? 2 : 1, left <= 2 ? 3 : 2)
            let seen = doubledArea(pixel(marks[a]), pixel(marks[b]), pixel(marks[c]))
            let laid = doubledArea(
                floor(marks[a], marks[0]), floor(marks[b], marks[0]), floor(marks[c], marks[0]))
            // A triangle of 45 × 45 thousandths, or of 30 × 30 centimetres.
            guard abs(seen) >= 2_000, abs(laid) >= 90_000 else {
                throw .marksInLine(first: a + 1, second: b + 1, third: c + 1)
            }
            let way = (seen > 0) == (laid > 0) ? 1 : -1
            guard turn == 0 || turn == way else { throw .marksCrossed }
            turn = way
        }
    }

    private static func pixel(_ mark: Mark) -> TrackPoint {
        TrackPoint(x: Int(mark.place.x), y: Int(mark.place.y))
    }

    private static func floor(_ mark: Mark, _ first: Mark) -> TrackPoint {
        TrackPoint(x: mark.x - first.x, y: mark.y - first.y)
    }

    private static func doubledArea(_ a: TrackPoint, _ b: TrackPoint, _ c: TrackPoint) -> Int {
        let one = (b.x - a.x) * (c.y - a.y)
        let other = (c.x - a.x) * (b.y - a.y)
        return one - other
    }

    /// The matrix that takes the four points of the projective basis to `points`; below 2³⁰.
    ///
    /// Cannot overflow: coordinates below 2¹⁸, determinants below 2⁵⁷, then reduced.
    private static func basis(_ points: [[Int]]) -> [Int] {
        let weights = reduced(
            [
                determinant(points[3], points[1], points[2]),
                determinant(points[0], points[3], points[2]),
                determinant(points[0], points[1], points[3])
            ], bits: 40)
        var matrix = [Int](repeating: 0, count: 9)
        for row in 0..<3 {
            for column in 0..<3 {
                matrix[row * 3 + column] = points[column][row] * weights[column]
            }
        }
        return reduced(matrix, bits: 30)
    }

    private static func determinant(_ a: [Int], _ b: [Int], _ c: [Int]) -> Int {
        let first = a[0] * (b[1] * c[2] - b[2] * c[1])
        let second = b[0] * (a[1] * c[2] - a[2] * c[1])
        let third = c[0] * (a[1] * b[2] - a[2] * b[1])
        return first - second + third
    }

    /// The inverse but for a factor; below 2³⁰.
    private static func adjoint(_ m: [Int]) -> [Int] {
        func minor(_ a: Int, _ b: Int, _ c: Int, _ d: Int) -> Int { m[a] * m[d] - m[b] * m[c] }
        return reduced(
            [
                minor(4, 5, 7, 8), -minor(1, 2, 7, 8), minor(1, 2, 4, 5),
                -minor(3, 5, 6, 8), minor(0, 2, 6, 8), -minor(0, 2, 3, 5),
                minor(3, 4, 6, 7), -minor(0, 1, 6, 7), minor(0, 1, 3, 4)
            ], bits: 30)
    }

    /// The same but for a factor, every element below 2^bits in size: a homography has no scale.
    private static func reduced(_ elements: [Int], bits: Int) -> [Int] {
        let most = elements.reduce(0) { max($0, $1.magnitude) }
        let excess = UInt.bitWidth - most.leadingZeroBitCount - bits
        guard excess > 0 else { return elements }
        return elements.map { ($0 + (1 << (excess - 1))) >> excess }
    }
}

/// Distances between people, with a ground plane or without.
///
/// Without one a person is taken for 1.70 m, and a step in depth for half as long in the picture
/// as one across: a camera that looks down at 30°.
struct Ground: Sendable {
    let shape: PictureShape
    let plane: GroundPlane?

    private static let person = 1_700
    private static let depth = 2

    /// Millimetres between the feet of two.
    func distance(_ one: TrackBox, _ other: TrackBox) -> Int {
        if let plane, let found = plane.distance(fine(one.foot), fine(other.foot)) { return found }
        return rough(one.foot, other.foot, reach: (one.reach + other.reach) / 2)
    }

    /// Millimetres between two places, about which somebody of `reach` stands.
    func distance(_ one: TrackPoint, _ other: TrackPoint, reach: Int) -> Int {
        if let plane, let found = plane.distance(fine(one), fine(other)) { return found }
        return rough(one, other, reach: reach)
    }

    /// Millimetres per second.
    func speed(_ track: Track) -> Int {
        // Over half a second, or whoever walks towards the horizon would reach it.
        let foot = track.box.foot
        let next = TrackPoint(x: foot.x + track.velocityX / 2, y: foot.y + track.velocityY / 2)
        return 2 * distance(foot, next, reach: track.box.reach)
    }

    private func rough(_ one: TrackPoint, _ other: TrackPoint, reach: Int) -> Int {
        let (dx, dy) = (one.x - other.x, Self.depth * (one.y - other.y))
        // Below 2²⁵ · 1700 < 2³⁶.
        return squareRoot(dx * dx + dy * dy) * Self.person / max(reach, TrackBox.unit)
    }

    /// Sixteenths of per mille.
    private func fine(_ point: TrackPoint) -> (x: Int, y: Int) {
        (point.x * 16 * shape.height / (TrackBox.unit * shape.width), point.y * 16 / TrackBox.unit)
    }
}
