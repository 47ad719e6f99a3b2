import Frames

/// A box in the tracker's own units, in which a step to the right is as long as a step down.
///
/// - Units: 1/256 of a thousandth of the picture's height, both ways. A `Region` counts widths in
///   thousandths of the picture's width: shapes and distances cannot be judged in it.
struct TrackBox: Hashable, Sendable {
    /// The middle.
    var x = 0
    var y = 0
    var width = 0
    var height = 0

    /// One thousandth of the picture's height.
    static let unit = 256

    var left: Int { x - width / 2 }
    var right: Int { x + width / 2 }
    var top: Int { y - height / 2 }
    var bottom: Int { y + height / 2 }
    /// Where somebody who stands touches the floor.
    var foot: TrackPoint { TrackPoint(x: x, y: bottom) }
    /// What a person's own size is measured by, standing or lying.
    var reach: Int { max(height, width, TrackBox.unit) }

    /// What two boxes share of what they cover together; per mille.
    ///
    /// Cannot overflow: whatever a `Region` says, a width is below 2²⁷ and a height below 2²⁴, an
    /// area below 2⁵¹, times 1000 below 2⁶¹.
    func overlap(_ other: TrackBox) -> Int {
        let shared = sharedArea(other)
        let whole = width * height + other.width * other.height - shared
        return whole > 0 ? shared * 1000 / whole : 0
    }

    /// What two boxes share of the smaller one; per mille.
    func cover(_ other: TrackBox) -> Int {
        let least = min(width * height, other.width * other.height)
        return least > 0 ? sharedArea(other) * 1000 / least : 0
    }

    /// The smallest box that holds both.
    func union(_ other: TrackBox) -> TrackBox {
        let (left, right) = (min(left, other.left), max(right, other.right))
        let (top, bottom) = (min(top, other.top), max(bottom, other.bottom))
        return TrackBox(
            x: (left + right) / 2, y: (top + bottom) / 2, width: right - left, height: bottom - top)
    }

    private func sharedArea(_ other: TrackBox) -> Int {
        let across = min(right, other.right) - max(left, other.left)
        let down = min(bottom, other.bottom) - max(top, other.top)
        return across > 0 && down > 0 ? across * down : 0
    }
}

/// A point in the units of `TrackBox`.
struct TrackPoint: Hashable, Sendable {
    var x = 0
    var y = 0

    /// Whole units. Cannot overflow: coordinates are below 2²⁸.
    func distance(to other: TrackPoint) -> Int {
        let (dx, dy) = (x - other.x, y - other.y)
        return squareRoot(dx * dx + dy * dy)
    }
}

/// How a picture's thousandths become the tracker's units, and back.
struct PictureShape: Hashable, Sendable {
    let width: Int
    let height: Int

    /// - Parameters: in pixels; a picture wider than 8 : 1 counts as 8 : 1, so that no sum overflows.
    init(width: Int, height: Int) {
        self.height = min(max(height, 1), 1 << 16)
        self.width = min(max(width, 1), self.height * 8)
    }

    /// The picture's right edge.
    var right: Int { 1000 * TrackBox.unit * width / height }
    /// The picture's lower edge.
    var bottom: Int { 1000 * TrackBox.unit }

    func box(_ region: Region) -> TrackBox {
        let (left, top) = (across(Int(region.x)), Int(region.y) * TrackBox.unit)
        let width = across(Int(region.x) + Int(region.width)) - left
        let height = Int(region.height) * TrackBox.unit
        return TrackBox(x: left + width / 2, y: top + height / 2, width: width, height: height)
    }

    func point(_ corner: Polygon.Corner) -> TrackPoint {
        TrackPoint(x: across(Int(corner.x)), y: Int(corner.y) * TrackBox.unit)
    }

    /// The part of a box that lies in the picture.
    func region(_ box: TrackBox) -> Region {
        let (left, right) = (perMilleAcross(box.left), perMilleAcross(box.right))
        let (top, bottom) = (perMilleDown(box.top), perMilleDown(box.bottom))
        return Region(x: left, y: top, width: right - left, height: bottom - top)
    }

    /// Of a point in the picture, or the nearest one in it.
    func corner(_ point: TrackPoint) -> Polygon.Corner {
        Polygon.Corner(x: perMilleAcross(point.x), y: perMilleDown(point.y))
    }

    private func across(_ perMille: Int) -> Int { perMille * TrackBox.unit * width / height }

    private func perMilleAcross(_ x: Int) -> UInt16 {
        UInt16(min(max((x * height / width + TrackBox.unit / 2) / TrackBox.unit, 0), 1000))
    }

    private func perMilleDown(_ y: Int) -> UInt16 {
        UInt16(min(max((y + TrackBox.unit / 2) / TrackBox.unit, 0), 1000))
    }
}
