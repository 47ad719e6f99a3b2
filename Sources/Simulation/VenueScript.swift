import Frames

/// What people and lamps do in the simulated venue, and when. It scripts the world before the
/// lens and nothing behind it: what the appliance makes of it is the detectors' own affair.
public struct VenueScript: Sendable {
    public enum Cue: Hashable, Sendable {
        case guestsArrive(Int)
        case childrenArrive(Int)
        case everybodyDances
        case everybodyStands
        case everybodyWaves
        case everybodyJumps
        case everybodyRoams
        /// Around a table.
        case everybodyGathers
        case everybodyToasts
        case everybodySings
        case candlesAreBlownOut
        case everybodyCheers
        /// A telephone's.
        case flash
        case pitOpens
        case congaStarts
        case chairsAreSet
        case chairsAreCarried
        case childrenPlay
        case threatStarts
        case guestGoesBehindBar
        case guestLeavesBar
        case shovingStarts
        case fightStarts
        case fightEnds
        case chaseStarts
        case hugStarts
        case hugEnds
        case houseLights(target: Int, perSecond: Int)
        case spots(Int)
        case strobe(Bool)
        case fog(Int)
        case handOverLens(Bool)
        case pictureFreezes(Bool)
        case cable(pulled: Bool)
        case aimMoves(to: VenueAim, during: Int)
        case aimSways(by: Int, period: Int)
    }

    /// Cues in order of time, milliseconds from the beginning.
    public private(set) var cues: [(at: Int, cue: Cue)] = []
    public private(set) var seconds: Int
    /// Where it goes on.
    public var ground = VenueGround.room

    public init(seconds: Int) {
        self.seconds = seconds
    }

    public mutating func add(_ cue: Cue, at milliseconds: Int) {
        let place = cues.firstIndex { $0.at > milliseconds } ?? cues.endIndex
        cues.insert((milliseconds, cue), at: place)
    }

    /// A whole evening, pressed into `seconds`: guests arrive, then one act after another in an
    /// order that the seed decides, as many as fit.
    public static func evening(seconds: Int, seed: UInt64) -> VenueScript {
        var script = VenueScript(seconds: seconds)
        var random = SplitMix64(seed: seed ^ 0x6163_7473)
        script.add(.guestsArrive(random.whole(in: 5...7)), at: 3500)
        // Length in milliseconds, then cues with their times within the act.
        var acts: [(length: Int, cues: [(at: Int, cue: Cue)])] = [
            (11_000, [(0, .guestGoesBehindBar), (7000, .guestLeavesBar)]),
            (
                9000,
                [
                    (0, .everybodyDances), (0, .spots(3)), (8000, .spots(0)),
                    (8500, .everybodyStands)
                ]
            ),
            (
                12_000,
                [
                    (0, .houseLights(target: 100, perSecond: 40)),
                    (7000, .houseLights(target: 256, perSecond: 60))
                ]
            ),
            (11_000, [(500, .handOverLens(true)), (6500, .handOverLens(false))]),
            (
                9000,
                [
                    (0, .everybodyDances), (500, .strobe(true)), (6000, .strobe(false)),
                    (6500, .everybodyStands)
                ]
            ),
            (9000, [(0, .shovingStarts), (2500, .fightStarts), (7500, .fightEnds)]),
            (8000, [(500, .cable(pulled: true)), (5000, .cable(pulled: false))]),
            (
                11_000,
                [
                    (0, .everybodyDances), (1000, .pictureFreezes(true)),
                    (8000, .pictureFreezes(false)), (8500, .everybodyStands)
                ]
            ),
            (
                5000,
                [
                    (500, .houseLights(target: 10, perSecond: 2000)),
                    (2000, .houseLights(target: 256, perSecond: 2000))
                ]
            )
        ]
        for index in acts.indices.dropLast() {
            acts.swapAt(index, random.whole(in: index...acts.count - 1))
        }
        // However short the evening, there is a fight in it.
        if let fight = acts.firstIndex(where: { $0.cues.contains { $0.cue == .fightStarts } }),
            fight > 2
        {
            acts.swapAt(fight, 2)
        }
        var start = 9000
        for act in acts where start + act.length <= seconds * 1000 {
            for cue in act.cues { script.add(cue.cue, at: start + cue.at) }
            start += act.length
        }
        return script
    }
}
