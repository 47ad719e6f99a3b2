import Detectors
import Frames
import Incidents
import Station

/// What is remembered of one run for its report: scores, lamps and incidents over time.
struct Evening {
    struct Score {
        var at: Instant
        var kind: Sighting.Kind
        var score: Q15
    }

    struct Switch {
        var at: Instant
        var output: Output
        var isOn: Bool
    }

    /// How many there were in a zone at a look.
    struct Counted: Hashable {
        var at: Instant
        var count: PeopleCount
    }

    struct Entry {
        var incident: Incident
        var zoneName: String
    }

    var title: String
    var start: Instant = .zero
    var end: Instant = .zero
    var zoneNames: [String] = []
    private(set) var scores: [Score] = []
    private(set) var switches: [Switch] = []
    private(set) var entries: [Entry] = []
    /// Pictures by incident.
    private(set) var shots: [UInt32: Shot] = [:]
    /// Pictures at even times.
    var strip = Strip()
    /// By zone, 0 the whole picture; those in order of time.
    private(set) var counted: [UInt8: [Counted]] = [:]
    /// How many may be in a zone.
    var capacities: [UInt8: Int] = [:]
    var counts = FrameCounts()
    /// Lines of text under the heading: where things are, the digest.
    var facts: [(name: String, value: String)] = []

    /// Eight hours at ten frames a second with two kinds seen; later scores are left out.
    static let scoreCountMax = 600_000

    /// Eight hours of five looks a second; later ones are left out.
    static let countedMax = 144_000

    init(title: String) {
        self.title = title
    }

    mutating func saw(_ sightings: [Sighting], at time: Instant) {
        end = max(end, time)
        guard scores.count + sightings.count <= Evening.scoreCountMax else { return }
        for sighting in sightings {
            scores.append(Score(at: time, kind: sighting.kind, score: sighting.score))
        }
    }

    /// As `saw(_:at:)`, but of a detector that scores over time every score, sighting or not, under
    /// the first of its kinds: the others, as aggression is to a fight, are bands of that one score.
    mutating func saw(_ sightings: [Sighting], scores new: NewScores, at time: Instant) {
        if entries.isEmpty, scores.isEmpty, end == .zero { start = time }
        saw(sightings.filter { !Self.isScored($0.kind) }, at: time)
        for detector in Detector.allCases {
            guard let score = new[detector], scores.count < Evening.scoreCountMax,
                let kind = Sighting.Kind.allCases.first(where: {
                    Incident.Kind($0).row.detector == detector
                })
            else { continue }
            scores.append(Score(at: time, kind: kind, score: score))
        }
    }

    private static func isScored(_ kind: Sighting.Kind) -> Bool {
        Incident.Kind(kind).row.detector?.scoresOverTime ?? false
    }

    mutating func drove(_ output: Output, on isOn: Bool, at time: Instant) {
        end = max(end, time)
        switches.append(Switch(at: time, output: output, isOn: isOn))
    }

    /// Opened, grew or closed: the newest state stands.
    mutating func changed(_ incident: Incident) {
        if let index = entries.firstIndex(where: { $0.incident.ordinal == incident.ordinal }) {
            entries[index].incident = incident
            return
        }
        let zone = Int(incident.zone)
        let name = zone > 0 && zone <= zoneNames.count ? zoneNames[zone - 1] : ""
        entries.append(Entry(incident: incident, zoneName: name))
    }

    /// A picture may be kept before its incident is told of.
    mutating func kept(_ shot: Shot, ordinal: UInt32) {
        shots[ordinal] = shot
    }

    /// A look has come that may be nearer to pictures than those before them.
    mutating func looked(_ overlay: Overlay) {
        for (ordinal, shot) in shots {
            shots[ordinal]?.overlay.improve(with: overlay, for: shot.at)
        }
        strip.looked(overlay)
    }

    /// What a look has counted: in the whole picture, and in each zone that has a capacity.
    mutating func counted(by sight: Sight, at time: Instant) {
        guard sight.newCount != nil else { return }
        for zone in Set(capacities.keys).union([0]) {
            counted(sight.count(zone: zone), zone: zone, at: time)
        }
    }

    mutating func counted(_ count: PeopleCount, zone: UInt8, at time: Instant) {
        guard counted[zone]?.count ?? 0 < Self.countedMax else { return }
        counted[zone, default: []].append(Counted(at: time, count: count))
    }

    /// What zone 0 and its zones are called in a page.
    func name(ofZone zone: UInt8) -> String {
        guard zone > 0 else { return "people" }
        return Int(zone) <= zoneNames.count ? zoneNames[Int(zone) - 1] : "zone \(zone)"
    }
}
