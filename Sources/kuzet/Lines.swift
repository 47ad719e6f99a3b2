import Alarm
import ArgumentParser
import Frames
import Linux
import Station
import Text

/// `kuzet lines`: lamps, siren and buttons without the appliance around them.
struct Lines: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Switches lamps and siren off, tries them, or shows what the buttons do.",
        subcommands: [LinesIdle.self, LinesTest.self, LinesWatch.self])
}

struct LinesIdle: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "idle",
        abstract: "Switches every lamp and the siren off.",
        discussion: """
            For the time when the appliance is not running: at boot, and after it ended in any \
            way. A line that cannot be had does not keep the others from being switched off, nor \
            does a mistake elsewhere in the configuration. Exit status: 69 where a line could not \
            be had, 78 where the configuration has mistakes.
            """)

    @Option(help: "The configuration that names the lines.")
    var config = Configuration.defaultPath

    @Flag(help: "Print one JSON object per output.")
    var json = false

    func run() throws {
        let map: LineMap
        let problems: [ConfigurationError.Problem]
        do throws(ConfigurationError) {
            let (loaded, found) = try Configuration.loadWithProblems(config)
            map = LineMap(outputs: loaded.configuration.lines.outputs)
            problems = found
        } catch {
            complain(error.description)
            throw ExitCode(ExitStatus.badConfiguration)
        }
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
        if !problems.isEmpty { throw ExitCode(ExitStatus.badConfiguration) }
        if !failures.isEmpty { throw ExitCode(ExitStatus.unavailable) }
    }
}

struct LinesTest: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "test",
        abstract: "Lights each lamp in turn for a person to see.",
        discussion: "Ctrl-C ends it at once with everything off.")

    @Option(help: "The configuration that names the lines.")
    var config = Configuration.defaultPath

    @Flag(help: "Sound the siren as well, for 0.3 seconds.")
    var siren = false

    static let lampMilliseconds: Int64 = 1000
    static let chirpMilliseconds: Int64 = 300

    func run() throws {
        let map = LineMap(
            outputs: try Configuration.loadOrExit(config).configuration.lines.outputs)
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
        if !failures.isEmpty { throw ExitCode(ExitStatus.unavailable) }
    }
}

struct LinesWatch: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "watch",
        abstract: "Prints what buttons and enclosure switch do, until Ctrl-C.",
        discussion: "Takes the inputs only: no lamp changes.")

    @Option(help: "The configuration that names the lines.")
    var config = Configuration.defaultPath

    @Option(help: "End after so many seconds.")
    var seconds: Int?

    @Flag(help: "Print one JSON object per change.")
    var json = false

    func run() throws {
        let map = LineMap(inputs: try Configuration.loadOrExit(config).configuration.lines.inputs)
        guard !map.isEmpty else {
            print("\(config): no inputs")
            return
        }
        let interruption = try Interruption()
        let lines = GPIOLines(map)
        defer { lines.close() }
        let failures = lines.failures
        for failure in failures { complain(failure.description) }
        guard failures.count < map.inputs.count else { throw ExitCode(ExitStatus.unavailable) }
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
        if !failures.isEmpty { throw ExitCode(ExitStatus.unavailable) }
    }

    /// What changed; a line that fails is told, and asked for again by later calls.
    private func changes(_ lines: GPIOLines) -> [(input: Input, active: Bool)] {
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
