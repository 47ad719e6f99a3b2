import Alarm
import Configuration
import Linux

/// Lamps, siren and buttons, without taking any of them.
enum LineChecks {
    static func findings(_ conditions: [GPIOSurvey.Condition]) -> [Finding] {
        guard !conditions.isEmpty else {
            return [
                .warn(
                    "lines", "the configuration names none: alarms are only logged",
                    do: "name the board's profile, or lines under [lines]")
            ]
        }
        return conditions.map { condition in
            let subject = condition.role
            let place =
                switch condition.settings.place {
                case .name(let name): "\(condition.settings.chip) \(quoted(name))"
                case .offset(let offset): "\(condition.settings.chip) \(offset)"
                }
            switch condition.state {
            case .free: return .ok(subject, "\(place), free")
            case .held(by: GPIOSurvey.ownConsumer):
                return .ok(subject, "\(place), held by the running appliance")
            case .held(let holder):
                return .fail(
                    subject,
                    "\(place), held by " + (holder.isEmpty ? "somebody unnamed" : quoted(holder)),
                    do: "take it away from there (device tree, config.txt), or use another line")
            case .unusable(let error):
                return .fail(
                    subject, error.description,
                    do: "`gpiodetect` and `gpioinfo` list chips and lines; correct [lines]")
            }
        }
    }

    /// The chips of this machine, for a configuration that is still to be written.
    static func survey() -> [Finding] {
        let chips = (try? GPIOSurvey.chips()) ?? []
        guard !chips.isEmpty else {
            return [.warn("lines", "this machine has no GPIO chip", do: "lamps need a board")]
        }
        return chips.map { chip in
            if let failure = chip.failure {
                return .warn(
                    "lines", "\(chip.path): open: \(failure)",
                    do: "run as root, or as a member of the group that owns it")
            }
            return .ok("lines", "chip \(quoted(chip.label)) has \(chip.lineCount) lines")
        }
    }
}
