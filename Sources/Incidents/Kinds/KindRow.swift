import Detectors

/// Everything that is said of one kind of incident, wherever it is said.
public struct KindRow: Sendable {
    /// What it is about.
    public enum Category: Sendable {
        /// What people do.
        case people
        /// Somebody interferes with a camera.
        case tamper
        /// A camera cannot see, and it may be nobody's doing.
        case sight
        /// The appliance itself.
        case appliance
        /// A person calls.
        case call
        /// A face is like an entry of a signed list. Never red, never a siren, and no picture of it is
        /// kept but one that is sealed for the authority.
        case list
    }

    /// In messages, JSON and the ledger's lists, for ever: `partlyCovered`. The configuration
    /// writes it with dashes.
    public var name: String
    /// For whoever is told: "camera partly covered". At most 24 ASCII characters: receivers of
    /// DC-09 have no other letters, and not much room.
    public var title: String
    /// For whoever looks through lists and reports: "lens partly covered".
    public var label: String
    public var category: Category
    /// Who sees it; nil where the station itself raises it.
    public var detector: Detector?
    /// When sightings become an incident, where the configuration says nothing.
    public var rule: IncidentRule
    /// It matters only where and when nobody should be.
    public var isForClosedHours: Bool
    /// Whether a person was right to be called is for people to say afterwards, and what they say
    /// makes its camera more cautious, or less: `Caution`.
    public var heedsCaution: Bool
    /// How far it goes when it is confirmed, where the configuration says nothing.
    public var response: Response
    public var sia: SIACode
    public var cap: CAPNature

    public init(
        name: String, title: String, label: String, category: Category, detector: Detector?,
        rule: IncidentRule = IncidentRule(), isForClosedHours: Bool = false,
        heedsCaution: Bool = false, response: Response, sia: SIACode, cap: CAPNature
    ) {
        self.name = name
        self.title = title
        self.label = label
        self.category = category
        self.detector = detector
        self.rule = rule
        self.isForClosedHours = isForClosedHours
        self.heedsCaution = heedsCaution
        self.response = response
        self.sia = sia
        self.cap = cap
    }
}

extension Incident.Kind: CustomStringConvertible {
    /// Its row of the table.
    public var row: KindRow { Self.rows[slot] }

    public var description: String { row.name }

    /// What detectors call it; nil where none sees it.
    public var seen: Sighting.Kind? { Self.seenKinds[slot] }

    private static let rows = allCases.map { $0.tableRow }
    private static let seenKinds = allCases.map { kind in
        Sighting.Kind.allCases.first { Incident.Kind($0) == kind }
    }

    /// Every kind's place in a table, 0 ..< `allCases.count`, in the order of declaration.
    private var slot: Int { Self.slotByRawValue[Int(rawValue)] }

    private static let slotByRawValue: [Int] = {
        var slots = [Int](repeating: 0, count: 1 + Int(allCases.map(\.rawValue).max() ?? 0))
        for (slot, kind) in allCases.enumerated() { slots[Int(kind.rawValue)] = slot }
        return slots
    }()
}
