import Frames
import Linux
import Station

/// Lamps, siren and buttons on GPIO lines.
///
/// Invariants:
/// 1. A line is only ever taken as an inactive output, and driven inactive before it is given back.
/// 2. A line that cannot be had does not keep the others from working: `poll` and `drive` try it
///    again, at most every `retryPause`, and an output then shows what it was last told.
/// 3. An input is inactive until it has been active for its debounce time, from the start on.
///
/// Not for use from several threads at once.
public final class GPIOLines: AlarmLines {
    /// Between two attempts to get a line that failed …
    public static let retryPause = Interval.seconds(5)
    /// … and where an output could not be switched off.
    public static let offRetryPause = Interval.milliseconds(200)
    /// A chattering contact cannot hold the caller for longer than this many edges per call.
    static let edgeCountMax = 64

    private struct Line {
        let settings: LineSettings
        let role: String
        let isOutput: Bool
        var handle: (any GPIOHandle)?
        var failure: AlarmError?
        var retryAt = Instant.zero
        /// What an output should show: what it is driven to once it can be had again.
        var isActive = false
        var debouncer: Debouncer
    }

    private let access: any GPIOAccess
    private var outputs: [Output: Line] = [:]
    private var inputs: [Input: Line] = [:]

    /// Takes every line of `map`, outputs inactive. What could not be had stands in `failures`,
    /// for the caller to report.
    public convenience init(_ map: LineMap) {
        self.init(map, access: LibGPIOD())
    }

    init(_ map: LineMap, access: any GPIOAccess) {
        self.access = access
        let now = access.now()
        for output in Output.allCases {
            guard let settings = map.outputs[output] else { continue }
            outputs[output] = taken(
                Line(
                    settings: settings, role: output.role, isOutput: true,
                    debouncer: Debouncer(interval: .zero, at: now)))
        }
        for input in Input.allCases {
            guard let settings = map.inputs[input] else { continue }
            inputs[input] = taken(
                Line(
                    settings: settings, role: input.role, isOutput: false,
                    debouncer: Debouncer(interval: settings.debounce, at: now)))
        }
    }

    deinit {
        _ = close()
    }

    /// Why lines cannot be used just now.
    public var failures: [AlarmError] {
        Output.allCases.compactMap { outputs[$0]?.failure }
            + Input.allCases.compactMap { inputs[$0]?.failure }
    }

    /// To wait for a change of an input: readable when `poll` has something to look at. Chips that
    /// report no edges have none, so `poll` ten times a second all the same.
    public var inputDescriptors: [Int32] {
        Input.allCases.compactMap { inputs[$0]?.handle?.descriptor }
    }

    /// An output without a line is no error: the board has no such lamp. Between two attempts to
    /// get a line that failed nothing is thrown; the reason stands in `failures`.
    public func drive(_ output: Output, on: Bool) throws {
        guard var line = outputs[output] else { return }
        defer { outputs[output] = line }
        line.isActive = on
        if line.handle == nil {
            // A lamp that blinks must not fill the log: told once per attempt, not per blink.
            guard access.now() >= line.retryAt else { return }
            line = taken(line)
        }
        try show(&line)
    }

    public func poll() throws -> [(input: Input, active: Bool)] {
        var changes: [(input: Input, active: Bool)] = []
        var failure: AlarmError?
        for output in Output.allCases {
            guard var line = outputs[output], line.handle == nil, access.now() >= line.retryAt
            else { continue }
            line = taken(line)
            // What fails again stands in `failures`; it was told when it first failed.
            if line.handle != nil { try? show(&line) }
            outputs[output] = line
        }
        for input in Input.allCases {
            guard var line = inputs[input] else { continue }
            if line.handle == nil, access.now() >= line.retryAt { line = taken(line) }
            if let handle = line.handle {
                do throws(Errno) {
                    for change in try self.changes(handle, &line.debouncer) {
                        changes.append((input, change))
                    }
                } catch {
                    failure = lost(&line, "read", error)
                }
            }
            inputs[input] = line
        }
        // What did change must not be lost for the sake of what failed: the failure stands in
        // `failures`, and is thrown when there is nothing else to tell.
        if let failure, changes.isEmpty { throw failure }
        return changes
    }

    /// Drives every output inactive and gives all lines back. The level that a line has from then
    /// on is its driver's choice, so it is driven first: most keep it, some turn it into an input.
    ///
    /// - Returns: what could not be driven.
    @discardableResult
    public func close() -> [AlarmError] {
        var failures: [AlarmError] = []
        for output in Output.allCases {
            guard var line = outputs[output] else { continue }
            if let handle = line.handle {
                do throws(Errno) {
                    try handle.set(false)
                } catch {
                    failures.append(lost(&line, "switch off", error))
                }
                line.handle?.release()
            } else if let failure = line.failure {
                failures.append(failure)
            }
        }
        for line in inputs.values { line.handle?.release() }
        outputs = [:]
        inputs = [:]
        return failures
    }

    private func show(_ line: inout Line) throws(AlarmError) {
        guard let handle = line.handle else {
            if let failure = line.failure { throw failure }
            return
        }
        do throws(Errno) {
            try handle.set(line.isActive)
        } catch {
            throw lost(&line, line.isActive ? "switch on" : "switch off", error)
        }
    }

    /// What became of an input since it was last asked.
    private func changes(
        _ handle: any GPIOHandle, _ debouncer: inout Debouncer
    ) throws(Errno) -> [Bool] {
        var changes: [Bool] = []
        var edgeCount = 0
        while edgeCount < Self.edgeCountMax, let edge = try handle.nextEdge() {
            edgeCount += 1
            if let change = debouncer.absorb(edge.isActive, at: edge.at) { changes.append(change) }
        }
        // The level itself has the last word: edges may have been lost, or never come.
        let level = try handle.isActive()
        let now = access.now()
        if let change = debouncer.absorb(level, at: now) { changes.append(change) }
        if let change = debouncer.settle(at: now) { changes.append(change) }
        return changes
    }

    /// The line with a handle, or with the reason why it has none.
    private func taken(_ line: Line) -> Line {
        var line = line
        line.failure = nil
        do throws(AlarmError) {
            let handle = try request(line.settings, role: line.role, isOutput: line.isOutput)
            line.handle = handle
            // Where the kernel debounces already, twice would only be late.
            line.debouncer.interval = handle.isDebounced ? .zero : line.settings.debounce
        } catch {
            line.handle = nil
            line.failure = error
            line.retryAt = access.now() + Self.retryPause
        }
        return line
    }

    private func request(
        _ settings: LineSettings, role: String, isOutput: Bool
    ) throws(AlarmError) -> any GPIOHandle {
        let finder = LineFinder(
            access: access, settings: settings, role: role,
            attempt: isOutput ? "request output" : "request input")
        let (path, offset) = try finder.find()
        do throws(Errno) {
            return try access.request(settings, isOutput: isOutput, offset: offset, chip: path)
        } catch .busy {
            let holder = (try? access.facts(offset: offset, chip: path))?.consumer ?? ""
            throw finder.error(.held(by: holder, .busy))
        } catch {
            throw finder.error(.refused(error))
        }
    }

    /// Gives up a line that failed in use, to be asked for again later.
    private func lost(_ line: inout Line, _ attempt: String, _ errno: Errno) -> AlarmError {
        let error = AlarmError(
            role: line.role, chip: line.settings.chip, place: line.settings.place,
            attempt: attempt, cause: .refused(errno))
        line.handle?.release()
        line.handle = nil
        line.failure = error
        let mustBeOff = line.isOutput && !line.isActive
        line.retryAt = access.now() + (mustBeOff ? Self.offRetryPause : Self.retryPause)
        return error
    }
}
