import Detectors
import Frames

/// One simulated camera: what it shows, and whether it delivers.
struct NightCamera {
    private var episodes: [(episode: NightPlan.Episode, start: Interval, isFair: Bool)] = []
    private var lostUntil: Interval?
    private var stalledUntil = Interval.zero
    /// When it last failed to deliver.
    private var disturbedAt: Interval?
    var nextFrame = Interval.zero
    /// Milliseconds from frame to frame.
    private(set) var period: Int64 = 100

    func isShowing(at now: Interval) -> Bool { !episodes.isEmpty }

    mutating func begin(
        _ episode: NightPlan.Episode, at now: Interval, runningSince: Interval?, period: Int64
    ) {
        self.period = period
        episodes.append((episode, now, runningSince.map { now - $0 > .seconds(5) } ?? false))
    }

    mutating func lose(until end: Interval, at now: Interval) {
        lostUntil = max(end, lostUntil ?? .zero)
        disturbedAt = end
    }

    mutating func stall(until end: Interval, at now: Interval) {
        stalledUntil = max(end, stalledUntil)
        disturbedAt = end
    }

    func isDelivering(at now: Interval) -> Bool {
        now >= (lostUntil ?? .zero) && now >= stalledUntil
    }

    /// Whether it is back and its driver has yet to say so.
    mutating func hasToReturn(at now: Interval) -> Bool {
        guard let end = lostUntil, now >= end else { return false }
        lostUntil = nil
        return true
    }

    func sightings(at now: Interval, _ chance: inout SplitMix64) -> [Sighting] {
        var sightings: [Sighting] = []
        // A detector's own noise: one frame in a few hundred.
        if chance.chance(1, in: 300) {
            let kind = Sighting.Kind.allCases[
                chance.whole(in: 0...Sighting.Kind.allCases.count - 1)]
            sightings.append(sighting(kind, 0, chance.whole(in: 200...600)))
        }
        for (episode, start, _) in episodes where now - start <= episode.length {
            guard chance.chance(episode.frames, in: 1000) else { continue }
            let perMille = episode.perMille + chance.whole(in: -50...50)
            sightings.append(sighting(episode.kind, episode.zone, perMille))
        }
        return sightings
    }

    private func sighting(_ kind: Sighting.Kind, _ zone: UInt8, _ perMille: Int) -> Sighting {
        Sighting(
            kind: kind, zone: zone, score: .perMille(perMille),
            region: Region(x: 100, y: 200, width: 300, height: 400))
    }

    /// Takes out an episode that is over.
    /// - Returns: it, with its start, and whether it could be seen all the time.
    mutating func endedEpisode(
        at now: Interval
    ) -> (episode: NightPlan.Episode, start: Interval, isFair: Bool)? {
        guard let index = episodes.firstIndex(where: { now - $0.start > $0.episode.length }) else {
            return nil
        }
        var ended = episodes.remove(at: index)
        if let disturbedAt, disturbedAt > ended.start - .seconds(15) { ended.isFair = false }
        return ended
    }
}
