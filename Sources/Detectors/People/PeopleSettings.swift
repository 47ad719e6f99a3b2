import Frames

/// What an installer says about the people in one camera's view.
public struct PeopleSettings: Hashable, Sendable {
    /// How many may be in a zone, and how large it is.
    public struct ZoneLimit: Hashable, Sendable {
        /// As in `Sighting.zone`: 0 is the whole picture.
        public var zone: UInt8
        /// More than so many are too many; nil where nobody set a limit.
        public var capacity: Int?
        /// Square decimetres of floor, where it was measured by hand; otherwise the ground plane
        /// tells, and where there is none, nobody judges how dense it is.
        public var areaSquareDecimetres: Int?

        public init(zone: UInt8, capacity: Int? = nil, areaSquareDecimetres: Int? = nil) {
            self.zone = zone
            self.capacity = capacity
            self.areaSquareDecimetres = areaSquareDecimetres
        }
    }

    /// When people who stand together are told.
    public struct Gathering: Hashable, Sendable {
        /// So many of them.
        public var sizeMin: Int
        /// So many have come within `formation`: a table that is full all evening is no gathering.
        public var growthMin: Int
        public var formation: Interval
        public var dwell: Interval

        public init(
            sizeMin: Int, growthMin: Int? = nil, formation: Interval = .seconds(180),
            dwell: Interval
        ) {
            self.sizeMin = sizeMin
            self.growthMin = growthMin ?? max(sizeMin / 2, 2)
            self.formation = formation
            self.dwell = dwell
        }
    }

    /// When somebody on the floor is told.
    public struct Lying: Hashable, Sendable {
        /// After he was seen upright.
        public var dwell: Interval
        /// Where nobody saw him upright; nil where that is nothing: people lie in parks.
        public var appearedDwell: Interval?

        public init(dwell: Interval, appearedDwell: Interval?) {
            self.dwell = dwell
            self.appearedDwell = appearedDwell
        }
    }

    /// A directed line over the floor that is counted, from `from` to `to`. Seen in that direction,
    /// whoever walks from its left to its right goes in.
    public struct Line: Hashable, Sendable {
        public enum Alarm: UInt8, Sendable {
            /// Counted only.
            case none
            case goingIn
            case goingOut
            case both
        }

        public var name: String
        public var from: Polygon.Corner
        public var to: Polygon.Corner
        public var alarm: Alarm

        public init(
            name: String, from: Polygon.Corner, to: Polygon.Corner, alarm: Alarm = .none
        ) {
            self.name = name
            self.from = from
            self.to = to
            self.alarm = alarm
        }
    }

    /// At most one for each zone; the last one for a zone holds.
    public var zoneLimits: [ZoneLimit]
    /// For how long a zone must be over its capacity.
    public var occupancyDwell: Interval
    /// nil where people always stand together.
    public var gathering: Gathering?
    /// People on ten square metres; nil where that does not matter.
    public var densityMax: Int?
    /// For how long.
    public var densityDwell: Interval
    /// So many must run from a place; nil where people run.
    public var dispersalMin: Int?
    /// nil where people lie.
    public var lying: Lying?
    /// At most `lineCountMax`.
    public var lines: [Line]
    public var groundPlane: GroundPlane?
    /// What has not moved for so long is furniture; nil where nothing is.
    public var furnitureAfter: Interval?
    /// What was shown by hand to be furniture; at most `Furniture.countMax`.
    public var furniture: [Region]

    public static let lineCountMax = 8

    public init(
        zoneLimits: [ZoneLimit] = [], occupancyDwell: Interval = .seconds(10),
        gathering: Gathering? = Gathering(sizeMin: 8, dwell: .seconds(60)),
        densityMax: Int? = 30, densityDwell: Interval = .seconds(10), dispersalMin: Int? = 5,
        lying: Lying? = Lying(dwell: .seconds(10), appearedDwell: .seconds(30)),
        lines: [Line] = [], groundPlane: GroundPlane? = nil,
        furnitureAfter: Interval? = .seconds(900), furniture: [Region] = []
    ) {
        self.zoneLimits = zoneLimits
        self.occupancyDwell = occupancyDwell
        self.gathering = gathering
        self.densityMax = densityMax
        self.densityDwell = densityDwell
        self.dispersalMin = dispersalMin
        self.lying = lying
        self.lines = lines
        self.groundPlane = groundPlane
        self.furnitureAfter = furnitureAfter
        self.furniture = furniture
    }

    /// How many may be in a zone, by zone; those without a limit left out.
    public var capacities: [UInt8: Int] {
        var capacities: [UInt8: Int] = [:]
        for limit in zoneLimits { capacities[limit.zone] = limit.capacity }
        return capacities
    }

    func limit(of zone: UInt8) -> ZoneLimit? { zoneLimits.last { $0.zone == zone } }
}

extension PeopleSettings {
    /// What kind of place it is.
    public enum Venue: UInt8, CaseIterable, Sendable {
        case bar
        case club
        case market
        case mall
        case park
    }

    /// Where to begin; capacity, lines and ground are the installer's.
    ///
    /// Four people on a square metre are where a crowd begins to be dangerous (Fruin 1993, Still
    /// 2014); most places are warned before that. Guests of a bar and dancers stand together all
    /// evening, and people lie in parks.
    public static func standard(_ venue: Venue) -> PeopleSettings {
        var settings = PeopleSettings()
        switch venue {
        case .bar:
            settings.gathering = Gathering(sizeMin: 12, dwell: .seconds(120))
        case .club:
            settings.gathering = nil
            settings.densityMax = 40
            settings.dispersalMin = 8
            settings.occupancyDwell = .seconds(30)
        case .market:
            settings.gathering = Gathering(sizeMin: 12, dwell: .seconds(60))
            settings.dispersalMin = 6
            settings.occupancyDwell = .seconds(30)
        case .mall:
            settings.densityMax = 25
        case .park:
            settings.gathering = Gathering(sizeMin: 6, dwell: .seconds(120))
            settings.densityMax = 20
            settings.lying = Lying(dwell: .seconds(60), appearedDwell: nil)
        }
        return settings
    }
}
