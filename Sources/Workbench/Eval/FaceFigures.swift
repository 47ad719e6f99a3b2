import Camera
import Detectors
import Frames
import Linux
import Text
import Watchlist

/// How well one person is told from another, and somebody on a list from strangers.
package struct FaceFigures: SplitFigures {
    /// One pair, and how alike its faces are; nil where one of them was not found.
    struct Pair {
        var people: [String]
        var isSame: Bool
        var similarity: Q15?
    }

    /// What a list of so many templates did to those who are on it, and to those who are not.
    struct Listed {
        var templateCount: Int
        var threshold: Q15
        /// Best entry right, and how alike; by person.
        var known: [(person: String, isRight: Bool, similarity: Q15)]
        var strangers: [(person: String, similarity: Q15)]
    }

    let pictureCount: Int
    let unfoundCount: Int
    let trials: [(trial: FaceTrial, pairs: [Pair])]
    /// Of each trial's pictures, how many there are and how many a camera would judge.
    let judged: [FaceTrial: (count: Int, judged: Int)]
    let lists: [(name: String, listed: Listed)]

    /// Two pictures are of one person as far as one pair in a hundred of different people is: so alike
    /// must photographs be that are enrolled together.
    static let pairThreshold = Enrolment.sameMin

    /// How alike somebody must be before a list of so many templates of people who are wanted.
    static func threshold(of templateCount: Int) -> Q15 {
        ThresholdTable.faces.threshold(
            rowCount: templateCount, falseAlarms: FalseAlarmRates.standard.wanted)
    }

    // MARK: Figures

    /// Of pairs, the share that is judged rightly; what was not found is no match.
    static func accuracy(_ groups: [[Pair]]) -> Double? {
        let pairs = groups.flatMap { $0 }
        guard !pairs.isEmpty else { return nil }
        let threshold = pairThreshold
        let right = pairs.count { pair in
            (pair.similarity.map { $0 >= threshold } ?? false) == pair.isSame
        }
        return Double(right) / Double(pairs.count)
    }

    /// Of the same, the share above what a share of the others exceeds.
    static func found(_ groups: [[Pair]], falseShare: Double) -> Double? {
        let pairs = groups.flatMap { $0 }
        let least = Int(Int16.min)
        let others = pairs.filter { !$0.isSame }
            .map { $0.similarity.map { Int($0.rawValue) } ?? least }.sorted(by: >)
        let same = pairs.filter(\.isSame)
        guard !others.isEmpty, !same.isEmpty else { return nil }
        let limit = others[min(Int(Double(others.count) * falseShare), others.count - 1)]
        let hits = same.count { ($0.similarity.map { Int($0.rawValue) } ?? least) > limit }
        return Double(hits) / Double(same.count)
    }

    /// People are drawn, and with them their pairs.
    private static func groups(_ pairs: [Pair]) -> [[Pair]] {
        Dictionary(grouping: pairs) { $0.people.first ?? "" }.sorted { $0.key < $1.key }
            .map(\.value)
    }

    private var figures: [(name: String, title: String, figure: Figure)] {
        var rows: [(name: String, title: String, figure: Figure)] = []
        for (trial, pairs) in trials where !pairs.isEmpty {
            let groups = Self.groups(pairs)
            let suffix = trial == .whole ? "" : "_\(trial.rawValue)"
            func row(_ name: String, _ title: String, _ measure: ([[Pair]]) -> Double?) {
                rows.append(
                    (
                        name + suffix, "\(trial.title), \(title)".padded(58),
                        Figure.drawn(over: groups, measure)
                    ))
            }
            row("pairAccuracy", "pairs judged rightly", Self.accuracy)
            row("tarAtFar1", "the same, at 1 % of others") { Self.found($0, falseShare: 0.01) }
            row("tarAtFar01", "at 0.1 %") { Self.found($0, falseShare: 0.001) }
            if let (count, judged) = judged[trial], count > 0 {
                let share = Figure(value: Double(judged) / Double(count))
                rows.append(
                    (
                        "judged" + suffix, "\(trial.title), a camera would judge".padded(58), share
                    ))
            }
        }
        for (name, listed) in lists { rows += Self.rows(name, listed) }
        return rows
    }

    private static func rows(
        _ name: String, _ listed: Listed
    ) -> [(name: String, title: String, figure: Figure)] {
        let known = Dictionary(grouping: listed.known, by: \.person).sorted { $0.key < $1.key }
            .map(\.value)
        let strangers = Dictionary(grouping: listed.strangers, by: \.person)
            .sorted { $0.key < $1.key }.map(\.value)
        let ranked = listed.strangers.map(\.similarity).sorted(by: >)
        func share(_ groups: [[(person: String, isRight: Bool, similarity: Q15)]], _ least: Q15)
            -> Double?
        {
            let all = groups.flatMap { $0 }
            guard !all.isEmpty else { return nil }
            return Double(all.count { $0.isRight && $0.similarity >= least }) / Double(all.count)
        }
        let title = "list of \(listed.templateCount) templates"
        var rows = [
            (
                "\(name)Found", "\(title), found at its threshold".padded(58),
                Figure.drawn(over: known) { share($0, listed.threshold) }
            ),
            (
                "\(name)FalsePer10000", "\(title), strangers in 10,000 taken for one".padded(58),
                Figure.drawn(over: strangers) { groups in
                    let all = groups.flatMap { $0 }
                    guard !all.isEmpty else { return nil }
                    return 10_000 * Double(all.count { $0.similarity >= listed.threshold })
                        / Double(all.count)
                }
            )
        ]
        if ranked.count >= 100 {
            let limit = ranked[ranked.count / 100]
            let least = Q15(rawValue: limit.rawValue == .max ? .max : limit.rawValue + 1)
            rows.append(
                (
                    "\(name)FoundAtFar1", "\(title), found at 1 % of strangers".padded(58),
                    Figure.drawn(over: known) { share($0, least) }
                ))
        }
        return rows
    }

    package func json(split: String) -> String {
        let metrics = figures.map { $0.figure.json($0.name) }.joined(separator: ",")
        let threshold = Figure.decimals(
            Double(Self.pairThreshold.rawValue) / 32_768)
        return "{\"task\":\"faces\",\"split\":\(JSON.quoted(split)),\"items\":\(pictureCount),"
            + "\"metrics\":{\"unfound\":\(unfoundCount),\"threshold\":\(threshold),\(metrics)}}"
    }

    package func table() -> String {
        let head =
            "\(counted(pictureCount, "picture")), \(unfoundCount) without a face that was found; "
            + "95 % intervals by person"
        return ([head] + figures.map { $0.figure.line($0.title) }).joined(separator: "\n")
    }
}

/// Reads the lists of a folder, and looks at each picture that they name.
struct FaceEvaluation {
    let folder: LabelledFolder
    private let networks: LookNetworks
    private var isAligned: [String: Bool] = [:]
    private var people: [String: String] = [:]
    private var templates: [String: FaceTemplate?] = [:]
    private var judged: [FaceTrial: (count: Int, judged: Int)] = [:]

    init(_ folder: LabelledFolder) throws {
        self.folder = folder
        networks = try LookNetworks([], looksForFaces: true)
    }

    // MARK: Reading

    private struct Lists {
        var pairs: [(a: String, b: String, isSame: Bool)] = []
        var gallery: [(person: String, files: [String])] = []
        var probes: [(file: String, person: String?)] = []
    }

    private func read(_ name: String) throws -> JSONValue? {
        let path = folder.folder + "/" + name
        guard Files.exists(path) else { return nil }
        do {
            let value = try JSONValue.read(try Files.read(path, byteCountMax: Label.byteCountMax))
            return value[folder.split]
        } catch { throw WorkbenchError.reading("\(path)", error) }
    }

    private func lists() throws -> Lists {
        var lists = Lists()
        func wrong(_ file: String, _ index: Int) -> WorkbenchError {
            WorkbenchError(
                .badData,
                "\(folder.folder)/\(file): read entry [\(index)] of \(folder.split): it is "
                    + "not as the README has it")
        }
        for (index, pair) in (try read("pairs.json")?.array ?? []).enumerated() {
            guard let a = pair["a"]?.string, let b = pair["b"]?.string,
                case .boolean(let same)? = pair["same"]
            else { throw wrong("pairs.json", index) }
            lists.pairs.append((a, b, same))
        }
        if let watched = try read("watchlist.json") {
            guard case .object(let gallery)? = watched["gallery"] else {
                throw wrong("watchlist.json", 0)
            }
            for (index, member) in gallery.enumerated() {
                let files = member.value.array?.compactMap(\.string) ?? []
                guard !files.isEmpty else { throw wrong("watchlist.json", index) }
                lists.gallery.append((member.key, files))
            }
            lists.gallery.sort { $0.person < $1.person }
            for (index, probe) in (watched["probes"]?.array ?? []).enumerated() {
                guard let file = probe["file"]?.string else { throw wrong("watchlist.json", index) }
                lists.probes.append((file, probe["person"]?.string))
            }
        }
        return lists
    }

    // MARK: Looking

    private func picture(_ file: String) throws -> Frame {
        try StillPicture.open(folder.folder + "/" + file)
    }

    private mutating func template(_ file: String) throws -> FaceTemplate? {
        if let known = templates[file] { return known }
        let made = try portrait(try picture(file), file)
        templates[file] = .some(made)
        return made
    }

    private mutating func portrait(
        _ picture: Frame, _ file: String, _ trial: FaceTrial = .whole
    ) throws -> FaceTemplate? {
        let portrait = networks.portrait(of: picture, isAligned: isAligned[file] ?? false)
        let isJudged = portrait?.template != nil && portrait?.obstacle == nil
        judged[trial, default: (0, 0)].count += 1
        judged[trial, default: (0, 0)].judged += isJudged ? 1 : 0
        return portrait?.template
    }

    private static func similarity(_ one: FaceTemplate?, _ other: FaceTemplate?) -> Q15? {
        guard let one, let other else { return nil }
        return one.similarity(to: other)
    }

    mutating func measure() throws -> FaceFigures {
        let all = try Label.read(folder: folder.folder)
        for label in all {
            if case .boolean(let aligned)? = label.members["aligned"] {
                isAligned[label.file] = aligned
            }
            people[label.file] = label.members["person"]?.string ?? label.file
        }
        let lists = try lists()
        try folder.refuseOverwriting(all.map(\.file) + ["pairs.json", "watchlist.json"])
        let chosen = try Label.choose(all, split: folder.split, folder: folder.folder)
        var unfound = 0
        for label in chosen where try template(label.file) == nil { unfound += 1 }
        var lines = ""
        var trials: [(FaceTrial, [FaceFigures.Pair])] = []
        for trial in FaceTrial.allCases {
            var pairs: [FaceFigures.Pair] = []
            var changed: [String: FaceTemplate?] = [:]
            for (a, b, isSame) in lists.pairs {
                let one = try template(a)
                let other: FaceTemplate?
                if trial == .whole {
                    other = try template(b)
                } else if let known = changed[b] {
                    other = known
                } else {
                    other = try portrait(try trial.of(try picture(b)), b, trial)
                    changed[b] = .some(other)
                }
                let similarity = Self.similarity(one, other)
                if trial == .whole { lines += Self.line(a, b, similarity) }
                pairs.append(
                    FaceFigures.Pair(
                        people: [people[a] ?? a, people[b] ?? b], isSame: isSame,
                        similarity: similarity))
            }
            trials.append((trial, pairs))
        }
        var listed: [(String, FaceFigures.Listed)] = []
        if !lists.gallery.isEmpty {
            listed.append(("watchlist", try watch(lists, &lines)))
        }
        for count in [30, 300, 3_000] {
            if let made = try made(of: count, chosen, all) { listed.append(("of\(count)", made)) }
        }
        let threshold = Double(FaceFigures.pairThreshold.rawValue) / 32_768
        lines += "{\"threshold\":\(Figure.decimals(threshold))}\n"
        try folder.write(lines)
        return FaceFigures(
            pictureCount: chosen.count, unfoundCount: unfound, trials: trials, judged: judged,
            lists: listed)
    }

    private static func line(_ a: String, _ b: String, _ similarity: Q15?) -> String {
        "{\"a\":\(JSON.quoted(a)),\"b\":\(JSON.quoted(b)),\"similarity\":\(text(similarity))}\n"
    }

    /// What was not found is like nobody.
    private static func text(_ similarity: Q15?) -> String {
        let value = (similarity.map { Double($0.rawValue) } ?? -32_768) / 32_768
        let scaled = Int((value.magnitude * 100_000).rounded())
        let digits = String(scaled % 100_000)
        return (value < 0 ? "-" : "") + "\(scaled / 100_000)."
            + String(repeating: "0", count: 5 - digits.count) + digits
    }

    /// The best of a list's people.
    private static func best(
        _ gallery: [(person: String, templates: [FaceTemplate])], _ template: FaceTemplate
    ) -> (person: String, similarity: Q15)? {
        var best: (person: String, similarity: Q15)?
        for (person, templates) in gallery {
            for each in templates {
                let similarity = each.similarity(to: template)
                if similarity > best?.similarity ?? Q15(rawValue: .min) {
                    best = (person, similarity)
                }
            }
        }
        return best
    }

    private mutating func watch(
        _ lists: Lists, _ lines: inout String
    ) throws -> FaceFigures.Listed {
        var gallery: [(person: String, templates: [FaceTemplate])] = []
        for (person, files) in lists.gallery {
            gallery.append((person, try files.compactMap { try template($0) }))
        }
        let count = gallery.reduce(0) { $0 + $1.templates.count }
        var listed = FaceFigures.Listed(
            templateCount: count, threshold: FaceFigures.threshold(of: count),
            known: [], strangers: [])
        for (file, person) in lists.probes {
            let best = try template(file).flatMap { Self.best(gallery, $0) }
            lines +=
                "{\"probe\":\(JSON.quoted(file)),"
                + "\"person\":\(best.map { JSON.quoted($0.person) } ?? "null"),"
                + "\"similarity\":\(Self.text(best?.similarity))}\n"
            let similarity = best?.similarity ?? Q15(rawValue: .min)
            if let person {
                listed.known.append((person, best?.person == person, similarity))
            } else {
                listed.strangers.append((people[file] ?? file, similarity))
            }
        }
        return listed
    }

    /// A list of so many people, one picture each: first those of whom the split has others to look
    /// for, then people of other splits. Who is left is a stranger.
    private mutating func made(
        of count: Int, _ chosen: [Label], _ all: [Label]
    ) throws -> FaceFigures.Listed? {
        func name(_ label: Label) -> String { people[label.file] ?? label.file }
        let own = Dictionary(grouping: chosen, by: name).sorted { $0.key < $1.key }
        let known = own.filter { $0.value.count > 1 }.prefix(count / 2)
        var gallery: [(person: String, templates: [FaceTemplate])] = []
        for (person, labels) in known {
            guard let template = try template(labels[0].file) else { continue }
            gallery.append((person, [template]))
        }
        let ownPeople = Set(own.map(\.key))
        var names: Set<String> = []
        for label in all where gallery.count < count {
            let person = name(label)
            guard !ownPeople.contains(person), names.insert(person).inserted,
                let template = try template(label.file)
            else { continue }
            gallery.append((person, [template]))
        }
        // As many as there are, where that is most of what was asked for.
        guard gallery.count > count / 2 else { return nil }
        var listed = FaceFigures.Listed(
            templateCount: gallery.count, threshold: FaceFigures.threshold(of: gallery.count),
            known: [], strangers: [])
        let listedPeople = Set(known.map(\.key))
        for (person, labels) in own {
            let isListed = listedPeople.contains(person)
            for label in labels.dropFirst(isListed ? 1 : 0) {
                guard let best = try template(label.file).flatMap({ Self.best(gallery, $0) })
                else { continue }
                if isListed {
                    listed.known.append((person, best.person == person, best.similarity))
                } else {
                    listed.strangers.append((person, best.similarity))
                }
            }
        }
        return listed
    }
}

extension FaceFigures {
    package static func measure(_ folder: LabelledFolder) throws -> FaceFigures {
        var evaluation = try FaceEvaluation(folder)
        return try evaluation.measure()
    }
}
