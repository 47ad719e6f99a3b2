import Detectors
import Frames
import Incidents
import Linux
import Simulation
import Text

/// Every rendered scene that nobody must be called for, one after the other.
package struct RenderedEveryday {
    private let seed: UInt64
    private let minutes: Int
    private let width: Int
    private let json: Bool
    private let script: (VenueScript.Scene) -> VenueScript

    /// - Parameters:
    ///   - minutes: of each scene.
    ///   - width: of the picture, a multiple of 4; its height is three quarters of it.
    package init(
        seed: UInt64, minutes: Int, width: Int, isJSON: Bool,
        script: @escaping (VenueScript.Scene) -> VenueScript
    ) {
        (self.seed, self.minutes, self.width, self.script) = (seed, minutes, width, script)
        json = isJSON
    }

    /// Prints how many incidents are confirmed in an hour, by kind: scene by scene as they end.
    package func run() throws {
        let looks = PromptWorker(try LookNetworks())
        let scenes = VenueScript.Scene.everyday
        var all = EvaluatedClip()
        if !json { announce(Self.heading) }
        for (index, scene) in scenes.enumerated() {
            complain("\(index + 1) of \(scenes.count): \(scene.rawValue), \(minutes) min")
            let clip = try EvaluatedClip.decide(
                RenderedScene.camera(script(scene), seed: seed, width: width), looks: looks)
            all.confirmed += clip.confirmed
            all.length = all.length + clip.length
            announce(json ? Self.json(scene.rawValue, clip) : Self.row(scene.rawValue, clip))
        }
        announce(
            json ? Self.json(all, sceneCount: scenes.count, seed: seed) : Self.row("all", all))
    }

    private static let heading =
        "scene             seconds     an hour: fights  aggression  others"

    /// Confirmed incidents in an hour, thousandths, by kind; fights and aggression always.
    static func perHour(_ clip: EvaluatedClip) -> [(kind: Incident.Kind, rate: Int64)] {
        var counts: [Incident.Kind: Int64] = [.fight: 0, .aggression: 0]
        for found in clip.confirmed { counts[found.kind, default: 0] += 1 }
        return counts.sorted { $0.key.rawValue < $1.key.rawValue }.map {
            ($0.key, $0.value * 3_600_000_000 / max(clip.length.milliseconds, 1))
        }
    }

    static func row(_ name: String, _ clip: EvaluatedClip) -> String {
        let rates = perHour(clip)
        func rate(_ kind: Incident.Kind) -> String {
            thousandths(rates.first { $0.kind == kind }?.rate ?? 0)
        }
        let others = rates.filter { $0.kind != .fight && $0.kind != .aggression }
            .map { "\($0.kind) \(thousandths($0.rate))" }.joined(separator: ", ")
        return name.padded(18) + secondsText(clip.length).padded(21)
            + rate(.fight).padded(8) + rate(.aggression).padded(12)
            + (others.isEmpty ? "-" : others)
    }

    static func json(_ name: String, _ clip: EvaluatedClip) -> String {
        let incidents = clip.confirmed.map {
            "{\"alarmAt\":\(secondsText($0.at)),\"kind\":\"\($0.kind)\"}"
        }.joined(separator: ",")
        return "{\"scene\":\"\(name)\",\"seconds\":\(secondsText(clip.length)),"
            + "\"incidents\":[\(incidents)],\(members(clip))}"
    }

    static func json(_ all: EvaluatedClip, sceneCount: Int, seed: UInt64) -> String {
        let tally = all.tally()
        return "{\"task\":\"rendered\",\"scene\":\"everyday\",\"seed\":\(seed),"
            + "\"metrics\":{\"scenes\":\(sceneCount),\"fights\":\(tally.fights),"
            + "\"aggression\":\(tally.aggression),\"people\":\(tally.people),"
            + "\"others\":\(tally.tamper + tally.others),\"notes\":\(tally.notes),"
            + "\"seconds\":\(secondsText(all.length)),\(members(all))}}"
    }

    private static func members(_ clip: EvaluatedClip) -> String {
        let rates = perHour(clip).map { "\"\($0.kind)\":\(thousandths($0.rate))" }
        return "\"perHour\":{\(rates.joined(separator: ","))}"
    }
}
