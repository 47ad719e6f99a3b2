import ArgumentParser
import Configuration
import Guard

/// `kuzet run`: the appliance.
struct RunCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "run",
        abstract: "Guard the venue: capture, decide, signal, remember; until told to stop.",
        discussion: """
            Examples:
              kuzet run --config /etc/kuzet/kuzet.toml
              systemctl reload kuzet       reads the configuration again (SIGHUP)

            SIGTERM and SIGINT end it with every lamp and the siren off at once, and then every
            record written, for which it waits at most 10 s. Under systemd it says when it is
            ready and feeds the watchdog for as long as every camera's thread comes round; a disk
            that does not answer is an incident and stands in the status, and ends nothing. Exit \
            status 74 where it did not take every record before the end.
            """)

    @Option(help: "The configuration file.")
    var config = Settings.defaultPath

    func run() throws {
        let lostCount = try orExit { try Wiring(configuration: config).run() }
        guard lostCount == 0 else { throw ExitCode(ExitStatus.inputOutput) }
    }
}
