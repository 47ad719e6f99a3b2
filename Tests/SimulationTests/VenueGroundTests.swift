import Detectors
import Frames
import Incidents
import Simulation
import Station
import Testing

/// What is confirmed of a rendered scene; the camera's mount does something from the twelfth
/// second on.
private func confirmed(
    _ scene: VenueScript.Scene, on ground: VenueGround, _ unrest: VenueScript.Unrest? = nil,
    pixels: Int = 4, seconds: Int = 32, seed: UInt64 = 3, cues: [(VenueScript.Cue, Int)] = []
) throws -> Set<Incident.Kind> {
    var script = VenueScript.scene(scene, seconds: seconds, seed: seed, on: ground)
    if let unrest { script.add(unrest, pixels: pixels) }
    for (cue, at) in cues { script.add(cue, at: at) }
    let (width, height) = (160, 120)
    let camera = VenueCamera(
        width: width, height: height, framesPerSecond: 5, script: script, seed: seed)
    let sight = Sight()
    var tracker = IncidentTracker(camera: 0, policy: IncidentPolicy())
    var changes: [IncidentChange] = []
    var kinds: Set<Incident.Kind> = []
    while case .frame(let frame) = camera.next(timeout: .zero) {
        try sight.decide(frame)
        changes.removeAll(keepingCapacity: true)
        tracker.step(
            at: frame.capturedAt, weekMinute: nil, sightings: sight.sightings, into: &changes)
        for case .confirmed(let incident) in changes { kinds.insert(incident.kind) }
    }
    return kinds.subtracting([.presence, .fight, .aggression])
}

private let plain: [VenueGround] = [.hall, .snow, .sand, .carPark]

@Test(arguments: plain)
func guestsOnPlainGroundAreNoFaultOfTheCamera(ground: VenueGround) throws {
    #expect(try confirmed(.crowd, on: ground).isEmpty)
}

@Test(arguments: VenueGround.allCases, [4, 8])
func aCameraThatGivesWayAccusesNobody(ground: VenueGround, pixels: Int) throws {
    let kinds = try confirmed(.standing, on: ground, .givesWay, pixels: pixels)
    #expect(kinds.subtracting([.viewChanged]).isEmpty)
}

@Test func aRoomThatIsSeenFromFourPixelsBesideIsNoted() throws {
    #expect(try confirmed(.standing, on: .room, .givesWay) == [.viewChanged])
}

@Test(arguments: VenueGround.allCases, [VenueScript.Unrest.sways, .swaysSlowly, .vibrates])
func aPoleInTheWindAccusesNobody(ground: VenueGround, unrest: VenueScript.Unrest) throws {
    let kinds = try confirmed(.standing, on: ground, unrest, pixels: 6)
    #expect(kinds.subtracting([.viewChanged]).isEmpty)
}

@Test(arguments: [VenueGround.room, .hall, .snow, .carPark])
func aCameraTurnedAwayByMoreThanAQuarterIsFound(ground: VenueGround) throws {
    #expect(try confirmed(.standing, on: ground, .turnsAway, pixels: 120).contains(.turned))
}

@Test(arguments: VenueGround.allCases)
func aHandOverTheLensIsFoundOnAnyGround(ground: VenueGround) throws {
    let kinds = try confirmed(.standing, on: ground, cues: [(.handOverLens(true), 12_000)])
    // A black hand over a floor without outlines is told from a blackout by nothing.
    #expect(!kinds.isDisjoint(with: [.covered, .dark]))
}
