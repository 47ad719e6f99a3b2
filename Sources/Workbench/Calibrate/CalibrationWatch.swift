import Detectors
import Frames
import Incidents

/// Looks at pictures as the appliance would, and notes what a technician wants to know of them.
final class CalibrationWatch {
    /// Something that was boxed and did not move.
    struct Still: Hashable {
        var region: Region
        var scorePerMille: Int
    }

    /// Incidents that were confirmed, by what they are called.
    private(set) var incidents: [(name: String, count: Int)] = []
    private(set) var frameCount = 0
    private(set) var lookCount = 0
    /// From the first picture to the last.
    private(set) var length = Interval.zero
    /// Of one person who was alone in the picture.
    private(set) var samples: [GroundFit.Sample] = []
    /// Looks that saw anybody, and those that saw two or more.
    private(set) var peopledLookCount = 0
    private(set) var crowdedLookCount = 0
    /// Whoever the last look saw.
    private(set) var people: [TrackedPerson] = []

    private let sight: Sight
    private let worker: NotedLooks
    private var tracker: IncidentTracker
    private var changes: [IncidentChange] = []
    private var stills: PeopleDetector?
    /// The best of what was boxed there.
    private var scores: [Region: Int] = [:]
    private let zones: [String]
    /// Looks by the number of people they counted.
    private var looksByCount: [Int: Int] = [:]
    private var start: Instant?

    /// A thing that has not moved for this long is shown, to be judged by a person.
    static let stillAfter = Interval.seconds(20)
    private static let sampleCountMax = 20_000

    /// - Parameter tasks: networks that look; all of them for what is counted.
    init(
        _ settings: DetectorSettings, _ policy: IncidentPolicy, _ looks: any LookWorker,
        tasks: [LookTask]
    ) {
        worker = NotedLooks(looks, tasks: tasks)
        zones = settings.zones.map(\.name)
        sight = Sight(settings, looks: worker)
        tracker = IncidentTracker(camera: 0, policy: policy)
    }

    /// The picture is masked afterwards, as the settings say.
    func see(_ frame: Frame) throws(Sight.Refusal) {
        try sight.decide(frame)
        let from = start ?? frame.capturedAt
        start = from
        length = max(frame.capturedAt - from, length)
        frameCount += 1
        changes.removeAll(keepingCapacity: true)
        // The hour does not matter: what is asked is what the venue's own life sets off.
        tracker.step(
            at: frame.capturedAt, weekMinute: nil, sightings: sight.sightings, into: &changes)
        for case .confirmed(let incident) in changes { note(incident) }
        if let count = sight.newCount { looksByCount[Int(count.count), default: 0] += 1 }
        guard let look = worker.takeNoted() else { return }
        lookCount += 1
        noteStills(look, frame)
        notePeople(frame)
    }

    /// Of the counts of all looks: least, middle, most; nil where nothing was counted.
    var counts: (least: Int, median: Int, most: Int)? {
        guard let least = looksByCount.keys.min(), let most = looksByCount.keys.max() else {
            return nil
        }
        let whole = looksByCount.values.reduce(0, +)
        var below = 0
        for (count, looks) in looksByCount.sorted(by: { $0.key < $1.key }) {
            below += looks
            if below * 2 > whole { return (least, count, most) }
        }
        return (least, most, most)
    }

    /// What was boxed and did not move for `stillAfter`, surest first; of two that are hardly apart
    /// the surer one.
    var still: [Still] {
        let all = (stills?.furniture.learned ?? []).map {
            Still(region: $0, scorePerMille: scores[$0] ?? 0)
        }.sorted { $0.scorePerMille > $1.scorePerMille }
        return all.reduce(into: []) { found, still in
            let isNear = found.contains {
                BoxSuppression.overlap($0.region, still.region) > BoxSuppression.overlapMax
            }
            if !isNear { found.append(still) }
        }
    }

    /// What one person's walk says of the floor.
    func ground(millimetres: Int) throws(GroundFit.Refusal) -> GroundFit {
        guard crowdedLookCount * 4 <= peopledLookCount else {
            throw .several(lookCount: crowdedLookCount, of: peopledLookCount)
        }
        guard !samples.isEmpty else { throw .nobody(lookCount: lookCount) }
        return try GroundFit(samples, millimetres: millimetres)
    }

    private func note(_ incident: Incident) {
        let zone = Int(incident.zone)
        let place = zone == 0 ? "" : " in \(zone <= zones.count ? zones[zone - 1] : "zone \(zone)")"
        let name = "\(incident.kind)" + place
        if let index = incidents.firstIndex(where: { $0.name == name }) {
            incidents[index].count += 1
        } else {
            incidents.append((name, 1))
        }
    }

    private func noteStills(_ look: NotedLooks.Noted, _ frame: Frame) {
        let detector =
            stills
            ?? PeopleDetector(
                settings: PeopleSettings(furnitureAfter: Self.stillAfter), width: frame.width,
                height: frame.height)
        stills = detector
        detector.take(look.boxes, takenAt: look.takenAt, at: frame.capturedAt)
        for region in detector.furniture.learned {
            for box in look.boxes where BoxSuppression.overlap(region, box.region) >= 850 {
                scores[region] = max(scores[region] ?? 0, box.score.perMille)
            }
        }
    }

    private func notePeople(_ frame: Frame) {
        people = sight.people.filter { $0.isSeen && !$0.isFurniture }
        if !people.isEmpty { peopledLookCount += 1 }
        if people.count > 1 { crowdedLookCount += 1 }
        guard people.count == 1, samples.count < Self.sampleCountMax,
            let sample = Self.sample(people[0].region, width: frame.width, height: frame.height)
        else { return }
        samples.append(sample)
    }

    /// Of somebody upright who is in the picture from head to feet; nil of others.
    static func sample(_ region: Region, width: Int, height: Int) -> GroundFit.Sample? {
        let right = Int(region.x) + Int(region.width)
        let bottom = Int(region.y) + Int(region.height)
        let edge = 5
        guard Int(region.x) >= edge, Int(region.y) >= edge, right <= 1000 - edge,
            bottom <= 1000 - edge,
            Int(region.height) * height * 10 >= Int(region.width) * width * 14
        else { return nil }
        return GroundFit.Sample(footRow: bottom, height: Int(region.height))
    }
}
