/// What differs between two texts, as `diff -u` shows it.
///
/// - Limits: where more than `cellCountMax` pairs of lines would have to be compared, the part that
///   differs is shown as taken out and put in whole.
/// - Source: the longest common subsequence, by the table (Hunt, McIlroy, 1976, section 1).
struct UnifiedDiff {
    enum Step: Hashable {
        case kept(String)
        case removed(String)
        case added(String)

        var line: String {
            switch self {
            case .kept(let text): " " + text
            case .removed(let text): "-" + text
            case .added(let text): "+" + text
            }
        }

        var isKept: Bool {
            if case .kept = self { return true }
            return false
        }
    }

    let steps: [Step]

    private static let cellCountMax = 4_000_000
    private static let contextCount = 3

    init(from old: String, to new: String) {
        let (old, new) = (Self.lines(old), Self.lines(new))
        var head = 0
        while head < min(old.count, new.count), old[head] == new[head] { head += 1 }
        var tail = 0
        while tail < min(old.count, new.count) - head,
            old[old.count - 1 - tail] == new[new.count - 1 - tail]
        {
            tail += 1
        }
        steps =
            old[..<head].map(Step.kept)
            + Self.compared(
                Array(old[head..<old.count - tail]), Array(new[head..<new.count - tail]))
            + old[(old.count - tail)...].map(Step.kept)
    }

    var isEmpty: Bool { steps.allSatisfy(\.isKept) }

    /// Empty where nothing differs.
    func text(old oldName: String, new newName: String) -> String {
        guard !isEmpty else { return "" }
        var text = "--- \(oldName)\n+++ \(newName)\n"
        var (oldLine, newLine) = (1, 1)
        var index = 0
        while index < steps.count {
            guard let hunk = hunk(from: index) else { break }
            for step in steps[index..<hunk.lowerBound] where step.isKept {
                (oldLine, newLine) = (oldLine + 1, newLine + 1)
            }
            let body = steps[hunk]
            let removed = body.count {
                if case .added = $0 { return false }
                return true
            }
            let added = body.count {
                if case .removed = $0 { return false }
                return true
            }
            text += "@@ -\(Self.range(oldLine, removed)) +\(Self.range(newLine, added)) @@\n"
            for step in body { text += step.line + "\n" }
            (oldLine, newLine) = (oldLine + removed, newLine + added)
            index = hunk.upperBound
        }
        return text
    }

    /// The next stretch of what differs, with its context.
    private func hunk(from start: Int) -> Range<Int>? {
        guard let first = steps[start...].firstIndex(where: { !$0.isKept }) else { return nil }
        var end = first + 1
        var index = first + 1
        while index < steps.count, index < end + 2 * Self.contextCount + 1 {
            if !steps[index].isKept { end = index + 1 }
            index += 1
        }
        return max(first - Self.contextCount, start)..<min(end + Self.contextCount, steps.count)
    }

    private static func range(_ line: Int, _ count: Int) -> String {
        "\(count == 0 ? line - 1 : line),\(count)"
    }

    private static func lines(_ text: String) -> [String] {
        var lines = text.lines
        if lines.last == "" {
            lines.removeLast()
        } else if let last = lines.last {
            lines[lines.count - 1] = last + "\n\\ No newline at end of file"
        }
        return lines
    }

    private static func compared(_ old: [String], _ new: [String]) -> [Step] {
        let (rows, columns) = (old.count, new.count)
        guard (rows + 1) * (columns + 1) <= cellCountMax else {
            return old.map(Step.removed) + new.map(Step.added)
        }
        // How many lines are common to what follows, from the end on.
        var common = [Int32](repeating: 0, count: (rows + 1) * (columns + 1))
        for row in stride(from: rows - 1, through: 0, by: -1) {
            for column in stride(from: columns - 1, through: 0, by: -1) {
                let here = row * (columns + 1) + column
                common[here] =
                    old[row] == new[column]
                    ? common[here + columns + 2] + 1
                    : max(common[here + columns + 1], common[here + 1])
            }
        }
        var steps: [Step] = []
        var (row, column) = (0, 0)
        while row < rows || column < columns {
            let here = row * (columns + 1) + column
            if row < rows, column < columns, old[row] == new[column] {
                steps.append(.kept(old[row]))
                (row, column) = (row + 1, column + 1)
            } else if row < rows,
                column == columns || common[here + columns + 1] >= common[here + 1]
            {
                steps.append(.removed(old[row]))
                row += 1
            } else {
                steps.append(.added(new[column]))
                column += 1
            }
        }
        return steps
    }
}

extension String {
    /// What stands between its line feeds. By bytes, for a carriage return and a line feed are one
    /// character, which a split at characters passes over.
    var lines: [String] {
        utf8.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false).map {
            String(decoding: $0, as: UTF8.self)
        }
    }
}
