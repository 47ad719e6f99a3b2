import Alarm
import ArgumentParser
import Linux

/// `kuzet doctor`: what is wrong with this machine, and what to do.
struct Doctor: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Checks this machine: configuration, camera, lines, disk, clock, links, heat.",
        discussion: """
            Safe while the appliance runs: takes no line, and no camera that is in use. Run it as \
            root, or as the user that the appliance runs as, to see what that user may do. Exit \
            status: 69 where something fails; warnings alone are 0.
            """)

    @Option(help: "The configuration of the appliance.")
    var config = Configuration.defaultPath

    @Flag(help: "Print one JSON object.")
    var json = false

    func run() throws {
        let machine = Machine()
        var findings: [Finding] = []
        func note(_ more: [Finding]) {
            findings += more
            if !json { for finding in more { announce(finding.line) } }
        }

        let (settings, problems) = ConfigurationCheck.findings(config)
        note(problems)
        note(BoardChecks.findings(machine, settings?.board ?? BoardSection()))
        let isRunning = machine.runningAppliance() != nil
        if let settings {
            for camera in settings.cameras {
                note([CameraCheck.finding(camera, machine, isRunning: isRunning)])
            }
            note(LineChecks.findings(GPIOSurvey.conditions(settings.lines)))
            note(StoreChecks.findings(settings.store.directory))
            note(ClockChecks.findings(machine, hasHours: settings.hasHours))
            note(LinkChecks.findings(settings.destinations))
        } else {
            // Without a configuration: what could be written into one.
            note(CameraCheck.survey(machine))
            note(LineChecks.survey())
            note(ClockChecks.findings(machine, hasHours: false))
        }
        note(PermissionChecks.findings(machine))
        note([machine.runningFinding()])

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

enum ConfigurationCheck {
    /// Whether the appliance, which is not root, may read it, and nobody else change it.
    static func access(_ path: String) -> [Finding] {
        guard let permissions = try? Files.facts(path).permissions else { return [] }
        if permissions & 0o044 == 0 {
            return [
                .warn(
                    "configuration", "only its owner may read \(path)",
                    do: "chmod 644 \(path), unless the appliance runs as its owner")
            ]
        }
        if permissions & 0o002 != 0 {
            return [
                .warn("configuration", "anybody may change \(path)", do: "chmod o-w \(path)")
            ]
        }
        return []
    }

    static func findings(_ path: String) -> (Configuration?, [Finding]) {
        do throws(ConfigurationError) {
            let settings = try Configuration.load(path).configuration
            return (settings, [.ok("configuration", "\(path) is right")] + access(path))
        } catch {
            let advice =
                Files.exists(path)
                ? "mend it; `kuzet config defaults` explains every key"
                : "kuzet config defaults > \(path), then adapt it"
            return (
                nil,
                error.problems.map { .fail("configuration", $0.description, do: advice) }
            )
        }
    }
}

extension Configuration {
    /// Whether anything depends on the hour.
    var hasHours: Bool {
        station.openHours != .always || !station.siren.quietHours.spans.isEmpty
            || station.cameras.contains { camera in
                camera.incidents.zoneHours.contains { !$0.openHours.schedule.spans.isEmpty }
            }
    }
}
