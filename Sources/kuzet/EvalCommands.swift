import ArgumentParser
import Linux
import Simulation
import Workbench

/// Measures detectors on labelled footage.
struct EvalCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "eval",
        abstract: "Measures a detector on labelled footage.",
        subcommands: [
            EvalFights.self, EvalPeople.self, EvalCrowd.self, EvalTamper.self, EvalQuiet.self,
            EvalRendered.self
        ])
}

/// What every evaluation of a labelled folder is told.
struct LabelledOptions: ParsableArguments {
    @Argument(help: "A folder with labels.json and the recordings it names.")
    var folder: String

    @Option(help: "The split to measure, as in labels.json.")
    var split: String

    @Flag(help: "One JSON object instead of a table.")
    var json = false

    @Option(help: "Write one JSON line per recording to this file.")
    var scores: String?

    var labelled: LabelledFolder {
        LabelledFolder(folder: folder, split: split, scores: scores)
    }
}

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

    @OptionGroup var options: LabelledOptions

    @Option(
        help: """
            Write one JSON line per decision to this file: score, region, and the numbers it came \
            from.
            """)
    var features: String?

    @Option(
        help: """
            Draw what was judged wrongly: a page of one file, with pictures, the judged region and \
            scores over time.
            """)
    var errors: String?

    @Option(
        help: """
            Scores of weights that never saw the recording they judge, as \
            Sources/Models/fights/train.py writes them, instead of the detector's own.
            """)
    var heldOut: String?

    func run() throws {
        let figures = try orExit {
            try FightEvaluation(
                options.labelled, features: features, errors: errors, heldOut: heldOut
            ).run()
        }
        announce(options.json ? figures.json(split: options.split) : figures.table())
    }
}

/// How well people are found in pictures.
struct EvalPeople: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "people",
        abstract: "People: average precision of their boxes, and whether anybody is there.",
        discussion: """
            DIR/labels.json is a list of {"file","split","scene","boxes"}: JPEGs, and in each \
            [cx,cy,w,h] of every person, 0 to 1 of the picture. 95 % intervals are from 1000 draws \
            of scenes. --scores: {"file","boxes":[[cx,cy,w,h,score],…]}.
            """)

    @OptionGroup var options: LabelledOptions

    func run() throws {
        let figures = try orExit { try PeopleFigures.measure(options.labelled) }
        announce(options.json ? figures.json(split: options.split) : figures.table())
    }
}

/// How well crowds are counted.
struct EvalCrowd: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "crowd",
        abstract: "Crowds: error of the count, and whether 50 or more are told from fewer.",
        discussion: """
            DIR/labels.json is a list of {"file","split","scene","count"}: JPEGs, and how many people \
            are in each; "boxes" are counted where there is no "count". What is measured is the \
            network of density alone. 95 % intervals are from 1000 draws of scenes. --scores: \
            {"file","count"}.
            """)

    @OptionGroup var options: LabelledOptions

    func run() throws {
        let figures = try orExit { try CrowdFigures.measure(options.labelled) }
        announce(options.json ? figures.json(split: options.split) : figures.table())
    }
}

/// How many of the labelled attempts to blind the camera are noticed, how soon, and how often
/// nothing is taken for one.
struct EvalTamper: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "tamper",
        abstract: "Camera health: detected within 5 s of onset, and false alarms.",
        discussion: """
            DIR/labels.json is a list of {"file","split","kind","tamper":0|1,"onset_s"}. A tamper \
            counts as detected if its first incident is confirmed between the onset and 5 s after.
            """)

    @OptionGroup var options: LabelledOptions

    func run() throws {
        let tally = try orExit { try TamperTally.measure(options.labelled) }
        announce(options.json ? tally.json(split: options.split) : tally.table())
    }
}

/// Footage in which nobody fights and nobody touches the camera must not say otherwise.
struct EvalQuiet: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "quiet",
        abstract: "Prints every incident that ordinary footage gives, and how many in an hour.",
        discussion: """
            Only confirmed incidents count. Presence is left out: people may be there. Exit status \
            0 whatever is found; with --json the last line is {"task","items","metrics":{"tamper",\
            "inability","notes","fights","aggression","seconds","perHour"}}. A note (the camera's \
            view has changed) calls nobody and does not count by the hour.

            Example: kuzet eval quiet negatives/dancing negatives/market
            """)

    @Argument(help: "Recordings, or folders of recordings (not of folders).")
    var inputs: [String]

    @Flag(help: "JSON lines instead of text.")
    var json = false

    func run() throws {
        try orExit { try QuietFootage(inputs, isJSON: json).run() }
    }
}

/// What the detectors make of a rendered scene: no footage is needed, and any length can be had.
struct EvalRendered: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "rendered",
        abstract: "Decides a rendered scene and prints its confirmed incidents.",
        discussion: """
            Scenes: \(VenueScript.Scene.allCases.map(\.rawValue).joined(separator: ", ")). With \
            --json the last line is {"task","scene","frames","metrics":{"fights","aggression",\
            "others","notes"}}.

            Example: kuzet eval rendered strobe --minutes 60
            """)

    @Argument(help: "What goes on.")
    var scene: VenueScript.Scene

    @Option(
        help: "What they stand on: \(VenueGround.allCases.map(\.rawValue).joined(separator: ", "))."
    )
    var ground = VenueGround.room

    @Option(
        help: ArgumentHelp(
            "What the camera's mount does from the twelfth second on: "
                + VenueScript.Unrest.allCases.map(\.rawValue).joined(separator: ", ") + "."))
    var unrest: VenueScript.Unrest?

    @Option(help: "By how many pixels of a picture 320 wide; 1 to 160.")
    var pixels = 4

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

    func validate() throws {
        guard (1...1_440).contains(minutes) else {
            throw ValidationError("--minutes \(minutes): allowed are 1 to 1440")
        }
        guard (1...160).contains(pixels) else {
            throw ValidationError("--pixels \(pixels): allowed are 1 to 160")
        }
        guard (64...1_920).contains(width), width % 4 == 0 else {
            throw ValidationError("--width \(width): allowed are multiples of 4, 64 to 1920")
        }
    }

    func run() throws {
        var script = VenueScript.scene(scene, seconds: minutes * 60, seed: seed, on: ground)
        if let unrest { script.add(unrest, pixels: pixels) }
        try orExit {
            try RenderedScene(
                script, named: scene.rawValue, seed: seed, width: width, out: out, isJSON: json
            ).run()
        }
    }
}

extension VenueScript.Scene: ExpressibleByArgument {}
extension VenueScript.Unrest: ExpressibleByArgument {}
extension VenueGround: ExpressibleByArgument {}
