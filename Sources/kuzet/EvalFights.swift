import ArgumentParser
import Camera
import Detectors
import Frames
import Linux

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

    @Argument(help: "A folder with labels.json and the recordings it names.")
    var folder: String

    @Option(help: "The split to measure, as in labels.json.")
    var split: String

    @Flag(help: "One JSON object instead of a table.")
    var json = false

    @Option(help: "Write one JSON line per recording to this file.")
    var scores: String?

    @Option(
        help: """
            Write one JSON line per decision to this file: score, region, and the numbers it came \
            from.
            """)
    var features: String?

    mutating func run() throws {
        var (items, scoreLines, featureLines) = ([FightItem](), "", "")
        let sink = try features.map { try Self.create($0) }
        let names = FightNumber.allCases.map { JSON.quoted("\($0)") }.joined(separator: ",")
        featureLines = "{\"names\":[\(names)]}\n"
        for label in try Label.read(folder: folder, split: split) {
            do {
                let clip = try FightClip.decide(
                    folder + "/" + label.file, file: label.file, keepsNumbers: sink != nil)
                let item = FightItem(
                    isFight: label.members["label"]?.string == "fight",
                    scene: label.members["scene"]?.thousandths ?? items.count, score: clip.score)
                items.append(item)
                scoreLines += clip.scoreLine + "\n"
                featureLines += clip.featureLines
            } catch let error as CameraError {
                complain("\(error)")
                throw ExitCode(
                    error.kind == .badData ? ExitStatus.badData : ExitStatus.unavailable)
            }
            if let sink {
                try Self.write(featureLines, to: sink, features ?? "")
                featureLines = ""
            }
        }
        if let scores { try Self.write(scoreLines, to: try Self.create(scores), scores) }
        let figures = FightFigures(items)
        announce(json ? figures.json(split: split) : figures.table())
    }

    private static func create(_ path: String) throws -> FileDescriptor {
        do {
            return try FileDescriptor.open(path, [.writeOnly, .create, .truncate], mode: 0o640)
        } catch {
            complain("\(path): create: \(error)")
            throw ExitCode(ExitStatus.unavailable)
        }
    }

    private static func write(_ text: String, to sink: FileDescriptor, _ path: String) throws {
        do {
            try sink.writeAll(text)
        } catch {
            complain("\(path): write: \(error)")
            throw ExitCode(ExitStatus.unavailable)
        }
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
        let recording = try Recording.open(path)
        guard DetectorBank.accepts(width: recording.width, height: recording.height) else {
            throw CameraError(
                kind: .badData, object: "recording \(path)", attempt: "decide",
                cause: "it has \(recording.width)×\(recording.height); detectors need "
                    + "\(DetectorBank.widthMin)×\(DetectorBank.heightMin) at the least")
        }
        let detector = FightDetector(width: recording.width, height: recording.height)
        var clip = FightClip(file: file)
        var start: Instant?
        while true {
            switch try recording.next(timeout: .seconds(1)) {
            case .ended: return clip
            case .waiting, .lost, .restored: continue
            case .frame(let frame):
                let from = start ?? frame.capturedAt
                start = from
                let isDecided = detector.update(frame.luma.view, at: frame.capturedAt)
                guard isDecided else { continue }
                clip.decisions.append(
                    (
                        frame.capturedAt - from, detector.score,
                        detector.span >= FightDetector.spanMin
                    ))
                if keepsNumbers && detector.isMeasured {
                    clip.addFeatures(detector, at: frame.capturedAt - from)
                }
            }
        }
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
