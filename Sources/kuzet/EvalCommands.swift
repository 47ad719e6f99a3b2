import ArgumentParser
import Linux
import Simulation
import Text
import Workbench

/// Measures detectors on labelled footage.
struct EvalCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "eval",
        abstract: "Measures a detector on labelled footage.",
        subcommands: [
            EvalFights.self, EvalStreams.self, EvalPeople.self, EvalCrowd.self, EvalTracks.self,
            EvalFaces.self, EvalTamper.self, EvalQuiet.self, EvalRendered.self, EvalVenue.self,
            EvalCaution.self
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

    /// Measures, and prints what came of it.
    func show(_ measure: (LabelledFolder) throws -> any SplitFigures) throws {
        let figures = try orExit { try measure(labelled) }
        announce(json ? figures.json(split: split) : figures.table())
    }
}

/// Throws where two outputs are one file: the later would take the earlier one's place.
private func refuseTwice(_ outputs: [(option: String, path: String?)]) throws {
    for (index, output) in outputs.enumerated() {
        for earlier in outputs[..<index] {
            guard let one = earlier.path, let other = output.path,
                LabelledFolder.areOneFile(one, other)
            else { continue }
            throw ValidationError(
                "\(earlier.option) and \(output.option) name one file, "
                    + "\(other.replacingControls()); name two")
        }
    }
}

/// What every evaluation of labelled pictures is told.
struct PictureOptions: ParsableArguments {
    @OptionGroup var labelled: LabelledOptions

    @Option(
        help: "Draw the pictures that were judged worst, 40 at most: a page of one file.")
    var errors: String?

    func validate() throws {
        try refuseTwice([("--scores", labelled.scores), ("--errors", errors)])
    }

    func show(_ figures: (some PictureFigures).Type) throws {
        try labelled.show { try figures.measure($0, errors: errors) }
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
            with many clips counts once, and with 95 % intervals from 1000 draws of scenes. Clips that \
            the shipped weights were trained on measure memory, not skill: give --held-out, or \
            footage of your own.
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
            Write what a network is shown to this file, twice a second: up to five moments of 128 × \
            128 × 3 codes; "film" in the lines of --features has the place of the first, and how many.
            """)
    var moments: String?

    @Option(
        help: """
            Draw what was judged wrongly: a page of one file, with pictures, the judged region and \
            scores over time.
            """)
    var errors: String?

    @Option(
        help: """
            Scores of weights that never saw the recording they judge, as \
            Sources/Models/fights/opinion.py writes them, instead of the detector's own.
            """)
    var heldOut: String?

    func validate() throws {
        try refuseTwice([
            ("--scores", options.scores), ("--features", features), ("--moments", moments),
            ("--errors", errors)
        ])
        if moments != nil && features == nil {
            throw ValidationError("--moments: which is which stands in --features: give both")
        }
    }

    func run() throws {
        try options.show {
            try FightEvaluation(
                $0, features: features, moments: moments, errors: errors, heldOut: heldOut
            ).run()
        }
    }
}

/// How soon fights are told.
struct EvalStreams: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "streams",
        abstract: "Fights that break out in long quiet recordings: seconds to amber and to red.",
        discussion: """
            DIR/labels.json is as for kuzet eval fights. Before every fight of the split comes a \
            quiet clip, to and fro for --lead seconds: of the fight's own scene, else any of the \
            split, scaled to its size. The cut to the fight is hard. The fight runs to and fro \
            for 6 s or more, then it is quiet again for 10 s. All is decided as by kuzet replay. \
            Amber is aggression confirmed, or a fight; red is a fight. Each stream is also run \
            with another quiet clip in the fight's place, to see what the cut alone is taken for. \
            Quiet is any label but "fight" and "blow", where "camera" is "fixed" or not there. \
            Clips that the shipped weights were trained on measure memory, not skill.

            Example: kuzet eval streams fights --split val --scores streams.jsonl
            """)

    @OptionGroup var options: LabelledOptions

    @Option(
        help: """
            One more folder with labels.json, whose quiet clips of the split come before fights \
            that have none of their own scene; may be repeated.
            """)
    var quiet: [String] = []

    @Flag(
        help: """
            Before a fight that has no quiet clip of its own scene comes its own clip with nobody \
            in it (the median of every pixel, in noise), not another camera's.
            """)
    var emptied = false

    @Option(help: "Seconds of quiet before each fight, 5 to 600.")
    var lead = 20

    @Option(help: "Which quiet clip comes before which fight.")
    var seed: UInt64 = 1

    func validate() throws {
        guard (5...600).contains(lead) else {
            throw ValidationError("--lead \(lead): allowed are 5 to 600")
        }
    }

    func run() throws {
        try options.show {
            try FightStreams(
                $0, quiet: quiet, leadSeconds: lead, seed: seed, emptiesOwn: emptied
            ).run()
        }
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
            of scenes. --scores: {"file","boxes":[[cx,cy,w,h,score],…],"heads":[[x,y],…]}, a head of \
            each box.
            """)

    @OptionGroup var options: PictureOptions

    func run() throws { try options.show(PeopleFigures.self) }
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

    @OptionGroup var options: PictureOptions

    func run() throws { try options.show(CrowdFigures.self) }
}

/// How well people are followed.
struct EvalTracks: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "tracks",
        abstract: "Tracks: who is who from look to look, beside overlap alone.",
        discussion: """
            DIR/tracks.json is {"file","split","fps","width","height","per_frame"} or a list of \
            such: for each frame a list of [person,left,top,right,bottom] in pixels. Each recording is \
            replayed with networks; tracks are compared with who was there when each picture was \
            taken: IDF1, HOTA, how often a person is taken for another one. Below each line stands \
            what overlap alone makes of the same boxes. 95 % intervals are from 1000 draws of \
            recordings. With --rendered SEED in place of DIR the hall of kuzet eval venue is \
            followed, from its own boxes with errors.

            Example: kuzet eval tracks people-cameras --split val
            """)

    @Argument(help: "A folder with tracks.json and the recordings it names.")
    var folder: String?

    @Option(help: "The split to measure, as in tracks.json.")
    var split: String?

    @Option(help: "Follow people in the rendered hall of this seed instead.")
    var rendered: UInt64?

    @Option(help: "How long the rendered hall is followed, 1 to 60.")
    var minutes = 5

    @Flag(help: "One JSON object instead of a table.")
    var json = false

    @Option(help: "Write one JSON line per recording to this file.")
    var scores: String?

    func validate() throws {
        guard (folder == nil) == (rendered != nil) else {
            throw ValidationError("name either a folder or --rendered SEED")
        }
        guard (folder == nil) == (split == nil) else {
            throw ValidationError("a folder goes with --split NAME")
        }
        guard scores == nil || folder != nil else {
            throw ValidationError("--scores are of a folder's recordings")
        }
        guard (1...60).contains(minutes) else {
            throw ValidationError("--minutes \(minutes): allowed are 1 to 60")
        }
    }

    func run() throws {
        let figures = try orExit {
            if let rendered {
                try TrackEvaluation.rendered(seed: rendered, minutes: minutes)
            } else {
                try TrackEvaluation.measure(
                    LabelledFolder(folder: folder ?? "", split: split ?? "", scores: scores))
            }
        }
        announce(json ? figures.json(split: split ?? "rendered") : figures.table())
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

    func run() throws { try options.show { try TamperTally.measure($0) } }
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
            Scenes: \(RenderedChoice.allValueStrings.joined(separator: ", ")). With \
            --json the last line is {"task","scene","frames","metrics":{"fights","aggression",\
            "others","notes"}}.

            everyday is every scene that nobody must be called for, each as long as --minutes \
            says, and prints confirmed incidents an hour of every kind; with --json a line for \
            each, and at the end {"task","scene","seed","metrics":{"scenes","fights",\
            "aggression","others","notes","seconds","perHour":{KIND:…}}}.

            Examples: kuzet eval rendered strobe --minutes 60
                      kuzet eval rendered everyday --minutes 37
            """)

    @Argument(help: "What goes on.")
    var scene: RenderedChoice

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
        guard scene != .everyday || out == nil else {
            throw ValidationError("--out keeps one scene: name it instead of everyday")
        }
    }

    func run() throws {
        try orExit {
            switch scene {
            case .everyday:
                try RenderedEveryday(
                    seed: seed, minutes: minutes, width: width, isJSON: json, script: script
                ).run()
            case .scene(let scene):
                try RenderedScene(
                    script(scene), named: scene.rawValue, seed: seed, width: width, out: out,
                    isJSON: json
                ).run()
            }
        }
    }

    private func script(_ scene: VenueScript.Scene) -> VenueScript {
        var script = VenueScript.scene(scene, seconds: minutes * 60, seed: seed, on: ground)
        if let unrest { script.add(unrest, pixels: pixels) }
        return script
    }
}

/// One rendered scene, or all in which nothing happens.
enum RenderedChoice: Hashable, ExpressibleByArgument {
    case scene(VenueScript.Scene)
    case everyday

    init?(argument: String) {
        if argument == "everyday" {
            self = .everyday
        } else if let scene = VenueScript.Scene(rawValue: argument) {
            self = .scene(scene)
        } else {
            return nil
        }
    }

    static var allValueStrings: [String] {
        VenueScript.Scene.allCases.map(\.rawValue) + ["everyday"]
    }
}

/// Whether the number of people is right for hours, and no gathering is told that is none.
struct EvalVenue: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "venue",
        abstract: "Counts people in hours of a rendered hall: right numbers, false gatherings.",
        discussion: """
            People come, sit at tables, stand at the bar, dance and go; once an hour ten stand \
            together. Who is there is known at every moment; each minute the number of those of whom half \
            is to be seen is compared with what is counted, within a tenth or one. Boxes are the true ones with errors (10 % missed, 5 % made up, all a \
            little off), so that counting and rules are measured; with --networks they come from \
            the networks, which look at the drawn picture. With --json the last line is \
            {"task","seed","looks","metrics":{"minutes","right","rightInZone",…}}.

            Example: kuzet eval venue --minutes 480
            """)

    @Option(help: "How long, 1 to 1440.")
    var minutes = 480

    @Option(help: "Who comes when, and what boxes err in.")
    var seed: UInt64 = 1

    @Flag(help: "Networks look at the drawn picture: 640 × 480, slowly.")
    var networks = false

    @Flag(help: "JSON lines instead of text.")
    var json = false

    func validate() throws {
        guard (1...1_440).contains(minutes) else {
            throw ValidationError("--minutes \(minutes): allowed are 1 to 1440")
        }
    }

    func run() throws {
        let hours = VenueHours(
            seed: seed, minutes: minutes, looks: networks ? .networks : .told)
        let tally = try orExit {
            try hours.run { line in announce(json ? "{\"said\":\(JSON.quoted(line))}" : line) }
        }
        announce(json ? hours.json(tally) : hours.table(tally))
    }
}

extension VenueScript.Unrest: ExpressibleByArgument {}
extension VenueGround: ExpressibleByArgument {}
