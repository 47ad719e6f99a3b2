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
        script.add(
            .guestsArrive(scene == .crowd ? Venue.personCountMax : guests),
            at: ground == .room ? 3_000 : 0)
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
        }
        return script
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
