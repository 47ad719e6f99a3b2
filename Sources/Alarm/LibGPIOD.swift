import CGPIOD
import Frames
import Linux

/// The machine's GPIO through libgpiod.
final class LibGPIOD: GPIOAccess {
    /// What `gpiodetect` and the kernel show as the holder of our lines.
    static let consumer = "kuzet"
    static let chipCountMax = 64

    static var version: String { String(cString: cgpiod_version()) }

    func chips() throws(Errno) -> [GPIOChip] {
        var facts = [cgpiod_chip_facts](repeating: cgpiod_chip_facts(), count: Self.chipCountMax)
        let count = cgpiod_chips(&facts, Int32(Self.chipCountMax))
        guard count >= 0 else { throw Errno(rawValue: cgpiod_errno()) }
        return facts.prefix(Int(count)).map { facts in
            GPIOChip(
                path: text(facts.path), label: text(facts.label), lineCount: Int(facts.line_count),
                failure: facts.error == 0 ? nil : Errno(rawValue: facts.error))
        }.sorted { $0.path < $1.path }
    }

    func offset(ofLineNamed name: String, chip path: String) throws(Errno) -> UInt32 {
        let offset = cgpiod_offset(path, name)
        guard offset >= 0 else { throw Errno(rawValue: cgpiod_errno()) }
        return UInt32(offset)
    }

    func facts(offset: UInt32, chip path: String) throws(Errno) -> GPIOLineFacts {
        var facts = cgpiod_line_facts()
        guard cgpiod_facts(path, offset, &facts) == 0 else { throw Errno(rawValue: cgpiod_errno()) }
        return GPIOLineFacts(
            name: text(facts.name), consumer: text(facts.consumer), isUsed: facts.is_used,
            isOutput: facts.is_output)
    }

    func request(
        _ line: LineSettings, isOutput: Bool, offset: UInt32, chip path: String
    ) throws(Errno) -> any GPIOHandle {
        var wiring = cgpiod_wiring(
            is_output: isOutput, active_low: line.activeLow, bias: line.bias.rawValue,
            drive: line.drive.rawValue,
            debounce_microseconds: UInt32(
                clamping: line.debounce.nanoseconds / 1000))
        guard let handle = cgpiod_request(path, offset, &wiring, Self.consumer) else {
            throw Errno(rawValue: cgpiod_errno())
        }
        return Handle(handle)
    }

    func now() -> Instant { Instant(nanoseconds: Clocks.monotonicNanoseconds()) }

    /// A text of fixed size, as C arrays come to Swift.
    private func text<Storage>(_ storage: Storage) -> String {
        withUnsafeBytes(of: storage) { bytes in
            String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
        }
    }

    private final class Handle: GPIOHandle {
        private var line: OpaquePointer?

        init(_ line: OpaquePointer) {
            self.line = line
        }

        deinit {
            release()
        }

        var isDebounced: Bool { line.map { cgpiod_is_debounced($0) } ?? false }

        var descriptor: Int32? {
            guard let line else { return nil }
            let descriptor = cgpiod_descriptor(line)
            return descriptor < 0 ? nil : descriptor
        }

        func set(_ isActive: Bool) throws(Errno) {
            guard let line else { throw .badDescriptor }
            guard cgpiod_set(line, isActive) == 0 else { throw Errno(rawValue: cgpiod_errno()) }
        }

        func isActive() throws(Errno) -> Bool {
            guard let line else { throw .badDescriptor }
            let level = cgpiod_get(line)
            guard level >= 0 else { throw Errno(rawValue: cgpiod_errno()) }
            return level > 0
        }

        func nextEdge() throws(Errno) -> GPIOEdge? {
            guard let line else { throw .badDescriptor }
            var isActive = false
            var nanoseconds: Int64 = 0
            let count = cgpiod_next_edge(line, &isActive, &nanoseconds)
            guard count >= 0 else { throw Errno(rawValue: cgpiod_errno()) }
            guard count > 0 else { return nil }
            return GPIOEdge(isActive: isActive, at: Instant(nanoseconds: nanoseconds))
        }

        func release() {
            if let line { cgpiod_release(line) }
            line = nil
        }
    }
}
