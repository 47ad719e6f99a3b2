import Detectors
import Frames
import Testing

@testable import Simulation

/// Seconds of the script in which the detectors saw somebody behind the bar.
private func secondsSomebodyIsSeen(
    seed: UInt64, _ cues: [(at: Int, cue: VenueScript.Cue)]
) throws -> [Int] {
    var script = VenueScript(seconds: 26)
    script.add(.guestsArrive(6), at: 3500)
    for (at, cue) in cues { script.add(cue, at: at) }
    let camera = VenueCamera(
        width: 320, height: 240, framesPerSecond: 10, script: script, seed: seed)
    let sight = Sight(
        DetectorSettings(zones: [Zone(name: "bar", polygon: Venue.behindBar)]))
    var seconds: [Int] = []
    while case .frame(let frame) = camera.next(timeout: .zero) {
        try sight.decide(frame)
        guard sight.sightings.contains(where: { $0.kind == .presence && $0.zone == 1 }) else {
            continue
        }
        let second = Int(frame.capturedAt.nanoseconds / 1_000_000_000)
        if seconds.last != second { seconds.append(second) }
    }
    return seconds
}

/// The bottles behind the bar are the brightest and busiest part of the room: where light is made
/// up for wrongly, they are what stands out.
@Test(arguments: [60, 100, 330], [15, 100])
func nobodyStandsBehindTheBarBecauseTheHouseLightsMove(target: Int, perSecond: Int) throws {
    for seed: UInt64 in 1...2 {
        let seen = try secondsSomebodyIsSeen(
            seed: seed,
            [
                (12_000, .houseLights(target: target, perSecond: perSecond)),
                (20_000, .houseLights(target: 256, perSecond: perSecond))
            ])
        #expect(seen.isEmpty, "seed \(seed)")
    }
}

@Test(arguments: [100, 160])
func whoGoesBehindTheBarInDimLightIsSeen(target: Int) throws {
    for seed: UInt64 in 1...2 {
        let seen = try secondsSomebodyIsSeen(
            seed: seed,
            [
                (10_000, .houseLights(target: target, perSecond: 40)),
                (14_000, .guestGoesBehindBar)
            ])
        #expect(seen.first.map { $0 >= 14 } == true, "seed \(seed): \(seen)")
    }
}
