import Detectors
import Frames

extension GroundMeasure {
    /// As it stands in the file.
    package var tomlText: String {
        switch self {
        case .figures(let near, let far): return "{near = \(text(near)), far = \(text(far))}"
        case .marks(let marks):
            let list = marks.map { "{at = \(place($0.place)), floor = [\($0.x), \($0.y)]}" }
            return "{marks = [" + list.joined(separator: ", ") + "]}"
        }
    }

    private func text(_ figure: GroundPlane.Figure) -> String {
        "{feet = \(figure.footRow), height = \(figure.height), "
            + "millimetres = \(figure.millimetres)}"
    }
}

private func place(_ corner: Polygon.Corner) -> String { "[\(corner.x), \(corner.y)]" }

extension TOMLPage {
    mutating func write(_ people: PeopleSettings, ground: GroundMeasure?) {
        header("[camera.people]")
        note("venue = \"bar\" takes what is usual in a bar, and so do club, market, mall and park;")
        note("what stands below goes before it.")
        note("How many may be in the picture (0: any number); zones may say so too: capacity = 60.")
        pair("capacity", people.zoneLimits.last { $0.zone == 0 }?.capacity ?? 0)
        pair("occupancy_seconds", people.occupancyDwell)
        note("People who come together and stay: so many, of whom so many came lately (half of")
        note("them, if left out), for so long. 0: never told.")
        pair("gathering_size", people.gathering?.sizeMin ?? 0)
        if let gathering = people.gathering { pair("gathering_growth", gathering.growthMin) }
        pair("gathering_seconds", people.gathering?.dwell ?? .seconds(60))
        note("Where the floor was measured: how many on ten square metres are too many.")
        pair("people_per_10_square_metres_max", people.densityMax ?? 0)
        pair("density_seconds", people.densityDwell)
        note("So many who run away at once. 0: never told.")
        pair("dispersal_size", people.dispersalMin ?? 0)
        note("Somebody who lies on the floor for so long: who stood before, and who was found so.")
        pair("lying_seconds", people.lying?.dwell ?? .zero)
        pair("lying_found_seconds", people.lying?.appearedDwell ?? .zero)
        note("What has not moved for so long is furniture, and not counted. 0: nothing is.")
        pair("furniture_minutes", Int((people.furnitureAfter ?? .zero).milliseconds / 60_000))
        note("What was shown by hand to be none: boxes [x, y, width, height] (`kuzet calibrate`).")
        if people.furniture.isEmpty {
            example("furniture = [[420, 300, 60, 240]]")
        } else {
            let places = people.furniture.map {
                "[\($0.x), \($0.y), \($0.width), \($0.height)]"
            }
            pair("furniture", "[" + places.joined(separator: ", ") + "]")
        }
        note("Lines that are counted: seen from one end to the other, whoever walks from left to")
        note("right goes in. alarm: none, in, out, both.")
        if people.lines.isEmpty {
            example("lines = [{name = \"door\", from = [300, 900], to = [700, 900]}]")
        } else {
            let lines = people.lines.map { line in
                "{name = \(tomlText(line.name)), from = \(place(line.from)), "
                    + "to = \(place(line.to)), alarm = \"\(line.alarm.configurationName)\"}"
            }
            pair("lines", "[" + lines.joined(separator: ", ") + "]")
        }
        note("The floor: two people who stood near and far, feet and height in thousandths of the")
        note("picture's height; or four points, on the floor in millimetres from one of them:")
        note("ground = {marks = [{at = [100, 900], floor = [0, 0]}, …]}")
        switch ground {
        case nil:
            example(
                "ground = {near = {feet = 950, height = 600}, far = {feet = 400, height = 150}}")
        case let ground?: pair("ground", ground.tomlText)
        }
    }

    private mutating func pair(_ key: String, _ seconds: Interval) {
        pair(key, Int(seconds.milliseconds / 1_000))
    }
}
