import Frames

/// One thing going on for as long as one likes: what a detector must see, or must not.
extension VenueScript {
    public enum Scene: String, CaseIterable, Sendable {
        /// Guests stand about and talk.
        case standing
        /// All dance under moving spots.
        case dancing
        /// All dance, and every so often a strobe flashes.
        case strobe
        /// All wave both arms above their heads.
        case waving
        /// All jump up and down.
        case jumping
        /// Two fall into each other's arms, again and again.
        case hugging
        /// As many as the room holds, and all on their way.
        case crowd
        /// One runs after another through the room: amber at most.
        case chasing
        /// Two push each other: amber at most.
        case shoving
        /// Two fight, from the ninth second to the end.
        case fighting
        /// The same, and every so often a strobe flashes, from before the fight on.
        case fightingUnderStrobe
        /// Two face to face, one with a raised fist, a finger and lunges that stop short: amber.
        case threatening
        /// A mosh pit, and breaks in which all jump.
        case moshPit
        /// All in one line through the room, hands on shoulders.
        case congaLine
        /// A group around a table raises its glasses.
        case toasting
        /// Staff move chairs about, before the chest and overhead.
        case carryingChairs
        /// Children play tag between grown-ups.
        case playingChildren
        /// A song and claps around a table, candles blown out, cheers, telephones that flash.
        case birthday

        /// What nobody must be called for.
        public static let everyday: [Scene] = allCases.filter(\.isEveryday)

        public var isEveryday: Bool {
            switch self {
            case .standing, .dancing, .strobe, .waving, .jumping, .hugging, .crowd, .moshPit,
                .congaLine, .toasting, .carryingChairs, .playingChildren, .birthday:
                true
            case .chasing, .shoving, .threatening, .fighting, .fightingUnderStrobe: false
            }
        }

        /// Whether it is drawn to judge by alone: no recipe may learn from it (`board/rendered`).
        public var isForJudgingAlone: Bool {
            switch self {
            case .threatening, .moshPit, .congaLine, .toasting, .carryingChairs, .playingChildren,
                .birthday:
                true
            case .standing, .dancing, .strobe, .waving, .jumping, .hugging, .crowd, .chasing,
                .shoving, .fighting, .fightingUnderStrobe:
                false
            }
        }
    }

    /// What the camera's mount does, from the twelfth second on.
    public enum Unrest: String, CaseIterable, Sendable {
        /// It gives way, and stays there.
        case givesWay
        /// A pole in the wind: to and fro in 2.6 s.
        case sways
        /// Slowly: in 11 s.
        case swaysSlowly
        /// Music, or a tram: to and fro in 0.15 s.
        case vibrates
        /// It rolls by a degree for each pixel.
        case rolls
        /// It comes nearer by a hundredth for each pixel.
        case zooms
        /// Somebody turns it away, by a quarter of the picture and more.
        case turnsAway
    }

    /// - Parameter pixels: of a picture 320 wide.
    public mutating func add(_ unrest: Unrest, pixels: Int) {
        let at = 12_000
        switch unrest {
        case .givesWay:
            add(
                .aimMoves(to: VenueAim(right: pixels * 256, down: pixels * 128), during: 500),
                at: at)
        case .sways: add(.aimSways(by: pixels * 256, period: 2_600), at: at)
        case .swaysSlowly: add(.aimSways(by: pixels * 256, period: 11_000), at: at)
        case .vibrates: add(.aimSways(by: pixels * 256, period: 150), at: at)
        case .rolls: add(.aimMoves(to: VenueAim(roll: pixels * 1_144), during: 500), at: at)
        case .zooms: add(.aimMoves(to: VenueAim(scale: 65_536 - pixels * 655), during: 500), at: at)
        case .turnsAway:
            add(.aimMoves(to: VenueAim(right: (80 + pixels) * 256), during: 800), at: at)
        }
    }

    /// - Parameters:
    ///   - seed: how many guests there are.
    ///   - ground: guests come into a room that was empty; on other ground they walk about from
    ///     the first moment, and are learned with it.
    public static func scene(
        _ scene: Scene, seconds: Int, seed: UInt64, on ground: VenueGround = .room
    ) -> VenueScript {
        var script = VenueScript(seconds: seconds)
        script.ground = ground
        var random = SplitMix64(seed: seed ^ 0x7363_656E)
        let guests = random.whole(in: 4...9)
        let arrival = ground == .room ? 3_000 : 0
        switch scene {
        case .crowd: script.add(.guestsArrive(Venue.personCountMax), at: arrival)
        case .moshPit: script.add(.guestsArrive(guests + 9), at: arrival)
        case .playingChildren, .birthday:
            script.add(.childrenArrive(scene == .birthday ? 1 : 2 + guests / 2), at: arrival)
            script.add(.guestsArrive(guests), at: arrival)
        default: script.add(.guestsArrive(guests), at: arrival)
        }
        let first = ground == .room ? 9_000 : 1_500
        switch scene {
        case .standing: break
        case .dancing, .strobe:
            script.add(.everybodyDances, at: first)
            script.add(.spots(random.whole(in: 1...4)), at: first)
            if scene == .strobe { script.addStrobe(from: first + 5_000, &random) }
        case .waving: script.add(.everybodyWaves, at: first)
        case .jumping: script.add(.everybodyJumps, at: first)
        case .crowd: script.add(.everybodyRoams, at: first)
        case .hugging:
            for at in stride(from: first, to: seconds * 1_000, by: 9_000) {
                script.add(.hugStarts, at: at)
                script.add(.hugEnds, at: at + 7_000)
            }
        case .chasing: script.add(.chaseStarts, at: first)
        case .shoving: script.add(.shovingStarts, at: first)
        case .fighting: script.add(.fightStarts, at: first)
        case .fightingUnderStrobe:
            script.addStrobe(from: first - 1_000, &random)
            script.add(.fightStarts, at: first)
        case .threatening: script.add(.threatStarts, at: first)
        case .moshPit: script.addPits(from: first, &random)
        case .congaLine: script.add(.congaStarts, at: first)
        case .toasting:
            script.add(.everybodyGathers, at: first)
            script.add(.everybodyToasts, at: first + 4_000)
        case .carryingChairs:
            script.add(.chairsAreSet, at: arrival)
            script.add(.chairsAreCarried, at: first)
        case .playingChildren: script.add(.childrenPlay, at: first)
        case .birthday:
            script.add(.everybodyGathers, at: first)
            script.addSongs(from: first + 4_000, &random)
        }
        return script
    }

    /// 12 to 25 s each, and all jump for 5 to 9 s after.
    private mutating func addPits(from start: Int, _ random: inout SplitMix64) {
        add(.spots(3), at: start)
        var at = start
        while at < seconds * 1_000 {
            add(.pitOpens, at: at)
            at += random.whole(in: 12_000...25_000)
            add(.everybodyJumps, at: at)
            at += random.whole(in: 5_000...9_000)
        }
    }

    /// 10 to 15 s of song and claps, candles blown out, cheers, and talk until the next one.
    private mutating func addSongs(from start: Int, _ random: inout SplitMix64) {
        var at = start
        while at < seconds * 1_000 {
            add(.everybodySings, at: at)
            at += random.whole(in: 10_000...15_000)
            add(.candlesAreBlownOut, at: at)
            for _ in 0..<random.whole(in: 1...4) {
                add(.flash, at: at + random.whole(in: 0...70) * 100)
            }
            add(.everybodyCheers, at: at + 2_500)
            add(.everybodyStands, at: at + 7_000)
            at += random.whole(in: 11_000...16_000)
        }
    }

    /// For 3 to 9 s, every 12 to 20 s.
    private mutating func addStrobe(from start: Int, _ random: inout SplitMix64) {
        var at = start
        while at < seconds * 1_000 {
            add(.strobe(true), at: at)
            add(.strobe(false), at: at + random.whole(in: 3_000...9_000))
            at += random.whole(in: 12_000...20_000)
        }
    }
}
