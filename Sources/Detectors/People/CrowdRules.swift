import Frames

/// Too many people in a zone, or too many on its floor, for a while.
struct CrowdRules: Sendable {
    private let settings: PeopleSettings
    private var full: [Evidence]
    private var dense: [Evidence]

    /// Of the first number that is too many; per mille. One fewer is no sighting, but in a large
    /// hall one who goes out for a moment does not end one.
    private static let fullRamp = Ramp(none: 900, half: 1_000, full: 1_250)
    /// Of the limit; per mille.
    private static let denseRamp = Ramp(none: 700, half: 1_000, full: 1_500)
    /// Three people in a doorway are no crowd, however small it is.
    private static let denseCountMin = 4

    init(_ settings: PeopleSettings, zoneCount: Int) {
        self.settings = settings
        full = Array(repeating: Evidence(), count: zoneCount)
        dense = full
    }

    mutating func forget() {
        for index in full.indices {
            full[index].forget()
            dense[index].forget()
        }
    }

    mutating func update(
        _ elapsed: Interval, _ zone: PeopleZone, at index: Int, count: Int,
        into sightings: inout [Sighting]
    ) {
        if let capacity = zone.capacity {
            let score = Self.fullRamp(count * 1000 / max(capacity + 1, 1))
            full[index].update(score, elapsed: elapsed, needed: settings.occupancyDwell)
            if full[index].isShown {
                append(.occupancy, zone, score, .count(count, from: capacity + 1), &sightings)
            }
        }
        if let area = zone.area, area > 0, let most = settings.densityMax {
            let onTen = count * 1000 / area
            let score =
                count >= Self.denseCountMin ? Self.denseRamp(onTen * 1000 / max(most, 1)) : .zero
            dense[index].update(score, elapsed: elapsed, needed: settings.densityDwell)
            if dense[index].isShown {
                // Cannot overflow, whatever the settings say: below 2⁶⁰.
                let (most, area) = (min(max(most, 1), 1 << 20), min(area, 1 << 40))
                let least = max((most * area + 999) / 1000, Self.denseCountMin)
                append(.dense, zone, score, .count(count, from: least), &sightings)
            }
        }
    }

    private func append(
        _ kind: Sighting.Kind, _ zone: PeopleZone, _ score: Q15, _ measure: Measure,
        _ sightings: inout [Sighting]
    ) {
        sightings.append(
            Sighting(
                kind: kind, zone: zone.number, score: score, region: zone.region,
                measure: measure))
    }
}
