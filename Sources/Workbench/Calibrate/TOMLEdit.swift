/// Changes keys of one camera in the text of a configuration, and leaves every other byte as it is:
/// comments, order, spaces.
///
/// - Limits: `[[camera]]` must stand as such; what is edited may stand in any way that TOML has for
///   it, as a section, a dotted key or an inline table.
struct TOMLEdit {
    /// One of a list of tables, a zone or a line: told by its name, written as these pairs.
    struct Entry: Hashable {
        var name: String
        var pairs: [Pair]

        struct Pair: Hashable {
            var key: String
            var value: String
        }

        var text: String {
            "{" + pairs.map { "\($0.key) = \($0.value)" }.joined(separator: ", ") + "}"
        }
    }

    private(set) var bytes: [UInt8]
    /// From 0, in the order of `[[camera]]`.
    private let camera: Int

    init(_ bytes: [UInt8], camera: Int) {
        self.bytes = bytes
        self.camera = camera
    }

    /// What of a document belongs to the camera; paths from the camera on.
    private struct Scope {
        var source: TOMLSource
        /// Positions among the statements.
        var members: [(index: Int, path: [String])] = []
        /// Those that stand together from `[[camera]]` on.
        var end = 0

        func statement(_ index: Int) -> TOMLSource.Statement { source.statements[index] }
        func isPair(_ index: Int) -> Bool { statement(index).kind == .pair }
    }

    private func scope() throws(TOMLSource.Fault) -> Scope {
        var scope = Scope(source: try TOMLSource(bytes))
        var (header, count, isTogether): ([String], Int, Bool) = ([], 0, true)
        for (index, statement) in scope.source.statements.enumerated() {
            let path: [String]
            switch statement.kind {
            case .header(let isArray):
                header = statement.path
                path = header
                if isArray, header == ["camera"] { count += 1 }
            case .pair: path = header + statement.path
            }
            let isHere = path.first == "camera" && !header.isEmpty && count == camera + 1
            if isHere {
                scope.members.append((index, Array(path.dropFirst())))
                if isTogether { scope.end = statement.lines.upperBound }
            } else if !scope.members.isEmpty {
                isTogether = false
            }
        }
        guard !scope.members.isEmpty else {
            throw TOMLSource.Fault(
                line: 1, cause: "[[camera]] number \(camera + 1) does not stand as such in it")
        }
        return scope
    }

    // MARK: One key

    /// Gives a key a value, wherever it stands, or puts it where it belongs.
    ///
    /// - Parameter path: from the camera on: `["people", "ground"]`.
    mutating func set(_ path: [String], _ value: String) throws(TOMLSource.Fault) {
        if let range = try place(of: path) { return replace(range, value) }
        let scope = try scope()
        if let (table, rest) = try inlineTable(above: path, scope) {
            return try set(rest, value, inTable: table, scope.source)
        }
        let spread = scope.members.filter { $0.path.starts(with: path) }
        for member in spread.reversed() {
            bytes.removeSubrange(scope.statement(member.index).lines)
        }
        try insert(path, value)
    }

    /// Where the value of a key stands; nil where it has none, or one that is spread over lines.
    private func place(of path: [String]) throws(TOMLSource.Fault) -> Range<Int>? {
        let scope = try scope()
        if let member = scope.members.first(where: { $0.path == path && scope.isPair($0.index) }) {
            return scope.statement(member.index).value
        }
        guard let (table, rest) = try inlineTable(above: path, scope) else { return nil }
        return try scope.source.members(of: table).first { $0.path == rest }?.value
    }

    /// The inline table that holds a key's table, and the key's path in it.
    private func inlineTable(
        above path: [String], _ scope: Scope
    ) throws(TOMLSource.Fault) -> (table: Range<Int>, rest: [String])? {
        for count in 1..<max(path.count, 1) {
            for member in scope.members where scope.isPair(member.index) {
                guard member.path.elementsEqual(path.prefix(count)) else { continue }
                let value = scope.statement(member.index).value
                guard bytes[value.lowerBound] == UInt8(ascii: "{") else { continue }
                return (value, Array(path.dropFirst(count)))
            }
        }
        return nil
    }

    private mutating func set(
        _ path: [String], _ value: String?, inTable table: Range<Int>, _ source: TOMLSource
    ) throws(TOMLSource.Fault) {
        let members = try source.members(of: table)
        if let value, let member = members.first(where: { $0.path == path }) {
            return replace(member.value, value)
        }
        let kept = members.filter { !$0.path.starts(with: path) }
        if kept.count < members.count {
            // Written anew: what is taken out of the middle of a line leaves its comma.
            var parts = kept.map { String(decoding: bytes[$0.whole], as: UTF8.self) }
            if let value { parts.append("\(path.joined(separator: ".")) = \(value)") }
            return replace(table, "{" + parts.joined(separator: ", ") + "}")
        }
        guard let value else { return }
        let text = "\(path.joined(separator: ".")) = \(value)"
        if let last = members.last {
            insert(", " + text, at: last.whole.upperBound)
        } else {
            replace(table, "{\(text)}")
        }
    }

    /// A key that is not there yet goes to its table's others.
    private mutating func insert(_ path: [String], _ value: String) throws(TOMLSource.Fault) {
        let scope = try scope()
        let (parent, key) = (Array(path.dropLast()), path[path.count - 1])
        if let place = endOfSection(parent, scope) {
            return insertLine("\(key) = \(value)", at: place)
        }
        // `people.venue = "bar"` below `[[camera]]`.
        let dotted = scope.members.last {
            scope.isPair($0.index) && $0.path.starts(with: parent)
                && scope.statement($0.index).path == $0.path
        }
        if let dotted {
            return insertLine(
                "\(path.joined(separator: ".")) = \(value)",
                at: scope.statement(dotted.index).lines.upperBound)
        }
        insertLine(
            "\n[\((["camera"] + parent).joined(separator: "."))]\n\(key) = \(value)", at: scope.end)
    }

    /// Behind the last key of a section; nil where it has no header.
    private func endOfSection(_ path: [String], _ scope: Scope) -> Int? {
        let header = scope.members.first { $0.path == path && !scope.isPair($0.index) }
        guard let header else { return nil }
        var end = scope.statement(header.index).lines.upperBound
        var index = header.index + 1
        while index < scope.source.statements.count, scope.isPair(index) {
            end = scope.statement(index).lines.upperBound
            index += 1
        }
        return end
    }

    // MARK: Lists of tables

    /// Turns the list of `old` entries that stands there into `new`: what is equal keeps its text,
    /// of what changed only the keys that differ are touched.
    mutating func setList(
        _ path: [String], from old: [Entry], to new: [Entry]
    ) throws(TOMLSource.Fault) {
        for entry in old where !new.contains(where: { $0.name == entry.name }) {
            try remove(entry.name, from: path)
        }
        for entry in new {
            if let before = old.first(where: { $0.name == entry.name }) {
                try change(before, to: entry, in: path)
            } else {
                try append(entry, to: path)
            }
        }
    }

    private func lost(_ name: String, _ path: [String]) -> TOMLSource.Fault {
        TOMLSource.Fault(
            line: 1, cause: "\(path.joined(separator: ".")) \"\(name)\" is not found in the text")
    }

    /// Of an array `[{…}, {…}]`: the element of this name.
    private func element(
        _ name: String, of array: Range<Int>, _ source: TOMLSource
    ) throws(TOMLSource.Fault) -> Range<Int>? {
        for element in try source.elements(of: array) {
            let member = try source.members(of: element).first { $0.path == ["name"] }
            if let member, source.word(member.value) == name { return element }
        }
        return nil
    }

    /// Of `[[camera.zones]]`: the statements of the section of this name, those below it included.
    private func section(_ name: String, of path: [String], _ scope: Scope) -> [Int]? {
        var sections: [[Int]] = []
        for member in scope.members where member.path.starts(with: path) {
            if member.path == path, !scope.isPair(member.index) {
                sections.append([member.index])
            } else if !sections.isEmpty {
                sections[sections.count - 1].append(member.index)
            }
        }
        return sections.first { section in
            section.contains {
                let statement = scope.statement($0)
                return statement.kind == .pair && statement.path == ["name"]
                    && scope.source.word(statement.value) == name
            }
        }
    }

    private mutating func remove(
        _ name: String, from path: [String]
    ) throws(TOMLSource.Fault) {
        let scope = try scope()
        guard let array = try place(of: path) else {
            guard let section = section(name, of: path, scope) else { throw lost(name, path) }
            for index in section.reversed() { bytes.removeSubrange(scope.statement(index).lines) }
            return
        }
        let source = scope.source
        guard let element = try element(name, of: array, source) else { throw lost(name, path) }
        var (start, end) = (element.lowerBound, element.upperBound)
        while end < array.upperBound, Array(" \t".utf8).contains(bytes[end]) { end += 1 }
        let hasComma = bytes[end] == UInt8(ascii: ",")
        if hasComma { end += 1 }
        let line = source.lineStart(start)
        let isAlone = bytes[line..<start].allSatisfy { Array(" \t".utf8).contains($0) }
        var rest = end
        while rest < bytes.count, Array(" \t".utf8).contains(bytes[rest]) { rest += 1 }
        if isAlone, rest < bytes.count, Array("\r\n#".utf8).contains(bytes[rest]) {
            // With what is said about it behind it.
            (start, end) = (line, source.lineEnd(rest))
        } else if hasComma {
            end = rest
        } else {
            while Array(" \t".utf8).contains(bytes[start - 1]) { start -= 1 }
            if bytes[start - 1] == UInt8(ascii: ",") { start -= 1 }
        }
        bytes.removeSubrange(start..<end)
    }

    private mutating func change(
        _ old: Entry, to new: Entry, in path: [String]
    ) throws(TOMLSource.Fault) {
        let keys =
            old.pairs.map(\.key)
            + new.pairs.map(\.key).filter { key in
                !old.pairs.contains { $0.key == key }
            }
        for key in keys {
            let value = new.pairs.first { $0.key == key }?.value
            guard value != old.pairs.first(where: { $0.key == key })?.value else { continue }
            let scope = try scope()
            if let array = try place(of: path) {
                guard let element = try element(old.name, of: array, scope.source) else {
                    throw lost(old.name, path)
                }
                try set([key], value, inTable: element, scope.source)
                continue
            }
            guard let section = section(old.name, of: path, scope) else {
                throw lost(old.name, path)
            }
            let found = section.first {
                scope.isPair($0) && scope.statement($0).path == [key]
            }
            if let found, let value {
                replace(scope.statement(found).value, value)
            } else if let found {
                bytes.removeSubrange(scope.statement(found).lines)
            } else if let value {
                insertLine("\(key) = \(value)", at: scope.statement(section[0]).lines.upperBound)
            }
        }
    }

    /// - Parameter comma: what stands behind the last of several lines.
    private mutating func append(
        _ entry: Entry, to path: [String], comma: String = ","
    ) throws(TOMLSource.Fault) {
        let scope = try scope()
        guard let array = try place(of: path) else {
            let last = scope.members.last { $0.path.starts(with: path) }
            guard let last else { return try set(path, "[\n    \(entry.text)\n]") }
            let name = (["camera"] + path).joined(separator: ".")
            let lines = entry.pairs.map { "\($0.key) = \($0.value)" }.joined(separator: "\n")
            return insertLine(
                "\n[[\(name)]]\n\(lines)", at: scope.statement(last.index).lines.upperBound)
        }
        guard let last = try scope.source.elements(of: array).last else {
            return replace(array, "[\n    \(entry.text)\n]")
        }
        let line = scope.source.lineStart(last.lowerBound)
        let indent = bytes[line..<last.lowerBound].prefix { Array(" \t".utf8).contains($0) }
        guard line > array.lowerBound, line + indent.count == last.lowerBound else {
            return insert(", " + entry.text, at: last.upperBound)
        }
        // One to a line: this one gets its own, behind what is said about the one before.
        var end = last.upperBound
        while Array(" \t".utf8).contains(bytes[end]) { end += 1 }
        guard bytes[end] == UInt8(ascii: ",") else {
            bytes.insert(UInt8(ascii: ","), at: last.upperBound)
            return try append(entry, to: path, comma: "")
        }
        var rest = end + 1
        while Array(" \t".utf8).contains(bytes[rest]) { rest += 1 }
        let text = String(decoding: indent, as: UTF8.self) + entry.text + comma
        if Array("#\r\n".utf8).contains(bytes[rest]) {
            insert(text + "\n", at: scope.source.lineEnd(rest))
        } else {
            insert("\n" + text, at: end + 1)
        }
    }

    // MARK: Bytes

    private mutating func replace(_ range: Range<Int>, _ text: String) {
        bytes.replaceSubrange(range, with: ended(text))
    }

    private mutating func insert(_ text: String, at place: Int) {
        bytes.insert(contentsOf: ended(text), at: place)
    }

    /// With lines that end as those of the document do.
    private func ended(_ text: String) -> [UInt8] {
        guard let first = bytes.firstIndex(of: UInt8(ascii: "\n")), first > 0,
            bytes[first - 1] == UInt8(ascii: "\r")
        else { return Array(text.utf8) }
        return text.utf8.flatMap { $0 == UInt8(ascii: "\n") ? Array("\r\n".utf8) : [$0] }
    }

    /// A line of its own, also where the file does not end with one.
    private mutating func insertLine(_ text: String, at place: Int) {
        let isMidLine = place > 0 && bytes[place - 1] != UInt8(ascii: "\n")
        insert((isMidLine ? "\n" : "") + text + "\n", at: place)
    }
}
