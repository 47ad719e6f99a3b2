import Frames

/// A part of the picture that is watched on its own.
public struct Zone: Hashable, Sendable {
    public var name: String
    public var polygon: Polygon

    public init(name: String, polygon: Polygon) {
        self.name = name
        self.polygon = polygon
    }
}

/// What an installer says about one camera's view.
public struct DetectorSettings: Hashable, Sendable {
    /// At most `zoneCountMax`; sightings name them by position, from 1.
    public var zones: [Zone]
    /// Where nothing is watched and nothing is stored.
    public var privacyMasks: [Polygon]
    /// What is asked of people there.
    public var people = PeopleSettings()

    public static let zoneCountMax = 16
    public static let privacyMaskCountMax = 16

    public init(zones: [Zone] = [], privacyMasks: [Polygon] = []) {
        self.zones = zones
        self.privacyMasks = privacyMasks
    }
}
