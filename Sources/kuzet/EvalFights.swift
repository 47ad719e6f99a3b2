import ArgumentParser
import Camera
import Detectors
import Frames
import Linux
import Text

/// How well fights are told from everything else that people do.
struct EvalFights: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "fights",
        abstract: "Fights: accuracy, area under the curve, recall at 5 % false positives.",
        discussion: """
            DIR/labels.json is a list of {"file","split","label","scene"}; the label "fight" is a \
            fight and any other is not. Each is also measured scene by scene, so that a camera \
            with many clips counts once, and with 95 % intervals from 1000 draws of scenes.
            """)

    @OptionGroup var labelled: LabelledFolder

    @Option(
        help: """
            Write one JSON line per decision to this file: score, region, and the numbers it came \
            from.
            """)
    var features: String?

    mutating func run() throws {
        var items: [FightItem] = []
        let names = FightNumber.allCases.map { JSON.quoted("\($0)") }.joined(separator: ",")
        let sink = try features.map { path in
            try orExit(writing: path) {
                let file = try create(path)
                try file.writeAll("{\"names\":[\(names)]}\n")
                return file
            }
        }
        try labelled.decideEach { label, path in
            let clip = try FightClip.decide(path, file: label.file, keepsNumbers: sink != nil)
            items.append(
                FightItem(
                    isFight: label.members["label"]?.string == "fight",
                    scene: label.members["scene"]?.thousandths ?? items.count, score: clip.score))
            try orExit(writing: features ?? "") { try sink?.writeAll(clip.featureLines) }
            return clip.scoreLine
        }
        let figures = FightFigures(items)
        announce(labelled.json ? figures.json(split: labelled.split) : figures.table())
    }
}

/// What the detector said about one recording.
struct FightClip {
    let file: String
    /// In order; `isFull` where the score has all behind it that it ever has.
    var decisions: [(at: Interval, score: Q15, isFull: Bool)] = []
    var featureLines = ""

    /// The highest; of a recording too short for a full one, the last.
    var score: Q15 {
        decisions.filter(\.isFull).map(\.score).max() ?? decisions.last?.score ?? .zero
    }

    var scoreLine: String {
        // Above either threshold: the longest run, in milliseconds.
        "{\"file\":\(JSON.quoted(file)),\"score\":\(fraction(score)),"
            + "\"fightMs\":\(longest(above: FightDetector.fightMin)),"
            + "\"aggressionMs\":\(longest(above: FightDetector.aggressionMin))}"
    }

    private func longest(above least: Q15) -> Int64 {
        var (longest, start): (Int64, Interval?) = (0, nil)
        for decision in decisions {
            guard decision.score >= least else {
                start = nil
                continue
            }
            let from = start ?? decision.at
            start = from
            longest = max(longest, (decision.at - from).milliseconds)
        }
        return longest
    }

    /// - Parameter keepsNumbers: also write `featureLines`.
    static func decide(_ path: String, file: String, keepsNumbers: Bool) throws -> FightClip {
        let recording = try Recording.openForDetectors(path)
        let detector = FightDetector(width: recording.width, height: recording.height)
        var clip = FightClip(file: file)
        try recording.forEachFrame { frame, at in
            guard detector.update(frame.luma.view, at: frame.capturedAt) else { return }
            clip.decisions.append((at, detector.score, detector.span >= FightDetector.spanMin))
            if keepsNumbers && detector.isMeasured { clip.addFeatures(detector, at: at) }
        }
        return clip
    }

    private mutating func addFeatures(_ detector: FightDetector, at: Interval) {
        let region = detector.region
        let numbers = detector.numbers.map { "\($0)" }.joined(separator: ",")
        featureLines +=
            "{\"file\":\(JSON.quoted(file)),\"at\":\(secondsText(at)),"
            + "\"score\":\(fraction(detector.score)),"
            + "\"moment\":\(fraction(detector.momentScore)),"
            + "\"region\":[\(region.x),\(region.y),\(region.width),\(region.height)],"
            + "\"numbers\":[\(numbers)]}\n"
    }

    /// With five decimals.
    private func fraction(_ score: Q15) -> String {
        let scaled = (Int(score.rawValue) * 100_000 + 16_384) / 32_768
        let digits = String(scaled % 100_000)
        return "\(scaled / 100_000)." + String(repeating: "0", count: 5 - digits.count) + digits
    }
}
