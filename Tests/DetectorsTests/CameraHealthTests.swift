import Detectors
import Frames
import Testing

/// Something is done to the camera 5 s after it started.
private let onset = 5_000

/// A hand moves before the lens within 0.8 s.
private func ramp(_ milliseconds: Int, to value: Int, during span: Int = 800) -> Int {
    min(max(milliseconds - onset, 0), span) * value / span
}

@Test(arguments: [2, 8, 25, 60])
func anUntouchedCameraSaysNothing(framesPerSecond: Int) {
    let watch = Watch(seconds: 12, framesPerSecond: framesPerSecond) { _ in Room.View() }
    #expect(watch.kinds.isEmpty)
}

@Test(arguments: [4, 8, 25, 60], [60, 128, 20] as [UInt8])
func aCoveredLensIsSeenWithinThreeSeconds(framesPerSecond: Int, shade: UInt8) throws {
    let watch = Watch(seconds: 10, framesPerSecond: framesPerSecond) { time in
        Room.View(covered: ramp(time, to: 1000), shade: shade)
    }
    let seen = try #require(watch.first(.covered))
    #expect(seen >= onset && seen <= onset + 3_000)
    #expect(watch.share(.covered, from: onset + 3_000) == 1000)
    #expect(watch.tamperKinds == [.covered])
    #expect(watch.share(.blind, from: onset + 4_000, zone: 0) > 0)
}

@Test func aLensCoveredBeforeTheStartIsSeen() throws {
    let watch = Watch(seconds: 12) { _ in Room.View(covered: 1000, shade: 70, noise: 1) }
    let seen = try #require(watch.first(.covered))
    #expect(seen >= 7_000)
}

@Test(arguments: [120, 20] as [UInt8])
func threeQuartersCoveredIsPartly(shade: UInt8) throws {
    let watch = Watch(seconds: 10) { time in
        Room.View(covered: ramp(time, to: 720), shade: shade)
    }
    let seen = try #require(watch.first(.partlyCovered))
    #expect(seen <= onset + 4_000)
    #expect(watch.tamperKinds == [.partlyCovered])
    let sighting = watch.entries.last?.sightings.first { $0.kind == .partlyCovered }
    let region = try #require(sighting?.region)
    #expect(region.x == 0 && region.width >= 600 && region.width <= 800)
}

@Test func aBlurredLensIsDefocused() throws {
    let watch = Watch(seconds: 10) { time in Room.View(blur: ramp(time, to: 5)) }
    let seen = try #require(watch.first(.defocused))
    #expect(seen >= onset && seen <= onset + 3_000)
    #expect(watch.tamperKinds == [.defocused])
}

@Test func paintThatComesAtOnceIsSpray() throws {
    let watch = Watch(seconds: 10) { time in
        Room.View(shade: 75, clarity: 1000 - ramp(time, to: 910), noise: 1)
    }
    let seen = try #require(watch.first(.sprayed))
    #expect(seen <= onset + 3_000)
    #expect(watch.tamperKinds == [.sprayed])
}

@Test func fogThatThickensBlindsAndIsNoTampering() throws {
    let watch = Watch(seconds: 24) { time in
        Room.View(shade: 150, clarity: 1000 - ramp(time, to: 920, during: 12_000), noise: 1)
    }
    #expect(watch.tamperKinds.subtracting([.defocused]).isEmpty)
    #expect(watch.share(.blind, from: 21_000, zone: 0) == 1000)
}

@Test func aTurnedCameraIsSeen() throws {
    let watch = Watch(seconds: 10) { time in Room.View(turned: ramp(time, to: 90)) }
    let seen = try #require(watch.first(.turned))
    #expect(seen >= onset && seen <= onset + 4_000)
    #expect(watch.tamperKinds == [.turned])
}

@Test func aTorchIntoTheLensIsGlare() throws {
    let watch = Watch(seconds: 9) { time in Room.View(glare: ramp(time, to: 460)) }
    let seen = try #require(watch.first(.glare))
    #expect(seen >= onset && seen <= onset + 2_000)
    #expect(watch.tamperKinds == [.glare])
}

@Test(arguments: [2, 8, 25, 60])
func aFrozenPictureIsSeen(framesPerSecond: Int) throws {
    let watch = Watch(seconds: 10, framesPerSecond: framesPerSecond) { time in
        Room.View(noise: 1, isFrozen: time >= onset)
    }
    let seen = try #require(watch.first(.frozen))
    #expect(seen >= onset + 1_000 && seen <= onset + 3_000)
    #expect(watch.tamperKinds == [.frozen])
}

@Test func aCameraThatRepeatsEachPictureSixTimesIsNotFrozen() {
    // A driver at 60 frames per second over a source at 10.
    let watch = Watch(seconds: 8, framesPerSecond: 60) { time in
        Room.View(isFrozen: time % 100 > 20)
    }
    #expect(watch.tamperKinds.isEmpty)
}

@Test func aRoomWithoutNoiseIsNotFrozenUntilHalfAMinute() throws {
    let watch = Watch(seconds: 34) { _ in Room.View(noise: 0) }
    let seen = try #require(watch.first(.frozen))
    #expect(seen >= 30_000)
}

@Test func movementThatRepeatsItselfIsNotFrozen() {
    let watch = Watch(seconds: 16) { time in
        let phase = time % 4_000
        return Room.View(person: phase < 2_000 ? phase / 4 : (4_000 - phase) / 4, noise: 0)
    }
    #expect(watch.tamperKinds.isEmpty)
}

@Test(arguments: [8, 25])
func lightsThatGoDownForAShowAreNothing(framesPerSecond: Int) {
    let watch = Watch(seconds: 14, framesPerSecond: framesPerSecond) { time in
        Room.View(light: 1000 - ramp(time, to: 600, during: 2_000))
    }
    #expect(watch.tamperKinds.isEmpty && !watch.kinds.contains(.dark))
    #expect(!watch.kinds.contains(.presence))
}

@Test(arguments: [8, 25])
func lightsOffAndOnAgainAreNothing(framesPerSecond: Int) {
    let watch = Watch(seconds: 12, framesPerSecond: framesPerSecond) { time in
        Room.View(light: time >= onset && time < onset + 1_500 ? 150 : 1000)
    }
    #expect(watch.tamperKinds.isEmpty && !watch.kinds.contains(.dark))
}

@Test func aBlackoutIsDarkAndNotCovered() throws {
    let watch = Watch(seconds: 12) { time in Room.View(light: time >= onset ? 0 : 1000) }
    let seen = try #require(watch.first(.dark))
    #expect(seen >= onset + 1_500 && seen <= onset + 3_000)
    #expect(watch.tamperKinds.isEmpty)
    #expect(watch.share(.blind, from: onset + 6_000, zone: 0) == 1000)
}

@Test func aDimRoomIsNotDarkAndItsLensCanBeCovered() throws {
    let dim = Watch(seconds: 10) { _ in Room.View(light: 180, noise: 1) }
    #expect(dim.kinds.isEmpty)
    let covered = Watch(seconds: 10) { time in
        Room.View(light: 180, covered: ramp(time, to: 1000), shade: 18, noise: 1)
    }
    #expect(try #require(covered.first(.covered)) <= onset + 3_000)
    #expect(covered.tamperKinds == [.covered])
}

@Test func aRoomThatWasDarkFromTheStartIsLearnedWhenTheLightsComeOn() throws {
    let watch = Watch(seconds: 18) { time in
        Room.View(
            light: time < 4_000 ? 0 : 1000, covered: time < 10_000 ? 0 : 1000)
    }
    #expect(try #require(watch.first(.dark)) <= 3_000)
    #expect(watch.share(.dark, from: 5_000) == 0)
    let seen = try #require(watch.first(.covered))
    #expect(seen >= 10_000 && seen <= 12_000)
}

@Test func aStrobeIsAStrobeAndNothingElse() throws {
    let watch = Watch(seconds: 11, framesPerSecond: 25) { time in
        Room.View(light: time >= onset && time / 120 % 2 == 0 ? 300 : 1000)
    }
    let seen = try #require(watch.first(.strobe))
    #expect(seen <= onset + 3_000)
    #expect(watch.tamperKinds.isEmpty && !watch.kinds.contains(.presence))
}

@Test func lampsOnTheMainsAreNoStrobe() {
    // 100 Hz seen at 25 frames per second with a little drift, six per cent deep.
    let watch = Watch(seconds: 10, framesPerSecond: 25) { time in
        Room.View(light: 1000 - (time / 40 * 7 % 20 - 10).magnitude.description.count * 30)
    }
    #expect(!watch.kinds.contains(.strobe) && watch.tamperKinds.isEmpty)
}

@Test func aPrivacyMaskHidesWhatIsDoneBehindIt() {
    let left = Polygon(corners: [
        .init(x: 0, y: 0), .init(x: 750, y: 0), .init(x: 750, y: 1000), .init(x: 0, y: 1000)
    ])
    let watch = Watch(seconds: 12, settings: DetectorSettings(privacyMasks: [left])) { time in
        Room.View(covered: ramp(time, to: 720))
    }
    #expect(watch.kinds.isEmpty)
}
