import Glibc
import Linux

/// `--name value` pairs; a mistake in them ends the program.
struct Options {
    private let values: [String: String]

    init(_ arguments: ArraySlice<String>) {
        var values: [String: String] = [:]
        var rest = arguments
        while let name = rest.popFirst() {
            guard name.hasPrefix("--"), let value = rest.popFirst() else { Self.refuse(name) }
            values[name] = value
        }
        self.values = values
    }

    func text(_ name: String, or standard: String? = nil) -> String {
        if values["--" + name] == nil, let standard { return standard }
        guard let value = values["--" + name] else { Self.refuse("--\(name) is missing") }
        return value
    }

    func number(_ name: String, or standard: Int? = nil) -> Int {
        if values["--" + name] == nil, let standard { return standard }
        guard let number = Int(text(name)) else { Self.refuse("--\(name) is no number") }
        return number
    }

    private static func refuse(_ text: String) -> Never {
        try? FileDescriptor.standardError.writeAll("City: \(text)\n")
        exit(64)
    }
}
