import Frames

/// Where a head is, by the box alone: the network says nothing of heads.
///
///     below the box's top:  min(max(a · height, b · width), height / 2);  across: the middle
///                           a    b
///     whole                .105 .230
///     cut below            .130 .310
///
/// Somebody upright is measured by his height. Who sits, bends or is half hidden is lower than he is
/// tall, and of whoever the picture's lower edge cuts nobody knows how tall he is: shoulders are as
/// wide as ever, so there the width says it. `b` is 0.3 of the width in every such box, be it wide
/// or high.
///
/// - Units: shares of the box's sides, both in the tracker's units: a `Region` alone does not tell
///   who is wider than high.
/// - Error: as much as a head leans out of a box's middle, half a head usually. Whoever lies has his
///   head at one end, and the point is his middle: up to 0.45 of his length off. Where the picture's
///   upper edge cuts the head off, the point is where it would begin. `Tests/Heads/judge` measures.
extension PictureShape {
    func head(of box: TrackBox) -> TrackPoint {
        let isCut = box.bottom >= bottom - Self.edge
        let byHeight = box.height * (isCut ? 130 : 105) / 1000
        let byWidth = box.width * (isCut ? 310 : 230) / 1000
        return TrackPoint(x: box.x, y: box.top + min(max(byHeight, byWidth), box.height / 2))
    }

    func head(of region: Region) -> Polygon.Corner { corner(head(of: box(region))) }

    /// Boxes of people who go on below a picture end nearer to its edge than this, and others
    /// seldom do.
    private static let edge = 15 * TrackBox.unit
}
