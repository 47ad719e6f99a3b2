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
        device = table.string(
            "device", default: fallback,
            allowed: "a path such as /dev/v4l/by-path/…, or the camera's own name")
        width = table.integer("width", in: 64...4096, default: width, unit: "pixels")
        height = table.integer("height", in: 48...4096, default: height, unit: "pixels")
        framesPerSecond = table.integer(
            "frames_per_second", in: 2...60, default: framesPerSecond, unit: "frames")
        if let value = table.value("power_line_hertz") {
            if case .integer(let number) = value.content, let whole = Int(exactly: number),
                let known = PowerLine(rawValue: whole)
            {
                powerLine = known
            } else {
                table.refuse(value, "power_line_hertz", allowed: "50, 60, or 0 for no filter")
            }
        }
        if table.has("exposure_microseconds") {
            let time = table.integer(
                "exposure_microseconds", in: 0...1_000_000, default: 0,
                unit: "microseconds (0: automatic)")
            exposure = time == 0 ? .automatic : .microseconds(time)
        } else {
            _ = table.value("exposure_microseconds")
        }
        for entry in table.tables("zones", countMax: DetectorSettings.zoneCountMax) {
            let zone = Zone(name: entry.word("name"), polygon: entry.polygon("polygon"))
            if !zone.name.isEmpty, zones.contains(where: { $0.name == zone.name }),
                let value = entry.value("name")
            {
                entry.refuse(value, "name", allowed: "a name that no other zone here has")
            }
            zones.append(zone)
            if let hours = entry.openHours("open") {
                policy.zoneHours.append(
                    IncidentPolicy.ZoneHours(zone: UInt8(zones.count), openHours: hours))
            }
            entry.finish()
        }
        if let rules = table.table("rule") { policy.readRules(rules) }
        let masks =
            table.array(
                "privacy_masks", countMax: DetectorSettings.privacyMaskCountMax, of: "polygons")
            ?? []
        for (index, value) in masks.enumerated() {
            if let mask = table.polygon(value, "privacy_masks[\(index + 1)]") {
                privacyMasks.append(mask)
            }
        }
        table.finish()
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
