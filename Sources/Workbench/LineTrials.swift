import Alarm
import Configuration
import Frames
import Linux
import Station
import Text

/// Lamps, siren and buttons without the appliance around them.
package enum LineTrials {
    package enum Outcome {
        case done
        /// The configuration has mistakes.
        case hasProblems
        /// A line could not be had.
        case hasFailures
    }

    static let lampMilliseconds: Int64 = 1000
    static let chirpMilliseconds: Int64 = 300

    /// Switches every lamp and the siren off. A line that cannot be had does not keep the others
    /// from being switched off, nor does a mistake elsewhere in the configuration.
    ///
    /// - Error: `ConfigurationError`, where nothing could be made out.
    package static func idle(_ config: String, isJSON json: Bool) throws -> Outcome {
        let (loaded, problems) = try Settings.loadWithProblems(config)
        let map = LineMap(outputs: loaded.configuration.lines.outputs)
        for problem in problems { complain(problem.description) }
        let failures = GPIOLines(map).close()
        for failure in failures { complain(failure.description) }
        for output in Output.allCases where map.outputs[output] != nil {
            let failure = failures.first { $0.role == output.role }
            if json {
                print(
                    "{\"output\":\(JSON.quoted(output.configurationName)),"
                        + "\"idle\":\(failure == nil),"
                        + "\"error\":\(failure.map { JSON.quoted($0.description) } ?? "null")}")
            } else if failure == nil {
                print("\(output.role): off")
            }
        }
        if map.outputs.isEmpty, !json { print("\(config): no outputs") }
        return problems.isEmpty ? failures.isEmpty ? .done : .hasFailures : .hasProblems
    }

    /// Lights each lamp in turn for a person to see; SIGINT ends it at once with everything off.
    ///
    /// - Parameter siren: sound it as well, shortly.
    package static func test(_ config: String, siren: Bool) throws -> Outcome {
        let map = LineMap(
            outputs: try Settings.load(config).configuration.lines.outputs)
        let interruption = try Interruption()
        let lines = GPIOLines(map)
        defer { lines.close() }
        var failures = lines.failures
        for failure in failures { complain(failure.description) }
        let wanted = Output.allCases.filter { output in
            map.outputs[output] != nil && (output != .siren || siren)
                && !failures.contains { $0.role == output.role }
        }
        for output in wanted {
            announce("\(output.role): on")
            let time = output == .siren ? Self.chirpMilliseconds : Self.lampMilliseconds
            do {
                try lines.drive(output, on: true)
                let isInterrupted = try interruption.wait(milliseconds: time)
                try lines.drive(output, on: false)
                if isInterrupted { break }
            } catch let error as AlarmError {
                complain(error.description)
                failures.append(error)
            }
        }
        if map.outputs.isEmpty { print("\(config): no outputs") }
        failures += lines.close()
        return failures.isEmpty ? .done : .hasFailures
    }

    /// Prints what buttons and enclosure switch do, until SIGINT. Takes the inputs only.
    ///
    /// - Parameter seconds: ends after so many.
    package static func watch(_ config: String, seconds: Int?, isJSON json: Bool) throws -> Outcome
    {
        let map = LineMap(inputs: try Settings.load(config).configuration.lines.inputs)
        guard !map.isEmpty else {
            print("\(config): no inputs")
            return .done
        }
        let interruption = try Interruption()
        let lines = GPIOLines(map)
        defer { lines.close() }
        let failures = lines.failures
        for failure in failures { complain(failure.description) }
        guard failures.count < map.inputs.count else { return .hasFailures }
        let start = Clocks.monotonicNanoseconds()
        while true {
            let isOver = seconds.map {
                Clocks.monotonicNanoseconds() - start >= Int64($0) * 1_000_000_000
            }
            if isOver == true { break }
            for change in changes(lines) {
                let name = change.input.configurationName
                let milliseconds = (Clocks.monotonicNanoseconds() - start) / 1_000_000
                announce(
                    json
                        ? "{\"milliseconds\":\(milliseconds),\"input\":\(JSON.quoted(name)),"
                            + "\"active\":\(change.active)}"
                        : "\(milliseconds) ms: \(change.input.role): "
                            + (change.active ? "active" : "inactive"))
            }
            if try interruption.wait(milliseconds: 20) { break }
        }
        return failures.isEmpty ? .done : .hasFailures
    }

    /// What changed; a line that fails is told, and asked for again by later calls.
    private static func changes(_ lines: GPIOLines) -> [(input: Input, active: Bool)] {
        do {
            return try lines.poll()
        } catch {
            complain("\(error)")
            return []
        }
    }
}

/// SIGINT and SIGTERM as something to wait for, so that a command ends in order.
private struct Interruption {
    private let signals: FileDescriptor

    init() throws {
        signals = try Signals.descriptor(for: [Signals.interrupt, Signals.terminate])
    }

    /// - Returns: whether the command is to end.
    func wait(milliseconds: Int64) throws -> Bool {
        !(try signals.wait(for: .readable, milliseconds: milliseconds)).isEmpty
    }
}
