import Linux
import Station

/// What there is of GPIO on a machine, without taking any of it: for `kuzet doctor`.
public enum GPIOSurvey {
    public struct Chip: Hashable, Sendable {
        public var path: String
        /// Empty where the chip could not be opened.
        public var label: String
        public var lineCount: Int
        public var failure: Errno?
    }

    /// How one line of a map stands.
    public struct Condition: Hashable, Sendable {
        public enum State: Hashable, Sendable {
            case free
            /// Empty where the holder gave no name; `kuzet` is the appliance itself.
            case held(by: String)
            case unusable(AlarmError)
        }

        /// "red lamp"
        public var role: String
        public var settings: LineSettings
        public var state: State

        public init(role: String, settings: LineSettings, state: State) {
            self.role = role
            self.settings = settings
            self.state = state
        }
    }

    public static var libraryVersion: String { LibGPIOD.version }
    /// Who holds the lines of a running appliance.
    public static var ownConsumer: String { LibGPIOD.consumer }

    public static func chips() throws(Errno) -> [Chip] {
        try LibGPIOD().chips().map { chip in
            Chip(
                path: chip.path, label: chip.label, lineCount: chip.lineCount,
                failure: chip.failure)
        }
    }

    /// Every line of `map`, outputs first.
    public static func conditions(_ map: LineMap) -> [Condition] {
        conditions(map, access: LibGPIOD())
    }

    static func conditions(_ map: LineMap, access: any GPIOAccess) -> [Condition] {
        map.roles.map { role, settings in
            Condition(
                role: role, settings: settings, state: state(settings, role: role, access: access))
        }
    }

    private static func state(
        _ settings: LineSettings, role: String, access: any GPIOAccess
    ) -> Condition.State {
        let finder = LineFinder(access: access, settings: settings, role: role, attempt: "look up")
        do throws(AlarmError) {
            let (path, offset) = try finder.find()
            do throws(Errno) {
                let facts = try access.facts(offset: offset, chip: path)
                return facts.isUsed ? .held(by: facts.consumer) : .free
            } catch {
                return .unusable(finder.error(.refused(error)))
            }
        } catch {
            return .unusable(error)
        }
    }
}

extension LineMap {
    /// Every line with what messages call it, outputs first.
    var roles: [(role: String, settings: LineSettings)] {
        Output.allCases.compactMap { output in outputs[output].map { (output.role, $0) } }
            + Input.allCases.compactMap { input in inputs[input].map { (input.role, $0) } }
    }
}
