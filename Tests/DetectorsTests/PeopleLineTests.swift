import Frames
import Testing

@testable import Detectors

@Suite struct PeopleLineTests {
    /// Up the middle of the picture: its left is the picture's left, and in is from there.
    private func settings(_ alarm: PeopleSettings.Line.Alarm = .both) -> PeopleSettings {
        PeopleSettings(
            gathering: nil, densityMax: nil, dispersalMin: nil, lying: nil,
            lines: [
                .init(
                    name: "door", from: .init(x: 500, y: 950), to: .init(x: 500, y: 450),
                    alarm: alarm)
            ])
    }

    private func crossings(_ scene: PeopleScene) -> [UInt32] {
        let counted = scene.detector.crossings(line: 0)
        return [counted.ins, counted.outs]
    }

    @Test(arguments: [200, 400, 1_000])
    func whoWalksOverItCountsInHisDirection(every: Int) throws {
        var scene = PeopleScene(settings(), every: every)
        scene.run(0..<6_000) { at in [standing(150 + at * 130 / 1000, 700)] }
        #expect(crossings(scene) == [1, 0])
        let sighting = try #require(scene.sighting(.lineCrossed))
        #expect(sighting.subject == .entry(1) && sighting.measure == .track(1))
        let at = try #require(scene.first(.lineCrossed))
        #expect(at >= 2_700 && at <= 5_000, "\(at)")
        scene.run(8_000..<16_000) { at in [standing(850 - (at - 8_000) * 130 / 1000, 700)] }
        #expect(crossings(scene) == [1, 1])
    }

    @Test func twoWhoMeetOnItCountOneEachWay() {
        var scene = PeopleScene(settings(.none))
        scene.run(0..<6_000) { at in
            let way = at * 130 / 1000
            return [standing(150 + way, 700), standing(850 - way, 740)]
        }
        #expect(crossings(scene) == [1, 1])
        #expect(scene.kinds.isEmpty)
    }

    @Test func whoDithersOnItCountsOnce() {
        var scene = PeopleScene(settings())
        var chance = SplitMix64(seed: 2)
        scene.run(0..<2_000) { at in [standing(380 + at * 60 / 1000, 700)] }
        scene.run(2_000..<20_000) { _ in [standing(500 + chance.whole(in: -12...12), 700)] }
        #expect(crossings(scene) == [0, 0])
        scene.run(20_000..<24_000) { at in [standing(500 + (at - 20_000) * 60 / 1000, 700)] }
        #expect(crossings(scene) == [1, 0])
    }

    @Test func whoGoesRoundItsEndOrAlongItDoesNotCount() {
        var scene = PeopleScene(settings())
        // Above its upper end, which is at 450.
        scene.run(0..<6_000) { at in [standing(150 + at * 130 / 1000, 380, height: 150)] }
        #expect(crossings(scene) == [0, 0])
        scene.run(8_000..<14_000) { at in [standing(440, 500 + (at - 8_000) * 60 / 1000)] }
        #expect(crossings(scene) == [0, 0] && scene.kinds.isEmpty)
    }

    @Test func whoVanishesJustBehindItHasCrossed() {
        var scene = PeopleScene(settings())
        scene.run(0..<3_000) { at in [standing(160 + at * 130 / 1000, 700)] }
        scene.run(3_000..<8_000) { _ in [] }
        #expect(crossings(scene) == [1, 0])
    }

    @Test func onlyTheDirectionThatIsAskedForIsTold() {
        var scene = PeopleScene(settings(.goingOut))
        scene.run(0..<6_000) { at in [standing(150 + at * 130 / 1000, 700)] }
        #expect(scene.kinds.isEmpty && crossings(scene) == [1, 0])
        scene.run(8_000..<16_000) { at in [standing(850 - (at - 8_000) * 130 / 1000, 700)] }
        #expect(scene.kinds == [.lineCrossed] && crossings(scene) == [1, 1])
    }

    @Test func theTotalsOutliveAJump() {
        var scene = PeopleScene(settings())
        scene.run(0..<6_000) { at in [standing(150 + at * 130 / 1000, 700)] }
        scene.run(60_000..<61_000) { _ in [] }
        #expect(crossings(scene) == [1, 0])
    }
}
