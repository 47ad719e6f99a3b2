import Camera
import Detectors
import Frames
import Linux
import Simulation
import Text

/// How well people are followed through recordings, beside the plainest tracker on the same boxes.
package struct TrackEvaluation: SplitFigures {
    struct Clip {
        let file: String
        let ours: TrackFigures
        /// By overlap alone.
        let plain: TrackFigures
    }

    private let clips: [Clip]

    init(_ clips: [Clip]) {
        self.clips = clips
    }

    /// Replays every recording of the split as `kuzet replay` does, with the networks.
    ///
    /// - Error: `WorkbenchError`, `CameraError`.
    package static func measure(_ folder: LabelledFolder) throws -> TrackEvaluation {
        var (clips, lines): ([Clip], String) = ([], "")
        let truths = try TrackTruth.read(folder: folder.folder, split: folder.split) {
            try folder.refuseOverwriting($0)
        }
        for truth in truths {
            let clip = try follow(truth, at: folder.folder + "/" + truth.file)
            lines += scoreLine(clip) + "\n"
            clips.append(clip)
        }
        try folder.write(lines)
        return TrackEvaluation(clips)
    }

    private static func follow(_ truth: TrackTruth, at path: String) throws -> Clip {
        let source = try Recording.openForDetectors(path)
        let worker = NotedLooks(PromptWorker(try LookNetworks()))
        let sight = Sight(looks: worker)
        var start: Instant?
        var race = TrackRace()
        try source.forEachFrame { frame, at in
            guard Sight.refusal(width: frame.width, height: frame.height) == nil else { return }
            start = start ?? frame.capturedAt
            try sight.decide(frame)
            guard let look = worker.takeNoted(), let start else { return }
            // Who was there when the picture was taken, and not when it counted.
            guard let people = truth.people(at: look.takenAt - start) else { return }
            race.add(sight, boxes: look.boxes, at: look.takenAt, truth: people)
        }
        return race.clip(truth.file)
    }

    /// Who is where in the rendered hall is known exactly; boxes are those of a network that errs. People
    /// stay nowhere for long there: who sits still is not hard to follow.
    package static func rendered(seed: UInt64, minutes: Int) throws -> TrackEvaluation {
        let camera = HallCamera(
            width: 160, minutes: minutes,
            hall: Hall(seed: seed, wanted: 10...10, gathersEvery: nil, stay: 30))
        let told = ToldLooks()
        let worker = NotedLooks(told)
        let sight = Sight(looks: worker)
        var erring = ErringBoxes(seed: seed)
        var race = TrackRace()
        var truths: [Instant: [(person: Int, box: Region)]] = [:]
        try camera.forEachFrame { frame, _ in
            let seen = camera.hall.seen
            told.boxes = erring.boxes(of: seen)
            truths[frame.capturedAt] = seen.filter(\.isFindable).map { ($0.number, $0.box) }
            try sight.decide(frame)
            guard let look = worker.takeNoted(),
                let truth = truths.removeValue(forKey: look.takenAt)
            else { return }
            race.add(sight, boxes: look.boxes, at: look.takenAt, truth: truth)
        }
        return TrackEvaluation([race.clip("rendered, seed \(seed), \(minutes) min")])
    }

    private static func scoreLine(_ clip: Clip) -> String {
        func members(_ figures: TrackFigures) -> String {
            "{\"idF1\":\(perMille(figures.idF1PerMille)),\"hota\":\(perMille(figures.hotaPerMille)),"
                + "\"recall\":\(perMille(figures.recallPerMille)),"
                + "\"precision\":\(perMille(figures.precisionPerMille)),"
                + "\"switches\":\(figures.switchCount),\"people\":\(figures.personCount),"
                + "\"tracks\":\(figures.trackCount),\"lost\":\(figures.lostCount)}"
        }
        return "{\"file\":\(JSON.quoted(clip.file)),\"tracks\":\(members(clip.ours)),"
            + "\"overlap\":\(members(clip.plain))}"
    }

    private static func perMille(_ value: Int) -> String { thousandths(Int64(value)) }

    /// Over all recordings: IDF1 of all their boxes together; HOTA by their true boxes; sums.
    private static func idF1(_ figures: [TrackFigures]) -> Double? {
        let boxes = figures.reduce(0) { $0 + $1.trueBoxCount + $1.foundBoxCount }
        guard boxes > 0 else { return nil }
        return Double(2 * figures.reduce(0) { $0 + $1.explainedCount }) / Double(boxes)
    }

    private static func hota(_ figures: [TrackFigures]) -> Double? {
        let boxes = figures.reduce(0) { $0 + $1.trueBoxCount }
        guard boxes > 0 else { return nil }
        return Double(figures.reduce(0) { $0 + $1.hotaPerMille * $1.trueBoxCount })
            / Double(1000 * boxes)
    }

    /// Of a hundred people.
    private static func rate(
        _ figures: [TrackFigures], _ count: (TrackFigures) -> Int
    ) -> Double? {
        let people = figures.reduce(0) { $0 + $1.personCount }
        guard people > 0 else { return nil }
        return Double(figures.reduce(0) { $0 + count($1) }) / Double(people)
    }

    private func figures(
        _ side: KeyPath<Clip, TrackFigures>
    ) -> [(name: String, title: String, figure: Figure)] {
        func figure(_ measure: ([TrackFigures]) -> Double?) -> Figure {
            // One recording says nothing about others.
            let all = clips.map { $0[keyPath: side] }
            guard clips.count > 1 else { return Figure(value: measure(all)) }
            return .drawn(over: all.map { [$0] }) { measure($0.flatMap { $0 }) }
        }
        return [
            ("idF1", "IDF1                          ", figure(Self.idF1)),
            ("hota", "HOTA                          ", figure(Self.hota)),
            (
                "switches", "switches for each person      ",
                figure { Self.rate($0, \.switchCount) }
            ),
            ("lost", "people who were hardly followed", figure { Self.rate($0, \.lostCount) })
        ]
    }

    package func json(split: String) -> String {
        func members(_ side: KeyPath<Clip, TrackFigures>) -> String {
            figures(side).map { $0.figure.json($0.name) }.joined(separator: ",")
        }
        let lines = clips.map(Self.scoreLine).joined(separator: ",")
        return "{\"task\":\"tracks\",\"split\":\(JSON.quoted(split)),\"items\":\(clips.count),"
            + "\"metrics\":{\"people\":\(clips.reduce(0) { $0 + $1.ours.personCount }),"
            + "\(members(\.ours)),\"overlap\":{\(members(\.plain))}},\"clips\":[\(lines)]}"
    }

    package func table() -> String {
        var lines = clips.flatMap { clip in
            [
                clip.file.replacingControls(), "  ours     \(clip.ours.line)",
                "  overlap  \(clip.plain.line)"
            ]
        }
        let count = clips.reduce(0) { $0 + $1.ours.personCount }
        lines.append(
            counted(clips.count, "recording") + ", " + counted(count, "person", "people")
                + (clips.count > 1 ? "; 95 % intervals" : "") + "; behind them overlap alone")
        for (ours, plain) in zip(figures(\.ours), figures(\.plain)) {
            lines.append(ours.figure.line(ours.title.padded(33)))
            lines.append(plain.figure.line("".padded(33)))
        }
        return lines.joined(separator: "\n")
    }
}

/// The product's tracks and those by overlap alone, from the same boxes.
private struct TrackRace {
    private var (ours, plain): ([TrackFigures.Look], [TrackFigures.Look]) = ([], [])
    private var tracker = OverlapTracker()

    mutating func add(
        _ sight: Sight, boxes: [PersonBox], at takenAt: Instant,
        truth: [(person: Int, box: Region)]
    ) {
        let found = sight.people.filter(\.isSeen).map { (Int($0.number), $0.region) }
        ours.append(TrackFigures.Look(truth: truth, found: found))
        plain.append(
            TrackFigures.Look(truth: truth, found: tracker.take(boxes, at: takenAt)))
    }

    func clip(_ file: String) -> TrackEvaluation.Clip {
        TrackEvaluation.Clip(file: file, ours: TrackFigures(ours), plain: TrackFigures(plain))
    }
}

/// Says of every picture what it was told before: boxes of people without a network.
final class ToldLooks: LookWorker, @unchecked Sendable {
    var boxes: [PersonBox] = []

    var tasks: [LookTask] { [.people] }
    func begin(_ look: Look) { look.note(boxes) }
    func wait(for look: Look) {}
}
