import Frames
import Testing

@testable import Detectors

/// Looks five times a second.
private struct Following {
    let tracker = Tracker(width: PeopleScene.width, height: PeopleScene.height)
    var at = 0

    /// - Returns: the numbers of all who are confirmed, seen or not.
    @discardableResult
    mutating func look(_ boxes: [PersonBox], after milliseconds: Int = 200) -> [UInt32] {
        at += milliseconds
        tracker.take(boxes, takenAt: .zero + .milliseconds(Int64(at)))
        return tracker.people.map(\.number)
    }

    func number(near x: Int) -> UInt32? {
        tracker.people.min {
            abs(Int($0.region.x) + Int($0.region.width) / 2 - x)
                < abs(Int($1.region.x) + Int($1.region.width) / 2 - x)
        }?.number
    }
}

extension PersonBox {
    fileprivate func scored(_ perMille: Int) -> PersonBox {
        var box = self
        box.score = .perMille(perMille)
        return box
    }
}

@Suite struct PeopleTrackerTests {
    @Test(arguments: [100, 200, 500, 1_000])
    func whoWalksThroughKeepsHisNumber(every: Int) {
        var following = Following()
        var numbers: Set<UInt32> = []
        // 1.4 m a second.
        for at in stride(from: 0, to: 6_000, by: every) {
            numbers.formUnion(following.look([standing(50 + at * 148 / 1000, 700)], after: every))
        }
        #expect(numbers == [1])
    }

    @Test func whoCrossesAnotherKeepsHisNumber() throws {
        var following = Following()
        for step in 0...35 {
            following.look([standing(100 + step * 22, 700), standing(900 - step * 22, 730)])
            if step == 10 {
                #expect(following.number(near: 320) == 1 && following.number(near: 680) == 2)
            }
        }
        #expect(following.number(near: 870) == 1 && following.number(near: 130) == 2)
    }

    @Test func aSecondBehindAPillarIsBridged() throws {
        var following = Following()
        var (unseen, numbers): (Int, Set<UInt32>) = (0, [])
        for step in 0..<30 {
            let isHidden = (12...16).contains(step)
            numbers.formUnion(following.look(isHidden ? [] : [standing(100 + step * 25, 700)]))
            unseen += following.tracker.people.count { !$0.isSeen }
            if step == 16 {
                let region = try #require(following.tracker.people.first).region
                // Expected where the walk leads, and said to be unseen.
                #expect(abs(Int(region.x) + Int(region.width) / 2 - 500) < 40)
            }
        }
        #expect(numbers == [1] && unseen == 5)
    }

    @Test func aFaintBoxContinuesButBeginsNobody() {
        var following = Following()
        for _ in 0..<10 { following.look([standing(300, 700).scored(300)]) }
        #expect(following.tracker.lastNumber == 0)
        for _ in 0..<3 { following.look([standing(300, 700)]) }
        for _ in 0..<20 { following.look([standing(300, 700).scored(300)]) }
        #expect(following.tracker.people.map(\.isSeen) == [true])
        #expect(following.tracker.lastNumber == 1)
    }

    @Test func somebodyNewMustBeSeenAgain() {
        var following = Following()
        // Two sure looks are enough, of less sure ones it takes three.
        #expect(following.look([standing(300, 700).scored(900)]).isEmpty)
        #expect(following.look([standing(300, 700).scored(900)]) == [1])
        #expect(following.look([standing(300, 700), standing(700, 700).scored(600)]) == [1])
        #expect(following.look([standing(300, 700), standing(700, 700).scored(600)]) == [1])
        #expect(following.look([standing(300, 700), standing(700, 700).scored(600)]) == [1, 2])
    }

    @Test func boxesHereAndThereAreNobody() {
        var following = Following()
        var chance = SplitMix64(seed: 5)
        for _ in 0..<200 {
            following.look([
                standing(chance.whole(in: 0...1000), chance.whole(in: 300...1000)).scored(800)
            ])
        }
        #expect(following.tracker.lastNumber <= 10)
    }

    @Test func whoIsGoneIsForgottenAndWhoLeavesAtTheEdgeSooner() {
        var following = Following()
        for step in 0..<10 {
            following.look([standing(500, 700), standing(800 + step * 20, 700)])
        }
        var lasted = [0, 0]
        for _ in 0..<20 {
            let numbers = following.look([])
            lasted[0] += numbers.contains(1) ? 200 : 0
            lasted[1] += numbers.contains(2) ? 200 : 0
        }
        #expect(lasted[0] == 2_400 && lasted[1] <= 800)
    }

    @Test func numbersGoOnAfterAJump() {
        var following = Following()
        for _ in 0..<4 { following.look([standing(300, 700)]) }
        #expect(following.look([standing(300, 700)], after: -5_000).isEmpty)
        #expect(following.tracker.hasJumped)
        for _ in 0..<4 { following.look([standing(300, 700)]) }
        #expect(following.tracker.people.map(\.number) == [2])
        following.look([standing(300, 700)], after: 3_001)
        for _ in 0..<4 { following.look([standing(300, 700)]) }
        #expect(following.tracker.people.map(\.number) == [3])
        // The same picture again is no look.
        #expect(following.look([], after: 0) == [3])
    }

    @Test func whoeverIsTooManyIsCountedAsRefused() {
        var following = Following()
        let crowd = (0..<64).map { standing(8 + $0 * 15, 300 + $0 % 4 * 200, height: 45) }
        for _ in 0..<4 { following.look(crowd) }
        #expect(following.tracker.people.count == 64)
        for _ in 0..<3 { following.look(crowd + [standing(500, 990)]) }
        #expect(following.tracker.people.count == 64)
        #expect(following.tracker.lastNumber == 64)
    }

    /// Whatever comes, in whatever order of time.
    @Test(arguments: [UInt64(1), 2, 3])
    func anythingIsSurvivedAndGivesTheSameTwice(seed: UInt64) {
        func run() -> (hash: UInt64, numbers: Int) {
            var (chance, following, hash) = (SplitMix64(seed: seed), Following(), StableHash())
            var (last, alive): (UInt32, Set<UInt32>) = (0, [])
            for _ in 0..<400 {
                let count = chance.whole(in: 0...80)
                let boxes = (0..<count).map { _ in
                    PersonBox(
                        region: Region(
                            x: UInt16(chance.whole(in: 0...65_535)),
                            y: UInt16(chance.whole(in: 0...1_000)),
                            width: UInt16(chance.whole(in: 0...1_500)),
                            height: UInt16(chance.whole(in: 0...1_500))),
                        score: Q15(rawValue: Int16(chance.whole(in: -32_768...32_767))),
                        moved: chance.chance(1, in: 2) ? .perMille(5) : nil)
                }
                let pause =
                    chance.chance(1, in: 20) ? chance.whole(in: -9_000...9_000) : 200
                following.look(boxes, after: pause)
                let people = following.tracker.people
                for person in people {
                    // Never again once it has ended.
                    if !alive.contains(person.number) { #expect(person.number > last) }
                    #expect(Int(person.region.x) + Int(person.region.width) <= 1000)
                    #expect(Int(person.region.y) + Int(person.region.height) <= 1000)
                    hash.combine(UInt64(person.number))
                    hash.combine(UInt64(person.region.x))
                }
                #expect(people.count <= 64)
                alive = Set(people.map(\.number))
                #expect(alive.count == people.count)
                last = following.tracker.lastNumber
            }
            return (hash.value, Int(last))
        }
        let (first, second) = (run(), run())
        #expect(first == second && first.numbers > 0)
    }
}

@Suite struct BoxSuppressionTests {
    @Test func theSurestOfThoseOverEachOtherStays() {
        var suppression = BoxSuppression()
        suppression.suppress([
            standing(500, 700).scored(600), standing(503, 702).scored(900), standing(800, 700)
        ])
        #expect(suppression.kept == [1, 2])
        suppression.suppress([standing(500, 700).scored(100)], scoreMin: .perMille(200))
        #expect(suppression.kept.isEmpty)
        // Equal scores: the first.
        suppression.suppress([standing(500, 700), standing(501, 700)])
        #expect(suppression.kept == [0])
    }

    @Test func nobodyIsLeftOutBelowSixtyFour() {
        var suppression = BoxSuppression()
        suppression.suppress((0..<100).map { standing($0 * 10, 300 + $0 % 5 * 100, height: 30) })
        #expect(suppression.kept.count == 64)
    }
}

@Suite struct AssignmentTests {
    /// The least that pairs and lonely ones cost together, tried out.
    private static func least(_ costs: [[Int32]], row: Int = 0, used: Int = 0) -> Int {
        guard row < costs.count else {
            // Lonely columns cost as much as lonely rows, but the rows that are not there take
            // them: only the larger side counts.
            return 0
        }
        var best = 1000 + least(costs, row: row + 1, used: used)
        for (column, cost) in costs[row].enumerated() where used & 1 << column == 0 {
            best = min(best, Int(cost) + least(costs, row: row + 1, used: used | 1 << column))
        }
        return best
    }

    @Test func itCostsTheLeastThatCanBe() {
        var chance = SplitMix64(seed: 3)
        let assignment = Assignment(costMax: 1000)
        for _ in 0..<300 {
            let (rows, columns) = (chance.whole(in: 1...6), chance.whole(in: 1...6))
            let costs = (0..<rows).map { _ in
                (0..<columns).map { _ in Int32(chance.whole(in: 0...1_300)) }
            }
            assignment.begin(rowCount: rows, columnCount: columns)
            for row in 0..<rows {
                for column in 0..<columns { assignment[row, column] = costs[row][column] }
            }
            assignment.solve()
            var (sum, used): (Int, Set<Int>) = (0, [])
            for row in 0..<rows {
                let column = assignment.column(of: row)
                sum += column.map { Int(costs[row][$0]) } ?? 1000
                if let column { #expect(used.insert(column).inserted && costs[row][column] < 1000) }
            }
            #expect(sum == Self.least(costs.map { $0.map { min($0, 1000) } }))
        }
    }

    @Test func twoPoorPairsDoNotBreakUpAGoodOne() {
        let assignment = Assignment(costMax: 1000)
        assignment.begin(rowCount: 2, columnCount: 2)
        assignment[0, 0] = 10
        assignment[0, 1] = 900
        assignment[1, 0] = 900
        assignment.solve()
        #expect(assignment.column(of: 0) == 0 && assignment.column(of: 1) == nil)
    }
}

@Test func aBoxKeepsItsPlaceInTheTrackersUnits() {
    let shape = PictureShape(width: 640, height: 480)
    var chance = SplitMix64(seed: 9)
    for _ in 0..<500 {
        let region = Region(
            x: UInt16(chance.whole(in: 0...600)), y: UInt16(chance.whole(in: 0...600)),
            width: UInt16(chance.whole(in: 1...400)), height: UInt16(chance.whole(in: 1...400)))
        #expect(shape.region(shape.box(region)) == region)
    }
}
