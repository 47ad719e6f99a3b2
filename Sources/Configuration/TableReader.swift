/// Reads the keys of one table, notes every problem, and knows at the end which keys nobody asked
/// for. A value with a problem reads as its default, so that reading goes on to the next problem.
final class TableReader {
    private let members: [TOMLValue.Member]
    private let line: Int
    /// What stands before a key in messages: `"siren."`; empty at the top.
    private let prefix: String
    private var asked: [String] = []
    let problems: ProblemList

    init(_ members: [TOMLValue.Member], line: Int, path: String, problems: ProblemList) {
        self.members = members
        self.line = line
        prefix = path.isEmpty ? "" : path + "."
        self.problems = problems
    }

    func path(_ key: String) -> String { prefix + printable(key) }

    /// The value of `key` as it stands; marks the key as known.
    func value(_ key: String) -> TOMLValue? {
        if !asked.contains(key) { asked.append(key) }
        return members.first { $0.key == key }?.value
    }

    func has(_ key: String) -> Bool { members.contains { $0.key == key } }

    func missing(_ key: String, allowed: String) {
        problems.add("missing; allowed: \(allowed)", key: path(key), line: line)
    }

    func refuse(_ value: TOMLValue, _ key: String, allowed: String) {
        problems.add("allowed: \(allowed)", at: value, key: path(key))
    }

    func string(
        _ key: String, default fallback: String?, countMax: Int = 200, allowed: String
    ) -> String {
        guard let value = value(key) else {
            if fallback == nil { missing(key, allowed: allowed) }
            return fallback ?? ""
        }
        guard case .string(let text) = value.content, !text.isEmpty,
            text.utf8.count <= countMax, text == printable(text)
        else {
            refuse(value, key, allowed: "\(allowed), 1 to \(countMax) bytes on one line")
            return fallback ?? ""
        }
        return text
    }

    func integer(
        _ key: String, in range: ClosedRange<Int>, default fallback: Int, unit: String
    ) -> Int {
        guard let value = value(key) else { return fallback }
        guard case .integer(let number) = value.content, let whole = Int(exactly: number),
            range.contains(whole)
        else {
            refuse(
                value, key,
                allowed: "a whole number of \(unit), \(range.lowerBound) to \(range.upperBound)")
            return fallback
        }
        return whole
    }

    func boolean(_ key: String, default fallback: Bool) -> Bool {
        guard let value = value(key) else { return fallback }
        guard case .boolean(let truth) = value.content else {
            refuse(value, key, allowed: "true or false")
            return fallback
        }
        return truth
    }

    func choice<Choice>(
        _ key: String, among choices: [(String, Choice)], default fallback: Choice
    ) -> Choice {
        guard let value = value(key) else { return fallback }
        if case .string(let text) = value.content,
            let choice = choices.first(where: { $0.0 == text })
        {
            return choice.1
        }
        refuse(value, key, allowed: listed(choices.map(\.0)))
        return fallback
    }

    /// A list of distinct names.
    func choices<Choice>(
        _ key: String, among choices: [(String, Choice)], default fallback: [Choice]
    ) -> [Choice] {
        guard let value = value(key) else { return fallback }
        let allowed = "a list of \(listed(choices.map(\.0)))"
        guard case .array(let elements) = value.content else {
            refuse(value, key, allowed: allowed)
            return fallback
        }
        var names: [String] = []
        var result: [Choice] = []
        for element in elements {
            guard case .string(let text) = element.content,
                let choice = choices.first(where: { $0.0 == text })
            else {
                refuse(element, key, allowed: allowed)
                continue
            }
            if names.contains(text) {
                refuse(element, key, allowed: "each name once")
                continue
            }
            names.append(text)
            result.append(choice.1)
        }
        return result
    }

    /// The reader of a table below this one; nil where it is absent or no table.
    func table(_ key: String) -> TableReader? {
        guard let value = value(key) else { return nil }
        guard case .table(let members) = value.content else {
            refuse(value, key, allowed: "a table, [\(path(key))]")
            return nil
        }
        return TableReader(members, line: value.line, path: path(key), problems: problems)
    }

    /// Readers of the tables in a list: `[[camera]]`, or `[{…}, {…}]`. In messages they count
    /// from 1.
    func tables(_ key: String, countMax: Int) -> [TableReader] {
        guard let elements = array(key, countMax: countMax, of: "tables") else { return [] }
        var readers: [TableReader] = []
        for (index, element) in elements.enumerated() {
            guard case .table(let members) = element.content else {
                refuse(element, "\(key)[\(index + 1)]", allowed: "a table, {key = value, …}")
                continue
            }
            readers.append(
                TableReader(
                    members, line: element.line, path: path("\(key)[\(index + 1)]"),
                    problems: problems))
        }
        return readers
    }

    func array(_ key: String, countMax: Int, of what: String) -> [TOMLValue]? {
        guard let value = value(key) else { return nil }
        guard case .array(let elements) = value.content, elements.count <= countMax else {
            refuse(value, key, allowed: "a list of at most \(countMax) \(what)")
            return nil
        }
        return elements
    }

    /// Notes every key that nobody asked for.
    func finish() {
        for member in members where !asked.contains(member.key) {
            let advice: String
            if problems.isFull {
                // A hostile file with thousands of keys: nobody will read these suggestions.
                advice = ""
            } else if let near = nearest(to: member.key, among: asked)
                ?? asked.first(where: { $0.hasPrefix(member.key + "_") })
            {
                advice = "did you mean \(quoted(near))?"
            } else {
                advice = "allowed here: \(asked.joined(separator: ", "))"
            }
            problems.add(
                "unknown key; \(advice)", key: path(member.key), line: member.value.line,
                column: member.value.column)
        }
    }

    private func listed(_ names: [String]) -> String {
        names.map { quoted($0) }.joined(separator: ", ")
    }
}

/// The candidate that is fewest insertions, deletions, replacements and swaps of neighbours away,
/// if that is near enough to be meant: at most a third of the length.
///
/// - Source: optimal string alignment distance (Damerau 1964).
func nearest(to word: String, among candidates: [String]) -> String? {
    let limit = max(1, word.utf8.count / 3)
    var best: (distance: Int, candidate: String)?
    for candidate in candidates where abs(candidate.utf8.count - word.utf8.count) <= limit {
        let distance = alignmentDistance(Array(word.utf8), Array(candidate.utf8))
        if distance <= limit, best.map({ distance < $0.distance }) ?? true {
            best = (distance, candidate)
        }
    }
    return best?.candidate
}

private func alignmentDistance(_ left: [UInt8], _ right: [UInt8]) -> Int {
    var beforeLast = [Int](repeating: 0, count: right.count + 1)
    var last = Array(0...right.count)
    for row in 1...max(left.count, 1) where row <= left.count {
        var current = [row] + [Int](repeating: 0, count: right.count)
        for column in 0..<right.count {
            let replaced = last[column] + (left[row - 1] == right[column] ? 0 : 1)
            var least = min(replaced, last[column + 1] + 1, current[column] + 1)
            if row > 1, column > 0, left[row - 1] == right[column - 1],
                left[row - 2] == right[column]
            {
                least = min(least, beforeLast[column - 1] + 1)
            }
            current[column + 1] = least
        }
        beforeLast = last
        last = current
    }
    return last[right.count]
}
