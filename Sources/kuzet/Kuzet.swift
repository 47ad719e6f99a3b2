import ArgumentParser

/// The command line: one subcommand per file in this folder.
@main
struct Kuzet: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "kuzet",
        abstract: "Guards a venue: sees, decides, signals and remembers, on the board itself.",
        version: "0.1.0",
        subcommands: [
            Run.self,
            Demo.self,
            Config.self,
            Eval.self,
            Doctor.self,
            IncidentsCommand.self,
            Lines.self,
            Record.self,
            Replay.self,
            Infer.self,
            Models.self,
            Bench.self,
            Selftest.self,
            Simulate.self
        ])
}
