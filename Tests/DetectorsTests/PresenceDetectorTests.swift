import Detectors
import Frames
import Testing

private func zone(_ name: String, _ left: UInt16, _ right: UInt16) -> Zone {
    Zone(
        name: name,
        polygon: Polygon(corners: [
            .init(x: left, y: 0), .init(x: right, y: 0), .init(x: right, y: 1000),
            .init(x: left, y: 1000)
        ]))
}

/// Somebody crosses the room from 4 s to 9 s.
private func crossing(_ time: Int) -> Room.View {
    Room.View(person: time >= 4_000 && time < 9_000 ? (time - 4_000) * 920 / 5_000 : nil)
}

@Test(arguments: [4, 8, 25])
func somebodyWhoCrossesTheRoomIsPresent(framesPerSecond: Int) throws {
    let watch = Watch(seconds: 12, framesPerSecond: framesPerSecond, script: crossing)
    let seen = try #require(watch.first(.presence))
    #expect(seen >= 4_000 && seen <= 5_000)
    let during = watch.entries.filter { $0.milliseconds >= 5_000 && $0.milliseconds < 8_800 }
    #expect(during.filter { $0.has(.presence, 0) }.count * 10 >= during.count * 9)
    #expect(watch.share(.presence, from: 9_700) == 0)
    #expect(watch.kinds == [.presence])
}

@Test func theRegionHoldsThePerson() throws {
    let watch = Watch(seconds: 8) { time in Room.View(person: time >= 4_000 ? 400 : nil) }
    let region = try #require(watch.entries.last?.sightings.first?.region)
    #expect(region.x >= 370 && region.x <= 430 && region.width >= 50 && region.width <= 120)
    #expect(region.y >= 300 && region.y <= 360 && region.height >= 320 && region.height <= 450)
}

@Test func onlyTheZoneThatSomebodyIsInShowsIt() throws {
    let settings = DetectorSettings(zones: [zone("left", 0, 480), zone("right", 520, 1000)])
    let watch = Watch(seconds: 12, settings: settings, script: crossing)
    let (left, right) = (
        try #require(watch.first(.presence, zone: 1)), watch.first(.presence, zone: 2)
    )
    #expect(left <= 5_000)
    #expect(try #require(right) >= 6_000)
    #expect(watch.first(.presence, zone: 0) == nil)
}

@Test func somebodyBehindAPrivacyMaskIsNotPresent() {
    let mask = Polygon(corners: [
        .init(x: 0, y: 250), .init(x: 1000, y: 250), .init(x: 1000, y: 1000), .init(x: 0, y: 1000)
    ])
    let watch = Watch(
        seconds: 12, settings: DetectorSettings(privacyMasks: [mask]), script: crossing)
    #expect(watch.kinds.isEmpty)
}

@Test func aCatIsNobody() {
    let watch = Watch(seconds: 10) { time in
        var view = crossing(time)
        (view.personWidth, view.personHeight) = (40, 50)
        return view
    }
    #expect(watch.kinds.isEmpty)
}

@Test func somebodyIsSeenInLightThatChanges() throws {
    let watch = Watch(seconds: 14) { time in
        var view = crossing(time - 2_000)
        view.light = time < 4_000 ? 1000 : max(500, 1000 - (time - 4_000) / 2)
        return view
    }
    let seen = try #require(watch.first(.presence))
    #expect(seen >= 6_000 && seen <= 8_000)
}

@Test func aCupboardBeforeAZoneBlindsThatZone() throws {
    let settings = DetectorSettings(zones: [zone("left", 0, 250), zone("right", 300, 1000)])
    let watch = Watch(seconds: 18, settings: settings) { time in
        Room.View(covered: time >= 5_000 ? 260 : 0, shade: 100)
    }
    let seen = try #require(watch.first(.blind, zone: 1))
    #expect(seen >= 12_000 && seen <= 15_000)
    #expect(watch.first(.blind, zone: 2) == nil && watch.first(.blind, zone: 0) == nil)
    #expect(watch.tamperKinds.isEmpty)
}
