import ArgumentParser
import Workbench

/// How well one person is told from another.
struct EvalFaces: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "faces",
        abstract: "Faces: pairs judged rightly, and people on a list found among strangers.",
        discussion: """
            DIR/labels.json is a list of {"file","split","person","aligned"}; what is aligned has the \
            usual 112 × 112 pixels, in anything else the largest face is looked for. DIR/pairs.json \
            has {SPLIT: [{"a","b","same"}]}: each is measured as it is and shrunk, blurred, dark, \
            compressed and grey. DIR/watchlist.json, if there is one, has {SPLIT: {"gallery": {person: \
            [file]}, "probes": [{"file","person"}]}}; lists of 30, 300 and 3,000 are made of people of \
            the folder. The network was not trained on any of them by us; what Intel trained it on \
            nobody says.
            """)

    @OptionGroup var options: LabelledOptions

    func run() throws { try options.show { try FaceFigures.measure($0) } }
}
