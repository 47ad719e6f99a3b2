import Detectors
import Frames
import Incidents
import Store

/// Pictures for a page about a recording: a strip of it, and one of each incident at its peak.
///
/// They are small, and masked as every picture is. What is drawn over them is kept beside them.
///
/// - Limits: `Strip.countMax` pictures of the strip; of incidents as many as there is room for.
struct PagePictures {
    private(set) var strip = Strip()
    /// By incident.
    private(set) var shots: [UInt32: Shot] = [:]
    /// Incidents for whose picture there was no room.
    private(set) var leftOutCount = 0
    private var trails = Trails()
    private var peaks: [Key: Peak] = [:]
    private var byteCount = 0
    private let byteCountMax: Int

    /// What an incident is about.
    private struct Key: Hashable {
        var kind: Incident.Kind
        var zone: UInt8
        var subject: Subject?
    }

    /// The surest sighting of it lately.
    private struct Peak {
        var score = Q15.zero
        var at = Instant.zero
        var seenAt = Instant.zero
        var frame: Frame?
        var overlay = Overlay()
        /// What came of it, and is not over.
        var incident: Incident?

        mutating func take(_ frame: Frame, _ score: Q15, _ overlay: Overlay) {
            self.frame = Reduction.reduced(frame, into: self.frame)
            (self.score, self.overlay, at) = (score, overlay, frame.capturedAt)
        }
    }

    /// More than incidents can be open; what comes beyond has no picture before it is one.
    private static let peakCountMax = 64
    /// So long before an incident opens its peak may have been.
    private static let past = Interval.seconds(3)

    /// - Parameter byteCountMax: of incidents' pictures, in all; a page holds a third more of them.
    init(byteCountMax: Int = 1_800_000) {
        self.byteCountMax = byteCountMax
    }

    /// A frame was decided.
    ///
    /// - Parameters:
    ///   - frame: masked.
    ///   - changes: what followed from `sightings`.
    ///   - lookedAt: when the picture was taken of a look that counts from this frame on, and saw
    ///     `people`; nil where there is none.
    mutating func saw(
        _ frame: Frame, sightings: [Sighting], changes: [IncidentChange],
        people: [TrackedPerson], lookedAt: Instant?, zones: [Zone]
    ) {
        let now = frame.capturedAt
        if let lookedAt {
            trails.looked(people, at: lookedAt)
            let seen = trails.overlay(of: people, zones: zones)
            for (key, peak) in peaks { peaks[key]?.overlay.improve(with: seen, for: peak.at) }
            strip.looked(seen)
        }
        let overlay = trails.overlay(of: people, zones: zones, at: now)
        for sighting in sightings { note(sighting, frame, overlay) }
        for change in changes { follow(change.incident, frame, overlay) }
        peaks = peaks.filter { $0.value.incident != nil || isRecent($0.value.seenAt, now) }
        strip.pass(frame, overlay)
    }

    private mutating func note(_ sighting: Sighting, _ frame: Frame, _ overlay: Overlay) {
        let key = Key(
            kind: Incident.Kind(sighting.kind), zone: sighting.zone, subject: sighting.subject)
        guard var peak = peaks[key] ?? (peaks.count < Self.peakCountMax ? Peak() : nil) else {
            return
        }
        let now = frame.capturedAt
        // Before it is an incident, what was surer long ago belongs to something else.
        let isOld = peak.incident == nil && !isRecent(peak.at, now)
        if sighting.score > peak.score || isOld { peak.take(frame, sighting.score, overlay) }
        peak.seenAt = now
        peaks[key] = peak
    }

    private mutating func follow(_ incident: Incident, _ frame: Frame, _ overlay: Overlay) {
        let key = Key(kind: incident.kind, zone: incident.zone, subject: incident.subject)
        guard incident.state != .closed else {
            if let peak = peaks.removeValue(forKey: key) { keep(peak, of: incident) }
            return
        }
        var peak = peaks[key] ?? Peak()
        // Nothing of it was seen: what is before the camera as it opens is better than nothing.
        if peak.frame == nil || peak.incident == nil && !isRecent(peak.at, frame.capturedAt) {
            peak.take(frame, .zero, overlay)
        }
        peak.incident = incident
        peaks[key] = peak
    }

    private func isRecent(_ time: Instant, _ now: Instant) -> Bool {
        .zero...Self.past ~= now - time
    }

    /// Nothing comes after: what is open stays so, and has its picture.
    mutating func end() {
        let open = peaks.values.compactMap { peak in peak.incident.map { (incident: $0, peak) } }
        for (incident, peak) in open.sorted(by: { $0.incident.ordinal < $1.incident.ordinal }) {
            keep(peak, of: incident)
        }
        peaks.removeAll()
    }

    private mutating func keep(_ peak: Peak, of incident: Incident) {
        guard incident.confirmedAt != nil, let frame = peak.frame,
            let shot = Shot(of: frame, at: peak.at, peak.overlay)
        else { return }
        guard byteCount + shot.jpeg.count <= byteCountMax else {
            leftOutCount += 1
            return
        }
        byteCount += shot.jpeg.count
        shots[incident.ordinal] = shot
    }
}

/// Pictures at even times. When there are as many as a page has room for, every other one goes, and
/// from then on they are twice as far apart.
struct Strip {
    private(set) var shots: [Shot] = []
    private(set) var period = Interval.seconds(10)
    private var dueAt: Instant?

    static let countMax = 12
    /// Whoever is there is not known from the first look on.
    private static let first = Interval.milliseconds(1_500)

    mutating func looked(_ overlay: Overlay) {
        guard let last = shots.indices.last else { return }
        shots[last].overlay.improve(with: overlay, for: shots[last].at)
    }

    mutating func pass(_ frame: Frame, _ overlay: Overlay) {
        let now = frame.capturedAt
        let due = dueAt ?? now + Self.first
        dueAt = due
        guard now >= due,
            let shot = Shot(of: Reduction.reduced(frame, into: nil), at: now, overlay)
        else { return }
        if shots.count == Self.countMax {
            shots = shots.indices.filter { $0 % 2 == 0 }.map { shots[$0] }
            period = period * 2
        }
        shots.append(shot)
        dueAt = now + period
    }
}

extension Shot {
    /// nil where there is no memory for it.
    init?(of frame: Frame, at: Instant, _ overlay: Overlay) {
        guard let jpeg = try? Snapshot.encode(frame) else { return nil }
        self.init(
            jpeg: jpeg, at: at, width: frame.width, height: frame.height, overlay: overlay)
    }
}

/// A picture made smaller by a whole factor.
enum Reduction {
    static let widthMax = 480

    /// - Parameter old: is used again where it has the right size.
    /// - Returns: at most `widthMax` wide; each of its pixels is the mean of a square of `frame`'s.
    static func reduced(_ frame: Frame, into old: Frame?) -> Frame {
        let step = max((frame.width + widthMax - 1) / widthMax, 1)
        let (width, height) = (max(frame.width / step, 1), max(frame.height / step, 1))
        let small =
            old?.width == width && old?.height == height
            ? old ?? Frame(width: width, height: height) : Frame(width: width, height: height)
        reduce(frame.luma, into: small.luma, step: step, samples: 1)
        reduce(frame.chroma, into: small.chroma, step: step, samples: 2)
        (small.capturedAt, small.sequence) = (frame.capturedAt, frame.sequence)
        return small
    }

    /// - Parameter samples: of a pixel, beside each other.
    private static func reduce(_ plane: Plane, into small: Plane, step: Int, samples: Int) {
        let across = plane.width / samples
        for y in 0..<small.height {
            let row = small.row(y)
            // Chroma of odd sizes is a little larger than half: its edge repeats.
            let top = min(y * step, plane.height - 1)
            let bottom = min(top + step, plane.height)
            for x in 0..<small.width / samples {
                let left = min(x * step, across - 1)
                let right = min(left + step, across)
                for sample in 0..<samples {
                    var sum = 0
                    for line in top..<bottom {
                        let from = plane.row(line)
                        for place in left..<right { sum += Int(from[place * samples + sample]) }
                    }
                    row[x * samples + sample] = UInt8(sum / ((bottom - top) * (right - left)))
                }
            }
        }
    }
}
