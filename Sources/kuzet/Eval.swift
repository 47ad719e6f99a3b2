import ArgumentParser
import Camera
import Detectors
import Frames
import Incidents
import Linux
import Station
import Text

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
        let recording = try Recording.openForDetectors(path)
        return try decide(recording, width: recording.width, height: recording.height)
    }

    /// - Parameters:
    ///   - width, height: of every picture of `source`, as `DetectorBank.accepts` them.
    ///   - see: is shown every picture.
    static func decide(
        _ source: any FrameSource, width: Int, height: Int, see: (Frame) throws -> Void = { _ in }
    ) throws -> EvaluatedClip {
        let bank = DetectorBank(width: width, height: height, settings: DetectorSettings())
        var tracker = IncidentTracker(camera: 0, policy: IncidentPolicy())
        var sightings: [Sighting] = []
        var changes: [IncidentChange] = []
        var clip = EvaluatedClip()
        try source.forEachFrame { frame, at in
            try see(frame)
            bank.decide(frame, into: &sightings)
            changes.removeAll(keepingCapacity: true)
            tracker.step(
                at: frame.capturedAt, weekMinute: nil, sightings: sightings, into: &changes)
            for case .confirmed(let incident) in changes {
                clip.confirmed.append((incident.kind, at))
            }
            clip.frameCount += 1
            clip.length = at
        }
        return clip
    }

    /// How many confirmed incidents are of each sort.
    func tally() -> (fights: Int, aggression: Int, tamper: Int, others: Int) {
        var counts = (fights: 0, aggression: 0, tamper: 0, others: 0)
        for found in confirmed {
            switch found.kind {
            case .fight: counts.fights += 1
            case .aggression: counts.aggression += 1
            case let kind where Self.tamperKinds.contains(kind): counts.tamper += 1
            default: counts.others += 1
            }
        }
        return counts
    }
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
        guard DetectorBank.accepts(width: recording.width, height: recording.height) else {
            throw CameraError(
                kind: .badData, object: "recording \(path)", attempt: "decide",
                cause: "it has \(recording.width)×\(recording.height); detectors need "
                    + "\(DetectorBank.widthMin)×\(DetectorBank.heightMin) at the least")
        }
        return recording
    }
}

/// Runs `work` on recordings; what is wrong with one is said, and ends the command.
func orExit<Result>(_ work: () throws -> Result) throws -> Result {
    do {
        return try work()
    } catch let error as CameraError {
        complain("\(error)")
        throw ExitCode(error.kind == .badData ? ExitStatus.badData : ExitStatus.unavailable)
    }
}

/// Runs `work` on the file at `path`; what is wrong with it is said, and ends the command.
func orExit<Result>(writing path: String, _ work: () throws -> Result) throws -> Result {
    do {
        return try work()
    } catch {
        complain("\(path): write: \(error)")
        throw ExitCode(ExitStatus.unavailable)
    }
}

/// What every evaluation of a labelled folder is told.
struct LabelledFolder: ParsableArguments {
    @Argument(help: "A folder with labels.json and the recordings it names.")
    var folder: String

    @Option(help: "The split to measure, as in labels.json.")
    var split: String

    @Flag(help: "One JSON object instead of a table.")
    var json = false

    @Option(help: "Write one JSON line per recording to this file.")
    var scores: String?

    /// Calls `work` with every recording of the split; what it returns is its line of scores.
    func decideEach(_ work: (Label, _ path: String) throws -> String) throws {
        var lines = ""
        for label in try Label.read(folder: folder, split: split) {
            lines += try orExit { try work(label, folder + "/" + label.file) } + "\n"
        }
        guard let scores else { return }
        try orExit(writing: scores) { try create(scores).writeAll(lines) }
    }
}

/// An empty file that only its owner and group may read.
func create(_ path: String) throws -> FileDescriptor {
    try FileDescriptor.open(path, [.writeOnly, .create, .truncate], mode: 0o640)
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
