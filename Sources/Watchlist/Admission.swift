/// What became of a document that was taken over.
public struct Admission: Equatable, Sendable {
    public enum Kind: Hashable, Sendable { case list, difference, authorisation }

    public var kind: Kind
    /// Whose it is, as the configuration calls him.
    public var authority: String
    public var version: UInt64
    /// Seconds since 1970 that have certainly been: `WatchClock.learn` wants them.
    public var issued: Int64
    /// Of the whole list; 0 of an authorisation.
    public var entryCount: Int
    /// Numbers, ascending.
    public var added: [UInt32] = []
    public var changed: [UInt32] = []
    public var removed: [UInt32] = []
    /// It was held already: nothing changed.
    public var isKnown: Bool
    /// What is to be kept, sealed, for the next start: the whole list also where a difference came.
    /// nil where nothing changed.
    public var document: [UInt8]?
    /// The authorisation's own words.
    private var right = ""

    init(
        _ kind: Kind, _ authority: String, _ list: WatchedList, before: [WatchEntry] = [],
        isKnown: Bool = false, document: [UInt8]? = nil
    ) {
        self.kind = kind
        self.authority = authority
        version = list.header.version
        issued = list.header.issued
        entryCount = list.entries.count
        self.isKnown = isKnown
        self.document = document
        guard !isKnown else { return }
        var old = before[...]
        for entry in list.entries {
            while let first = old.first, first.number < entry.number {
                removed.append(old.removeFirst().number)
            }
            guard old.first?.number == entry.number else {
                added.append(entry.number)
                continue
            }
            if old.removeFirst() != entry { changed.append(entry.number) }
        }
        removed += old.map(\.number)
    }

    init(
        _ authorisation: WatchAuthorisation, _ authority: String, isKnown: Bool = false,
        document: [UInt8]? = nil
    ) {
        kind = .authorisation
        self.authority = authority
        version = authorisation.version
        issued = authorisation.issued
        entryCount = 0
        self.isKnown = isKnown
        self.document = document
        right = authorisation.words
    }

    /// For the ledger.
    public var words: String {
        switch (kind, isKnown) {
        case (.authorisation, false):
            "watch authorisation \(version) of \(authority): \(right)"
        case (.authorisation, true):
            "watch authorisation \(version) of \(authority): held already"
        case (_, true): "watch list \(version) of \(authority): held already"
        case (.list, false), (.difference, false):
            "watch list \(version) of \(authority): \(entryCount) entries, \(added.count) new, "
                + "\(changed.count) changed, \(removed.count) gone"
        }
    }
}

/// What was over and went.
public enum WatchEnding: Hashable, Sendable {
    case list(by: String, version: UInt64)
    case entry(by: String, number: UInt32)
    case authorisation(by: String, version: UInt64)

    /// For the ledger.
    public var words: String {
        switch self {
        case .list(let by, let version): "watch list \(version) of \(by): over, and wiped"
        case .entry(let by, let number): "watch list of \(by): entry \(number): over, and wiped"
        case .authorisation(let by, let version): "watch authorisation \(version) of \(by): over"
        }
    }
}
