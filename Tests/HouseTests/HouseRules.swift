/// The rules that the compiler does not enforce: which module may import which, and what no file
/// may contain.
enum HouseRules {
    /// Module → what it may import. Edges never import each other, and nothing imports Foundation:
    /// it is ten times the size of the rest, and the ARM build has none.
    static let arrows: [String: Set<String>] = [
        // Core.
        "Frames": ["CKernels"],
        "Networks": ["CNetworks"],
        "Models": ["CModels"],
        "Watchlist": ["Frames"],
        "Detectors": ["Models", "Networks", "Watchlist", "Frames"],
        "Incidents": ["Detectors", "Frames"],
        "Records": ["Incidents", "Detectors", "Frames"],
        "Station": ["Records", "Incidents", "Detectors", "Frames"],
        "Simulation": ["Station", "Records", "Incidents", "Detectors", "Frames"],
        // Edge.
        "Linux": ["CLinux", "Glibc"],
        "Camera": ["Station", "Frames", "Linux", "CLinux", "CJPEG", "CV4LConvert"],
        "Alarm": ["Station", "Frames", "Linux", "CGPIOD"],
        "Text": [],
        "Cryptography": ["Text", "COpenSSL"],
        "Store": [
            "Station", "Records", "Incidents", "Watchlist", "Frames", "Linux", "Cryptography",
            "CSQLite", "CJPEG"
        ],
        "Uplink": [
            "Station", "Records", "Incidents", "Detectors", "Frames", "Linux", "Cryptography",
            "Text", "COpenSSL"
        ],
        "Configuration": [
            "Alarm", "Camera", "Uplink", "Station", "Records", "Incidents", "Detectors",
            "Watchlist", "Frames",
            "Linux", "Cryptography", "Text", "CTOML"
        ],
        "Doctor": [
            "Configuration", "Alarm", "Camera", "Store", "Uplink", "Station", "Frames", "Linux",
            "Text"
        ],
        // Wiring.
        "Guard": [
            "Configuration", "Alarm", "Camera", "Store", "Uplink", "Station", "Records",
            "Incidents", "Detectors", "Watchlist", "Frames", "Linux", "Cryptography"
        ],
        "MadeNetworks": ["Networks", "Frames"],
        "Workbench": [
            "Guard", "Configuration", "Simulation", "MadeNetworks", "Alarm", "Camera", "Store",
            "Uplink", "Station", "Records", "Incidents", "Detectors", "Watchlist", "Networks",
            "Models", "Frames", "Linux", "Cryptography", "Text"
        ],
        // Argument parsing, and nobody else's.
        "kuzet": [
            "Workbench", "Guard", "Doctor", "Configuration", "Simulation", "Camera", "Store",
            "Uplink", "Records", "Incidents", "Watchlist", "Linux", "Cryptography", "Text",
            "ArgumentParser"
        ]
    ]

    /// Part of the language, and open to every module that is not pure.
    static let language: Set<String> = ["Synchronization"]

    /// Modules that decide. The same input must give the same bits on every machine, so there is
    /// nothing in them that rounds, asks the time, draws lots or touches the world.
    static let integerModules: Set<String> = [
        "Frames", "Networks", "Models", "Watchlist", "Detectors", "Incidents", "Records", "Station",
        "Alarm"
    ]
    /// The one place where a number with a point becomes integers: the scales of a network, when it
    /// is loaded.
    static let scalesFile = "Sources/Networks/Scale.swift"
    static let pureModules: Set<String> = [
        "Frames", "Networks", "Models", "Watchlist", "Detectors", "Incidents", "Records", "Station",
        "Simulation"
    ]

    static let lineCountMax = 600

    /// A word of code, whole unless it ends in an opening parenthesis or punctuation.
    struct Ban {
        let words: [String]
        let reason: String
    }

    static let anywhere = Ban(
        words: ["fatalError(", "try!", "as!"],
        reason: "a fault in the field is an error to report, not a crash")
    static let inIntegerModules = Ban(
        words: [
            "Float", "Float16", "Float32", "Float64", "Float80", "Double", "CGFloat",
            "FloatingPoint", "BinaryFloatingPoint"
        ],
        reason: "floating point rounds differently from machine to machine")
    static let inPureModules = Ban(
        words: [
            "ContinuousClock", "SuspendingClock", "SystemRandomNumberGenerator", "random(",
            "randomElement(", "shuffled(", "print(", "readLine(", "Hasher", "hashValue"
        ],
        reason: "the core takes time, chance and the world from its caller")
    /// The kernels that are written in C are held to the same.
    static let inKernels = Ban(
        words: ["float", "double", "malloc(", "calloc(", "free("],
        reason: "kernels compute in integers and never allocate")
    /// What the standard library does with regular expressions, also where none is in sight.
    static let inFirmware = Ban(
        words: [
            "Regex", "firstRange(", "ranges(", "firstMatch(", "wholeMatch(", "prefixMatch(",
            "replacing(", "trimmingPrefix("
        ],
        reason: "brings two megabytes of regular expressions into the binary; see String.holds")
    static let unfinished = ["TODO", "FIXME", "XXX"]

    /// What is wrong with one file of `Sources`, one sentence each. `path` is as in the clone:
    /// `Sources/Frames/Plane.swift`.
    static func violations(path: String, text: String) -> [String] {
        let source = SourceText(text)
        var found = violationsAnywhere(path: path, source: source)
        let parts = path.split(separator: "/").map(String.init)
        guard parts.count > 2, parts[0] == "Sources" else { return found }
        let module = parts[1]
        if module == "CKernels" || module == "CNetworks" {
            found += banViolations(path: path, source, [inKernels])
        }
        guard path.hasSuffix(".swift") else { return found }

        found += arrowViolations(path: path, module: module, source: source)
        var bans = [anywhere, inFirmware]
        let isInteger = integerModules.contains(module) && path != scalesFile
        if isInteger { bans.append(inIntegerModules) }
        if pureModules.contains(module) { bans.append(inPureModules) }
        found += banViolations(path: path, source, bans)
        for (index, line) in source.code.enumerated()
        where isInteger && hasDecimalPoint(line) {
            found.append("\(path):\(index + 1): a decimal point: \(inIntegerModules.reason)")
        }
        for (index, line) in source.lines.enumerated()
        where source.code[index].firstRange(of: ".contains(") != nil && containsText(line) {
            found.append("\(path):\(index + 1): contains(String): \(inFirmware.reason)")
        }
        return found
    }

    /// Whether a `contains` of the line takes a literal of more than one character.
    private static func containsText(_ line: String) -> Bool {
        line.ranges(of: ".contains(\"").contains { range in
            guard let end = line[range.upperBound...].firstIndex(of: "\"") else { return true }
            let text = line[range.upperBound..<end]
            return text.count > 1 && !text.hasPrefix("\\")
        }
    }

    private static func banViolations(
        path: String, _ source: SourceText, _ bans: [Ban]
    ) -> [String] {
        var found: [String] = []
        for (index, line) in source.code.enumerated() {
            for ban in bans {
                for word in ban.words where contains(line, word: word) {
                    found.append("\(path):\(index + 1): \(word): \(ban.reason)")
                }
            }
        }
        return found
    }

    /// The module named by an `import` line, or nil.
    static func importedModule(_ line: String) -> String? {
        var words = line.split(whereSeparator: { $0 == " " || $0 == "\t" || $0 == ";" })[...]
        let before: Set<Substring> = ["public", "package", "internal", "fileprivate", "private"]
        while let first = words.first, first.hasPrefix("@") || before.contains(first) {
            words.removeFirst()
        }
        guard words.first == "import" else { return nil }
        words.removeFirst()
        let kinds: Set<Substring> = [
            "struct", "class", "enum", "protocol", "func", "var", "let", "typealias"
        ]
        if let first = words.first, kinds.contains(first) { words.removeFirst() }
        return words.first.map { String($0.prefix(while: { $0 != "." })) }
    }

    private static func arrowViolations(
        path: String, module: String, source: SourceText
    ) -> [String] {
        guard var allowed = arrows[module] else {
            return ["\(path): module \(module): not in the table of arrows"]
        }
        if !pureModules.contains(module) { allowed.formUnion(language) }
        return source.code.enumerated().compactMap { index, line in
            guard let imported = importedModule(line), !allowed.contains(imported) else {
                return nil
            }
            return "\(path):\(index + 1): \(module) imports \(imported): not in the table of arrows"
        }
    }

    /// Rules for every file of text, tests and scripts included.
    private static func violationsAnywhere(path: String, source: SourceText) -> [String] {
        var found: [String] = []
        if source.lines.count > lineCountMax {
            found.append("\(path): \(source.lines.count) lines: more than \(lineCountMax)")
        }
        // The tests of these rules have to name what they forbid.
        guard !path.hasPrefix("Tests/HouseTests/") else { return found }
        for (index, line) in source.lines.enumerated() {
            for word in unfinished where contains(line, word: word) {
                found.append("\(path):\(index + 1): \(word): do it, or leave it out")
            }
        }
        return found
    }

    private static func contains(_ line: String, word: String) -> Bool {
        var rest = line[...]
        while let range = rest.firstRange(of: word) {
            let before =
                range.lowerBound > line.startIndex
                ? line[line.index(before: range.lowerBound)] : " "
            let after = range.upperBound < line.endIndex ? line[range.upperBound] : " "
            let ends = !isWord(word.last ?? " ") || !isWord(after)
            if !isWord(before) && ends { return true }
            rest = line[range.upperBound...]
        }
        return false
    }

    /// A literal such as `0.5`, but neither `pair.0.1` nor `0...5`.
    private static func hasDecimalPoint(_ line: String) -> Bool {
        let characters = Array(line)
        guard characters.count > 2 else { return false }
        for index in 1..<characters.count - 1
        where characters[index] == "." && characters[index + 1].isNumber {
            var start = index
            while start > 0, characters[start - 1].isNumber || characters[start - 1] == "_" {
                start -= 1
            }
            let before = start > 0 ? characters[start - 1] : " "
            if start < index && before != "." && !isWord(before) { return true }
        }
        return false
    }

    private static func isWord(_ character: Character) -> Bool {
        character.isLetter || character.isNumber || character == "_"
    }
}
