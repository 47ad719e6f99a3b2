/// By what right a board looks for faces at all: without one that holds, it does not.
public struct WatchAuthorisation: Hashable, Sendable {
    /// Who signs it: Ed25519, 32 bytes.
    public var issuer: [UInt8]
    /// Greater than that of every authorisation before by the same issuer, from 1.
    public var version: UInt64
    /// Who answers for it: 1 ... `textByteCountMax` bytes each.
    public var authority: String
    public var person: String
    /// By what law.
    public var law: String
    /// Where, in words.
    public var place: String
    /// The appliances there, by name, ascending; at least one.
    public var devices: [String]
    /// Whom to look for. None: the right is withdrawn.
    public var categories: Set<WatchNotice.Category>
    /// Seconds since 1970; it holds from `from` to just before `until`.
    public var issued: Int64
    public var from: Int64
    public var until: Int64

    public static let textByteCountMax = 128
    /// A year: after that somebody has to answer for it again.
    public static let spanSecondsMax: Int64 = 366 * 86_400

    public init(
        issuer: [UInt8], version: UInt64, authority: String, person: String, law: String,
        place: String, devices: [String], categories: Set<WatchNotice.Category>, issued: Int64,
        from: Int64, until: Int64
    ) {
        self.issuer = issuer
        self.version = version
        self.authority = authority
        self.person = person
        self.law = law
        self.place = place
        self.devices = devices
        self.categories = categories
        self.issued = issued
        self.from = from
        self.until = until
    }

    public func holds(at seconds: Int64) -> Bool { from <= seconds && seconds < until }

    /// For the ledger, a screen, and the notice at the door.
    public var words: String {
        let whom = WatchNotice.Category.words(categories)
        return "\(whom) at \(place), by \(person) of \(authority), under \(law), "
            + "\(UTCSeconds.text(from)) to \(UTCSeconds.text(until))"
    }

    public var problem: WatchProblem? {
        if issuer.count != 32 {
            return WatchProblem(
                .count(field: "issuer", found: Int64(issuer.count), wanted: 32...32))
        }
        if version == 0 {
            return WatchProblem(.count(field: "version", found: 0, wanted: 1...Int64.max))
        }
        for (field, text) in [
            ("authority", authority), ("person", person), ("law", law), ("place", place)
        ] {
            if let rule = WatchRule.text(field, text, 1...Self.textByteCountMax) {
                return WatchProblem(rule)
            }
        }
        let rule =
            WatchRule.names("devices", devices, countMin: 1)
            ?? WatchRule.time("issued", issued)
            ?? WatchRule.span("authorisation", from: from, until: until, max: Self.spanSecondsMax)
        return rule.map { WatchProblem($0) }
    }

    func appendFields(to bytes: inout [UInt8]) {
        bytes.appendBigEndian(version)
        for text in [authority, person, law, place] { bytes.appendText(text) }
        bytes.appendNames(devices)
        bytes.append(categories.reduce(0) { $0 | 1 << ($1.rawValue - 1) })
        bytes.appendBigEndian(issued)
        bytes.appendBigEndian(from)
        bytes.appendBigEndian(until)
    }
}

extension WatchNotice.Category {
    /// "wanted and missing".
    public static func words(_ categories: Set<Self>) -> String {
        let names = allCases.filter(categories.contains).map { "\($0)" }
        guard let last = names.last else { return "nobody" }
        let others = names.dropLast()
        return others.isEmpty ? last : others.joined(separator: ", ") + " and " + last
    }
}
