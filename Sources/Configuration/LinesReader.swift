import Alarm
import Frames
import Station

extension Output {
    package var configurationName: String { String(describing: self) }
}

extension Input {
    package var configurationName: String { String(describing: self) }
}

extension LineMap {
    /// Replaces the lines that `table` names; `false` takes a line of the profile away.
    mutating func read(_ table: TableReader) {
        let chip =
            table.has("chip")
            ? table.string("chip", default: "", countMax: 32, allowed: "a GPIO chip's label") : nil
        if chip == nil { _ = table.value("chip") }
        var taken: [(line: LineSettings, name: String)] = []

        func read(_ name: String, isOutput: Bool, _ old: LineSettings?) -> LineSettings? {
            guard let value = table.value(name) else { return old }
            if case .boolean(false) = value.content { return nil }
            guard case .table = value.content, let entry = table.table(name) else {
                table.refuse(
                    value, name, allowed: "a table {line = \"NAME\" or OFFSET, …}, or false")
                return old
            }
            let problemCount = table.problems.count
            let line = LineSettings(entry, isOutput: isOutput, chip: chip)
            // What was not understood must never be driven.
            return table.problems.count == problemCount ? line : nil
        }
        func keep(_ line: LineSettings?, _ name: String) -> LineSettings? {
            guard let line else { return nil }
            if let other = taken.first(where: { $0.line.isSameLine(as: line) }),
                let (value, key) = table.value(name).map({ ($0, name) })
                    ?? table.value(other.name).map({ ($0, other.name) })
            {
                // One of the two may come from the profile: the message stands at the other.
                let holder = key == name ? other.name : name
                table.refuse(value, key, allowed: "a line that is not already \(quoted(holder))")
            }
            taken.append((line, name))
            return line
        }
        for output in Output.allCases {
            let name = output.configurationName
            outputs[output] = keep(read(name, isOutput: true, outputs[output]), name)
        }
        for input in Input.allCases {
            let name = input.configurationName
            inputs[input] = keep(read(name, isOutput: false, inputs[input]), name)
        }
        table.finish()
    }
}

extension LineSettings {
    static let biasNames: [(String, Bias)] = [
        ("as-is", .asIs), ("off", .off), ("pull-up", .pullUp), ("pull-down", .pullDown)
    ]
    static let driveNames: [(String, Drive)] = [
        ("push-pull", .pushPull), ("open-drain", .openDrain), ("open-source", .openSource)
    ]
    static let debounceMillisecondsDefault = 30

    func isSameLine(as other: LineSettings) -> Bool { chip == other.chip && place == other.place }

    fileprivate init(_ entry: TableReader, isOutput: Bool, chip: String?) {
        var place = Place.offset(0)
        let allowed = "a line's name, or its offset 0 to 1023"
        if let value = entry.value("line") {
            switch value.content {
            case .string(let name) where (1...31).contains(name.utf8.count):
                place = .name(name)
            case .integer(let offset) where (0...1023).contains(offset):
                place = .offset(UInt32(offset))
            default:
                entry.refuse(value, "line", allowed: allowed)
            }
        } else {
            entry.missing("line", allowed: allowed)
        }
        self.init(
            chip: entry.string(
                "chip", default: chip, countMax: 31,
                allowed: "a GPIO chip's label, here or for all lines as lines.chip"),
            place: place)
        activeLow = entry.boolean("active_low", default: false)
        bias = entry.choice("bias", among: LineSettings.biasNames, default: .asIs)
        if isOutput {
            drive = entry.choice("drive", among: LineSettings.driveNames, default: .pushPull)
        } else {
            debounce = .milliseconds(
                Int64(
                    entry.integer(
                        "debounce_ms", in: 0...1000,
                        default: LineSettings.debounceMillisecondsDefault, unit: "milliseconds")))
        }
        entry.finish()
    }
}
