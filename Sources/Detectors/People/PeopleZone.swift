import Frames

/// A zone on the floor, as people are counted in it.
struct PeopleZone: Hashable, Sendable {
    /// As in `Sighting.zone`: 0 is the whole picture.
    let number: UInt8
    /// In the tracker's units; empty for the whole picture.
    let corners: [TrackPoint]
    let region: Region
    let capacity: Int?
    /// Square decimetres of floor; nil where nobody knows.
    let area: Int?

    /// The whole picture, then the zones.
    static func all(
        _ zones: [Zone], settings: PeopleSettings, shape: PictureShape
    ) -> [PeopleZone] {
        let configured = zones.prefix(DetectorSettings.zoneCountMax).enumerated().map {
            PeopleZone(UInt8($0.offset + 1), $0.element.polygon, settings, shape)
        }
        return [PeopleZone(0, nil, settings, shape)] + configured
    }

    private init(
        _ number: UInt8, _ polygon: Polygon?, _ settings: PeopleSettings, _ shape: PictureShape
    ) {
        self.number = number
        corners = (polygon?.corners ?? []).prefix(Polygon.cornerCountMax).map(shape.point)
        region = polygon.map(Self.bounds) ?? .whole
        let limit = settings.limit(of: number)
        // More than a million is a slip of the pen, and must not overflow.
        capacity = limit?.capacity.map { min(max($0, 0), 1_000_000) }
        area =
            limit?.areaSquareDecimetres
            ?? polygon.flatMap { settings.groundPlane?.squareDecimetres(of: $0) }
    }

    /// Whether a point lies in it, by the even-odd rule. Feet a little below the picture are in the
    /// whole picture.
    ///
    /// Cannot overflow: coordinates are below 2²⁸ (corners far beyond the picture included), products
    /// below 2⁵⁸.
    func holds(_ point: TrackPoint) -> Bool {
        guard number != 0 else { return true }
        guard corners.count >= 3 else { return false }
        var isInside = false
        var before = corners[corners.count - 1]
        for corner in corners {
            if (before.y <= point.y) != (corner.y <= point.y) {
                let side =
                    (point.x - before.x) * (corner.y - before.y)
                    - (point.y - before.y) * (corner.x - before.x)
                if corner.y > before.y ? side >= 0 : side <= 0 { isInside.toggle() }
            }
            before = corner
        }
        return isInside
    }

    /// The first configured zone that holds a place; 0 where none does.
    static func number(at point: TrackPoint, in zones: [PeopleZone]) -> UInt8 {
        for zone in zones where zone.number != 0 && zone.holds(point) { return zone.number }
        return 0
    }

    private static func bounds(_ polygon: Polygon) -> Region {
        var (left, top, right, bottom) = (UInt16(1000), UInt16(1000), UInt16(0), UInt16(0))
        for corner in polygon.corners {
            (left, right) = (min(left, corner.x), max(right, min(corner.x, 1000)))
            (top, bottom) = (min(top, corner.y), max(bottom, min(corner.y, 1000)))
        }
        guard left <= right, top <= bottom else { return .whole }
        return Region(x: left, y: top, width: right - left, height: bottom - top)
    }
}
