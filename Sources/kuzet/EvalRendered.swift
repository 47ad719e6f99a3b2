import ArgumentParser
import Detectors
import Frames
import Incidents
import Linux
import Simulation
import Station

/// What the detectors make of a rendered scene: no footage is needed, and any length can be had.
struct EvalRendered: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "rendered",
        abstract: "Decides a rendered scene and prints its confirmed incidents.",
        discussion: """
            Scenes: \(VenueScript.Scene.allCases.map(\.rawValue).joined(separator: ", ")). With \
            --json the last line is {"task","scene","frames","metrics":{"fights","aggression",\
            "others"}}.

            Example: kuzet eval rendered strobe --minutes 60
            """)

    @Argument(help: "What goes on.")
    var scene: Scene

    @Option(help: "How long, 1 to 1440.")
    var minutes = 1

    @Option(help: "Which guests, and how they move.")
    var seed: UInt64 = 1

    @Option(help: "The picture's width, 64 to 1920; the height is three quarters of it.")
    var width = 640

    @Option(help: "Keep what was rendered as Y4M: 276 MB a minute at 640 × 480.")
    var out: String?

    @Flag(help: "JSON lines instead of text.")
    var json = false

    enum Scene: String, ExpressibleByArgument, CaseIterable {
        case standing, dancing, strobe, shoving, fighting
    }

    private static let framesPerSecond = 10
    private var height: Int { width * 3 / 4 & ~1 }

    private static func orExit<Result>(
        _ path: String, _ write: () throws -> Result
    ) throws -> Result {
        do {
            return try write()
        } catch {
            complain("recording \(path): write: \(error)")
            throw ExitCode(ExitStatus.unavailable)
        }
    }

    func validate() throws {
        guard (1...1_440).contains(minutes) else {
            throw ValidationError("--minutes \(minutes): allowed are 1 to 1440")
        }
        guard (64...1_920).contains(width), width % 4 == 0 else {
            throw ValidationError("--width \(width): allowed are multiples of 4, 64 to 1920")
        }
    }

    mutating func run() throws {
        let wanted = VenueScript.Scene(rawValue: scene.rawValue) ?? .standing
        let camera = VenueCamera(
            width: width, height: height, framesPerSecond: Self.framesPerSecond,
            script: .scene(wanted, seconds: minutes * 60, seed: seed), seed: seed)
        let bank = DetectorBank(
            width: width, height: height, settings: DetectorSettings())
        let writer = try out.map { path in
            try Self.orExit(path) {
                try Y4MFile(
                    path: path, width: width, height: height,
                    framesPerSecond: Self.framesPerSecond)
            }
        }
        var tracker = IncidentTracker(camera: 0, policy: IncidentPolicy())
        var sightings: [Sighting] = []
        var changes: [IncidentChange] = []
        var (fights, aggression, others) = (0, 0, 0)
        while case .frame(let frame) = camera.next(timeout: .zero) {
            bank.decide(frame, into: &sightings)
            try Self.orExit(out ?? "") { try writer?.append(frame) }
            changes.removeAll(keepingCapacity: true)
            tracker.step(
                at: frame.capturedAt, weekMinute: nil, sightings: sightings, into: &changes)
            for case .confirmed(let incident) in changes {
                switch incident.kind {
                case .fight: fights += 1
                case .aggression: aggression += 1
                default: others += 1
                }
                let at = ReplayRun.seconds(frame.capturedAt)
                announce(
                    json
                        ? "{\"alarmAt\":\(at),\"kind\":\"\(incident.kind)\"}"
                        : "\(incident.kind) at \(at) s")
            }
        }
        try Self.orExit(out ?? "") { try writer?.finish() }
        announce(
            json
                ? "{\"task\":\"rendered\",\"scene\":\"\(scene.rawValue)\","
                    + "\"frames\":\(camera.counts.delivered),\"metrics\":{\"fights\":\(fights),"
                    + "\"aggression\":\(aggression),\"others\":\(others)}}"
                : "\(scene.rawValue), \(minutes) min: \(fights) fights, \(aggression) of "
                    + "aggression, \(others) others")
    }
}
