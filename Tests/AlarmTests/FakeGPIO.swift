import Frames
import Linux

@testable import Alarm

/// GPIO that a test can watch and disturb.
final class FakeGPIO: GPIOAccess {
    final class Line: GPIOHandle {
        var isDebounced = false
        var descriptor: Int32? = 7
        var level = false
        var edges: [GPIOEdge] = []
        var failure: Errno?
        var isHeld = true
        /// Everything that was done to the line.
        var log: [String] = []

        func set(_ isActive: Bool) throws(Errno) {
            if let failure { throw failure }
            log.append(isActive ? "on" : "off")
            level = isActive
        }

        func isActive() throws(Errno) -> Bool {
            if let failure { throw failure }
            return level
        }

        func nextEdge() throws(Errno) -> GPIOEdge? {
            if let failure { throw failure }
            return edges.isEmpty ? nil : edges.removeFirst()
        }

        func release() {
            if isHeld { log.append("release") }
            isHeld = false
        }
    }

    var all = [GPIOChip(path: "/dev/gpiochip0", label: "pl061", lineCount: 8)]
    var names: [String: UInt32] = [:]
    var holders: [UInt32: String] = [:]
    /// The lines by offset, as they were last requested.
    var lines: [UInt32: Line] = [:]
    var requests: [String] = []
    var time = Instant.zero
    var kernelDebounces = false

    func chips() throws(Errno) -> [GPIOChip] { all }

    func offset(ofLineNamed name: String, chip path: String) throws(Errno) -> UInt32 {
        guard let offset = names[name] else { throw .noSuchFile }
        return offset
    }

    func facts(offset: UInt32, chip path: String) throws(Errno) -> GPIOLineFacts {
        GPIOLineFacts(consumer: holders[offset] ?? "", isUsed: holders[offset] != nil)
    }

    func request(
        _ line: LineSettings, isOutput: Bool, offset: UInt32, chip path: String
    ) throws(Errno) -> any GPIOHandle {
        requests.append("\(path) \(offset) \(isOutput ? "output" : "input")")
        if holders[offset] != nil { throw .busy }
        let made = Line()
        made.isDebounced = kernelDebounces && !isOutput && line.debounce > .zero
        lines[offset] = made
        return made
    }

    func now() -> Instant { time }
}

func line(_ offset: UInt32, debounce: Interval = .zero) -> LineSettings {
    LineSettings(chip: "pl061", place: .offset(offset), debounce: debounce)
}
