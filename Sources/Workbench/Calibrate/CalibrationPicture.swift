import Configuration
import Detectors
import Frames

/// A picture in the terminal with a grid of thousandths along its edges, and zones, lines and boxes
/// drawn into it.
///
/// Plain lines with colours, so that it goes through any serial line; colours are rounded to steps
/// of 8, for equal neighbours need not be told twice: an 80 × 24 picture stays within about 30 KB.
struct CalibrationPicture {
    /// Something to be drawn, in thousandths.
    enum Shape {
        case polygon([Polygon.Corner])
        /// With a mark on the side to which one goes in.
        case line(Polygon.Corner, Polygon.Corner)
        case box(Region)
    }

    let columns: Int
    let rows: Int
    /// 0xRRGGBB by half cell, `columns` to a row.
    private var colours: [Int]

    /// What stands left of the picture.
    static let margin = 5
    static let zoneColours = [0x00E0FF, 0xFFE000, 0x40FF40, 0xFF60FF, 0xFF8020, 0x80A0FF]
    static let lineColour = 0xFF3030
    static let boxColour = 0xFFFFFF
    /// No terminal that anybody looks at has more cells; one that says so shows a part.
    static let columnCountMax = 500
    static let rowCountMax = 200

    /// - Parameters: what the terminal has room for, margin and labels included.
    init(_ frame: Frame, columns: Int, rows: Int) {
        let picture = Picture(
            width: frame.width, height: frame.height,
            columns: min(max(columns - Self.margin - 1, 8), Self.columnCountMax),
            rows: min(max(rows - 1, 4), Self.rowCountMax))
        (self.columns, self.rows) = (picture.columns, picture.rows)
        colours = []
        for half in 0..<2 * picture.rows {
            for column in 0..<picture.columns {
                colours.append(picture.colour(frame, column, half) & 0xF8F8F8)
            }
        }
        for step in [250, 500, 750] {
            for half in 0..<2 * self.rows { mark(step * self.columns / 1000, half) }
            for column in 0..<self.columns where column != step * self.columns / 1000 {
                mark(column, step * 2 * self.rows / 1000)
            }
        }
    }

    mutating func draw(_ shape: Shape, colour: Int) {
        switch shape {
        case .polygon(let corners):
            for (index, corner) in corners.enumerated() {
                stroke(corner, corners[(index + 1) % corners.count], colour)
            }
        case .line(let from, let to):
            stroke(from, to, colour)
            // To the right, seen from one end to the other, an eighth of its length.
            let (dx, dy) = (Int(to.x) - Int(from.x), Int(to.y) - Int(from.y))
            let middle = ((Int(from.x) + Int(to.x)) / 2, (Int(from.y) + Int(to.y)) / 2)
            let tip = Polygon.Corner(
                x: UInt16(min(max(middle.0 - dy / 8, 0), 1000)),
                y: UInt16(min(max(middle.1 + dx / 8, 0), 1000)))
            stroke(
                Polygon.Corner(x: UInt16(middle.0), y: UInt16(middle.1)), tip, colour)
        case .box(let region):
            let (left, top) = (region.x, region.y)
            let (right, bottom) = (left + region.width, top + region.height)
            draw(
                .polygon([
                    .init(x: left, y: top), .init(x: right, y: top),
                    .init(x: right, y: bottom), .init(x: left, y: bottom)
                ]), colour: colour)
        }
    }

    /// One string per row: labels, then half blocks.
    var lines: [String] {
        var top = [Character](repeating: " ", count: columns + 4)
        for step in 0..<10 {
            let label = "\(step * 100)"
            let column = step * columns / 10
            guard column + label.count < (step + 1) * columns / 10 || step % 2 == 0 else {
                continue
            }
            for (offset, digit) in label.enumerated() { top[column + offset] = digit }
        }
        var lines = [
            String(repeating: " ", count: Self.margin) + String(top)
        ]
        // Each hundred is told in the row that holds it, or is nearest to it.
        var labels = [Int: Int]()
        for step in 0...9 { labels[step * rows / 10] = labels[step * rows / 10] ?? step * 100 }
        for row in 0..<rows {
            let label = labels[row].map { "\($0)" } ?? ""
            lines.append(
                String(repeating: " ", count: Self.margin - 1 - label.count) + label + " "
                    + cells(row))
        }
        return lines
    }

    private func cells(_ row: Int) -> String {
        var line = ""
        var (lastTop, lastBottom) = (-1, -1)
        for column in 0..<columns {
            let top = colours[2 * row * columns + column]
            let bottom = colours[(2 * row + 1) * columns + column]
            if top != lastTop { line += "\u{1B}[38;2;\(Self.parts(top))m" }
            if bottom != lastBottom { line += "\u{1B}[48;2;\(Self.parts(bottom))m" }
            (lastTop, lastBottom) = (top, bottom)
            line += "▀"
        }
        return line + "\u{1B}[0m"
    }

    static func parts(_ colour: Int) -> String {
        "\(colour >> 16);\(colour >> 8 & 255);\(colour & 255)"
    }

    /// A cell of the grid: lighter where it is dark, darker where it is light.
    private mutating func mark(_ column: Int, _ half: Int) {
        guard column < columns, half < 2 * rows else { return }
        let colour = colours[half * columns + column]
        let part = (colour >> 2 & 0x3F3F3F) * 3
        colours[half * columns + column] = colour >> 8 & 255 < 128 ? part + 0x303030 : part
    }

    /// Every half cell between two places, by Bresenham's steps.
    private mutating func stroke(_ from: Polygon.Corner, _ to: Polygon.Corner, _ colour: Int) {
        func cell(_ corner: Polygon.Corner) -> (x: Int, y: Int) {
            (
                min(Int(corner.x) * columns / 1000, columns - 1),
                min(Int(corner.y) * 2 * rows / 1000, 2 * rows - 1)
            )
        }
        var (x, y) = cell(from)
        let end = cell(to)
        let (dx, dy) = (abs(end.x - x), -abs(end.y - y))
        var error = dx + dy
        while true {
            if x >= 0, y >= 0 { colours[y * columns + x] = colour }
            guard x != end.x || y != end.y else { return }
            let doubled = 2 * error
            if doubled >= dy {
                error += dy
                x += x < end.x ? 1 : -1
            }
            if doubled <= dx {
                error += dx
                y += y < end.y ? 1 : -1
            }
        }
    }

    /// What is drawn, in words: a coloured block, a name, what it says.
    static func legend(_ draft: CalibrationDraft) -> [String] {
        var lines: [String] = []
        for (index, zone) in draft.zones.enumerated() {
            let corners = zone.polygon.corners.map { "\($0.x),\($0.y)" }
            lines.append(
                block(zoneColours[index % zoneColours.count]) + " zone \(index + 1) \(zone.name)  "
                    + corners.joined(separator: " ")
                    + (zone.capacity > 0 ? "  at most \(zone.capacity) people" : "")
                    + (zone.squareMetres > 0 ? "  \(zone.squareMetres) m²" : ""))
        }
        for line in draft.lines {
            lines.append(
                block(lineColour) + " line \(line.name)  \(line.from.x),\(line.from.y) to "
                    + "\(line.to.x),\(line.to.y)  in: \(way(line))"
                    + "  alarm: \(line.alarm.configurationName)")
        }
        if let ground = draft.ground { lines.append("  ground \(ground.tomlText)") }
        for region in draft.furniture {
            lines.append(
                block(boxColour)
                    + " furniture \(region.x),\(region.y) to \(region.x + region.width),"
                    + "\(region.y + region.height)")
        }
        return lines
    }

    private static func block(_ colour: Int) -> String {
        "\u{1B}[38;2;\(parts(colour))m█\u{1B}[0m"
    }

    /// To which edge of the picture somebody walks who goes in.
    static func way(_ line: PeopleSettings.Line) -> String {
        let (dx, dy) = (
            Int(line.to.x) - Int(line.from.x), Int(line.to.y) - Int(line.from.y)
        )
        if abs(dx) >= abs(dy) { return dx > 0 ? "downwards" : "upwards" }
        return dy > 0 ? "to the left" : "to the right"
    }
}
