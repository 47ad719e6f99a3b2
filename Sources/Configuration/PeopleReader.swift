import Detectors
import Frames

/// How the floor was measured, as it stands in the file.
package enum GroundMeasure: Hashable, Sendable {
    /// Two people who stood in the picture.
    case figures(GroundPlane.Figure, GroundPlane.Figure)
    /// Four points of the floor.
    case marks([GroundPlane.Mark])

    /// - Parameters: the picture's size, for its shape.
    package func plane(width: Int, height: Int) throws(GroundPlane.Fault) -> GroundPlane {
        switch self {
        case .figures(let one, let other):
            try GroundPlane(one, other, width: width, height: height)
        case .marks(let marks): try GroundPlane(marks: marks)
        }
    }
}

extension PeopleSettings.Venue {
    /// In the file.
    static let names: [(String, PeopleSettings.Venue)] = [
        ("bar", .bar), ("club", .club), ("market", .market), ("mall", .mall), ("park", .park)
    ]
}

extension PeopleSettings.Line.Alarm {
    /// In the file.
    static let names: [(String, PeopleSettings.Line.Alarm)] = [
        ("none", .none), ("in", .goingIn), ("out", .goingOut), ("both", .both)
    ]

    /// In the order in which people are told of them.
    package static var all: [PeopleSettings.Line.Alarm] { names.map(\.1) }

    /// As it stands in the file.
    package var configurationName: String { Self.names.first { $0.1 == self }?.0 ?? "none" }
}

extension PeopleSettings {
    /// What a table says, over what is usual in such a place.
    mutating func read(_ table: TableReader) {
        let limits = zoneLimits
        if table.has("venue") {
            self = .standard(
                table.choice("venue", among: Venue.names, default: .bar))
            zoneLimits = limits
        } else {
            _ = table.value("venue")
        }
        if let capacity = table.limit("capacity", in: 0...10_000, default: nil, "people") {
            zoneLimits.insert(ZoneLimit(zone: 0, capacity: capacity), at: 0)
        }
        occupancyDwell = table.seconds("occupancy_seconds", in: 1...3_600, default: occupancyDwell)
        readGathering(table)
        densityMax = table.limit(
            "people_per_10_square_metres_max", in: 0...200, default: densityMax, "people")
        densityDwell = table.seconds("density_seconds", in: 1...3_600, default: densityDwell)
        dispersalMin = table.limit(
            "dispersal_size", in: 0...Tracker.trackCountMax, default: dispersalMin, "people")
        readLying(table)
        let minutes = table.limit(
            "furniture_minutes", in: 0...1_440,
            default: furnitureAfter.map { Int($0.milliseconds / 60_000) }, "minutes")
        furnitureAfter = minutes.map { .seconds(Int64($0) * 60) }
        furniture = table.regions("furniture", countMax: Furniture.countMax)
        for entry in table.tables("lines", countMax: Self.lineCountMax) {
            let line = Line(
                name: entry.word("name"), from: entry.corner("from"), to: entry.corner("to"),
                alarm: entry.choice("alarm", among: Line.Alarm.names, default: .none))
            if !line.name.isEmpty, lines.contains(where: { $0.name == line.name }),
                let value = entry.value("name")
            {
                entry.refuse(value, "name", allowed: "a name that no other line here has")
            }
            lines.append(line)
            entry.finish()
        }
    }

    private mutating func readGathering(_ table: TableReader) {
        let usual = gathering ?? Gathering(sizeMin: 8, dwell: .seconds(60))
        let size = table.limit(
            "gathering_size", in: 0...Tracker.trackCountMax, default: gathering?.sizeMin, "people")
        let growth = table.limit(
            "gathering_growth", in: 1...Tracker.trackCountMax,
            default: size == gathering?.sizeMin ? gathering?.growthMin : nil, "people")
        let dwell = table.seconds("gathering_seconds", in: 1...3_600, default: usual.dwell)
        gathering = size.map { Gathering(sizeMin: $0, growthMin: growth, dwell: dwell) }
    }

    private mutating func readLying(_ table: TableReader) {
        let usual = lying ?? Lying(dwell: .seconds(10), appearedDwell: nil)
        func seconds(_ key: String, _ fallback: Interval?) -> Interval? {
            table.limit(
                key, in: 0...3_600, default: fallback.map { Int($0.milliseconds / 1_000) },
                "seconds"
            ).map { .seconds(Int64($0)) }
        }
        let dwell = seconds("lying_seconds", lying?.dwell)
        let appeared = seconds("lying_found_seconds", usual.appearedDwell)
        lying = dwell.map { Lying(dwell: $0, appearedDwell: appeared) }
    }
}

extension TableReader {
    /// A number of which 0 stands for none.
    fileprivate func limit(
        _ key: String, in range: ClosedRange<Int>, default fallback: Int?, _ unit: String
    ) -> Int? {
        let value = integer(
            key, in: range, default: fallback ?? 0,
            unit: unit + (range.contains(0) ? " (0: never)" : ""))
        return value == 0 ? nil : value
    }

    /// A place in the picture, which must be there.
    fileprivate func corner(_ key: String) -> Polygon.Corner {
        let allowed = "a place [x, y], each 0 to 1000 per mille of the picture's width and height"
        guard let value = value(key) else {
            missing(key, allowed: allowed)
            return Polygon.Corner(x: 0, y: 0)
        }
        guard let pair = value.pair(in: 0...1_000) else {
            refuse(value, key, allowed: allowed)
            return Polygon.Corner(x: 0, y: 0)
        }
        return Polygon.Corner(x: UInt16(pair.0), y: UInt16(pair.1))
    }

    /// Boxes in the picture; none where there is no such key.
    fileprivate func regions(_ key: String, countMax: Int) -> [Region] {
        let elements = array(key, countMax: countMax, of: "boxes") ?? []
        return elements.enumerated().compactMap { index, element in
            let numbers = element.numbers(in: 0...1_000) ?? []
            guard numbers.count == 4, numbers[2] > 0, numbers[3] > 0,
                numbers[0] + numbers[2] <= 1_000, numbers[1] + numbers[3] <= 1_000
            else {
                refuse(
                    element, "\(key)[\(index + 1)]",
                    allowed: "a box [x, y, width, height] within the picture, per mille of it")
                return nil
            }
            return Region(
                x: UInt16(numbers[0]), y: UInt16(numbers[1]), width: UInt16(numbers[2]),
                height: UInt16(numbers[3]))
        }
    }

    /// How the floor was measured; nil where it was not.
    func ground(_ key: String) -> GroundMeasure? {
        guard let table = table(key) else { return nil }
        defer { table.finish() }
        if table.has("marks") {
            let marks = table.tables("marks", countMax: 4).map { entry in
                defer { entry.finish() }
                let place = entry.corner("at")
                var floor = (0, 0)
                let allowed = "a place on the floor [x, y] in millimetres, each -200000 to 200000"
                if let value = entry.value("floor") {
                    if let pair = value.pair(in: -200_000...200_000) {
                        floor = pair
                    } else {
                        entry.refuse(value, "floor", allowed: allowed)
                    }
                } else {
                    entry.missing("floor", allowed: allowed)
                }
                return GroundPlane.Mark(place: place, x: floor.0, y: floor.1)
            }
            return .marks(marks)
        }
        let people = ["near", "far"].map { key -> GroundPlane.Figure in
            guard let entry = table.table(key) else {
                if !table.has(key) {
                    table.missing(
                        key,
                        allowed: "{feet = row, height = rows, millimetres = 1700} of somebody who"
                            + " stood there, or four marks")
                }
                return GroundPlane.Figure(footRow: 0, height: 0)
            }
            defer { entry.finish() }
            return GroundPlane.Figure(
                footRow: entry.integer(
                    "feet", in: 0...1_000, default: 0, unit: "thousandths of the picture's height"),
                height: entry.integer(
                    "height", in: 20...1_000, default: 20,
                    unit: "thousandths of the picture's height"),
                millimetres: entry.integer(
                    "millimetres", in: 500...2_500, default: 1_700, unit: "millimetres"))
        }
        return .figures(people[0], people[1])
    }
}

extension TOMLValue {
    /// Two whole numbers.
    fileprivate func pair(in range: ClosedRange<Int64>) -> (Int, Int)? {
        guard let numbers = numbers(in: range), numbers.count == 2 else { return nil }
        return (numbers[0], numbers[1])
    }

    /// A list of whole numbers, each in the range; nil of anything else.
    fileprivate func numbers(in range: ClosedRange<Int64>) -> [Int]? {
        guard case .array(let elements) = content else { return nil }
        let numbers = elements.compactMap { element -> Int? in
            guard case .integer(let number) = element.content, range.contains(number) else {
                return nil
            }
            return Int(number)
        }
        return numbers.count == elements.count ? numbers : nil
    }
}
