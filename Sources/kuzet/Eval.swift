import ArgumentParser
import Camera
import Detectors
import Frames
import Incidents
import Linux
import Station

/// Measures detectors on labelled footage.
struct Eval: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Measures a detector on labelled footage.",
        subcommands: [EvalFights.self, EvalTamper.self, EvalQuiet.self, EvalRendered.self])
}

/// What a recording was decided to show.
struct EvaluatedClip {
    /// Confirmed incidents, in the order of confirmation, with the seconds since the first frame.
    var confirmed: [(kind: Incident.Kind, at: Interval)] = []
    var frameCount = 0
    /// From the first frame to the last.
    var length = Interval.zero

    /// Kinds that say that somebody interferes with the camera; darkness, strobe and blindness are
    /// inability.
    static let tamperKinds: Set<Incident.Kind> = [
        .covered, .partlyCovered, .defocused, .sprayed, .turned, .glare, .frozen
    ]

    var tamper: (kind: Incident.Kind, at: Interval)? {
        confirmed.first { Self.tamperKinds.contains($0.kind) }
    }

    /// Decides a recording exactly as a camera's pictures, with the standard rules.
    static func decide(_ path: String) throws -> EvaluatedClip {
        let recording = try Recording.open(path)
        guard DetectorBank.accepts(width: recording.width, height: recording.height) else {
            throw CameraError(
                kind: .badData, object: "recording \(path)", attempt: "decide",
                cause: "it has \(recording.width)×\(recording.height); detectors need "
                    + "\(DetectorBank.widthMin)×\(DetectorBank.heightMin) at the least")
        }
        let bank = DetectorBank(
            width: recording.width, height: recording.height, settings: DetectorSettings())
        var tracker = IncidentTracker(camera: 0, policy: IncidentPolicy())
        var sightings: [Sighting] = []
        var changes: [IncidentChange] = []
        var clip = EvaluatedClip()
        var start: Instant?
        while true {
            switch try recording.next(timeout: .seconds(1)) {
            case .ended: return clip
            case .waiting, .lost, .restored: continue
            case .frame(let frame):
                let from = start ?? frame.capturedAt
                start = from
                bank.decide(frame, into: &sightings)
                changes.removeAll(keepingCapacity: true)
                tracker.step(
                    at: frame.capturedAt, weekMinute: nil, sightings: sightings, into: &changes)
                for case .confirmed(let incident) in changes {
                    clip.confirmed.append((incident.kind, frame.capturedAt - from))
                }
                clip.frameCount += 1
                clip.length = frame.capturedAt - from
            }
        }
    }
}

/// One line of a folder's `labels.json`.
struct Label {
    let file: String
    let split: String
    let members: JSONValue

    static let byteCountMax = 16 << 20

    /// - Error: a message fit for a person; exit status 65.
    static func read(folder: String, split: String) throws -> [Label] {
        let path = folder + "/labels.json"
        let value: JSONValue
        do {
            value = try JSONValue.read(try Files.read(path, byteCountMax: byteCountMax))
        } catch {
            complain("labels \(path): read: \(error)")
            throw ExitCode(ExitStatus.badData)
        }
        let labels = (value.array ?? []).compactMap { item -> Label? in
            guard let file = item["file"]?.string, let named = item["split"]?.string else {
                return nil
            }
            return Label(file: file, split: named, members: item)
        }
        let chosen = labels.filter { $0.split == split }
        guard !chosen.isEmpty else {
            let known = Set(labels.map(\.split)).sorted().joined(separator: ", ")
            complain("labels \(path): choose split \(split): it has only: \(known)")
            throw ExitCode(ExitStatus.badData)
        }
        return chosen
    }
}

/// Milliseconds as seconds with three decimals.
func secondsText(_ interval: Interval) -> String {
    ReplayRun.seconds(Instant(nanoseconds: interval.nanoseconds))
}
