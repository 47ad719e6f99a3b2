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
    var scene: VenueScript.Scene

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

    private static let framesPerSecond = 10
    private var height: Int { width * 3 / 4 & ~1 }

    func validate() throws {
        guard (1...1_440).contains(minutes) else {
            throw ValidationError("--minutes \(minutes): allowed are 1 to 1440")
        }
        guard (64...1_920).contains(width), width % 4 == 0 else {
            throw ValidationError("--width \(width): allowed are multiples of 4, 64 to 1920")
        }
    }

    mutating func run() throws {
        let camera = VenueCamera(
            width: width, height: height, framesPerSecond: Self.framesPerSecond,
            script: .scene(scene, seconds: minutes * 60, seed: seed), seed: seed)
        let path = out ?? ""
        let writer = try orExit(writing: path) {
            try out.map {
                try Y4MFile(
                    path: $0, width: width, height: height, framesPerSecond: Self.framesPerSecond)
            }
        }
        let clip = try EvaluatedClip.decide(camera, width: width, height: height) { frame in
            try orExit(writing: path) { try writer?.append(frame) }
        }
        try orExit(writing: path) { try writer?.finish() }
        for found in clip.confirmed {
            let at = secondsText(found.at)
            announce(
                json
                    ? "{\"alarmAt\":\(at),\"kind\":\"\(found.kind)\"}" : "\(found.kind) at \(at) s")
        }
        let (fights, aggression, tamper, inability) = clip.tally()
        let others = tamper + inability
        announce(
            json
                ? "{\"task\":\"rendered\",\"scene\":\"\(scene.rawValue)\","
                    + "\"frames\":\(clip.frameCount),\"metrics\":{\"fights\":\(fights),"
                    + "\"aggression\":\(aggression),\"others\":\(others)}}"
                : "\(scene.rawValue), \(minutes) min: \(fights) fights, \(aggression) of "
                    + "aggression, \(others) others")
    }
}

extension VenueScript.Scene: ExpressibleByArgument {}
