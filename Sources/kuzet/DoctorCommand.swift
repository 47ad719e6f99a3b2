import ArgumentParser
import Configuration
import Doctor
import Linux

/// `kuzet doctor`: what is wrong with this machine, and what to do.
struct DoctorCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "doctor",
        abstract: "Checks this machine: configuration, camera, lines, disk, clock, links, heat.",
        discussion: """
            Safe while the appliance runs: takes no line, and no camera that is in use. Run it as \
            root, or as the user that the appliance runs as, to see what that user may do. Exit \
            status: 69 where something fails; warnings alone are 0.
            """)

    @Option(help: "The configuration of the appliance.")
    var config = Settings.defaultPath

    @Flag(help: "Print one JSON object.")
    var json = false

    func run() throws {
        let findings = Examination.findings(configuration: config) { more in
            if !json { for finding in more { announce(finding.line) } }
        }
        let worst = findings.map(\.grade).max() ?? .ok
        if json {
            print(
                "{\"healthy\":\(worst != .fail),\"findings\":["
                    + findings.map(\.json).joined(separator: ",") + "]}")
        } else {
            let failCount = findings.count { $0.grade == .fail }
            let warnCount = findings.count { $0.grade == .warn }
            announce(
                failCount + warnCount == 0
                    ? "This machine is fit." : "\(failCount) failed, \(warnCount) to look at.")
        }
        if worst == .fail { throw ExitCode(ExitStatus.unavailable) }
    }
}
