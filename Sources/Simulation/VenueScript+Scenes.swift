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

    /// - Parameter seed: how many guests there are.
    public static func scene(_ scene: Scene, seconds: Int, seed: UInt64) -> VenueScript {
        var script = VenueScript(seconds: seconds)
        var random = SplitMix64(seed: seed ^ 0x7363_656E)
        let guests = random.whole(in: 4...9)
        script.add(.guestsArrive(scene == .crowd ? Venue.personCountMax : guests), at: 3_000)
        let first = 9_000
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
