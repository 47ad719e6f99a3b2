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
        /// Two push each other: amber at most.
        case shoving
        /// Two fight, from the ninth second to the end.
        case fighting
    }

    /// - Parameter seed: how many guests there are.
    public static func scene(_ scene: Scene, seconds: Int, seed: UInt64) -> VenueScript {
        var script = VenueScript(seconds: seconds)
        var random = SplitMix64(seed: seed ^ 0x7363_656E)
        script.add(.guestsArrive(random.whole(in: 4...9)), at: 3_000)
        let first = 9_000
        switch scene {
        case .standing:
            break
        case .dancing, .strobe:
            script.add(.everybodyDances, at: first)
            script.add(.spots(random.whole(in: 1...4)), at: first)
            guard scene == .strobe else { break }
            var at = first + 5_000
            while at < seconds * 1_000 {
                script.add(.strobe(true), at: at)
                script.add(.strobe(false), at: at + random.whole(in: 3_000...9_000))
                at += random.whole(in: 12_000...20_000)
            }
        case .shoving:
            script.add(.shovingStarts, at: first)
        case .fighting:
            script.add(.fightStarts, at: first)
        }
        return script
    }
}
