import Frames
import Testing

@testable import Detectors

/// A picture as wide as it is high, so that thousandths are the same both ways.
private let square = PictureShape(width: 500, height: 500)

private func head(
    _ x: UInt16, _ y: UInt16, _ width: UInt16, _ height: UInt16, in shape: PictureShape = square
) -> Polygon.Corner {
    shape.head(of: Region(x: x, y: y, width: width, height: height))
}

@Suite struct HeadPointTests {
    @Test func anUprightHeadIsAShareOfTheHeightBelowTheTop() {
        #expect(head(100, 200, 100, 400) == Polygon.Corner(x: 150, y: 242))
        #expect(head(100, 200, 200, 700) == Polygon.Corner(x: 200, y: 274))
    }

    @Test func whoSitsOrBendsIsMeasuredByHisWidth() {
        #expect(head(100, 200, 200, 300) == Polygon.Corner(x: 200, y: 246))
        #expect(head(100, 200, 300, 250) == Polygon.Corner(x: 250, y: 269))
    }

    @Test func whoeverThePictureCutsBelowIsMeasuredByHisWidth() {
        // A head and shoulders, and as much of a belly as there may be.
        #expect(head(100, 800, 200, 200) == Polygon.Corner(x: 200, y: 862))
        #expect(head(100, 500, 200, 490) == Polygon.Corner(x: 200, y: 564))
        // What ends a little above the edge is whole.
        #expect(head(100, 500, 200, 484) == Polygon.Corner(x: 200, y: 551))
    }

    @Test func ofWhoeverLiesItIsTheMiddle() {
        #expect(head(100, 500, 600, 150) == Polygon.Corner(x: 400, y: 575))
        #expect(head(0, 900, 1000, 100) == Polygon.Corner(x: 500, y: 950))
    }

    @Test func theShapeOfThePictureSaysWhoIsWiderThanHigh() {
        // 300 of 1000 in a picture of 2 : 1 are as long as 600 down.
        let wide = PictureShape(width: 1000, height: 500)
        #expect(head(100, 200, 300, 400, in: wide) == Polygon.Corner(x: 250, y: 338))
        #expect(head(100, 200, 300, 400) == Polygon.Corner(x: 250, y: 269))
    }

    @Test func itLiesInItsBoxInEveryPicture() {
        for (width, height) in [(1, 1), (640, 360), (360, 640), (1 << 20, 3), (90, 1_600)] {
            let shape = PictureShape(width: width, height: height)
            for side in stride(from: UInt16(1), through: 1000, by: 37) {
                let region = Region(x: 1000 - side, y: side / 2, width: side, height: side / 2)
                let head = shape.head(of: region)
                #expect(region.x...(region.x + region.width) ~= head.x)
                #expect(region.y...(region.y + region.height) ~= head.y)
            }
            // Whatever a region says.
            let absurd = Region(x: .max, y: .max, width: .max, height: .max)
            #expect(shape.head(of: absurd) == Polygon.Corner(x: 1000, y: 1000))
        }
    }
}

@Suite struct TrackedHeadTests {
    private func followed(
        _ count: Int, every: Int = 200, _ box: (Int) -> PersonBox
    ) throws -> TrackedPerson {
        let tracker = Tracker(width: PeopleScene.width, height: PeopleScene.height)
        for step in 0..<count {
            tracker.take([box(step)], takenAt: .zero + .milliseconds(Int64(step * every)))
        }
        return try #require(tracker.people.first)
    }

    @Test func aHeadIsTakenFromTheBoxWhereNobodySaysIt() throws {
        // 60 · 4/3 wide and 240 high: .105 of the height.
        let person = try followed(6) { _ in standing(500, 700) }
        #expect(person.head == Polygon.Corner(x: 500, y: 460 + 25))
    }

    @Test func aHeadThatTheNetworkSaysIsTakenAsItIs() throws {
        let person = try followed(8) { _ in
            var box = standing(500, 700)
            box.head = Polygon.Corner(x: 480, y: 520)
            return box
        }
        #expect(person.head == Polygon.Corner(x: 480, y: 520))
    }

    @Test func aHeadThatJumpsIsSmoothed() throws {
        let person = try followed(12) { step in
            var box = standing(500, 700)
            box.head = Polygon.Corner(x: step == 11 ? 540 : 480, y: 500)
            return box
        }
        // 154 of 256 of the way.
        #expect(514...518 ~= person.head.x)
        #expect(person.head.y == 500)
    }

    @Test func aHeadGoesWithWhoWalksAndWithWhoIsExpected() throws {
        let tracker = Tracker(width: PeopleScene.width, height: PeopleScene.height)
        var (heads, at): ([Int], Int64) = ([], 0)
        for step in 0..<18 {
            // Behind a pillar for the last three looks.
            let boxes = step < 15 ? [standing(200 + 20 * step, 700)] : []
            tracker.take(boxes, takenAt: .zero + .milliseconds(at))
            at += 200
            let person = tracker.people.first
            heads += person.map { [Int($0.head.x)] } ?? []
            if let person {
                let middle = Int(person.region.x) + Int(person.region.width) / 2
                #expect(abs(Int(person.head.x) - middle) <= 1)
            }
        }
        #expect(heads.count >= 15)
        #expect(zip(heads, heads.dropFirst()).allSatisfy { 5...25 ~= $1 - $0 })
    }

    @Test func whoseLegsAreHiddenKeepsHisHead() throws {
        // The box's lower half goes behind a table: the head stays at 485, to a third of a head.
        let person = try followed(14) { step in
            step < 10 ? standing(500, 700) : boxed(500, 600, width: 60, height: 140)
        }
        #expect(475...495 ~= person.head.y)
    }

    @Test func whoFallsHasHisHeadInTheMiddleSoon() throws {
        let person = try followed(25) { step in
            step < 10 ? standing(500, 700) : boxed(500, 700, width: 190, height: 80)
        }
        #expect(655...665 ~= person.head.y)
    }
}
