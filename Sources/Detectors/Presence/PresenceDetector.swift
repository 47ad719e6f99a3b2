import Frames

/// Somebody, or something of a person's size, in a zone.
///
/// What does not belong to the learned scene is gathered into regions; a region that is too small
/// or too flat for a person is left out, and so is one that a network would know for a person and
/// does not: a curtain, a cat before the lens, headlights on a wall. What is smaller than networks
/// see well counts without them. Zone 0 is judged only where no zones are configured.
final class PresenceDetector {
    private let components: ConnectedComponents
    private var evidence: [Evidence]
    private(set) var score = Q15.zero

    /// Of 19 200 pixels. Somebody at the far end of a hall is 6 × 14; a cat or a bag is less.
    static let areaMin = 24
    private static let areaRamp = Ramp(none: areaMin, half: 60, full: 300)
    private static let heightMin = CellGrid.height * 7 / 100
    private static let widthMin = 3
    /// From this height on a network knows people for people.
    private static let knownHeightMin = CellGrid.height * 20 / 100
    private static let needed = Interval.milliseconds(200)

    init(zoneCount: Int) {
        components = ConnectedComponents(
            width: CellGrid.width, height: CellGrid.height, componentCountMax: 64,
            labelCountMax: 4_800)
        evidence = Array(repeating: Evidence(), count: max(zoneCount, 1))
    }

    /// - Parameters:
    ///   - isTrusted: the camera sees, and the light is steady.
    ///   - people: where a network saw people just now; nil where none looked.
    func update(
        _ foreground: PlaneView, map: ZoneMap, isTrusted: Bool, people: [PersonBox]? = nil,
        clock: FrameClock, into sightings: inout [Sighting]
    ) {
        score = .zero
        if clock.hasJumped {
            for index in evidence.indices {
                evidence[index].forget()
            }
        }
        guard isTrusted else {
            for index in evidence.indices {
                evidence[index].update(.zero, elapsed: clock.elapsed, needed: Self.needed)
            }
            return
        }
        components.find(in: foreground, areaMin: Self.areaMin)
        if map.zones.isEmpty {
            judge(map.whole, at: 0, foreground, people, clock, &sightings)
        } else {
            for index in map.zones.indices {
                judge(map.zones[index], at: index, foreground, people, clock, &sightings)
            }
        }
    }

    private func judge(
        _ area: ZoneMap.Area, at index: Int, _ foreground: PlaneView, _ people: [PersonBox]?,
        _ clock: FrameClock, _ sightings: inout [Sighting]
    ) {
        var (most, bounds) = (0, Rectangle(x: 0, y: 0, width: 0, height: 0))
        for component in components.found {
            let box = component.bounds
            guard box.height >= Self.heightMin, box.width >= Self.widthMin else { continue }
            if let people, box.height >= Self.knownHeightMin, !Self.isPerson(box, people) {
                continue
            }
            let inside =
                area.number == 0 && area.pixelCount == CellGrid.width * CellGrid.height
                ? component.area : Self.count(foreground, area.pixels.view, in: box)
            if inside > most { (most, bounds) = (inside, box) }
        }
        let score = Self.areaRamp(most)
        self.score = max(self.score, score)
        evidence[index].update(score, elapsed: clock.elapsed, needed: Self.needed)
        guard evidence[index].isShown else { return }
        sightings.append(
            Sighting(
                kind: .presence, zone: area.number, score: score,
                region: Region(bounds, inWidth: CellGrid.width, height: CellGrid.height)))
    }

    /// Whether somebody's box and a region share a fifth of the smaller of the two.
    private static func isPerson(_ box: Rectangle, _ people: [PersonBox]) -> Bool {
        for someone in people {
            let person = someone.region.rectangle(
                inWidth: CellGrid.width, height: CellGrid.height)
            let across =
                min(box.x + box.width, person.x + person.width) - max(box.x, person.x)
            let down = min(box.y + box.height, person.y + person.height) - max(box.y, person.y)
            guard across > 0, down > 0 else { continue }
            if across * down * 5 >= min(box.area, person.area) { return true }
        }
        return false
    }

    /// Foreground pixels of a box that lie in the zone.
    private static func count(_ mask: PlaneView, _ zone: PlaneView, in box: Rectangle) -> Int {
        var count = 0
        for y in box.y..<box.y + box.height {
            let (row, inside) = (mask.row(y), zone.row(y))
            for x in box.x..<box.x + box.width {
                count += row[x] & inside[x] == 0 ? 0 : 1
            }
        }
        return count
    }
}
