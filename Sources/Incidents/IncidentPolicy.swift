import Detectors
import Frames

/// When sightings of one kind become an incident, and when it is over.
///
/// Shares are shares of time, so that 2 and 60 frames per second decide alike: a frame stands for
/// the time since the frame before it.
public struct IncidentRule: Hashable, Sendable {
    public var isEnabled: Bool
    /// A sighting counts towards an incident from this score on.
    public var enterScore: Q15
    /// A sighting keeps an open incident alive from this score on; at most `enterScore`.
    public var leaveScore: Q15
    /// Suspected: seen for `suspectPerMille` of the last `suspectWindow`.
    public var suspectWindow: Interval
    public var suspectPerMille: Int
    /// Confirmed: seen for `confirmPerMille` of the last `confirmWindow`, …
    public var confirmWindow: Interval
    public var confirmPerMille: Int
    /// … at least once with this score.
    public var confirmScore: Q15
    /// Closed: not seen for this long.
    public var closeAfter: Interval
    /// A suspicion that is not confirmed in this time is given up.
    public var suspicionMax: Interval
    /// No new incident of this kind and zone for this long after a confirmed one was closed or a
    /// suspicion was given up. What is still there then opens one at once.
    public var coolDown: Interval

    /// The longest window that is remembered.
    public static let windowMax = EvidenceWindow.lengthMax

    public init(
        isEnabled: Bool = true,
        enterScore: Q15 = .perMille(300), leaveScore: Q15 = .perMille(200),
        suspectWindow: Interval = .milliseconds(700), suspectPerMille: Int = 400,
        confirmWindow: Interval = .milliseconds(1_500), confirmPerMille: Int = 600,
        confirmScore: Q15 = .perMille(500), closeAfter: Interval = .seconds(3),
        suspicionMax: Interval = .seconds(20), coolDown: Interval = .seconds(5)
    ) {
        self.isEnabled = isEnabled
        self.enterScore = enterScore
        self.leaveScore = leaveScore
        self.suspectWindow = suspectWindow
        self.suspectPerMille = suspectPerMille
        self.confirmWindow = confirmWindow
        self.confirmPerMille = confirmPerMille
        self.confirmScore = confirmScore
        self.closeAfter = closeAfter
        self.suspicionMax = suspicionMax
        self.coolDown = coolDown
    }

    /// What holds for a kind where the configuration says nothing.
    public static func standard(_ kind: Sighting.Kind) -> IncidentRule {
        Incident.Kind(kind).row.rule
    }
}

/// What counts as an incident in one camera's view.
public struct IncidentPolicy: Hashable, Sendable {
    /// The venue's hours: somebody's presence anywhere matters when it is closed.
    public var openHours: OpenHours
    /// Zones with hours of their own; `OpenHours.never` is a zone that is always closed.
    /// Zones that are not listed follow the venue's hours. The last entry for a zone holds.
    public var zoneHours: [ZoneHours]
    private var rules: [IncidentRule]

    public struct ZoneHours: Hashable, Sendable {
        /// From 1, as in `Sighting.zone`.
        public var zone: UInt8
        public var openHours: OpenHours

        public init(zone: UInt8, openHours: OpenHours) {
            self.zone = zone
            self.openHours = openHours
        }
    }

    public init(openHours: OpenHours = .always, zoneHours: [ZoneHours] = []) {
        self.openHours = openHours
        self.zoneHours = zoneHours
        rules = Sighting.Kind.allCases.map(IncidentRule.standard)
    }

    public subscript(kind: Sighting.Kind) -> IncidentRule {
        get { rules[kind.slot] }
        set { rules[kind.slot] = newValue }
    }

    private static let closedHoursOnly = Sighting.Kind.allCases.map {
        Incident.Kind($0).row.isForClosedHours
    }

    /// Whether a sighting of `kind` in `zone` may become an incident now. Presence matters only
    /// where and when nobody should be there; everything else always.
    func matters(_ kind: Sighting.Kind, zone: UInt8, weekMinute: Int?) -> Bool {
        guard Self.closedHoursOnly[kind.slot] else { return true }
        if !openHours.isOpen(weekMinute: weekMinute) { return true }
        guard let hours = zoneHours.last(where: { $0.zone == zone }) else { return false }
        return !hours.openHours.isOpen(weekMinute: weekMinute)
    }
}
