import Detectors
import Frames
import Text

/// A picture of a page.
struct Shot: Hashable, Sendable {
    /// Nothing is drawn in it.
    var jpeg: [UInt8]
    var at: Instant
    /// Of the picture; for the shape of what is drawn over it.
    var width: Int
    var height: Int
    var overlay = Overlay()
}

/// Boxes, numbers, trails and zones as SVG, to lie over a picture.
///
/// - Units: a thousandth of the picture's width, both ways.
struct OverlayDrawing {
    let overlay: Overlay
    /// The picture's.
    let height: Int

    /// - Parameters: of the picture, in pixels.
    init(_ overlay: Overlay, width: Int, height: Int) {
        self.overlay = overlay
        self.height = max(height * 1000 / max(width, 1), 1)
    }

    var svg: String {
        let count = overlay.people.count { !$0.isFurniture }
        let label = count == 1 ? "1 person is followed" : "\(count) people are followed"
        var text =
            "<svg class='over' viewBox='0 0 1000 \(height)' role='img' aria-label='\(label)'>"
            + "<rect class='edge' width='1000' height='\(height)'/>"
        for zone in overlay.zones { text += self.zone(zone) }
        for person in overlay.people { text += trail(person) }
        for person in overlay.people { text += box(person) }
        return text + "</svg>"
    }

    private func zone(_ zone: Zone) -> String {
        "<polygon class='zone' points='\(points(zone.polygon.corners))'>"
            + "<title>\(escape(zone.name))</title></polygon>"
    }

    private func trail(_ person: Overlay.Person) -> String {
        guard person.trail.count > 1 else { return "" }
        return "<polyline class='trail' points='\(points(person.trail))'"
            + " style='stroke:\(colour(person))'/>"
    }

    private func box(_ person: Overlay.Person) -> String {
        let region = person.region
        let (x, y) = (Int(region.x), down(region.y))
        let high = max(down(region.y &+ region.height) - y, 1)
        let unseen = person.isSeen ? "" : " unseen"
        // Under the picture's upper edge there is no room above a box.
        let place = y >= 34 ? y - 8 : y + 30
        return "<rect class='person\(unseen)' x='\(x)' y='\(y)' width='\(max(region.width, 1))'"
            + " height='\(high)' style='stroke:\(colour(person))'/>" + head(person)
            + "<text class='number' x='\(x + 4)' y='\(place)' style='fill:\(colour(person))'>"
            + "\(person.number)</text>"
    }

    private func head(_ person: Overlay.Person) -> String {
        guard let head = person.head else { return "" }
        return "<circle class='head' cx='\(head.x)' cy='\(down(head.y))' r='6'"
            + " style='fill:\(colour(person))'/>"
    }

    private func points(_ corners: [Polygon.Corner]) -> String {
        corners.map { "\($0.x),\(down($0.y))" }.joined(separator: " ")
    }

    private func down(_ perMille: UInt16) -> Int { Int(perMille) * height / 1000 }

    private func colour(_ person: Overlay.Person) -> String {
        "#" + String(Overlay.colour(of: person), radix: 16)
    }

    /// A picture with what is drawn over it.
    ///
    /// - Parameter region: framed, too, where it is less than the whole picture.
    static func figure(
        _ shot: Shot, region: Region? = nil, alternative: String, caption: String? = nil
    ) -> String {
        var text =
            "<figure><img alt=\"\(escape(alternative))\" "
            + "src=\"data:image/jpeg;base64,\(Base64.text(shot.jpeg))\">"
        if let region {
            text +=
                "<span class=\"box\" style=\"left:\(perCent(region.x))%;top:\(perCent(region.y))%;"
                + "width:\(perCent(region.width))%;height:\(perCent(region.height))%\"></span>"
        }
        if shot.overlay != Overlay() {
            text += OverlayDrawing(shot.overlay, width: shot.width, height: shot.height).svg
        }
        if let caption { text += "<figcaption>\(escape(caption))</figcaption>" }
        return text + "</figure>\n"
    }

    /// Per mille as per cent with one place: 333 → 33.3.
    private static func perCent(_ value: UInt16) -> String { "\(value / 10).\(value % 10)" }

    static let style = """
        .over{position:absolute;left:0;top:0;width:100%;height:auto}
        .edge,.person,.trail,.zone{fill:none}.person{stroke-width:5}
        .unseen{stroke-dasharray:12 10}.head{stroke:#000;stroke-width:2}
        .trail{stroke-width:5;stroke-linejoin:round;stroke-linecap:round;opacity:.85}
        .zone{stroke:#fff;stroke-opacity:.6;stroke-width:4;stroke-dasharray:14 10}
        .over .number{font:700 34px system-ui,sans-serif;paint-order:stroke;stroke:#000;\
        stroke-width:7;stroke-opacity:.75}
        .strip{display:grid;grid-template-columns:repeat(auto-fill,minmax(220px,1fr));gap:12px}
        figcaption{color:var(--soft);font-size:13px}
        """
}
