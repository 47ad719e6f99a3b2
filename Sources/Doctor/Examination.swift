import Alarm
import Configuration
import Linux

/// What is wrong with a machine, and what to do.
package enum Examination {
    /// Takes no line, and no camera that is in use: safe while the appliance runs.
    ///
    /// - Parameters:
    ///   - path: of the configuration.
    ///   - told: is given findings as they come.
    package static func findings(
        configuration path: String, machine: Machine = Machine(),
        told: ([Finding]) -> Void = { _ in }
    ) -> [Finding] {
        var findings: [Finding] = []
        func note(_ more: [Finding]) {
            findings += more
            told(more)
        }

        let (settings, problems) = ConfigurationCheck.findings(path)
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
        return findings
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

    static func findings(_ path: String) -> (Settings?, [Finding]) {
        do throws(ConfigurationError) {
            let settings = try Settings.load(path).configuration
            let finding = Finding.ok(
                "configuration", "\(path) is right; this appliance is \(settings.name)")
            return (settings, [finding] + access(path))
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

extension Settings {
    /// Whether anything depends on the hour.
    var hasHours: Bool {
        station.openHours != .always || !station.siren.quietHours.spans.isEmpty
            || station.cameras.contains { camera in
                camera.incidents.zoneHours.contains { !$0.openHours.schedule.spans.isEmpty }
            }
    }
}
