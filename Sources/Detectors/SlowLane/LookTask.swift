import Frames
import Models

/// What a network is asked about a picture.
public enum LookTask: UInt8, CaseIterable, Hashable, Sendable {
    case people = 1
    case crowd = 2
    /// A second opinion on the last two seconds; asked when there is a question.
    case fights = 3
    /// Whether a face is on a signed list; asked where there is such a list and somebody's head. Off
    /// unless an authority has switched it on.
    case faces = 4

    /// Those that look wherever there are networks.
    public static let always: [LookTask] = [.people, .crowd, .fights]

    /// The network that is part of the program; of faces the one whose numbers are compared.
    public var model: BuiltInModel {
        switch self {
        case .people: .people
        case .crowd: .crowd
        case .fights: .fights
        case .faces: .faceKnower
        }
    }

    static let onDemand: [LookTask] = allCases.filter(\.isOnDemand)

    /// Whether it is looked at when somebody asks, and not all the time.
    var isOnDemand: Bool {
        switch self {
        case .people, .crowd: false
        case .fights, .faces: true
        }
    }

    /// Every task's place in a table.
    var slot: Int { Int(rawValue) - 1 }
}

/// How often networks look, from most to least: what heat and a slow processor cost, in this order.
///
/// | pace | people | crowd | fights, when asked | faces, when asked |
/// |---|---|---|---|---|
/// | full | 5 a second | 1 a second | every 0.4 s at most | every 0.4 s at most |
/// | reduced | 2.5 a second | every 2 s | every 1 s at most | every 1 s at most |
/// | sparse | 1 a second | every 5 s | every 2 s at most | every 2 s at most |
/// | none | never | never | never | never |
public enum LookPace: UInt8, CaseIterable, Comparable, Sendable {
    case full = 0
    case reduced = 1
    case sparse = 2
    case none = 3

    /// From one look to the next; nil for never.
    public func period(of task: LookTask) -> Interval? {
        switch (self, task) {
        case (.full, .people): .milliseconds(200)
        case (.reduced, .people): .milliseconds(400)
        case (.sparse, .people): .milliseconds(1_000)
        case (.full, .crowd): .milliseconds(1_000)
        case (.reduced, .crowd): .milliseconds(2_000)
        case (.sparse, .crowd): .milliseconds(5_000)
        case (.full, .fights), (.full, .faces): .milliseconds(400)
        case (.reduced, .fights), (.reduced, .faces): .milliseconds(1_000)
        case (.sparse, .fights), (.sparse, .faces): .milliseconds(2_000)
        case (.none, _): nil
        }
    }

    /// How many moments a look at fights is of at most: so many that it is done within its latency.
    var momentCountMax: Int {
        switch self {
        case .full: 3
        case .reduced: 2
        case .sparse, .none: 1
        }
    }

    /// From when a picture was taken until what was seen in it counts: less than a period, so that
    /// the next look never waits, but at most a second, for nobody decides on what is old.
    public func latency(of task: LookTask) -> Interval {
        guard let period = period(of: task) else { return .zero }
        return min(Interval(nanoseconds: period.nanoseconds / 4 * 3), .milliseconds(750))
    }

    public static func < (one: LookPace, other: LookPace) -> Bool {
        one.rawValue < other.rawValue
    }

    public var words: String {
        switch self {
        case .full: "people 5 times a second, crowds once"
        case .reduced: "people 2.5 times a second, crowds every 2 s"
        case .sparse: "people once a second, crowds every 5 s"
        case .none: "nobody is looked for"
        }
    }
}
