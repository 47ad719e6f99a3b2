import Configuration
import Detectors
import Frames

/// What a camera is to be told of people, before anybody agreed to it.
struct CalibrationDraft: Hashable {
    struct DraftZone: Hashable {
        var name: String
        var polygon: Polygon
        /// 0 where any number may be there.
        var capacity = 0
        /// 0 where nobody measured it.
        var squareMetres = 0
    }

    var zones: [DraftZone]
    var lines: [PeopleSettings.Line]
    var ground: GroundMeasure?
    var furniture: [Region]

    init(_ camera: CameraSection) {
        let people = camera.detectors.people
        zones = camera.detectors.zones.enumerated().map { index, zone in
            let limit = people.zoneLimits.last { Int($0.zone) == index + 1 }
            return DraftZone(
                name: zone.name, polygon: zone.polygon, capacity: limit?.capacity ?? 0,
                squareMetres: (limit?.areaSquareDecimetres ?? 0) / 100)
        }
        lines = people.lines
        ground = camera.ground
        furniture = people.furniture
    }

    /// Where a new entry of this name goes: one that was taken away goes back to where it stood, for
    /// there its text still is, and others behind all.
    static func place(of name: String, among names: [String], of original: [String]) -> Int {
        guard let old = original.firstIndex(of: name) else { return names.count }
        return names.firstIndex { (original.firstIndex(of: $0) ?? .max) > old } ?? names.count
    }

    /// The configuration with this draft in it, and nothing else of it touched.
    ///
    /// - Parameters:
    ///   - old: what stands in `text` for the camera.
    ///   - camera: its place among the cameras.
    func written(
        over old: CalibrationDraft, in text: [UInt8], camera: Int
    ) throws(TOMLSource.Fault) -> [UInt8] {
        var edit = TOMLEdit(text, camera: camera)
        if zones != old.zones {
            try edit.setList(
                ["zones"], from: old.zones.map(Self.entry), to: zones.map(Self.entry))
        }
        if lines != old.lines {
            try edit.setList(
                ["people", "lines"], from: old.lines.map(Self.entry), to: lines.map(Self.entry))
        }
        if ground != old.ground, let ground {
            try edit.set(["people", "ground"], ground.tomlText)
        }
        if furniture != old.furniture {
            try edit.set(["people", "furniture"], furnitureText)
        }
        return edit.bytes
    }

    /// What differs, as it would stand below `[[camera]]`: to be copied by hand.
    func text(over old: CalibrationDraft) -> String {
        func list(_ entries: [TOMLEdit.Entry]) -> String {
            "[" + entries.map(\.text).joined(separator: ", ") + "]"
        }
        var lines: [String] = []
        if zones != old.zones { lines.append("zones = " + list(zones.map(Self.entry))) }
        if self.lines != old.lines {
            lines.append("people.lines = " + list(self.lines.map(Self.entry)))
        }
        if ground != old.ground, let ground { lines.append("people.ground = " + ground.tomlText) }
        if furniture != old.furniture { lines.append("people.furniture = " + furnitureText) }
        return lines.joined(separator: "\n")
    }

    private var furnitureText: String {
        let places = furniture.map { "[\($0.x), \($0.y), \($0.width), \($0.height)]" }
        return "[\(places.joined(separator: ", "))]"
    }

    /// What differs, in words; empty where nothing does.
    func changes(from old: CalibrationDraft) -> String {
        var words: [String] = []
        if zones != old.zones { words.append("zones") }
        if lines != old.lines { words.append("lines") }
        if ground != old.ground { words.append("ground") }
        if furniture != old.furniture { words.append("furniture") }
        return words.joined(separator: ", ")
    }

    private static func entry(_ zone: DraftZone) -> TOMLEdit.Entry {
        let corners = zone.polygon.corners.map { "[\($0.x), \($0.y)]" }
        var pairs = [
            TOMLEdit.Entry.Pair(key: "name", value: "\"\(zone.name)\""),
            TOMLEdit.Entry.Pair(
                key: "polygon", value: "[\(corners.joined(separator: ", "))]")
        ]
        if zone.capacity > 0 { pairs.append(.init(key: "capacity", value: "\(zone.capacity)")) }
        if zone.squareMetres > 0 {
            pairs.append(.init(key: "square_metres", value: "\(zone.squareMetres)"))
        }
        return TOMLEdit.Entry(name: zone.name, pairs: pairs)
    }

    private static func entry(_ line: PeopleSettings.Line) -> TOMLEdit.Entry {
        TOMLEdit.Entry(
            name: line.name,
            pairs: [
                .init(key: "name", value: "\"\(line.name)\""),
                .init(key: "from", value: "[\(line.from.x), \(line.from.y)]"),
                .init(key: "to", value: "[\(line.to.x), \(line.to.y)]"),
                .init(key: "alarm", value: "\"\(line.alarm.configurationName)\"")
            ])
    }
}
