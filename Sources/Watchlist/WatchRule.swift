/// What was asked for and not kept, with both values.
public enum WatchRule: Error, Hashable, Sendable {
    // The form.
    case byteCount(found: Int, max: Int)
    case tooShort(field: String, wanted: Int, left: Int)
    case notADocument
    case newerVersion(found: UInt8, supported: UInt8)
    case unknownCode(field: String, code: UInt8)
    case text(field: String, byteCount: Int, wanted: ClosedRange<Int>)
    case notPrintable(field: String)
    case emptyTemplate(ordinal: Int)
    case trailing(byteCount: Int)
    // What it says.
    case count(field: String, found: Int64, wanted: ClosedRange<Int64>)
    case order(field: String, found: String, after: String)
    case lampForMissing
    case childOnlyMissing(WatchNotice.Category)
    case endsBeforeItBegins(field: String, from: Int64, until: Int64)
    case tooLong(field: String, days: Int64, daysMax: Int64)
    case overBeforeIssued(until: Int64, issued: Int64)
    // Whose it is.
    case unknownKey([UInt8])
    case signature(by: String)
    case mayNotList(by: String, WatchNotice.Category, may: Set<WatchNotice.Category>)
    case mayNotAuthorise(
        by: String, Set<WatchNotice.Category>, may: Set<WatchNotice.Category>)
    // Whether it is for here and now.
    case otherDevice(wanted: [String], own: String)
    case otherModel(found: [UInt8], own: [UInt8])
    case version(found: UInt64, floor: UInt64)
    case expired(until: Int64, now: Int64)
    case issuedLater(issued: Int64, now: Int64)
    case tooManyInAll(what: String, found: Int, max: Int)
    // Whether the difference fits.
    case otherBase(wanted: UInt64, held: UInt64?)
    case baseIsOver(wiped: [UInt32])
    case removesUnknown
}

extension WatchRule {
    static func text(_ field: String, _ text: String, _ wanted: ClosedRange<Int>) -> WatchRule? {
        let byteCount = text.utf8.count
        guard wanted.contains(byteCount) else {
            return .text(field: field, byteCount: byteCount, wanted: wanted)
        }
        // It will stand on terminals, screens and in messages: nothing in it may move a cursor or
        // turn what is read around.
        let isPrintable = text.unicodeScalars.allSatisfy { scalar in
            switch scalar.value {
            case 0..<0x20, 0x7F..<0xA0, 0x61C, 0x200B...0x200F, 0x2028...0x202E,
                0x2060...0x2069, 0xFEFF:
                false
            default: true
            }
        }
        return isPrintable ? nil : .notPrintable(field: field)
    }

    static func names(_ field: String, _ names: [String], countMin: Int) -> WatchRule? {
        let counts = Int64(countMin)...Int64(ListHeader.deviceCountMax)
        guard counts.contains(Int64(names.count)) else {
            return .count(field: field, found: Int64(names.count), wanted: counts)
        }
        for name in names {
            if let rule = text(field, name, 1...ListHeader.deviceByteCountMax) { return rule }
        }
        for (before, name) in zip(names, names.dropFirst())
        // By bytes: whatever two spellings of a letter Swift takes for one, a name is its bytes.
        where !before.utf8.lexicographicallyPrecedes(name.utf8) {
            return .order(field: field, found: name, after: before)
        }
        return nil
    }

    static func time(_ field: String, _ seconds: Int64) -> WatchRule? {
        let wanted = 0...UTCSeconds.max
        return wanted.contains(seconds)
            ? nil : .count(field: field, found: seconds, wanted: wanted)
    }

    static func span(_ field: String, from: Int64, until: Int64, max: Int64) -> WatchRule? {
        if let rule = time("from", from) ?? time("until", until) { return rule }
        guard from < until else {
            return .endsBeforeItBegins(field: field, from: from, until: until)
        }
        guard until - from <= max else {
            return .tooLong(
                field: field, days: (until - from + 86_399) / 86_400, daysMax: max / 86_400)
        }
        return nil
    }
}

extension WatchRule: CustomStringConvertible {
    public var description: String {
        switch self {
        case .byteCount(let found, let max): "\(found) bytes, at most \(max)"
        case .tooShort(let field, let wanted, let left):
            "read \(field): \(wanted) bytes wanted, \(left) left"
        case .notADocument: "read form: KZW and L, D or A wanted, something else found"
        case .newerVersion(let found, let supported):
            "read form: version \(found) found, this program knows \(supported)"
        case .unknownCode(let field, let code): "read \(field): unknown code \(code)"
        case .text(let field, let byteCount, let wanted):
            "\(field): \(byteCount) bytes of UTF-8, \(Self.words(wanted)) wanted"
        case .notPrintable(let field):
            "\(field): not UTF-8, or characters in it that cannot be shown"
        case .emptyTemplate(let ordinal): "template \(ordinal): all codes are 0"
        case .trailing(let byteCount): "read end: \(byteCount) bytes too many"
        case .count(let field, let found, let wanted):
            "\(field): \(found), \(Self.words(wanted)) wanted"
        case .order(let field, let found, let after):
            "\(field): \(found) after \(after), ascending wanted"
        case .lampForMissing: "answer: lamp for one who is missing, tell wanted"
        case .childOnlyMissing(let category):
            "child: \(category), only one who is missing may be a child"
        case .endsBeforeItBegins(let field, let from, let until):
            "\(field): from \(UTCSeconds.text(from)) until \(UTCSeconds.text(until)), "
                + "until is to be later"
        case .tooLong(let field, let days, let daysMax):
            "\(field): holds \(days) days, at most \(daysMax)"
        case .overBeforeIssued(let until, let issued):
            "until: \(UTCSeconds.text(until)), over before the list was issued, "
                + UTCSeconds.text(issued)
        case .unknownKey(let key):
            "key \(Self.digits(key)): no authority of this board has it"
        case .signature(let by): "signature: not by \(by), or changed since"
        case .mayNotList(let by, let category, let may):
            "category: \(by) lists \(category), may list \(WatchNotice.Category.words(may))"
        case .mayNotAuthorise(let by, let categories, let may):
            "categories: \(by) authorises \(WatchNotice.Category.words(categories)), "
                + "may authorise \(WatchNotice.Category.words(may))"
        case .otherDevice(let wanted, let own):
            "device: for \(wanted.prefix(4).joined(separator: ", "))"
                + (wanted.count > 4 ? " and \(wanted.count - 4) more" : "") + ", this is \(own)"
        case .otherModel(let found, let own):
            "network: templates of \(Self.digits(found)), this board has \(Self.digits(own))"
        case .version(let found, let floor):
            "version: \(found), above \(floor) wanted: it would be a step back"
        case .expired(let until, let now):
            "until: over since \(UTCSeconds.text(until)), it is \(UTCSeconds.text(now))"
        case .issuedLater(let issued, let now):
            "issued: \(UTCSeconds.text(issued)), it is \(UTCSeconds.text(now)) by a set clock"
        case .tooManyInAll(let what, let found, let max):
            "\(what): \(found) on this board, at most \(max)"
        case .otherBase(let wanted, let held):
            "base: version \(wanted) wanted, "
                + (held.map { "version \($0)" } ?? "no list") + " held: send the whole list"
        case .baseIsOver(let wiped):
            "base: entries \(wiped.prefix(8).map { "\($0)" }.joined(separator: ", ")) of it are "
                + "over and wiped: send the whole list"
        case .removesUnknown: "removed: the list held has no such entry"
        }
    }

    /// Enough of a key or a hash to tell one from another: 16 digits.
    private static func digits(_ bytes: [UInt8]) -> String {
        let digits = Array("0123456789abcdef".utf8)
        let text = bytes.prefix(8).flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] }
        return String(decoding: text, as: UTF8.self) + (bytes.count > 8 ? "…" : "")
    }

    private static func words<Value>(_ range: ClosedRange<Value>) -> String {
        range.lowerBound == range.upperBound
            ? "\(range.lowerBound)" : "\(range.lowerBound) ... \(range.upperBound)"
    }
}

/// Why a document was not admitted: which document, which entry, which rule.
public struct WatchRefusal: Error, Hashable, CustomStringConvertible, Sendable {
    /// "watch list 7 of police", as far as it could be read.
    public var object: String
    /// Of the entry that breaks it; nil where it is the document as a whole.
    public var entry: UInt32?
    public var rule: WatchRule

    public init(_ object: String, _ problem: WatchProblem) {
        self.object = object
        entry = problem.entry
        rule = problem.rule
    }

    public var description: String {
        "\(object): admit: " + (entry.map { "entry \($0): " } ?? "") + rule.description
    }
}
