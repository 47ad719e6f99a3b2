import Camera
import Detectors
import Frames
import Linux
import Text

/// How well fights are told from everything else that people do.
package struct FightEvaluation {
    private let labelled: LabelledFolder
    private let features: String?
    private let moments: String?
    private let errors: String?
    private let heldOut: String?

    /// - Parameters:
    ///   - features: a file for one JSON line per decision.
    ///   - moments: a file for what a network is shown, twice a second, one after the other.
    ///   - errors: a page on what was judged wrongly.
    ///   - heldOut: scores of weights that never saw the recording they judge.
    package init(
        _ labelled: LabelledFolder, features: String?, moments: String?, errors: String?,
        heldOut: String?
    ) {
        self.labelled = labelled
        self.features = features
        self.moments = moments
        self.errors = errors
        self.heldOut = heldOut
    }

    package func run() throws -> FightFigures {
        // Before anything is opened to be written.
        let labels = try labelled.labels(
            writing: [features, moments, errors], reading: [self.heldOut])
        let heldOut = try self.heldOut.map { try HeldOutScores($0) }
        var items: [FightItem] = []
        let names = FightNumber.allCases.map { JSON.quoted("\($0)") }.joined(separator: ",")
        let sink = try features.map { path in
            try WorkbenchError.writing(path) {
                let file = try create(path)
                try file.writeAll("{\"names\":[\(names)]}\n")
                return file
            }
        }
        let film = try moments.map { path in
            try WorkbenchError.writing(path) { try create(path) }
        }
        let networks = try LookNetworks()
        var (wrong, momentCount) = (FightErrors(), 0)
        try labelled.decideEach(labels) { label, path in
            var clip = FightClip(file: label.file, momentCount: momentCount)
            try clip.decide(path, networks, keepsNumbers: sink != nil) { codes in
                try WorkbenchError.writing(moments ?? "") { try film?.writeAll(codes) }
            }
            momentCount = clip.momentCount
            heldOut?.replace(in: &clip)
            if errors != nil { try wrong.add(clip, at: path, label: label) }
            items.append(
                FightItem(
                    isFight: label.members["label"]?.string == "fight",
                    scene: label.members["scene"]?.thousandths ?? items.count, score: clip.score))
            try WorkbenchError.writing(features ?? "") { try sink?.writeAll(clip.featureLines) }
            return clip.scoreLine
        }
        if let errors {
            let page = wrong.html(title: "Fights, split \(labelled.split)")
            try WorkbenchError.writing(errors) {
                try Files.replace(errors, with: Array(page.utf8))
            }
        }
        return FightFigures(items)
    }
}

/// What the detector said about one recording.
struct FightClip {
    struct Decision {
        let at: Interval
        var score: Q15
        /// The score has all behind it that it ever has.
        let isFull: Bool
        let region: Region
    }

    let file: String
    /// How many were written, of this recording and those before.
    private(set) var momentCount = 0
    /// In order.
    var decisions: [Decision] = []
    var featureLines = ""

    var score: Q15 { best?.score ?? .zero }
    /// The one that counts.
    var best: Decision? { Self.best(of: decisions) }

    /// The highest; of a recording too short for a full one, the last.
    static func best(of decisions: [Decision]) -> Decision? {
        decisions.filter(\.isFull).max { $0.score < $1.score } ?? decisions.last
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

    init(file: String, momentCount: Int = 0) {
        self.file = file
        self.momentCount = momentCount
    }

    /// - Parameters:
    ///   - keepsNumbers: also write `featureLines`.
    ///   - film: is given what a network is shown, twice a second.
    mutating func decide(
        _ path: String, _ networks: LookNetworks, keepsNumbers: Bool,
        film: ([UInt8]) throws -> Void
    ) throws {
        let recording = try Recording.openForDetectors(path)
        let (width, height) = (recording.width, recording.height)
        let sight = Sight(looks: NotedLooks(PromptWorker(networks), tasks: [.people, .fights]))
        var nextFilm = Interval.zero
        try recording.forEachFrame { frame, at in
            // A detector has one size, and what it learned of it.
            guard frame.width == width, frame.height == height else { return }
            try sight.decide(frame)
            guard let detector = sight.fights, let score = sight.newScores[.fights] else { return }
            decisions.append(
                Decision(
                    at: at, score: score, isFull: detector.span >= FightDetector.spanMin,
                    region: detector.region))
            guard keepsNumbers && detector.isMeasured else { return }
            guard at >= nextFilm else {
                addFeatures(detector, at: at, film: 0)
                return
            }
            nextFilm = at + .milliseconds(450)
            let codes = Self.codes(detector)
            try film(codes)
            addFeatures(detector, at: at, film: codes.count / FightDetector.momentCodeCount)
        }
    }

    /// What a network is shown, as bytes.
    private static func codes(_ detector: FightDetector) -> [UInt8] {
        let size = FightDetector.momentCodeCount
        return [UInt8](unsafeUninitializedCapacity: FightDetector.momentCountMax * size) {
            bytes, count in
            count = bytes.withMemoryRebound(to: Int8.self) { detector.show($0) } * size
        }
    }

    private mutating func addFeatures(_ detector: FightDetector, at: Interval, film: Int) {
        let region = detector.region
        let numbers = detector.numbers.map { "\($0)" }.joined(separator: ",")
        featureLines +=
            "{\"file\":\(JSON.quoted(file)),\"at\":\(secondsText(at)),"
            + "\"score\":\(fraction(detector.score)),"
            + "\"moment\":\(fraction(detector.momentScore)),"
            + "\"aggression\":\(fraction(detector.aggressionScore)),"
            + "\"trees\":[\(fraction(detector.treesScores.fight)),"
            + "\(fraction(detector.treesScores.aggression))],"
        if let opinion = detector.opinion {
            featureLines += "\"opinion\":[\(opinion.fight),\(opinion.aggression)],"
        }
        if film > 0 {
            featureLines += "\"film\":[\(momentCount),\(film)],"
            momentCount += film
        }
        featureLines +=
            "\"region\":[\(region.x),\(region.y),\(region.width),\(region.height)],"
            + "\"numbers\":[\(numbers)]}\n"
    }

    /// With five decimals.
    private func fraction(_ score: Q15) -> String {
        let scaled = (Int(score.rawValue) * 100_000 + 16_384) / 32_768
        let digits = String(scaled % 100_000)
        return "\(scaled / 100_000)." + String(repeating: "0", count: 5 - digits.count) + digits
    }
}
