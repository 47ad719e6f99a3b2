import Detectors
import Frames
import Testing

/// The camera gives way 5 s after it started.
private let onset = 5_000

private func after(_ milliseconds: Int, _ time: Int, _ pixels: Int) -> Int {
    time >= onset + milliseconds ? pixels : 0
}

@Test(arguments: [2, 3, 4, 6, 7], [2, 8, 25])
func aViewThatMovedALittleIsNotedAndNobodyIsAccused(pixels: Int, framesPerSecond: Int) throws {
    let watch = Watch(seconds: 20, framesPerSecond: framesPerSecond) { time in
        Room.View(turned: after(0, time, pixels))
    }
    #expect(watch.kinds.subtracting([.presence]) == [.viewChanged])
    let seen = try #require(watch.first(.viewChanged))
    #expect(seen >= onset && seen <= onset + 4_500)
    #expect(watch.share(.viewChanged, from: onset + 8_000) == 0)
}

@Test func whoNudgesTheCameraAndThenCoversItIsSeen() throws {
    let watch = Watch(seconds: 12) { time in
        Room.View(covered: after(1_500, time, 1000), turned: after(0, time, 4))
    }
    #expect(watch.tamperKinds == [.covered])
    #expect(try #require(watch.first(.covered)) <= onset + 4_500)
}

@Test func aCameraTurnedStepByStepIsFoundTurned() throws {
    let watch = Watch(seconds: 50) { time in
        Room.View(turned: max(time - onset, 0) / 4_000 * 4)
    }
    let seen = try #require(watch.first(.turned))
    #expect(seen > onset + 4_000 && seen < onset + 20_000)
}

@Test(arguments: [700, 2_600, 11_000])
func aPoleThatSwaysAccusesNobody(period: Int) {
    let watch = Watch(seconds: 40, framesPerSecond: 10) { time in
        // To and fro by four pixels, in a triangle's straight lines.
        let phase = max(time - onset, 0) % period
        let quarter = phase * 16 / period
        return Room.View(
            turned: 8 + [0, 1, 2, 3, 4, 3, 2, 1, 0, -1, -2, -3, -4, -3, -2, -1][quarter])
    }
    #expect(watch.kinds.subtracting([.presence, .viewChanged]).isEmpty)
}

@Test func underAPrivacyMaskNothingMovesIntoView() {
    let left = Polygon(corners: [
        .init(x: 0, y: 0), .init(x: 300, y: 0), .init(x: 300, y: 1000), .init(x: 0, y: 1000)
    ])
    let watch = Watch(seconds: 20, settings: DetectorSettings(privacyMasks: [left])) { time in
        Room.View(turned: after(0, time, 4))
    }
    #expect(watch.kinds.subtracting([.presence]) == [.viewChanged])
    #expect(watch.share(.presence, from: onset + 6_000) == 0)
}
