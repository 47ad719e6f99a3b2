import Frames
import Station

/// Which GPIO line, and how it is wired.
public struct LineSettings: Hashable, Sendable {
    public enum Place: Hashable, Sendable {
        /// The line's own name, as the kernel or the device tree gives it.
        case name(String)
        /// The line's position on the chip, from 0.
        case offset(UInt32)
    }

    /// The values are those of CGPIOD.
    public enum Bias: Int32, CaseIterable, Sendable {
        case asIs = 0
        case off = 1
        case pullUp = 2
        case pullDown = 3
    }

    /// The values are those of CGPIOD.
    public enum Drive: Int32, CaseIterable, Sendable {
        case pushPull = 0
        case openDrain = 1
        case openSource = 2
    }

    /// The chip's label, never its number: numbers change with the kernel and the board.
    public var chip: String
    public var place: Place
    public var activeLow: Bool
    public var bias: Bias
    /// Outputs only.
    public var drive: Drive
    /// Inputs only: how long a level must last before it counts.
    public var debounce: Interval

    public init(
        chip: String, place: Place, activeLow: Bool = false, bias: Bias = .asIs,
        drive: Drive = .pushPull, debounce: Interval = .zero
    ) {
        self.chip = chip
        self.place = place
        self.activeLow = activeLow
        self.bias = bias
        self.drive = drive
        self.debounce = debounce
    }
}

/// The lines of one board: which of them carry lamps, siren and buttons. Any may be absent.
public struct LineMap: Hashable, Sendable {
    public var outputs: [Output: LineSettings]
    public var inputs: [Input: LineSettings]

    public init(outputs: [Output: LineSettings] = [:], inputs: [Input: LineSettings] = [:]) {
        self.outputs = outputs
        self.inputs = inputs
    }

    public var isEmpty: Bool { outputs.isEmpty && inputs.isEmpty }
}
