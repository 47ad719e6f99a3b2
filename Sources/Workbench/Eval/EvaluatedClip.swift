import Camera
import Detectors
import Frames
import Incidents
import Linux
import Station
import Text

/// What a recording was decided to show.
struct EvaluatedClip {
    /// Confirmed incidents, in the order of confirmation, with the seconds since the first frame.
    var confirmed: [(kind: Incident.Kind, at: Interval)] = []
    var frameCount = 0
    /// From the first frame to the last.
    var length = Interval.zero

    var tamper: (kind: Incident.Kind, at: Interval)? {
        confirmed.first { $0.kind.row.category == .tamper }
    }

    /// Decides a recording exactly as a camera's pictures, with the standard rules.
    static func decide(
        _ path: String, looks: (any LookWorker)? = nil
    ) throws -> EvaluatedClip {
        try decide(try Recording.openForDetectors(path), looks: looks)
    }

    /// - Parameters:
    ///   - looks: where networks look; nil where people are not asked for.
    ///   - see: is shown every picture.
    static func decide(
        _ source: any FrameSource, looks: (any LookWorker)? = nil,
        see: (Frame) throws -> Void = { _ in }
    ) throws -> EvaluatedClip {
        let sight = Sight(looks: looks)
        var tracker = IncidentTracker(camera: 0, policy: IncidentPolicy())
        var changes: [IncidentChange] = []
        var clip = EvaluatedClip()
        try source.forEachFrame { frame, at in
            // A picture of a size that is not decided is left out, as a replay leaves it out.
            guard Sight.refusal(width: frame.width, height: frame.height) == nil else { return }
            try see(frame)
            try sight.decide(frame)
            changes.removeAll(keepingCapacity: true)
            tracker.step(
                at: frame.capturedAt, weekMinute: nil, sightings: sight.sightings,
                into: &changes)
            for case .confirmed(let incident) in changes {
                clip.confirmed.append((incident.kind, at))
            }
            clip.frameCount += 1
            clip.length = at
        }
        return clip
    }

    /// How many confirmed incidents are of each sort; notes are for the technician, and nobody is
    /// called.
    func tally() -> Tally {
        var counts = Tally()
        for found in confirmed {
            switch found.kind {
            case .fight: counts.fights += 1
            case .aggression: counts.aggression += 1
            case let kind where kind.row.response == .record: counts.notes += 1
            case let kind where kind.row.category == .tamper: counts.tamper += 1
            case let kind where kind.row.detector == .people: counts.people += 1
            default: counts.others += 1
            }
        }
        return counts
    }
}

/// Confirmed incidents by their sort.
struct Tally: Hashable {
    var fights = 0
    var aggression = 0
    /// Gatherings and all else that tracks of people tell.
    var people = 0
    var tamper = 0
    var others = 0
    var notes = 0
}

extension FrameSource {
    /// Every picture to the end, with the time since the first.
    func forEachFrame(_ see: (Frame, Interval) throws -> Void) throws {
        var start: Instant?
        while true {
            switch try next(timeout: .seconds(1)) {
            case .ended: return
            case .waiting, .lost, .restored: continue
            case .frame(let frame):
                let from = start ?? frame.capturedAt
                start = from
                try see(frame, frame.capturedAt - from)
            }
        }
    }
}

extension Recording {
    /// - Error: `CameraError`, also where its pictures are too small to be decided.
    static func openForDetectors(_ path: String) throws -> Recording {
        let recording = try Recording.open(path)
        if let refusal = Sight.refusal(width: recording.width, height: recording.height) {
            throw CameraError(
                kind: .badData, object: "recording \(path)", attempt: "decide",
                cause: "\(refusal)")
        }
        return recording
    }
}

/// An empty file that only its owner and group may read.
func create(_ path: String) throws -> FileDescriptor {
    try Files.openOutput(path)
}

/// Milliseconds as seconds with three decimals.
package func secondsText(_ interval: Interval) -> String {
    ReplayRun.seconds(Instant(nanoseconds: interval.nanoseconds))
}
