import Frames

/// How a face lies in a picture, by its five points: the turn, size and place that bring those of a
/// template nearest to them, by least squares.
///
///     place = c + (a, −b; b, a) · template,   a = Σ t · p / Σ |t|²,  b = Σ t × p / Σ |t|²
///
/// t and p from the means of the template's points and of the face's. In closed form, since a turn and
/// a size in the plane are one complex number.
///
/// - Units: places in pixels, 1/2⁸ in and 1/2¹⁶ out.
/// - Error: of a and b 2⁻¹⁶.
/// - Source: Umeyama, "Least-squares estimation of transformation parameters between two point
///   patterns", IEEE TPAMI 13(4), 1991, for two dimensions.
enum FaceAlignment {
    /// The sides of what `FaceKnower` is shown.
    static let side = 128

    /// Where the five are in a piece of 112 × 112 as is usual (Deng et al., "ArcFace", CVPR 2019), in
    /// 1/2⁸: of it the network is shown the middle 96 columns, stretched to 128.
    static let template: [Face.Point] = [
        Face.Point(x: 9_803, y: 13_234), Face.Point(x: 18_824, y: 13_184),
        Face.Point(x: 14_342, y: 18_365), Face.Point(x: 10_637, y: 23_646),
        Face.Point(x: 18_107, y: 23_604)
    ]
    private static let columns = 8..<104
    private static let lines = 112

    /// The piece that a network is shown; nil where the points are all in one place.
    static func patch(of points: Face.Points) -> Patch? {
        let count = Face.Points.count
        func mean(_ point: (Int) -> Face.Point) -> Face.Point {
            var sum = Face.Point(x: 0, y: 0)
            for index in 0..<count {
                sum.x += point(index).x
                sum.y += point(index).y
            }
            return Face.Point(x: sum.x / count, y: sum.y / count)
        }
        let (fromMean, toMean) = (mean { template[$0] }, mean { points[$0] })
        var (along, across, size) = (0, 0, 0)
        for index in 0..<count {
            let (tx, ty) = (template[index].x - fromMean.x, template[index].y - fromMean.y)
            let (px, py) = (points[index].x - toMean.x, points[index].y - toMean.y)
            // Cannot overflow: 2¹⁴ · 2²², five times.
            along += tx * px + ty * py
            across += tx * py - ty * px
            size += tx * tx + ty * ty
        }
        // Q16; a picture's side is below 2¹⁴ pixels, so that both are below 2²⁵.
        let (a, b) = (along << 16 / size, across << 16 / size)
        guard a * a + b * b > 1 << 20 else { return nil }
        // What one pixel of the piece is of the template's, Q16.
        let (wide, high) = (columns.count << 16 / side, lines << 16 / side)
        // The piece's first pixel in the template, less its mean, Q8.
        let (firstX, firstY) = (
            columns.lowerBound << 8 + wide >> 9 - 128 - fromMean.x, high >> 9 - 128 - fromMean.y
        )
        return Patch(
            x: toMean.x << 8 - 1 << 15 + (a * firstX - b * firstY) >> 8,
            y: toMean.y << 8 - 1 << 15 + (b * firstX + a * firstY) >> 8,
            right: Patch.Step(x: (a * wide) >> 16, y: (b * wide) >> 16),
            down: Patch.Step(x: (-b * high) >> 16, y: (a * high) >> 16))
    }
}
