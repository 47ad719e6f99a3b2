/// One whom a list asks to look out for.
///
/// There is no field for a name: who it is stays with the authority, under `reference`.
public struct WatchEntry: Equatable, Sendable {
    public var notice: WatchNotice
    /// One to eight, of different pictures of the same face.
    public var templates: [FaceTemplate]

    public static let templateCountMax = 8

    public init(_ notice: WatchNotice, templates: [FaceTemplate]) {
        self.notice = notice
        self.templates = templates
    }

    public var number: UInt32 { notice.number }
}

/// What an entry says besides the face.
public struct WatchNotice: Hashable, Sendable {
    public enum Category: UInt8, CaseIterable, Hashable, Sendable {
        /// Sought by an authority that may arrest.
        case wanted = 1
        /// Missed by somebody. May be a child.
        case missing = 2
        /// Not admitted, by the venue under its own law.
        case barred = 3
    }

    /// What is done beyond the message: never a siren.
    public enum Answer: UInt8, CaseIterable, Hashable, Sendable {
        /// Told to those who may know, and nothing that anybody else sees.
        case tell = 0
        /// Told, and a lamp is lit. Never for one who is missing.
        case lamp = 1
    }

    /// From 1 to `numberMax`; in a list once.
    public var number: UInt32
    public var category: Category
    public var answer: Answer
    /// Only of one who is missing.
    public var isChild: Bool
    /// Under what the authority knows the case: 1 ... `referenceByteCountMax` bytes.
    public var reference: String
    /// For whoever has to look, at most `reasonByteCountMax` bytes.
    public var reason: String
    /// By what law: 1 ... `lawByteCountMax` bytes.
    public var law: String
    /// Seconds since 1970; it holds from `from` to just before `until`.
    public var from: Int64
    public var until: Int64

    public static let numberMax: UInt32 = 1 << 24 - 1
    public static let referenceByteCountMax = 64
    public static let reasonByteCountMax = 256
    public static let lawByteCountMax = 128
    /// Five years, with their leap days.
    public static let spanSecondsMax: Int64 = (5 * 365 + 2) * 86_400

    public init(
        number: UInt32, category: Category, answer: Answer = .tell, isChild: Bool = false,
        reference: String, reason: String = "", law: String, from: Int64, until: Int64
    ) {
        self.number = number
        self.category = category
        self.answer = answer
        self.isChild = isChild
        self.reference = reference
        self.reason = reason
        self.law = law
        self.from = from
        self.until = until
    }

    public func holds(at seconds: Int64) -> Bool { from <= seconds && seconds < until }
}

extension WatchEntry {
    /// What is wrong with it by itself; nil where nothing is.
    public var problem: WatchRule? {
        if !(1...WatchNotice.numberMax).contains(number) {
            return .count(
                field: "number", found: Int64(number), wanted: 1...Int64(WatchNotice.numberMax))
        }
        if !(1...Self.templateCountMax).contains(templates.count) {
            return .count(
                field: "templates", found: Int64(templates.count),
                wanted: 1...Int64(Self.templateCountMax))
        }
        return notice.problem
    }
}

extension WatchNotice {
    fileprivate var problem: WatchRule? {
        if category == .missing && answer == .lamp { return .lampForMissing }
        if isChild && category != .missing { return .childOnlyMissing(category) }
        return WatchRule.text("reference", reference, 1...Self.referenceByteCountMax)
            ?? WatchRule.text("reason", reason, 0...Self.reasonByteCountMax)
            ?? WatchRule.text("law", law, 1...Self.lawByteCountMax)
            ?? WatchRule.span("entry", from: from, until: until, max: Self.spanSecondsMax)
    }

    func appendFields(to bytes: inout [UInt8]) {
        bytes.appendBigEndian(number)
        bytes += [category.rawValue, answer.rawValue | (isChild ? 2 : 0)]
        bytes.appendBigEndian(from)
        bytes.appendBigEndian(until)
        for text in [reference, reason, law] { bytes.appendText(text) }
    }
}

extension WatchEntry {
    func appendFields(to bytes: inout [UInt8]) {
        notice.appendFields(to: &bytes)
        bytes.append(UInt8(templates.count))
        for template in templates {
            template.withCodes { bytes += UnsafeRawBufferPointer($0) }
        }
    }
}
