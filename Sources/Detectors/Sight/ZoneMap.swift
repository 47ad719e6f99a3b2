import Frames

/// Zones and privacy masks, drawn once at the working scale.
final class ZoneMap {
    struct Area {
        /// As in `Sighting.zone`: 0 is the whole picture.
        let number: UInt8
        /// 255 where a pixel of the working picture belongs to the zone and is not masked.
        let pixels: Plane
        let pixelCount: Int
        let cells: [Bool]
        let region: Region

        /// Whether a place of the picture belongs to it, per mille of width and height.
        func holds(_ place: Polygon.Corner) -> Bool {
            let x = min(Int(place.x) * CellGrid.width / 1000, CellGrid.width - 1)
            let y = min(Int(place.y) * CellGrid.height / 1000, CellGrid.height - 1)
            return pixels[x, y] != 0
        }
    }

    /// 255 where a pixel may be looked at.
    let shown: Plane
    /// Whether anything is masked at all.
    let isMasked: Bool
    let hidden: UnsafeMutableBufferPointer<Bool>
    let whole: Area
    /// The configured zones, in their order.
    let zones: [Area]

    init(_ settings: DetectorSettings) {
        let shown = Plane(width: CellGrid.width, height: CellGrid.height)
        let masks = Array(settings.privacyMasks.prefix(DetectorSettings.privacyMaskCountMax))
        PolygonMask.draw(masks, inside: 0, outside: 255, into: shown)
        self.shown = shown
        isMasked = !masks.isEmpty
        let visible = CellGrid.cells(of: shown.view)
        hidden = .allocate(capacity: CellGrid.count)
        for index in 0..<CellGrid.count {
            hidden.initializeElement(at: index, to: !visible[index])
        }
        let frame = Polygon(corners: [
            .init(x: 0, y: 0), .init(x: 1000, y: 0), .init(x: 1000, y: 1000), .init(x: 0, y: 1000)
        ])
        whole = Self.area(number: 0, frame, shown)
        zones = settings.zones.prefix(DetectorSettings.zoneCountMax).enumerated().map {
            Self.area(number: UInt8($0.offset + 1), $0.element.polygon, shown)
        }
    }

    deinit {
        hidden.deallocate()
    }

    private static func area(number: UInt8, _ polygon: Polygon, _ shown: Plane) -> Area {
        let pixels = Plane(width: CellGrid.width, height: CellGrid.height)
        PolygonMask.draw([polygon], into: pixels)
        var count = 0
        var (left, top, right, bottom) = (CellGrid.width, CellGrid.height, 0, 0)
        for y in 0..<CellGrid.height {
            for x in 0..<CellGrid.width {
                if shown[x, y] == 0 { pixels[x, y] = 0 }
                guard pixels[x, y] != 0 else { continue }
                count += 1
                (left, top) = (min(left, x), min(top, y))
                (right, bottom) = (max(right, x + 1), max(bottom, y + 1))
            }
        }
        let bounds = Rectangle(
            x: left, y: top, width: max(right - left, 0), height: max(bottom - top, 0))
        return Area(
            number: number, pixels: pixels, pixelCount: count,
            cells: CellGrid.cells(of: pixels.view),
            region: number == 0
                ? .whole : Region(bounds, inWidth: CellGrid.width, height: CellGrid.height))
    }
}
