import Detectors
import Frames
import Incidents
import Linux
import Simulation
import Station

/// What the detectors make of a rendered scene: no footage is needed, and any length can be had.
package struct RenderedScene {
    private let name: String
    private let script: VenueScript
    private let seed: UInt64
    private let width: Int
    private let out: String?
    private let json: Bool

    /// - Parameters:
    ///   - name: of the scene, for what is printed.
    ///   - width: of the picture, a multiple of 4; its height is three quarters of it.
    ///   - out: a Y4M file to keep what was rendered.
    package init(
        _ script: VenueScript, named name: String, seed: UInt64, width: Int, out: String?,
        isJSON: Bool
    ) {
        self.name = name
        self.script = script
        self.seed = seed
        self.width = width
        self.out = out
        json = isJSON
    }

    private static let framesPerSecond = 10
    private static func height(_ width: Int) -> Int { width * 3 / 4 & ~1 }

    static func camera(_ script: VenueScript, seed: UInt64, width: Int) -> VenueCamera {
        VenueCamera(
            width: width, height: height(width), framesPerSecond: framesPerSecond,
            script: script, seed: seed)
    }

    /// Prints its confirmed incidents.
    package func run() throws {
        let camera = Self.camera(script, seed: seed, width: width)
        let path = out ?? ""
        let writer = try WorkbenchError.writing(path) {
            try out.map {
                try Y4MFile(
                    path: $0, width: width, height: Self.height(width),
                    framesPerSecond: Self.framesPerSecond)
            }
        }
        let clip = try EvaluatedClip.decide(
            camera, looks: PromptWorker(try LookNetworks())
        ) { frame in
            try WorkbenchError.writing(path) { try writer?.append(frame) }
        }
        try WorkbenchError.writing(path) { try writer?.finish() }
        for found in clip.confirmed {
            let at = secondsText(found.at)
            announce(
                json
                    ? "{\"alarmAt\":\(at),\"kind\":\"\(found.kind)\"}" : "\(found.kind) at \(at) s")
        }
        let tally = clip.tally()
        let others = tally.tamper + tally.others
        announce(
            json
                ? "{\"task\":\"rendered\",\"scene\":\"\(name)\","
                    + "\"frames\":\(clip.frameCount),\"metrics\":{\"fights\":\(tally.fights),"
                    + "\"aggression\":\(tally.aggression),\"people\":\(tally.people),"
                    + "\"others\":\(others),\"notes\":\(tally.notes)}}"
                : "\(name), \(script.seconds / 60) min: \(tally.fights) fights, "
                    + "\(tally.aggression) of aggression, \(tally.people) of people, "
                    + "\(others) others, \(tally.notes) notes")
    }
}
