import Camera
import Detectors
import Frames
import Incidents
import Linux
import Text

/// How soon fights are told that break out in a long quiet recording.
///
///     quiet clip, to and fro │ fight, to and fro for 6 s at least │ the quiet clip again
///                          onset                                 end
///
/// and once more with another quiet clip in the fight's place: what the cut alone brings about.
package struct FightStreams {
    private let labelled: LabelledFolder
    private let quietFolders: [String]
    private let lead: Interval
    private let seed: UInt64
    private let emptiesOwn: Bool

    private static let fightMin = Interval.seconds(6)
    private static let tail = Interval.seconds(10)
    /// Of a recording, that much is held.
    private static let longest = Interval.seconds(30)

    /// - Parameters:
    ///   - quiet: more folders to take quiet clips of the split from.
    ///   - lead: how long it is quiet before.
    ///   - seed: which quiet clip goes before which fight.
    ///   - emptiesOwn: a fight without a quiet clip of its own camera comes after its own clip with
    ///     nobody in it, not after another camera's.
    package init(
        _ labelled: LabelledFolder, quiet: [String], leadSeconds lead: Int, seed: UInt64,
        emptiesOwn: Bool = false
    ) {
        self.emptiesOwn = emptiesOwn
        self.labelled = labelled
        quietFolders = quiet
        self.lead = .seconds(Int64(lead))
        self.seed = seed
    }

    private struct QuietClip {
        let path: String
        let scene: JSONValue?
    }

    /// - Error: `WorkbenchError`; `CameraError` names the recording.
    package func run() throws -> StreamFigures {
        let labels = try labelled.labels()
        let fights = labels.filter { $0.members["label"]?.string == "fight" }
        let own = quiet(labels, in: labelled.folder)
        var pool = own
        for folder in quietFolders {
            let other = LabelledFolder(
                folder: folder, split: labelled.split, scores: labelled.scores)
            pool += quiet(try other.labels(), in: folder)
        }
        let name = "labels \(labelled.folder)/labels.json"
        guard !fights.isEmpty else {
            throw WorkbenchError(
                .badData, "\(name): choose fights of split \(labelled.split): there is none")
        }
        guard pool.count > 1 else {
            throw WorkbenchError(
                .badData,
                "\(name): choose quiet clips of split \(labelled.split): there are fewer than two; "
                    + "name a folder that has some with --quiet")
        }
        var detection = ReplayRun.Detection.standard
        detection.networks = try LookNetworks()
        var chance = SplitMix64(seed: seed)
        var streams: [FightStream] = []
        try labelled.decideEach(fights) { label, path in
            complain(
                "\(streams.count + 1) of \(fights.count): \(label.file.replacingControls())")
            let stream = try stream(label, path, own, pool, detection, &chance)
            streams.append(stream)
            return stream.scoreLine
        }
        return StreamFigures(streams)
    }

    /// Nobody fights in them, nobody strikes, and their camera stands still.
    private func quiet(_ labels: [Label], in folder: String) -> [QuietClip] {
        labels.filter { label in
            let isViolent = ["fight", "blow"].contains(label.members["label"]?.string ?? "")
            return !isViolent && (label.members["camera"]?.string ?? "fixed") == "fixed"
        }.map { QuietClip(path: folder + "/" + $0.file, scene: $0.members["scene"]) }
    }

    private func stream(
        _ label: Label, _ path: String, _ own: [QuietClip], _ pool: [QuietClip],
        _ detection: ReplayRun.Detection, _ chance: inout SplitMix64
    ) throws -> FightStream {
        let scene = label.members["scene"]
        let near = own.filter { $0.scene != nil && $0.scene == scene }
        let before = pick(near.isEmpty ? pool : near, &chance)
        // In the fight's place: of the same camera, where it has another one.
        let others = pool.filter { $0.path != before.path }
        let nearOthers = near.filter { $0.path != before.path }
        let instead = pick(nearOthers.isEmpty ? others : nearOthers, &chance)

        let fight = try HeldClip(path, longest: Self.longest)
        let size = (width: fight.width, height: fight.height)
        let length = max(fight.length, Self.fightMin)
        let isEmptied = near.isEmpty && emptiesOwn
        func quiet() throws -> HeldClip {
            isEmptied
                ? fight.emptied(seed: seed)
                : try HeldClip(before.path, longest: Self.longest, size: size)
        }
        // The quiet one is made anew for the second stream, so that both begin alike.
        var found = try told(of: fight, for: length, in: try quiet(), detection)
        let control = try told(
            of: try HeldClip(instead.path, longest: Self.longest, size: size),
            for: length, in: try quiet(), detection)
        found.file = label.file
        found.quiet = isEmptied ? path : before.path
        found.lead = isEmptied ? .emptied : near.isEmpty ? .other : .own
        found.byCut = (control.amber.isTold, control.red.isTold)
        return found
    }

    private func pick(_ clips: [QuietClip], _ chance: inout SplitMix64) -> QuietClip {
        clips[chance.whole(in: 0...clips.count - 1)]
    }

    /// What is told of a stream in which `clip` is cut into the quiet one.
    private func told(
        of clip: HeldClip, for length: Interval, in quiet: HeldClip,
        _ detection: ReplayRun.Detection
    ) throws -> FightStream {
        let joined = JoinedClips([(quiet, lead), (clip, length), (quiet, Self.tail)])
        let run = ReplayRun()
        try run.run(joined, detection: detection)
        return FightStream(
            run.incidents, onset: joined.starts[1], fightEnd: joined.starts[2], end: joined.end)
    }
}
