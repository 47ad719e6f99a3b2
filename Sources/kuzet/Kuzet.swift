import ArgumentParser
import Linux

/// The command line: one subcommand per file in this folder.
@main
struct Kuzet: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "kuzet",
        abstract: "Guards a venue: sees, decides, signals and remembers, on the board itself.",
        version: "0.1.0",
        subcommands: [
            RunCommand.self,
            DemoCommand.self,
            ConfigCommand.self,
            CalibrateCommand.self,
            EvalCommand.self,
            DoctorCommand.self,
            IncidentsCommand.self,
            PeopleCommand.self,
            WatchlistCommand.self,
            LinesCommand.self,
            RecordCommand.self,
            ReplayCommand.self,
            InferCommand.self,
            ModelsCommand.self,
            BenchCommand.self,
            SelftestCommand.self,
            SimulateCommand.self
        ])

    static func main() {
        StandardOutput.judgeAtExit()
        // Who reads our output may leave: that is an error of writing, and no signal.
        Signals.ignoreBrokenPipes()
        Self.main(nil)
    }
}
