import Camera
import Configuration
import Detectors
import Incidents
import Station

/// What a configuration that was read anew changes of the one in force: what holds at once, and
/// what holds from the next start on. Whatever differs stands in one of the two lists.
///
/// Cameras are the same where they have the same name. What the detectors watch, and everything
/// the station decides by, holds at once; devices, lines, disks and destinations are taken when
/// the appliance starts.
struct Reload {
    /// What is in force from now on: the old configuration in whatever needs a start.
    private(set) var running: Settings
    /// Cameras whose detectors are told something else, by their places in `running`.
    private(set) var detectors: [(camera: Int, settings: DetectorSettings)] = []
    /// nil where it stays as it is.
    private(set) var clip: ClipPolicy?
    /// Names of what holds at once, …
    private(set) var applied: [String] = []
    /// … and of what holds from the next start on.
    private(set) var later: [String] = []

    init(from old: Settings, to new: Settings) {
        running = old
        for (index, camera) in old.cameras.enumerated() {
            guard let place = new.cameras.firstIndex(where: { $0.name == camera.name }) else {
                later.append("camera \(camera.name) is not there any more")
                continue
            }
            apply(new.cameras[place], new.station.cameras[place].incidents, to: index)
        }
        for camera in new.cameras where !old.cameras.contains(where: { $0.name == camera.name }) {
            later.append("camera \(camera.name) is new")
        }
        let names = old.cameras.map(\.name)
        let common = new.cameras.map(\.name).filter(names.contains)
        if common != names.filter(common.contains) { later.append("the order of the cameras") }
        apply(new.station)
        nameTheRest(old, new)
    }

    /// For the record and the journal; empty where nothing changed.
    var words: String {
        [("holds now", applied), ("from the next start on", later)]
            .filter { !$0.1.isEmpty }
            .map { "\($0.0): \($0.1.joined(separator: ", "))" }
            .joined(separator: "; ")
    }

    private mutating func apply(
        _ new: CameraSection, _ incidents: IncidentPolicy, to index: Int
    ) {
        let old = running.cameras[index]
        let oldIncidents = running.station.cameras[index].incidents
        func say(_ keys: [(name: String, isOther: Bool)], in list: inout [String]) {
            let names = keys.filter(\.isOther).map(\.name)
            guard !names.isEmpty else { return }
            list.append("camera \(old.name) (\(names.joined(separator: ", ")))")
        }
        say(
            [
                (
                    "zones",
                    old.detectors.zones != new.detectors.zones
                        || oldIncidents.zoneHours != incidents.zoneHours
                ),
                ("people", old.detectors.people != new.detectors.people),
                ("privacy_masks", old.detectors.privacyMasks != new.detectors.privacyMasks),
                ("rule", Self.haveOtherRules(oldIncidents, incidents))
            ], in: &applied)
        running.station.cameras[index].incidents = incidents
        var known = old
        known.detectors = new.detectors
        known.ground = new.ground
        running.cameras[index] = known
        if known.detectors != old.detectors {
            detectors.append((index, known.detectors))
        }
        say(
            [
                ("device", known.source.device != new.source.device),
                ("width", known.source.width != new.source.width),
                ("height", known.source.height != new.source.height),
                ("frames_per_second", known.source.framesPerSecond != new.source.framesPerSecond),
                ("power_line_hertz", known.source.powerLine != new.source.powerLine),
                ("exposure_microseconds", known.source.exposure != new.source.exposure)
            ], in: &later)
        known.source = new.source
        say([("other settings", known != new)], in: &later)
    }

    /// All of it holds at once.
    private mutating func apply(_ new: StationPolicy) {
        let old = running.station
        let alarm =
            old.panicHold != new.panicHold || old.decisionTimeout != new.decisionTimeout
            || old.uplinkLostAfter != new.uplinkLostAfter
            || old.acknowledgeWithin != new.acknowledgeWithin
            || old.escalationSounds != new.escalationSounds
            || old.openHours.isOpenWhileClockUnset != new.openHours.isOpenWhileClockUnset
        let sections = [
            ("[siren]", old.siren != new.siren), ("[lamps]", old.lamps != new.lamps),
            ("[clip]", old.clip != new.clip), ("[alarm]", alarm),
            ("[response]", Incident.Kind.allCases.contains { old[$0] != new[$0] }),
            ("[[schedule]]", old.openHours.schedule != new.openHours.schedule),
            ("board.temperature_celsius_max", old.celsiusMax != new.celsiusMax)
        ]
        applied += sections.filter(\.1).map(\.0)
        if old.clip != new.clip { clip = new.clip }
        let cameras = running.station.cameras
        running.station = new
        running.station.cameras = cameras
    }

    private mutating func nameTheRest(_ old: Settings, _ new: Settings) {
        running.board.temperatureCelsiusMax = new.board.temperatureCelsiusMax
        later += [
            ("name", old.name != new.name), ("[board]", running.board != new.board),
            ("[models]", old.models != new.models),
            ("[watchlist]", old.authorities != new.authorities),
            ("[lines]", old.lines != new.lines),
            ("[store]", old.store != new.store)
        ].filter(\.1).map(\.0)
        for destination in new.destinations where !old.destinations.contains(destination) {
            later.append("destination \(destination.name)")
        }
        for destination in old.destinations
        where !new.destinations.contains(where: { $0.name == destination.name }) {
            later.append("destination \(destination.name) is not there any more")
        }
        let (names, others) = (old.destinations.map(\.name), new.destinations.map(\.name))
        if names != others, Set(names) == Set(others) {
            later.append("the order of the destinations")
        }
    }

    private static func haveOtherRules(_ old: IncidentPolicy, _ new: IncidentPolicy) -> Bool {
        Sighting.Kind.allCases.contains { old[$0] != new[$0] } || old.openHours != new.openHours
    }
}
