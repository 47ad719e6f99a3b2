import Detectors
import Frames

// Zones and lines.
extension CalibrationSession {
    func editZone() throws {
        let name = try dialogue.ask("zone: name") {
            try unlike(draft.lines.map(\.name), "line", draft.zones.map(\.name), "zone", $0)
        }
        let place = draft.zones.firstIndex { $0.name == name }
        guard place != nil || draft.zones.count < DetectorSettings.zoneCountMax else {
            throw Unusable(
                "zone \(name): \(draft.zones.count) zones are there: allowed: "
                    + "\(DetectorSettings.zoneCountMax)")
        }
        let old = place.map { draft.zones[$0] }
        let polygon = try dialogue.ask(
            "zone \(name): corners, x,y x,y x,y … around it" + kept(old != nil)
        ) { text in
            if text.isEmpty, let old { return old.polygon }
            return try CalibrationAnswers.polygon(text, of: "zone \(name)")
        }
        let capacity = try number(
            "zone \(name): people at most, 0: any number", old?.capacity ?? 0, 0...10_000,
            "people")
        let area = try number(
            "zone \(name): square metres, 0: the ground tells",
            old?.squareMetres ?? 0, 0...10_000, "square metres")
        let zone = CalibrationDraft.DraftZone(
            name: name, polygon: polygon, capacity: capacity, squareMetres: area)
        let position =
            place
            ?? CalibrationDraft.place(
                of: name, among: draft.zones.map(\.name), of: original.zones.map(\.name))
        if place != nil { draft.zones.remove(at: position) }
        draft.zones.insert(zone, at: position)
        drawPicture()
        let measured = plane()?.squareDecimetres(of: polygon)
        dialogue.say(
            "zone \(name) is zone \(position + 1)"
                + (measured.map { "; by the ground it has \(($0 + 50) / 100) m²" } ?? ""))
    }

    func editLine() throws {
        let name = try dialogue.ask("line: name") {
            try unlike(draft.zones.map(\.name), "zone", draft.lines.map(\.name), "line", $0)
        }
        let place = draft.lines.firstIndex { $0.name == name }
        guard place != nil || draft.lines.count < PeopleSettings.lineCountMax else {
            throw Unusable(
                "line \(name): \(draft.lines.count) lines are there: allowed: "
                    + "\(PeopleSettings.lineCountMax)")
        }
        let old = place.map { draft.lines[$0] }
        let (from, to) = try ends(of: name, old)
        var line = PeopleSettings.Line(name: name, from: from, to: to, alarm: old?.alarm ?? .none)
        let isRight = try dialogue.ask(
            "line \(name): who goes in walks \(CalibrationPicture.way(line))? [Y/n]"
        ) { text in try text.isEmpty || CalibrationAnswers.yes(text) }
        if !isRight { (line.from, line.to) = (to, from) }
        let names = PeopleSettings.Line.Alarm.all.map(\.configurationName)
        line.alarm = try dialogue.ask(
            "line \(name): alarm, \(names.joined(separator: ", ")) "
                + "[\(line.alarm.configurationName)]"
        ) { text in
            if text.isEmpty { return line.alarm }
            guard let at = names.firstIndex(of: text) else {
                throw Unusable(
                    "line \(name): alarm: \(CalibrationAnswers.shown(text)): allowed: "
                        + names.joined(separator: ", "))
            }
            return PeopleSettings.Line.Alarm.all[at]
        }
        if let place {
            draft.lines[place] = line
        } else {
            draft.lines.insert(
                line,
                at: CalibrationDraft.place(
                    of: name, among: draft.lines.map(\.name), of: original.lines.map(\.name)))
        }
        drawPicture()
        dialogue.say("line \(name): in: \(CalibrationPicture.way(line))")
    }

    /// A new name that no other kind of thing has: what is told of a "door" is told of one of them.
    private func unlike(
        _ others: [String], _ otherKind: String, _ known: [String], _ kind: String, _ text: String
    ) throws -> String {
        let name = try CalibrationAnswers.name(text, of: kind)
        guard known.contains(name) || !others.contains(name) else {
            throw Unusable(
                "\(kind): name: \(CalibrationAnswers.shown(name)): allowed: a name that no "
                    + "\(otherKind) here has")
        }
        return name
    }

    private func ends(
        of name: String, _ old: PeopleSettings.Line?
    ) throws -> (Polygon.Corner, Polygon.Corner) {
        try dialogue.ask("line \(name): from x,y to x,y" + kept(old != nil)) { text in
            if text.isEmpty, let old { return (old.from, old.to) }
            let words = text.split(separator: " ").filter { $0 != "to" }
            guard words.count == 2 else {
                throw Unusable("line \(name): \(words.count) places: allowed: two, x,y x,y")
            }
            let from = try CalibrationAnswers.place(String(words[0]), of: "line \(name): from")
            let to = try CalibrationAnswers.place(String(words[1]), of: "line \(name): to")
            guard abs(Int(from.x) - Int(to.x)) + abs(Int(from.y) - Int(to.y)) >= 20 else {
                throw Unusable(
                    "line \(name): from \(from.x),\(from.y) to \(to.x),\(to.y): allowed: ends "
                        + "that are at least 20 thousandths apart")
            }
            return (from, to)
        }
    }

    private func number(
        _ question: String, _ old: Int, _ range: ClosedRange<Int>, _ unit: String
    ) throws -> Int {
        try dialogue.ask("\(question) [\(old)]") { text in
            try text.isEmpty
                ? old : CalibrationAnswers.number(text, of: question, in: range, unit)
        }
    }

    private func kept(_ isThere: Bool) -> String { isThere ? " [as it is]" : "" }
}
