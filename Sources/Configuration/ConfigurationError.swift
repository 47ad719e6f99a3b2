/// Everything that is wrong with a configuration, at once.
///
/// Printed one problem per line, as `file:line: key: value: what is allowed`.
package struct ConfigurationError: Error, Hashable, CustomStringConvertible {
    package struct Problem: Hashable, Sendable, CustomStringConvertible {
        package var file: String
        /// From 1; 0 where the problem is the whole file's.
        package var line: Int
        package var column: Int
        /// The key and its value, empty where the problem is not one key's.
        package var key: String
        package var value: String
        /// What is allowed, or what is wrong with the file.
        package var message: String

        /// Whatever is quoted in it, a password within an address is not.
        init(file: String, line: Int, column: Int, key: String, value: String, message: String) {
            self.file = file
            self.line = line
            self.column = column
            self.key = concealed(key)
            self.value = concealed(value)
            self.message = concealed(message)
        }

        package var description: String {
            var parts = [line > 0 ? "\(file):\(line)" : file]
            if !key.isEmpty { parts.append(key) }
            if !value.isEmpty { parts.append(value) }
            parts.append(message)
            return parts.joined(separator: ": ")
        }
    }

    /// Never empty; in order of file and line.
    package var problems: [Problem]

    package init(problems: [Problem]) {
        self.problems = problems
    }

    package init(file: String, line: Int = 0, column: Int = 0, message: String) {
        problems = [
            Problem(
                file: file, line: line, column: column, key: "", value: "", message: message)
        ]
    }

    package var description: String { problems.map(\.description).joined(separator: "\n") }
}

/// Collects problems while a configuration is read; a hostile file cannot make it grow for ever.
final class ProblemList {
    package let file: String
    package private(set) var problems: [ConfigurationError.Problem] = []
    private var leftOut = 0

    static let problemCountMax = 100

    /// Whether further problems are only counted.
    var isFull: Bool { problems.count >= ProblemList.problemCountMax }

    /// How many there are, listed or not.
    var count: Int { problems.count + leftOut }

    package init(file: String) {
        self.file = file
    }

    func add(_ message: String, key: String = "", value: String = "", line: Int, column: Int = 0) {
        guard !isFull else {
            leftOut += 1
            return
        }
        problems.append(
            ConfigurationError.Problem(
                file: file, line: line, column: column, key: key, value: value, message: message))
    }

    func add(_ message: String, at value: TOMLValue, key: String) {
        add(message, key: key, value: value.excerpt, line: value.line, column: value.column)
    }

    /// In order of lines, with a last word on those that were left out.
    var all: [ConfigurationError.Problem] {
        var sorted = problems.enumerated().sorted {
            ($0.element.line, $0.offset) < ($1.element.line, $1.offset)
        }.map(\.element)
        if leftOut > 0 {
            sorted.append(
                ConfigurationError.Problem(
                    file: file, line: 0, column: 0, key: "", value: "",
                    message: "\(leftOut) more problems not listed"))
        }
        return sorted
    }
}
