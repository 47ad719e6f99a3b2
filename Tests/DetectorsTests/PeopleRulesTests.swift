import Frames
import Testing

@testable import Detectors

/// Standing people in rows, `apart` thousandths of the picture's width.
private func group(_ count: Int, x: Int = 300, foot: Int = 700, apart: Int = 90) -> [PersonBox] {
    (0..<count).map { standing(x + $0 % 4 * apart, foot + $0 / 4 * 70) }
}

private let quiet = PeopleSettings(gathering: nil, densityMax: nil, dispersalMin: nil, lying: nil)

@Suite struct PeopleRulesTests {
    // MARK: Occupancy and density

    @Test func moreThanMayBeInAZoneForLongIsTold() throws {
        var settings = quiet
        settings.zoneLimits = [.init(zone: 1, capacity: 4)]
        var scene = PeopleScene(settings, zones: [zone(200, 800)])
        scene.run(0..<20_000) { _ in group(4) }
        #expect(scene.kinds.isEmpty)
        scene.run(20_000..<40_000) { _ in group(6) }
        let at = try #require(scene.first(.occupancy))
        #expect(at >= 30_000 && at <= 33_000)
        let sighting = try #require(scene.sighting(.occupancy))
        #expect(
            sighting.zone == 1 && sighting.measure == .countFrom(6, 5) && sighting.subject == nil)
        scene.run(40_000..<50_000) { _ in group(4) }
        #expect(try #require(scene.last(.occupancy)) < 43_000)
    }

    @Test func aRushThatIsOverBeforeTheDwellIsNotTold() {
        var settings = quiet
        settings.zoneLimits = [.init(zone: 0, capacity: 4)]
        var scene = PeopleScene(settings)
        for start in [0, 20_000, 40_000] {
            scene.run(start..<start + 8_000) { _ in group(6) }
            scene.run(start + 8_000..<start + 20_000) { _ in group(3) }
        }
        #expect(scene.kinds.isEmpty)
    }

    @Test func aCrowdOnASmallFloorIsDense() throws {
        var settings = quiet
        settings.densityMax = 30
        settings.zoneLimits = [.init(zone: 1, areaSquareDecimetres: 200)]
        var scene = PeopleScene(settings, zones: [zone(200, 800)])
        scene.run(0..<20_000) { _ in group(4) }
        #expect(scene.kinds.isEmpty)
        scene.run(20_000..<40_000) { _ in group(8) }
        #expect(try #require(scene.first(.dense)) >= 30_000)
        #expect(scene.sighting(.dense)?.measure == .countFrom(8, 6) && scene.kinds == [.dense])
    }

    @Test func withoutAnAreaNothingIsDense() {
        var settings = quiet
        settings.densityMax = 10
        var scene = PeopleScene(settings, zones: [zone(200, 800)])
        scene.run(0..<30_000) { _ in group(12, apart: 50) }
        #expect(scene.kinds.isEmpty)
    }

    // MARK: Gathering

    private func gathering() -> PeopleSettings {
        var settings = quiet
        settings.gathering = .init(sizeMin: 6, dwell: .seconds(20))
        return settings
    }

    @Test func peopleWhoComeTogetherAndStayGather() throws {
        var scene = PeopleScene(gathering())
        // One more every five seconds.
        scene.run(0..<80_000) { at in group(min(at / 5_000, 8)) }
        let at = try #require(scene.first(.gathering))
        #expect(at >= 50_000 && at <= 56_000, "\(at)")
        #expect(scene.sighting(.gathering)?.measure == .countFrom(8, 6))
        let region = try #require(scene.sighting(.gathering)).region
        #expect(region.x >= 240 && region.x <= 280 && region.width >= 300)
    }

    @Test func whoWereTogetherFromTheBeginningDoNot() {
        var scene = PeopleScene(gathering())
        scene.run(0..<90_000) { _ in group(8) }
        #expect(scene.kinds.isEmpty)
    }

    @Test func whoStandApartOrOnlyPassDoNotGather() {
        var apart = PeopleScene(gathering())
        apart.run(0..<60_000) { at in
            at < 20_000
                ? [] : [80, 280, 480, 680, 880].flatMap { [standing($0, 500), standing($0, 950)] }
        }
        #expect(apart.kinds.isEmpty)
        // A group that walks by, over and over.
        var passing = PeopleScene(gathering())
        passing.run(0..<80_000) { at in
            at < 16_000 ? [] : group(8, x: at % 8_000 * 120 / 1000 - 100)
        }
        #expect(passing.kinds.isEmpty)
    }

    // MARK: Dispersal

    private func dispersal() -> PeopleSettings {
        var settings = quiet
        settings.dispersalMin = 5
        return settings
    }

    /// Six stand about the middle and run apart at 10 s, so many thousandths of the width a second.
    private func runningApart(_ at: Int, speed: Int, runners: Int = 6) -> [PersonBox] {
        (0..<6).compactMap { index in
            let from = 350 + index * 50
            // In the first 0.8 s they get up speed.
            let since = max(at - 10_000, 0)
            let way = since < 800 ? since * since / 1_600 : since - 400
            let run = index < runners ? way * speed / 1000 : 0
            let x = index < 3 ? from - run : from + run
            guard x > 0, x < 1000 else { return nil }
            return standing(x, 680 + index % 3 * 60)
        }
    }

    @Test func manyWhoRunFromOnePlaceDisperse() throws {
        var scene = PeopleScene(dispersal())
        scene.run(0..<16_000) { runningApart($0, speed: 330) }
        let at = try #require(scene.first(.dispersal))
        #expect(at >= 10_500 && at <= 12_500, "\(at)")
        guard case .countFrom(let count, _) = scene.sighting(.dispersal)?.measure else {
            Issue.record("nobody was counted")
            return
        }
        #expect(count >= 5)
        // Long enough to be an incident.
        #expect(try #require(scene.last(.dispersal)) - at >= 2_000)
    }

    @Test func whoWalkAwayOrAreFewOrComeRunningDoNotDisperse() {
        var walking = PeopleScene(dispersal())
        walking.run(0..<20_000) { runningApart($0, speed: 140) }
        #expect(walking.kinds.isEmpty)
        var few = PeopleScene(dispersal())
        few.run(0..<16_000) { runningApart($0, speed: 330, runners: 3) }
        #expect(few.kinds.isEmpty)
        var joggers = PeopleScene(dispersal())
        joggers.run(0..<30_000) { at in
            (0..<6).map { standing(at % 5_000 * 300 / 1000 - 200 + $0 * 70, 680 + $0 % 2 * 80) }
        }
        #expect(joggers.kinds.isEmpty)
    }

    // MARK: Lying

    private func lying() -> PeopleSettings {
        var settings = quiet
        settings.lying = .init(dwell: .seconds(10), appearedDwell: .seconds(20))
        return settings
    }

    private func fallen(_ at: Int, wide: Int = 200, high: Int = 100) -> PersonBox {
        boxed(500, 720, width: wide, height: high)
    }

    @Test func whoFallsAndStaysDownIsToldAfterTheDwell() throws {
        var scene = PeopleScene(lying())
        scene.run(0..<5_000) { _ in [standing(500, 700)] }
        scene.run(5_000..<20_000) { at in [fallen(at)] }
        let at = try #require(scene.first(.lying))
        #expect(at >= 15_000 && at <= 17_000, "\(at)")
        #expect(scene.sighting(.lying)?.subject == .track(1))
    }

    @Test func whoGetsUpIsNot() {
        var scene = PeopleScene(lying())
        scene.run(0..<30_000) { at in
            at % 15_000 < 7_000 ? [standing(500, 700)] : [fallen(at)]
        }
        #expect(scene.kinds.isEmpty)
    }

    @Test func whoAppearsLyingIsToldLater() throws {
        var scene = PeopleScene(lying())
        scene.run(0..<40_000) { at in [fallen(at)] }
        #expect(try #require(scene.first(.lying)) >= 20_000)
        var park = PeopleScene(.standard(.park))
        park.run(0..<120_000) { at in [fallen(at)] }
        #expect(!park.kinds.contains(.lying))
    }

    @Test func whoSitsOrIsCutByThePictureOrCrawlsIsNot() {
        var sitting = PeopleScene(lying())
        sitting.run(0..<5_000) { _ in [standing(500, 700)] }
        sitting.run(5_000..<40_000) { _ in [boxed(500, 700, width: 100, height: 150)] }
        #expect(sitting.kinds.isEmpty)
        var cut = PeopleScene(lying())
        cut.run(0..<40_000) { _ in [boxed(500, 1000, width: 200, height: 100)] }
        #expect(cut.kinds.isEmpty)
        var crawling = PeopleScene(lying())
        crawling.run(0..<40_000) { at in
            [boxed(200 + at * 15 / 1000, 720, width: 160, height: 100)]
        }
        #expect(crawling.kinds.isEmpty)
    }
}
