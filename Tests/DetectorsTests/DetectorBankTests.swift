import Frames
import Testing

@testable import Detectors

@Test(arguments: [(64, 48), (65, 49), (333, 77), (160, 120), (640, 480), (1920, 1080)])
func everySizeIsDecided(width: Int, height: Int) {
    let room = Room(width: width, height: height)
    let bank = DetectorBank(width: width, height: height, settings: DetectorSettings())
    var sightings: [Sighting] = []
    for index in 0..<4 {
        room.show(Room.View())
        room.frame.capturedAt = Instant(nanoseconds: Int64(index) * 100_000_000)
        bank.decide(room.frame, into: &sightings)
        #expect(sightings.isEmpty)
    }
}

@Test func smallerThanSixtyFourByFortyEightIsRefused() {
    #expect(DetectorBank.accepts(width: 64, height: 48))
    #expect(!DetectorBank.accepts(width: 63, height: 48))
    #expect(!DetectorBank.accepts(width: 64, height: 47))
    #expect(!DetectorBank.accepts(width: Plane.sideMax + 1, height: 48))
}

@Test(arguments: [
    [0, 0, 0, 0, 0, 0],
    [5, 4, 3, 2, 1, 0],
    [0, Int64.max, Int64.min, Int64.max, 0, Int64.min],
    [0, 1, 3_600_000_000_000, 3_600_000_000_001, 3_599_000_000_000, 0]
])
func anyTimesAreSurvivedAndNothingIsMadeOfThem(times: [Int64]) {
    let room = Room()
    let bank = DetectorBank(width: 160, height: 120, settings: DetectorSettings())
    var sightings: [Sighting] = []
    for (index, time) in (times + times + times).enumerated() {
        room.show(Room.View(covered: index > 8 ? 1000 : 0))
        room.frame.capturedAt = Instant(nanoseconds: time)
        bank.decide(room.frame, into: &sightings)
        #expect(sightings.isEmpty)
    }
}

@Test func aLensCoveredWhileNothingWasDecidedIsSeenAfterwards() throws {
    let room = Room()
    let bank = DetectorBank(width: 160, height: 120, settings: DetectorSettings())
    var sightings: [Sighting] = []
    var seen: Int?
    for index in 0..<160 {
        // A minute passes between the 80th frame and the next.
        let milliseconds = index * 100 + (index >= 80 ? 60_000 : 0)
        room.show(Room.View(covered: index >= 80 ? 1000 : 0))
        room.frame.capturedAt = Instant(nanoseconds: Int64(milliseconds) * 1_000_000)
        bank.decide(room.frame, into: &sightings)
        if seen == nil, sightings.contains(where: { $0.kind == .covered }) { seen = milliseconds }
    }
    #expect(try #require(seen) <= 70_000)
}

@Test func noisePicturesNeverTrap() {
    let frame = Frame(width: 96, height: 64)
    let bank = DetectorBank(
        width: 96, height: 64,
        settings: DetectorSettings(
            zones: [Zone(name: "none", polygon: Polygon(corners: []))],
            privacyMasks: [Polygon(corners: [.init(x: 9_000, y: 0), .init(x: 0, y: 65_535)])]))
    var sightings: [Sighting] = []
    var state: UInt64 = 99
    for index in 0..<300 {
        for y in 0..<64 {
            for x in 0..<96 {
                state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
                let isFlat = index % 50 < 20
                frame.luma[x, y] = isFlat ? UInt8(index % 256) : UInt8(state >> 56)
            }
        }
        frame.capturedAt = Instant(nanoseconds: Int64(index) * 50_000_000)
        bank.decide(frame, into: &sightings)
        for sighting in sightings {
            #expect(sighting.score > .zero && sighting.zone <= 1)
        }
    }
}

@Test func aPictureThatIsWhollyMaskedShowsNothing() {
    let all = Polygon(corners: [
        .init(x: 0, y: 0), .init(x: 1000, y: 0), .init(x: 1000, y: 1000), .init(x: 0, y: 1000)
    ])
    let watch = Watch(seconds: 10, settings: DetectorSettings(privacyMasks: [all])) { time in
        Room.View(covered: time > 5_000 ? 1000 : 0, person: time / 10)
    }
    #expect(watch.kinds.isEmpty)
}

/// A quarter of the picture, on the right.
private let quarter = Polygon(corners: [
    .init(x: 750, y: 0), .init(x: 1000, y: 0), .init(x: 1000, y: 1000), .init(x: 750, y: 1000)
])

/// What a bank says while it is told other settings, at 8 frames per second.
private func entries(
    seconds: Int, settings: DetectorSettings, replaced: [Int: DetectorSettings],
    script: (Int) -> Room.View
) -> [Watch.Entry] {
    let room = Room()
    let bank = DetectorBank(width: 160, height: 120, settings: settings)
    var sightings: [Sighting] = []
    return (0..<seconds * 8).map { index in
        let milliseconds = index * 125
        if let new = replaced[milliseconds] { bank.replace(new) }
        room.show(script(milliseconds))
        room.frame.capturedAt = Instant(nanoseconds: Int64(milliseconds) * 1_000_000)
        bank.decide(room.frame, into: &sightings)
        return Watch.Entry(milliseconds: milliseconds, sightings: sightings)
    }
}

private let masked = DetectorSettings(privacyMasks: [quarter])
private let zoned = DetectorSettings(zones: [Zone(name: "door", polygon: quarter)])

/// Whoever covers the lens and waits for the technician must not be taken for the scene.
@Test(arguments: [
    (DetectorSettings(), DetectorSettings()), (DetectorSettings(), zoned),
    (DetectorSettings(), masked), (masked, DetectorSettings()), (masked, zoned)
])
func aLensThatIsCoveredStaysCoveredWhenOtherSettingsCome(
    before: DetectorSettings, after: DetectorSettings
) {
    let entries = entries(seconds: 40, settings: before, replaced: [15_000: after]) { time in
        Room.View(covered: time >= 10_000 ? 1000 : 0)
    }
    let covered = entries.filter { $0.milliseconds >= 13_000 }
    #expect(covered.allSatisfy { $0.has(.covered, nil) })
}

@Test(arguments: [
    (DetectorSettings(), zoned), (DetectorSettings(), masked), (masked, DetectorSettings()),
    (masked, zoned), (zoned, masked)
])
func otherSettingsAloneAreNoSighting(before: DetectorSettings, after: DetectorSettings) {
    let entries = entries(
        seconds: 40, settings: before, replaced: [10_000: after, 25_000: before]
    ) { _ in Room.View() }
    #expect(entries.allSatisfy { $0.sightings.isEmpty })
}

@Test func theNewZoneIsWatchedAndTheMaskedPartIsNot() {
    let somebody: (Int) -> Room.View = { time in
        Room.View(person: time >= 12_000 ? 820 : nil)
    }
    let seen = entries(
        seconds: 16, settings: DetectorSettings(), replaced: [10_000: zoned], script: somebody)
    #expect(seen.contains { $0.has(.presence, 1) })
    #expect(!seen.contains { $0.has(.presence, 0) })
    let hidden = entries(
        seconds: 16, settings: DetectorSettings(), replaced: [10_000: masked], script: somebody)
    #expect(hidden.allSatisfy { $0.sightings.isEmpty })
    let shown = entries(
        seconds: 16, settings: masked, replaced: [10_000: DetectorSettings()], script: somebody)
    #expect(shown.contains { $0.has(.presence, 0) })
}

@Test func theSameFramesGiveTheSameSightingsOnEveryMachine() {
    let watch = Watch(seconds: 16) { time in
        Room.View(
            light: time > 12_000 ? 400 : 1000, covered: max(0, min(time - 6_000, 900)),
            person: time < 6_000 ? time / 8 : nil)
    }
    var hash = StableHash()
    for entry in watch.entries {
        for sighting in entry.sightings {
            hash.combine(UInt64(entry.milliseconds))
            hash.combine(UInt64(sighting.kind.rawValue))
            hash.combine(UInt64(sighting.zone))
            hash.combine(UInt64(UInt16(bitPattern: sighting.score.rawValue)))
            hash.combine(UInt64(sighting.region.x) << 16 | UInt64(sighting.region.width))
        }
    }
    #expect(watch.tamperKinds == [.covered])
    #expect(String(hash.value, radix: 16) == "412fb54798e00718")
}

/// What was shown by hand is known from the first look on, and no more once it is taken back.
@Test func furnitureThatWasShownByHandIsNotCounted() {
    let stand = Region(x: 400, y: 300, width: 100, height: 400)
    func settings(_ furniture: [Region]) -> DetectorSettings {
        var settings = DetectorSettings()
        settings.people.furniture = furniture
        return settings
    }
    let bank = DetectorBank(width: 320, height: 240, settings: settings([stand]))
    let frame = Frame(width: 320, height: 240)
    let look = Look(.people, picture: frame)
    var sightings: [Sighting] = []
    func count(from start: Int) -> Int {
        for step in start..<start + 20 {
            frame.capturedAt = .zero + .milliseconds(Int64(step) * 200)
            look.people.begin(candidateCount: 1)
            look.people.add(PersonBox(region: stand, score: .perMille(900)))
            look.people.finish()
            bank.take(look, takenAt: frame.capturedAt, at: frame.capturedAt)
            bank.decide(frame, into: &sightings)
        }
        return bank.count(zone: 0).count
    }
    #expect(count(from: 0) == 0)
    bank.replace(settings([]))
    #expect(count(from: 20) == 1)
    bank.replace(settings([stand]))
    #expect(count(from: 40) == 0)
    // By now it is known that the picture is black: nobody is counted, and that is not nobody.
    #expect(bank.newCount == nil)
}
