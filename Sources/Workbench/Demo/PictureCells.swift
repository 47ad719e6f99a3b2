import Detectors
import Frames

/// The cells of a terminal's picture, with what is drawn over it.
///
/// Two half pixels are in a cell, one above the other; zones and trails colour them. Boxes and
/// numbers are characters on the mean of both.
struct PictureCells {
    struct Cell: Hashable, Sendable {
        /// As 0xRRGGBB.
        var top = 0
        var bottom = 0
        /// Over both; nil where they show themselves.
        var glyph: Character?
        /// The glyph's own colour.
        var ink = 0
    }

    let columns: Int
    let rows: Int
    private(set) var cells: [Cell]

    init(columns: Int, rows: Int) {
        self.columns = max(columns, 1)
        self.rows = max(rows, 1)
        cells = Array(repeating: Cell(), count: self.columns * self.rows)
    }

    subscript(column: Int, row: Int) -> Cell {
        get { cells[row * columns + column] }
        set { cells[row * columns + column] = newValue }
    }

    mutating func draw(_ overlay: Overlay) {
        for zone in overlay.zones { draw(zone.polygon) }
        for person in overlay.people {
            let colour = Overlay.colour(of: person)
            let places = person.trail.map(place)
            for (from, to) in zip(places, places.dropFirst()) { line(from, to, colour, 192) }
        }
        // Whoever is nearer stands lower, and is drawn over who is behind.
        let ordered = overlay.people.sorted { one, other in
            let (low, lower) = (Self.foot(one.region), Self.foot(other.region))
            return low == lower ? one.number < other.number : low < lower
        }
        for person in ordered { box(person) }
        for person in ordered { number(person) }
    }

    // MARK: Half pixels

    private static let zoneColour = 0xFFFFFF

    private mutating func draw(_ polygon: Polygon) {
        let places = polygon.corners.prefix(Polygon.cornerCountMax).map(place)
        guard let first = places.first else { return }
        for (from, to) in zip(places, places.dropFirst() + [first]) {
            line(from, to, Self.zoneColour, 96)
        }
    }

    /// In half pixels.
    private func place(_ corner: Polygon.Corner) -> (x: Int, y: Int) {
        (
            min(Int(corner.x) * columns / 1000, columns - 1),
            min(Int(corner.y) * rows * 2 / 1000, rows * 2 - 1)
        )
    }

    /// - Parameter part: of the colour, in 256.
    /// - Source: Bresenham, IBM Systems Journal 4(1), 1965.
    private mutating func line(
        _ from: (x: Int, y: Int), _ to: (x: Int, y: Int), _ colour: Int, _ part: Int
    ) {
        let (across, down) = (abs(to.x - from.x), -abs(to.y - from.y))
        var (x, y, off) = (from.x, from.y, across + down)
        while true {
            blend(x, y, colour, part)
            guard x != to.x || y != to.y else { return }
            let twice = 2 * off
            if twice >= down {
                off += down
                x += from.x < to.x ? 1 : -1
            }
            if twice <= across {
                off += across
                y += from.y < to.y ? 1 : -1
            }
        }
    }

    private mutating func blend(_ x: Int, _ y: Int, _ colour: Int, _ part: Int) {
        guard 0..<columns ~= x, 0..<rows * 2 ~= y else { return }
        let index = y / 2 * columns + x
        if y % 2 == 0 {
            cells[index].top = Self.mixed(cells[index].top, colour, part)
        } else {
            cells[index].bottom = Self.mixed(cells[index].bottom, colour, part)
        }
    }

    private static func mixed(_ under: Int, _ over: Int, _ part: Int) -> Int {
        var colour = 0
        for shift in [16, 8, 0] {
            let (one, other) = ((under >> shift) & 255, (over >> shift) & 255)
            colour |= ((one * (256 - part) + other * part) / 256) << shift
        }
        return colour
    }

    // MARK: Boxes

    private static func foot(_ region: Region) -> Int { Int(region.y) + Int(region.height) }

    /// The cell of a box's upper left corner.
    private func corner(of region: Region) -> (left: Int, top: Int) {
        (
            min(Int(region.x) * columns / 1000, columns - 1),
            min(Int(region.y) * rows / 1000, rows - 1)
        )
    }

    private mutating func box(_ person: Overlay.Person) {
        let region = person.region
        let colour = Overlay.colour(of: person)
        let (left, top) = corner(of: region)
        // The last cell that it reaches into.
        let end = ((Int(region.x) + Int(region.width)) * columns + 999) / 1000 - 1
        let right = min(max(end, left), columns - 1)
        let bottom = min(max((Self.foot(region) * rows + 999) / 1000 - 1, top), rows - 1)
        let lines: [Character] = person.isSeen ? Self.seen : Self.unseen
        for column in left...right {
            put(lines[0], colour, column, top)
            put(lines[0], colour, column, bottom)
        }
        for row in top...bottom {
            put(lines[1], colour, left, row)
            put(lines[1], colour, right, row)
        }
        put(lines[2], colour, left, top)
        put(lines[3], colour, right, top)
        put(lines[4], colour, left, bottom)
        put(lines[5], colour, right, bottom)
        if let head = person.head {
            let (column, y) = place(head)
            put("●", colour, column, y / 2)
        }
    }

    /// It stands on the box's own colour, so that it is read on any picture.
    private mutating func number(_ person: Overlay.Person) {
        let colour = Overlay.colour(of: person)
        let (left, top) = corner(of: person.region)
        let digits = Array("\(person.number)")
        let first = min(left, max(columns - digits.count, 0))
        for (offset, digit) in digits.enumerated() where first + offset < columns {
            cells[top * columns + first + offset] = Cell(
                top: colour, bottom: colour, glyph: digit, ink: 0)
        }
    }

    /// Across, down, and the corners.
    private static let seen: [Character] = ["━", "┃", "┏", "┓", "┗", "┛"]
    private static let unseen: [Character] = ["╌", "┆", "┌", "┐", "└", "┘"]

    private mutating func put(_ glyph: Character, _ ink: Int, _ column: Int, _ row: Int) {
        cells[row * columns + column].glyph = glyph
        cells[row * columns + column].ink = ink
    }

    // MARK: Text

    /// One string per row, with 24-bit colours and a reset at the end.
    var lines: [String] { (0..<rows).map(line) }

    private func line(_ row: Int) -> String {
        var line = ""
        var (lastInk, lastGround) = (-1, -1)
        for cell in cells[row * columns..<(row + 1) * columns] {
            let isPlain = cell.glyph == nil
            let ink = isPlain ? cell.top : cell.ink
            let ground = isPlain ? cell.bottom : Self.mixed(cell.top, cell.bottom, 128)
            if ink != lastInk { line += "\u{1B}[38;2;\(Self.parts(ink))m" }
            if ground != lastGround { line += "\u{1B}[48;2;\(Self.parts(ground))m" }
            (lastInk, lastGround) = (ink, ground)
            line.append(cell.glyph ?? "▀")
        }
        return line + "\u{1B}[0m"
    }

    private static func parts(_ colour: Int) -> String {
        "\(colour >> 16);\((colour >> 8) & 255);\(colour & 255)"
    }
}
