import Linux
import Text

/// What every evaluation of a labelled folder is told.
package struct LabelledFolder {
    let folder: String
    let split: String
    /// One JSON line per recording goes to this file.
    let scores: String?

    package init(folder: String, split: String, scores: String?) {
        self.folder = folder
        self.split = split
        self.scores = scores
    }

    /// The split's labels, before any work.
    ///
    /// - Parameters:
    ///   - outputs: what is written besides `scores`.
    ///   - inputs: what is read besides the folder.
    ///   - fault: what is wrong with an entry for the task that asks; nil where nothing is.
    /// - Error: `WorkbenchError`.
    func labels(
        writing outputs: [String?] = [], reading inputs: [String?] = [],
        _ fault: (JSONValue) -> String? = { _ in nil }
    ) throws -> [Label] {
        let labels = try Label.read(folder: folder)
        try refuseOverwriting(labels.map(\.file), with: outputs, reading: inputs)
        return try Label.choose(labels, split: split, folder: folder, fault)
    }

    /// Throws where an output is a list of the folder or a file that a list names, of whatever
    /// split: labels made by hand and recordings cannot be had back.
    func refuseOverwriting(
        _ files: [String], with outputs: [String?] = [], reading inputs: [String?] = []
    ) throws(WorkbenchError) {
        for case let output? in outputs + [scores] where Files.exists(output) {
            for name in ["labels.json", "tracks.json"] + files {
                try WorkbenchError.refuseSame(folder + "/" + name, output)
            }
            for case let input? in inputs { try WorkbenchError.refuseSame(input, output) }
        }
    }

    /// Calls `work` with every recording; what it returns is its line of scores.
    func decideEach(
        _ labels: [Label], _ work: (Label, _ path: String) throws -> String
    ) throws {
        var lines = ""
        for label in labels { lines += try work(label, folder + "/" + label.file) + "\n" }
        try write(lines)
    }

    /// Writes the lines of scores, where they are asked for.
    func write(_ lines: String) throws {
        guard let scores else { return }
        try WorkbenchError.writing(scores) { try Files.replace(scores, with: Array(lines.utf8)) }
    }

    /// Whether two outputs would be written over each other, be the file there already or not. A
    /// terminal or a pipe takes both.
    package static func areOneFile(_ one: String, _ other: String) -> Bool {
        switch (try? Files.facts(one), try? Files.facts(other)) {
        case (let one?, let other?):
            return one.kind == .regular && one.device == other.device && one.inode == other.inode
        case (nil, nil):
            func place(_ path: String) -> String {
                let folder = Files.folder(of: path)
                let resolved = (try? Files.resolve(folder)) ?? folder
                return "\(resolved)/\(path.split(separator: "/").last ?? "")"
            }
            return place(one) == place(other)
        default: return false
        }
    }
}

/// One entry of a folder's `labels.json`.
struct Label {
    let file: String
    let split: String
    let members: JSONValue

    static let byteCountMax = 16 << 20

    /// Pictures of one scene are no independent witnesses.
    var scene: String { members["scene"]?.string ?? file }

    /// All of them, of whatever split, in order.
    ///
    /// - Error: `WorkbenchError`.
    static func read(folder: String) throws -> [Label] {
        let value: JSONValue
        do {
            value = try JSONValue.read(
                try Files.read(folder + "/labels.json", byteCountMax: byteCountMax))
        } catch {
            throw WorkbenchError.reading(name(folder), error)
        }
        guard let items = value.array else {
            throw WorkbenchError(
                .badData, "\(name(folder)): read: it is \(value.brief); allowed is a list")
        }
        return try items.enumerated().map { index, item in
            func text(_ member: String) throws -> String {
                if let text = item[member]?.string, !text.isEmpty { return text }
                throw wrong(
                    folder, index, item,
                    "\(member) is \(item[member]?.brief ?? "not there"); allowed is a text")
            }
            return Label(file: try text("file"), split: try text("split"), members: item)
        }
    }

    /// Those of the split, which the task that asks can judge by.
    static func choose(
        _ labels: [Label], split: String, folder: String,
        _ fault: (JSONValue) -> String? = { _ in nil }
    ) throws -> [Label] {
        let chosen = labels.enumerated().filter { $0.element.split == split }
        guard !chosen.isEmpty else {
            let known = Set(labels.map(\.split)).sorted().joined(separator: ", ")
            throw WorkbenchError(
                .badData, "\(name(folder)): choose split \(split): it has only: \(known)")
        }
        for (index, label) in chosen {
            if let cause = fault(label.members) {
                throw wrong(folder, index, label.members, cause)
            }
        }
        return chosen.map(\.element)
    }

    private static func name(_ folder: String) -> String { "labels \(folder)/labels.json" }

    private static func wrong(
        _ folder: String, _ index: Int, _ item: JSONValue, _ cause: String
    ) -> WorkbenchError {
        let file = item["file"]?.string.map { ", \($0)" } ?? ""
        return WorkbenchError(.badData, "\(name(folder)): read entry [\(index)]\(file): \(cause)")
    }
}

extension JSONValue {
    /// For a message: short, whatever it is.
    var brief: String {
        switch self {
        case .null: "null"
        case .boolean(let value): "\(value)"
        case .number(let value):
            (value < 0 ? "-" : "") + Text.thousandths(Int64(value.magnitude))
        case .string(let text): JSON.quoted(String(text.prefix(40)))
        case .array(let items):
            "["
                + items.prefix(5).map { $0.array == nil ? $0.brief : "[…]" }
                .joined(separator: ",") + (items.count > 5 ? ",…]" : "]")
        case .object: "{…}"
        }
    }
}
