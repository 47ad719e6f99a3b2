import Camera
import Detectors
import Frames
import Incidents

extension CameraSection {
    /// - Parameters:
    ///   - device: what the board profile says, for a camera that names none.
    ///   - policy: what holds for all cameras; this camera's zones and rules go into it.
    mutating func read(
        _ table: TableReader, device fallback: String?, _ policy: inout IncidentPolicy
    ) {
        name = table.word("name")
        source.device = table.string(
            "device", default: fallback,
            allowed: "a path such as /dev/v4l/by-path/…, or the camera's own name")
        source.width = table.integer(
            "width", in: 64...4096, default: source.width, unit: "pixels")
        source.height = table.integer(
            "height", in: 48...4096, default: source.height, unit: "pixels")
        source.framesPerSecond = table.integer(
            "frames_per_second", in: 2...60, default: source.framesPerSecond, unit: "frames")
        if let value = table.value("power_line_hertz") {
            if case .integer(let number) = value.content,
                let known = CameraSettings.PowerLine.allCases.first(where: { $0.hertz == number })
            {
                source.powerLine = known
            } else {
                table.refuse(value, "power_line_hertz", allowed: "50, 60, or 0 for no filter")
            }
        }
        if table.has("exposure_microseconds") {
            let time = table.integer(
                "exposure_microseconds", in: 0...1_000_000, default: 0,
                unit: "microseconds (0: automatic)")
            source.exposure = time == 0 ? .automatic : .microseconds(time)
        } else {
            _ = table.value("exposure_microseconds")
        }
        for entry in table.tables("zones", countMax: DetectorSettings.zoneCountMax) {
            let zone = Zone(name: entry.word("name"), polygon: entry.polygon("polygon"))
            if !zone.name.isEmpty, detectors.zones.contains(where: { $0.name == zone.name }),
                let value = entry.value("name")
            {
                entry.refuse(value, "name", allowed: "a name that no other zone here has")
            }
            detectors.zones.append(zone)
            readLimit(entry)
            if let hours = entry.openHours("open") {
                policy.zoneHours.append(
                    IncidentPolicy.ZoneHours(zone: UInt8(detectors.zones.count), openHours: hours))
            }
            entry.finish()
        }
        readPeople(table)
        if let rules = table.table("rule") { policy.readRules(rules) }
        let masks =
            table.array(
                "privacy_masks", countMax: DetectorSettings.privacyMaskCountMax, of: "polygons")
            ?? []
        for (index, value) in masks.enumerated() {
            if let mask = table.polygon(value, "privacy_masks[\(index + 1)]") {
                detectors.privacyMasks.append(mask)
            }
        }
        table.finish()
    }
}

extension CameraSection {
    /// Of the zone that was read last.
    private mutating func readLimit(_ entry: TableReader) {
        let capacity = entry.integer("capacity", in: 0...10_000, default: 0, unit: "people")
        let area = entry.integer(
            "square_metres", in: 0...10_000, default: 0, unit: "square metres of floor")
        guard capacity > 0 || area > 0 else { return }
        detectors.people.zoneLimits.append(
            PeopleSettings.ZoneLimit(
                zone: UInt8(detectors.zones.count), capacity: capacity > 0 ? capacity : nil,
                areaSquareDecimetres: area > 0 ? area * 100 : nil))
    }

    private mutating func readPeople(_ table: TableReader) {
        guard let people = table.table("people") else { return }
        detectors.people.read(people)
        ground = people.ground("ground")
        if let ground, let value = people.value("ground") {
            do throws(GroundPlane.Fault) {
                detectors.people.groundPlane = try ground.plane(
                    width: source.width, height: source.height)
            } catch {
                people.refuse(value, "ground", allowed: "a floor that can be computed: \(error)")
            }
        }
        people.finish()
    }
}

extension CameraSettings.PowerLine {
    /// As it stands in the file; 0 for no filter.
    var hertz: Int64 {
        switch self {
        case .off: 0
        case .hertz50: 50
        case .hertz60: 60
        }
    }
}

extension TableReader {
    /// A zone's own hours; nil where it follows the venue's.
    fileprivate func openHours(_ key: String) -> OpenHours? {
        guard let value = value(key) else { return nil }
        switch value.content {
        case .string("never"): return .never
        case .array(let spans) where !spans.isEmpty:
            return OpenHours(schedule: weekSchedule(key))
        default:
            refuse(
                value, key,
                allowed: "\"never\", or a list of {days = […], from = \"HH:MM\", to = \"HH:MM\"}")
            return nil
        }
    }

    /// A name of letters, digits, `-` and `_`, for it stands in file names and commands.
    func word(_ key: String) -> String {
        let allowed = "1 to 32 letters a–z, digits, - and _"
        guard let value = value(key) else {
            missing(key, allowed: allowed)
            return ""
        }
        guard case .string(let text) = value.content, (1...32).contains(text.utf8.count),
            text.utf8.allSatisfy({ byte in
                switch byte {
                case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "0")...UInt8(ascii: "9"),
                    UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "-"), UInt8(ascii: "_"):
                    return true
                default: return false
                }
            })
        else {
            refuse(value, key, allowed: allowed)
            return ""
        }
        return text
    }

    /// The polygon under `key`, which must be there.
    fileprivate func polygon(_ key: String) -> Polygon {
        guard let value = value(key) else {
            missing(key, allowed: TableReader.polygonAllowed)
            return Polygon(corners: [])
        }
        return polygon(value, key) ?? Polygon(corners: [])
    }

    private static let polygonAllowed =
        "3 to \(Polygon.cornerCountMax) corners [x, y] around an area, each 0 to 1000 per mille"
        + " of the picture's width and height"

    fileprivate func polygon(_ value: TOMLValue, _ key: String) -> Polygon? {
        guard case .array(let elements) = value.content,
            (3...Polygon.cornerCountMax).contains(elements.count)
        else {
            refuse(value, key, allowed: TableReader.polygonAllowed)
            return nil
        }
        var corners: [Polygon.Corner] = []
        for (index, element) in elements.enumerated() {
            guard case .array(let pair) = element.content, pair.count == 2,
                let x = pair[0].perMille, let y = pair[1].perMille
            else {
                let shown = element.pairExcerpt
                problems.add(
                    "allowed: a corner [x, y], each 0 to 1000 per mille",
                    key: path("\(key)[\(index + 1)]"), value: shown, line: element.line,
                    column: element.column)
                return nil
            }
            corners.append(Polygon.Corner(x: x, y: y))
        }
        guard twiceArea(corners) != 0 else {
            refuse(value, key, allowed: TableReader.polygonAllowed)
            return nil
        }
        return Polygon(corners: corners)
    }

    /// Twice the signed area, by the shoelace formula; at most 2 · 64 · 10⁶.
    private func twiceArea(_ corners: [Polygon.Corner]) -> Int {
        var sum = 0
        for (index, corner) in corners.enumerated() {
            let next = corners[(index + 1) % corners.count]
            sum += Int(corner.x) * Int(next.y) - Int(next.x) * Int(corner.y)
        }
        return sum
    }
}

extension TOMLValue {
    fileprivate var perMille: UInt16? {
        guard case .integer(let number) = content, (0...1000).contains(number) else { return nil }
        return UInt16(number)
    }

    fileprivate var pairExcerpt: String {
        guard case .array(let pair) = content, pair.count == 2 else { return excerpt }
        return "[\(pair[0].excerpt), \(pair[1].excerpt)]"
    }
}
