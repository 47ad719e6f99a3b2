import Frames

/// Runs a pattern on each lamp and says which outputs have to change.
struct LampDriver: Hashable, Sendable {
    private struct Lamp: Hashable, Sendable {
        var pattern = LampPattern.dark
        var since = Interval.zero
    }

    private var lamps = [Lamp](repeating: Lamp(), count: Output.allCases.count)
    /// What every output was last told; nil before it was told anything.
    private var told = [Bool?](repeating: nil, count: Output.allCases.count)

    /// Shows `pattern` from its beginning, unless it is shown already.
    mutating func show(_ pattern: LampPattern, on output: Output, at uptime: Interval) {
        let index = Int(output.rawValue)
        guard lamps[index].pattern != pattern else { return }
        lamps[index] = Lamp(pattern: pattern, since: uptime)
    }

    /// Appends a drive for each output that is not as it should be.
    mutating func drive(at uptime: Interval, into effects: inout [Effect]) {
        for output in Output.allCases {
            let index = Int(output.rawValue)
            let lamp = lamps[index]
            let isOn = lamp.pattern.isLit(after: uptime - lamp.since)
            guard told[index] != isOn else { continue }
            told[index] = isOn
            effects.append(.drive(output, on: isOn))
        }
    }

    /// Whether `output` was last told to be on.
    func isOn(_ output: Output) -> Bool {
        told[Int(output.rawValue)] ?? false
    }

    /// Whether every output was told to be off.
    var isAllOff: Bool { told.allSatisfy { $0 == false } }
}
