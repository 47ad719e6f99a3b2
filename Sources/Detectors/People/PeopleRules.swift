import Frames

/// What people do, judged over time: each rule looks when there is a look, and counts its evidence
/// at every frame.
struct PeopleRules: Sendable {
    private let ground: Ground
    private var pasts: [PersonPast]
    private var crowds: CrowdRules
    private var gathering: GatheringRule
    private var dispersal: DispersalRule
    private var lying: LyingRule
    private(set) var lines: LineRule

    init(_ settings: PeopleSettings, zones: [PeopleZone], shape: PictureShape) {
        ground = Ground(shape: shape, plane: settings.groundPlane)
        pasts = Array(repeating: PersonPast(), count: Tracker.trackCountMax)
        crowds = CrowdRules(settings, zoneCount: zones.count)
        gathering = GatheringRule(settings.gathering)
        dispersal = DispersalRule(least: settings.dispersalMin)
        lying = LyingRule(settings.lying)
        lines = LineRule(settings, shape: shape)
    }

    /// After a jump nothing that was counted before holds; the totals of lines do.
    mutating func forget() {
        for slot in pasts.indices { pasts[slot] = PersonPast() }
        crowds.forget()
        gathering.forget()
        dispersal.forget()
        lying.forget()
        lines.forget()
    }

    mutating func look(
        _ tracks: [Track], takenAt: Instant, elapsed: Interval, zones: [PeopleZone]
    ) {
        for slot in tracks.indices {
            pasts[slot].look(tracks[slot], takenAt: takenAt, elapsed: elapsed, ground: ground)
        }
        let look = PeopleLook(
            tracks: tracks, pasts: pasts, takenAt: takenAt, elapsed: elapsed, ground: ground)
        gathering.look(look)
        dispersal.look(look)
        lying.look(look)
        lines.look(look)
    }

    /// - Parameter count: of people in the zone at a position of `zones`.
    mutating func update(
        _ elapsed: Interval, zones: [PeopleZone], count: (Int) -> Int,
        into sightings: inout [Sighting]
    ) {
        for index in zones.indices {
            crowds.update(
                elapsed, zones[index], at: index, count: count(index), into: &sightings)
        }
        let shape = ground.shape
        gathering.update(elapsed, zones: zones, shape: shape, into: &sightings)
        dispersal.update(elapsed, zones: zones, shape: shape, into: &sightings)
        lying.update(elapsed, zones: zones, shape: shape, into: &sightings)
        lines.update(elapsed, zones: zones, shape: shape, into: &sightings)
    }
}
