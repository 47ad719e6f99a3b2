import Frames
import Linux

/// A GPIO chip as this machine shows it.
struct GPIOChip: Hashable, Sendable {
    var path: String
    /// Empty where the chip could not be opened.
    var label: String
    var lineCount: Int
    /// Why it could not be opened.
    var failure: Errno?
}

/// What the kernel says about a line, held or not.
struct GPIOLineFacts: Hashable, Sendable {
    var name = ""
    /// Who holds it; empty where it is free or its holder gave no name.
    var consumer = ""
    var isUsed = false
    var isOutput = false
}

/// An input's change as the kernel saw it.
struct GPIOEdge: Hashable, Sendable {
    var isActive: Bool
    var at: Instant
}

/// The GPIO of a machine: the real one, or a test's.
protocol GPIOAccess: AnyObject {
    func chips() throws(Errno) -> [GPIOChip]
    /// - Error: `ENOENT` where no line of the chip has the name.
    func offset(ofLineNamed name: String, chip path: String) throws(Errno) -> UInt32
    func facts(offset: UInt32, chip path: String) throws(Errno) -> GPIOLineFacts
    /// Takes a line; an output starts inactive.
    func request(
        _ line: LineSettings, isOutput: Bool, offset: UInt32, chip path: String
    ) throws(Errno) -> any GPIOHandle
    func now() -> Instant
}

/// A line that is held until `release`.
protocol GPIOHandle: AnyObject {
    var isDebounced: Bool { get }
    /// Readable when an edge waits; nil where the chip reports none.
    var descriptor: Int32? { get }
    func set(_ isActive: Bool) throws(Errno)
    func isActive() throws(Errno) -> Bool
    /// The oldest edge that waits.
    func nextEdge() throws(Errno) -> GPIOEdge?
    func release()
}
