import Detectors

extension Incident {
    /// What it is. The raw values stand in the ledger: never renumber them. Everything else about
    /// a kind stands in its row of the table.
    public enum Kind: UInt16, CaseIterable, Sendable {
        case presence = 1
        case fight = 2
        case aggression = 3
        case occupancy = 5
        case gathering = 6
        case dense = 7
        case dispersal = 8
        case lying = 9
        case lineCrossed = 10
        case wanted = 11
        case missing = 12
        case barred = 13
        case covered = 32
        case partlyCovered = 33
        case defocused = 34
        case sprayed = 35
        case turned = 36
        case glare = 37
        case frozen = 38
        case dark = 39
        case strobe = 40
        case blind = 41
        case viewChanged = 42
        case cameraLost = 64
        case panic = 65
        case enclosureOpened = 66
        case storeFailed = 67
        /// An operations centre was not reached for too long.
        case uplinkLost = 68

        public init(_ kind: Sighting.Kind) {
            switch kind {
            case .presence: self = .presence
            case .fight: self = .fight
            case .aggression: self = .aggression
            case .occupancy: self = .occupancy
            case .gathering: self = .gathering
            case .dense: self = .dense
            case .dispersal: self = .dispersal
            case .lying: self = .lying
            case .lineCrossed: self = .lineCrossed
            case .wanted: self = .wanted
            case .missing: self = .missing
            case .barred: self = .barred
            case .covered: self = .covered
            case .partlyCovered: self = .partlyCovered
            case .defocused: self = .defocused
            case .sprayed: self = .sprayed
            case .turned: self = .turned
            case .glare: self = .glare
            case .frozen: self = .frozen
            case .dark: self = .dark
            case .strobe: self = .strobe
            case .blind: self = .blind
            case .viewChanged: self = .viewChanged
            }
        }
    }
}
