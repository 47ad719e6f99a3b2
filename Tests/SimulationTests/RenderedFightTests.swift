import Detectors
import Frames
import Incidents
import Simulation
import Station
import Testing

/// The real detectors before rendered scenes. A whole hour is `kuzet eval rendered strobe --minutes 60`.
@Suite struct RenderedFightTests {
    /// Confirmed incidents of a minute, by kind.
    private func confirmed(_ scene: VenueScript.Scene, seed: UInt64) throws -> Set<Incident.Kind> {
        let camera = VenueCamera(
            width: 320, height: 240, framesPerSecond: 10,
            script: .scene(scene, seconds: 40, seed: seed), seed: seed)
        let sight = Sight()
        var tracker = IncidentTracker(camera: 0, policy: IncidentPolicy())
        var changes: [IncidentChange] = []
        var kinds: Set<Incident.Kind> = []
        while case .frame(let frame) = camera.next(timeout: .zero) {
            try sight.decide(frame)
            changes.removeAll()
            tracker.step(
                at: frame.capturedAt, weekMinute: nil, sightings: sight.sightings,
                into: &changes)
            for case .confirmed(let incident) in changes { kinds.insert(incident.kind) }
        }
        return kinds
    }

    @Test(arguments: [VenueScript.Scene.standing, .dancing, .strobe, .waving, .jumping])
    func nobodyFights(scene: VenueScript.Scene) throws {
        let kinds = try confirmed(scene, seed: 3)
        #expect(!kinds.contains(.fight) && !kinds.contains(.aggression))
    }

    @Test(arguments: [VenueScript.Scene.hugging, .crowd])
    func whoIsCloseDoesNotFight(scene: VenueScript.Scene) throws {
        #expect(try !confirmed(scene, seed: 3).contains(.fight))
    }

    @Test(arguments: [VenueScript.Scene.shoving, .fighting, .fightingUnderStrobe])
    func whoGoesForEachOtherIsSeen(scene: VenueScript.Scene) throws {
        #expect(try confirmed(scene, seed: 3).contains(.aggression))
    }
}
