import Linux
import Station

/// Why a lamp, the siren or a button cannot be used.
///
/// Printed as *object: attempt: cause*, with what to do where it is not plain.
public struct AlarmError: Error, Hashable, Sendable, CustomStringConvertible {
    public enum Cause: Hashable, Sendable {
        /// No chip has the label; these labels are there.
        case chipAbsent(present: [String])
        case chipAmbiguous(paths: [String])
        /// The chip may be there, but these could not be opened to ask for their label.
        case chipRefused(path: String, Errno)
        case lineAbsent
        /// The chip has fewer lines.
        case offsetTooLarge(lineCount: Int)
        /// Somebody else holds the line: their name, empty where they gave none.
        case held(by: String, Errno)
        case refused(Errno)
    }

    /// "red lamp", "panic button".
    public var role: String
    public var chip: String
    public var place: LineSettings.Place
    /// "request output"
    public var attempt: String
    public var cause: Cause

    public var description: String {
        let line: String
        switch place {
        case .name(let name): line = "line \"\(name)\""
        case .offset(let offset): line = "line \(offset)"
        }
        return "gpio chip \(chip) \(line) (\(role)): \(attempt): \(cause)"
    }
}

extension AlarmError.Cause: CustomStringConvertible {
    public var description: String {
        switch self {
        case .chipAbsent(let present):
            return present.isEmpty
                ? "this machine has no GPIO chip; take the line out of [lines]"
                : "no chip has this label; present: \(present.joined(separator: ", "))"
        case .chipAmbiguous(let paths):
            return "more than one chip has this label: \(paths.joined(separator: ", "))"
        case .chipRefused(let path, let errno):
            return "open \(path): \(errno); run as a member of the group that owns it"
        case .lineAbsent:
            return "no line of this chip has the name; `gpioinfo` lists them"
        case .offsetTooLarge(let lineCount):
            return "the chip has lines 0 to \(lineCount - 1)"
        case .held(let holder, let errno):
            let name = holder.isEmpty ? "somebody without a name" : "\"\(holder)\""
            return "busy, held by \(name) (\(errno.name))"
        case .refused(let errno): return errno.description
        }
    }
}

extension Output {
    /// How messages call it.
    public var role: String { self == .siren ? "siren" : "\(self) lamp" }
}

extension Input {
    /// How messages call it.
    public var role: String { self == .enclosure ? "enclosure switch" : "\(self) button" }
}
