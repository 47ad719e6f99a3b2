import Frames
import Testing

@testable import Detectors

private func crowd(_ tenths: Int, at milliseconds: Int = 0) -> CrowdCount {
    CrowdCount(takenAt: .zero + .milliseconds(Int64(milliseconds)), tenths: tenths)
}

@Suite struct PeopleCountTests {
    @Test func peopleAreCountedWhereTheirFeetAre() {
        var scene = PeopleScene(PeopleSettings(), zones: [zone(0, 400), zone(400, 1000)])
        scene.run(0..<4_000) { _ in [standing(100, 700), standing(250, 900), standing(700, 600)] }
        #expect(scene.detector.count(zone: 0) == PeopleCount(count: 3, low: 3, high: 3))
        #expect(scene.detector.count(zone: 1).count == 2)
        #expect(scene.detector.count(zone: 2).count == 1)
        #expect(scene.detector.count(zone: 3).count == 0)
        #expect(scene.kinds.isEmpty)
    }

    @Test func oneLookThatMissesSomebodyChangesNothing() {
        var scene = PeopleScene(PeopleSettings())
        var counts: Set<Int> = []
        for start in stride(from: 0, to: 20_000, by: 200) {
            scene.run(start..<start + 200) { at in
                at % 1_400 == 0 ? [standing(100, 700)] : [standing(100, 700), standing(600, 700)]
            }
            if start >= 3_000 { counts.insert(scene.detector.count(zone: 0).count) }
        }
        #expect(counts == [2])
    }

    @Test func aCrowdCounterTakesOverWithoutAJump() {
        var count = ZoneCount()
        for look in 0..<10 {
            count.add(11, spare: 0, at: .zero + .milliseconds(Int64(look * 200)))
        }
        func with(_ tenths: Int?, age: Interval = .zero) -> PeopleCount {
            count.count(tenths: tenths, errorPerMille: 200, age: age)
        }
        #expect(with(nil) == PeopleCount(count: 11, low: 11, high: 11))
        // Up to eight it says nothing, from fourteen on it alone speaks.
        #expect(with(80).count == 11 && with(140).count == 14 && with(400).count == 40)
        #expect(with(400) == PeopleCount(count: 40, low: 32, high: 48))
        for tenths in 0..<600 {
            #expect(abs(with(tenths + 1).count - with(tenths).count) <= 1)
        }
        // What it said long ago fades.
        #expect(with(400, age: .seconds(3)).count == 40 && with(400, age: .seconds(9)).count == 11)
        for age in 0..<100 {
            let (now, then) = (Int64(age) * 100, Int64(age + 1) * 100)
            #expect(
                abs(
                    with(400, age: .milliseconds(then)).count
                        - with(400, age: .milliseconds(now)).count) <= 1)
        }
    }

    @Test func crowdsAreCountedByZone() {
        var said = crowd(300)
        said[2] = 250
        var scene = PeopleScene(PeopleSettings(), zones: [zone(0, 400), zone(400, 1000)])
        scene.run(0..<3_000, crowd: said) { _ in [standing(100, 700)] }
        #expect(scene.detector.count(zone: 0).count == 30)
        #expect(scene.detector.count(zone: 1).count == 1)
        #expect(scene.detector.count(zone: 2).count == 25)
        // The same, unchanged for long: nobody counts any more.
        scene.run(3_000..<14_000, crowd: said) { _ in [standing(100, 700)] }
        #expect(scene.detector.count(zone: 0).count == 1)
    }

    @Test func looksThatCeaseSayNothing() {
        var scene = PeopleScene(PeopleSettings(zoneLimits: [.init(zone: 0, capacity: 1)]))
        scene.run(0..<20_000) { _ in [standing(100, 700), standing(600, 700)] }
        #expect(scene.detector.count(zone: 0).count == 2 && scene.kinds == [.occupancy])
        var (clock, sightings) = (FrameClock(), [Sighting]())
        for step in 0..<50 {
            sightings.removeAll()
            clock.advance(to: .zero + .milliseconds(20_000 + Int64(step) * 100))
            if step > 0 {
                scene.detector.update(
                    clock: clock, crowd: nil, into: &sightings)
            }
        }
        #expect(scene.detector.count(zone: 0).count == 0 && sightings.isEmpty)
        #expect(scene.detector.people.isEmpty)
    }

    // MARK: Furniture

    /// A coat stand, and somebody beside it.
    private func room(_ at: Int, stirs: Int?) -> [PersonBox] {
        let moved = stirs.map { at % $0 == 0 ? Q15.perMille(60) : .perMille(3) }
        return [
            standing(300, 700, moved: .perMille(3)), standing(700, 700, moved: moved)
        ]
    }

    @Test func whatNeverMovesIsFurnitureAndWhoStirsIsNot() {
        let settings = PeopleSettings(furnitureAfter: .seconds(60))
        var scene = PeopleScene(settings, every: 1_000)
        scene.run(0..<50_000) { room($0, stirs: 20_000) }
        #expect(scene.detector.count(zone: 0).count == 2)
        scene.run(50_000..<120_000) { room($0, stirs: 20_000) }
        #expect(scene.detector.count(zone: 0).count == 1)
        #expect(scene.detector.furniture.learned == [standing(300, 700).region])
        #expect(scene.detector.people.map(\.isFurniture) == [true, false])
    }

    @Test func whatNobodyLookedAtIsNeverFurniture() {
        var scene = PeopleScene(PeopleSettings(furnitureAfter: .seconds(60)), every: 1_000)
        scene.run(0..<200_000) { _ in [standing(300, 700), standing(700, 700)] }
        #expect(scene.detector.count(zone: 0).count == 2)
    }

    @Test func furnitureThatStirsIsSomebody() {
        let stand = standing(300, 700).region
        var scene = PeopleScene(PeopleSettings(), furniture: [stand])
        scene.run(0..<4_000) { _ in [standing(300, 700, moved: .perMille(5))] }
        #expect(scene.detector.count(zone: 0).count == 0)
        scene.run(4_000..<10_000) { at in
            [standing(300, 700, moved: at == 5_000 ? .perMille(80) : .perMille(5))]
        }
        #expect(scene.detector.furniture.learned.isEmpty)
        #expect(scene.detector.count(zone: 0).count == 1)
    }

    /// Who passes before furniture moves in its box, but it stays furniture; and he is counted.
    @Test func whoPassesBeforeFurnitureIsCountedAndItStaysFurniture() {
        let stand = standing(500, 700).region
        var scene = PeopleScene(PeopleSettings(), furniture: [stand])
        var counts: [Int] = []
        for start in stride(from: 0, to: 6_000, by: 200) {
            scene.run(start..<start + 200) { at in
                let x = 100 + at * 140 / 1000
                let isNear = abs(x - 500) < 60
                return [
                    standing(500, 700, moved: .perMille(isNear ? 200 : 3)),
                    standing(x, 720, moved: .perMille(300))
                ]
            }
            counts.append(scene.detector.count(zone: 0).count)
        }
        #expect(scene.detector.furniture.learned == [stand])
        #expect(Set(counts.dropFirst(8)) == [1])
    }
}
