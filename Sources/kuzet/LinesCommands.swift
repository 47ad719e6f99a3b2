import ArgumentParser
import Configuration
import Workbench

/// `kuzet lines`: lamps, siren and buttons without the appliance around them.
struct LinesCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "lines",
        abstract: "Switches lamps and siren off, tries them, or shows what the buttons do.",
        subcommands: [LinesIdle.self, LinesTest.self, LinesWatch.self])
}

struct LinesIdle: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "idle",
        abstract: "Switches every lamp and the siren off.",
        discussion: """
            For the time when the appliance is not running: at boot, and after it ended in any \
            way. A line that cannot be had does not keep the others from being switched off, nor \
            does a mistake elsewhere in the configuration. Exit status: 69 where a line could not \
            be had, 78 where the configuration has mistakes.
            """)

    @Option(help: "The configuration that names the lines.")
    var config = Settings.defaultPath

    @Flag(help: "Print one JSON object per output.")
    var json = false

    func run() throws {
        try orExit { try LineTrials.idle(config, isJSON: json) }.exit()
    }
}

struct LinesTest: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "test",
        abstract: "Lights each lamp in turn for a person to see.",
        discussion: "Ctrl-C ends it at once with everything off.")

    @Option(help: "The configuration that names the lines.")
    var config = Settings.defaultPath

    @Flag(help: "Sound the siren as well, for 0.3 seconds.")
    var siren = false

    func run() throws {
        try orExit { try LineTrials.test(config, siren: siren) }.exit()
    }
}

struct LinesWatch: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "watch",
        abstract: "Prints what buttons and enclosure switch do, until Ctrl-C.",
        discussion: "Takes the inputs only: no lamp changes.")

    @Option(help: "The configuration that names the lines.")
    var config = Settings.defaultPath

    @Option(help: "End after so many seconds.")
    var seconds: Int?

    @Flag(help: "Print one JSON object per change.")
    var json = false

    func run() throws {
        try orExit { try LineTrials.watch(config, seconds: seconds, isJSON: json) }.exit()
    }
}

extension LineTrials.Outcome {
    fileprivate func exit() throws {
        switch self {
        case .done: return
        case .hasProblems: throw ExitCode(ExitStatus.badConfiguration)
        case .hasFailures: throw ExitCode(ExitStatus.unavailable)
        }
    }
}
