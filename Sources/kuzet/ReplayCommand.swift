import ArgumentParser
import Camera
import Configuration
import Linux
import Workbench

/// What the detectors would have decided about a recording: the same on every machine, to the bit.
struct ReplayCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "replay",
        abstract: "Decides a recording as a camera's pictures, and proves what was decided.",
        discussion: """
            Prints one line per incident and last {"frames","incidents","looks","digest"}: the \
            digest is SHA-256 over every sighting and incident, so two machines that print the \
            same one decided the same, bit for bit; looks says how often networks looked. Where a person should know something about the file \
            (pictures that were left out and why, times that go back), it is said on standard \
            error, and in "notices" of the last line.

            Example: kuzet replay clip.mp4 --plot clip.html
            """)

    @Argument(
        help: """
            Y4M, MJPEG in AVI or Matroska, a Kuzet recording, or - for standard input; anything \
            else is decoded by ffmpeg, if it is installed.
            """)
    var input: String

    @Option(
        name: .customLong("config"),
        help: "Zones, masks and rules of its first camera, and its networks.")
    var configurationPath: String?

    @Flag(help: "One JSON object per line instead of a table.")
    var json = false

    @Option(
        help: """
            Draw incidents, how many people there were, and scores over time, and pictures with \
            everybody who was followed: a page of one file.
            """)
    var plot: String?

    func run() throws {
        if let plot {
            for read in [input, configurationPath].compactMap({ $0 }) {
                try orExit { try WorkbenchError.refuseSame(read, plot) }
            }
        }
        var detection = ReplayRun.Detection.standard
        if let configurationPath {
            let configuration = try orExit { try Settings.load(configurationPath) }.configuration
            detection = try orExit { try ReplayRun.Detection(configuration) }
        }
        let replayed = ReplayRun(plotting: plot == nil ? nil : input)
        do {
            try replayed.run(try Recording.open(input), detection: detection)
        } catch let error as CameraError {
            // What was decided up to there is still true, and worth reading.
            if replayed.frameCount > 0 { print(replayed.report(isJSON: json), terminator: "") }
            try orExit { throw error }
        }
        print(replayed.report(isJSON: json), terminator: "")
        if let plot, let page = replayed.page() {
            do {
                try Files.replace(plot, with: Array(page.utf8))
            } catch {
                complain("plot \(plot): write: \(error)")
                throw ExitCode(ExitStatus.unavailable)
            }
        }
        for notice in replayed.notices { complain(notice) }
    }
}
