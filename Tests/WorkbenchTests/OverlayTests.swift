import Detectors
import Frames
import Testing

@testable import Workbench

private func person(
    _ number: UInt32, _ region: Region, head: Polygon.Corner? = nil, isSeen: Bool = true,
    isFurniture: Bool = false, trail: [Polygon.Corner] = []
) -> Overlay.Person {
    Overlay.Person(
        number: number, region: region, head: head, isSeen: isSeen, isFurniture: isFurniture,
        trail: trail)
}

private func corner(_ x: UInt16, _ y: UInt16) -> Polygon.Corner { Polygon.Corner(x: x, y: y) }

/// Numbers that may be drawn anywhere, 64 of them.
private let crowd: Overlay = {
    var overlay = Overlay(zones: [
        Zone(name: "far", polygon: Polygon(corners: [corner(.max, 0), corner(0, .max)]))
    ])
    for index in 0..<64 {
        let x = UInt16(index * 16)
        overlay.people.append(
            person(
                UInt32(index) &+ .max &- 32, Region(x: x, y: 900, width: 90, height: 200),
                head: corner(x, index % 2 == 0 ? 900 : .max),
                trail: [corner(0, 0), corner(1000, 1000), corner(.max, .max)]))
    }
    return overlay
}()

@Suite struct OverlayDrawingTests {
    @Test func aBoxAHeadANumberAndATrailAreDrawnInTheShapeOfThePicture() {
        let overlay = Overlay(people: [
            person(
                9, Region(x: 100, y: 200, width: 50, height: 400), head: corner(125, 240),
                trail: [corner(90, 590), corner(125, 600)])
        ])
        #expect(
            OverlayDrawing(overlay, width: 640, height: 480).svg
                == "<svg class='over' viewBox='0 0 1000 750' role='img'"
                + " aria-label='1 person is followed'>"
                + "<rect class='edge' width='1000' height='750'/>"
                + "<polyline class='trail' points='90,442 125,450' style='stroke:#ffd54f'/>"
                + "<rect class='person' x='100' y='150' width='50' height='300'"
                + " style='stroke:#ffd54f'/>"
                + "<circle class='head' cx='125' cy='180' r='6' style='fill:#ffd54f'/>"
                + "<text class='number' x='104' y='142' style='fill:#ffd54f'>9</text></svg>")
    }

    @Test func whoIsExpectedAndWhoNeverMovedLookOtherwise() {
        let region = Region(x: 0, y: 0, width: 10, height: 10)
        let text = OverlayDrawing(
            Overlay(people: [
                person(1, region, isSeen: false), person(2, region, isFurniture: true)
            ]), width: 100, height: 100
        ).svg
        #expect(text.contains("class='person unseen'"))
        #expect(text.contains("style='stroke:#9e9e9e'"))
        #expect(text.contains("aria-label='1 person is followed'"))
        // There is no room for a number above the picture.
        #expect(text.contains("y='30' style='fill:#9e9e9e'>2</text>"))
    }

    @Test func nobodyIsDrawnAsNobody() {
        #expect(
            OverlayDrawing(Overlay(), width: 100, height: 50).svg
                == "<svg class='over' viewBox='0 0 1000 500' role='img'"
                + " aria-label='0 people are followed'>"
                + "<rect class='edge' width='1000' height='500'/></svg>")
        let figure = OverlayDrawing.figure(
            Shot(jpeg: [1], at: .zero, width: 1, height: 1), alternative: "<&>")
        #expect(
            figure
                == "<figure><img alt=\"&lt;&amp;&gt;\" src=\"data:image/jpeg;base64,AQ==\">"
                + "</figure>\n")
    }

    @Test func namesOfZonesCannotBecomeMarkup() {
        let zone = Zone(
            name: "<b>'&\"", polygon: Polygon(corners: [corner(0, 0), corner(1000, 500)]))
        let text = OverlayDrawing(Overlay(zones: [zone]), width: 100, height: 100).svg
        #expect(
            text.contains(
                "<polygon class='zone' points='0,0 1000,500'><title>&lt;b&gt;&#39;&amp;&quot;"))
    }

    @Test func anyCrowdIsDrawn() {
        let text = OverlayDrawing(crowd, width: 1, height: 16_384).svg
        #expect(text.split(separator: "class='person'").count == 65)
    }
}

@Suite struct TrailsTests {
    private func tracked(_ number: UInt32, x: UInt16, isSeen: Bool = true) throws -> TrackedPerson {
        let tracker = Tracker(width: 100, height: 100)
        for step in 0..<4 {
            tracker.take(
                [PersonBox(region: Region(x: x, y: 100, width: 100, height: 300), score: .one)],
                takenAt: .zero + .milliseconds(Int64(step) * 200))
        }
        var person = try #require(tracker.people.first)
        (person.number, person.isSeen) = (number, isSeen)
        return person
    }

    @Test func aTrailIsWhereFeetWereAndGoesWithWhoLeaves() throws {
        var trails = Trails()
        let first = try tracked(7, x: 100)
        trails.looked([first], at: .zero)
        let second = try tracked(7, x: 200)
        trails.looked([second], at: .zero + .seconds(1))
        // Who is only expected somewhere was not there.
        trails.looked([try tracked(7, x: 900, isSeen: false)], at: .zero + .seconds(2))
        let drawn = trails.overlay(of: [second], zones: [])
        #expect(drawn.people[0].trail.map(\.x) == [150, 250])
        #expect(drawn.people[0].trail.allSatisfy { $0.y == 400 })
        trails.looked([second], at: .zero + .milliseconds(4_500))
        #expect(trails.overlay(of: [second], zones: []).people[0].trail.count == 2)
        trails.looked([], at: .zero + .seconds(5))
        #expect(trails.overlay(of: [second], zones: []).people[0].trail.isEmpty)
    }

    @Test func whoWalksIsDrawnWhereHisLastSecondTakesHim() throws {
        var trails = Trails()
        let first = try tracked(7, x: 100)
        let second = try tracked(7, x: 200)
        trails.looked([first], at: .zero)
        trails.looked([second], at: .zero + .seconds(1))
        func place(_ milliseconds: Int64?, _ person: TrackedPerson = second) -> UInt16 {
            let now = milliseconds.map { Instant.zero + .milliseconds($0) }
            return trails.overlay(of: [person], zones: [], at: now).people[0].region.x
        }
        #expect(place(nil) == 200)
        #expect([0, 1_000, 1_500, 1_800, 99_000].map { place($0) } == [200, 200, 250, 280, 280])
        // Who is not seen, or nobody has followed, stays where he is.
        #expect(place(1_500, try tracked(7, x: 200, isSeen: false)) == 200)
        #expect(place(1_500, try tracked(8, x: 200)) == 200)
        // And his head with him.
        func head(_ milliseconds: Int64?) -> Polygon.Corner? {
            let now = milliseconds.map { Instant.zero + .milliseconds($0) }
            return trails.overlay(of: [second], zones: [], at: now).people[0].head
        }
        #expect(head(nil) == second.head)
        #expect(head(1_500) == corner(second.head.x + 50, second.head.y))
        // Nobody leaves the picture.
        trails.looked([try tracked(7, x: 880)], at: .zero + .milliseconds(1_200))
        #expect(place(2_000, try tracked(7, x: 880)) == 900)
    }

    @Test func aPictureTakesTheLookThatIsNearestToIt() {
        func look(_ milliseconds: Int?) -> Overlay {
            Overlay(
                people: [], zones: [], seenAt: milliseconds.map { .zero + .milliseconds(Int64($0)) }
            )
        }
        var overlay = look(300)
        for other in [200, 900, nil, 1_500, 1_101] {
            overlay.improve(with: look(other), for: .zero + .seconds(1))
        }
        #expect(overlay == look(900))
        overlay = look(nil)
        overlay.improve(with: look(2_001), for: .zero + .seconds(1))
        #expect(overlay == look(nil))
        overlay.improve(with: look(1_900), for: .zero + .seconds(1))
        #expect(overlay == look(1_900))
    }

    @Test func aTrailNeverGrowsBeyondItsSteps() throws {
        var trails = Trails()
        let person = try tracked(1, x: 10)
        for step in 0..<200 { trails.looked([person], at: .zero + .milliseconds(Int64(step))) }
        #expect(
            trails.overlay(of: [person], zones: []).people[0].trail.count == Trails.stepCountMax)
        // Time that runs back forgets what is not over yet.
        trails.looked([person], at: .zero)
        #expect(trails.overlay(of: [person], zones: []).people[0].trail.count == 1)
    }
}

@Suite struct PictureCellsTests {
    private func grey(_ columns: Int, _ rows: Int) -> PictureCells {
        PictureCells(columns: columns, rows: rows)
    }

    private func glyphs(_ cells: PictureCells) -> [String] {
        (0..<cells.rows).map { row in
            String((0..<cells.columns).map { cells[$0, row].glyph ?? "." })
        }
    }

    @Test func aBoxStandsInItsCellsWithItsNumberAndColour() {
        var cells = grey(10, 6)
        cells.draw(
            Overlay(people: [person(12, Region(x: 200, y: 167, width: 500, height: 666))]))
        #expect(
            glyphs(cells) == [
                "..........", "..12━━┓...", "..┃...┃...", "..┃...┃...", "..┗━━━┛...", ".........."
            ])
        #expect(cells[4, 1].ink == 0xBA9BF5)
        #expect(cells[2, 1].top == 0xBA9BF5 && cells[2, 1].ink == 0)
        #expect(cells[3, 2].glyph == nil && cells[3, 2].top == 0)
        #expect(cells.lines[1].contains("\u{1B}[48;2;186;155;245m12"))
        #expect(cells.lines[1].contains("\u{1B}[38;2;186;155;245m\u{1B}[48;2;0;0;0m━━┓"))
    }

    @Test func aHeadIsAPointInItsBox() {
        var cells = grey(10, 6)
        cells.draw(
            Overlay(people: [
                person(
                    1, Region(x: 200, y: 0, width: 500, height: 1000), head: corner(450, 250))
            ]))
        #expect(glyphs(cells)[1] == "..┃.●.┃...")
        #expect(cells[4, 1].ink == Overlay.colour(of: person(1, .whole)))
    }

    @Test func whoIsExpectedIsDashed() {
        var cells = grey(6, 4)
        cells.draw(
            Overlay(people: [
                person(3, Region(x: 0, y: 0, width: 1000, height: 1000), isSeen: false)
            ]))
        #expect(glyphs(cells) == ["3╌╌╌╌┐", "┆....┆", "┆....┆", "└╌╌╌╌┘"])
    }

    @Test func whoeverStandsLowerIsDrawnOverWhoIsBehind() {
        let near = person(1, Region(x: 0, y: 0, width: 1000, height: 1000))
        let far = person(2, Region(x: 0, y: 0, width: 1000, height: 500))
        for people in [[near, far], [far, near]] {
            var cells = grey(4, 4)
            cells.draw(Overlay(people: people))
            #expect(glyphs(cells) == ["1━━┓", "┃━━┃", "┃..┃", "┗━━┛"])
        }
    }

    @Test func aZoneColoursHalfPixelsAlongItsEdgesAndATrailMoreSo() {
        var cells = grey(4, 2)
        cells.draw(
            Overlay(
                people: [],
                zones: [
                    Zone(
                        name: "", polygon: Polygon(corners: [corner(0, 0), corner(999, 0)]))
                ]))
        #expect((0..<4).allSatisfy { cells[$0, 0].top != 0 && cells[$0, 0].bottom == 0 })
        #expect((0..<4).allSatisfy { cells[$0, 1].top == 0 && cells[$0, 1].bottom == 0 })
        cells = grey(4, 2)
        let trail = [corner(0, 999), corner(999, 999)]
        cells.draw(
            Overlay(people: [person(1, Region(x: 0, y: 0, width: 1, height: 1), trail: trail)]))
        #expect((0..<4).allSatisfy { cells[$0, 1].bottom == 0xBF9F3B })
        #expect((0..<4).allSatisfy { cells[$0, 1].top == 0 })
    }

    @Test(arguments: [(1, 1), (2, 1), (1, 2), (3, 3), (200, 60)])
    func anyCrowdFitsAnyTerminal(columns: Int, rows: Int) {
        var cells = grey(columns, rows)
        cells.draw(crowd)
        #expect(cells.lines.count == rows)
        #expect(cells.cells.count == columns * rows)
        #expect(cells.cells.contains { $0.glyph != nil })
    }
}

@Suite struct SparklineTests {
    private func line(_ values: [(Int64, Int)], columns: Int = 6) -> String {
        Sparkline.text(
            values.map { (.zero + .seconds($0.0), $0.1) }, until: .zero + .seconds(60),
            span: .seconds(60), columns: columns)
    }

    @Test func eachColumnShowsTheMostOfItsTenSeconds() {
        #expect(line([(5, 1), (15, 4), (18, 8), (19, 2), (45, 0), (60, 6)]) == "▂█  ▁▆")
    }

    @Test func fewPeopleAreNoFullBar() {
        #expect(line([(60, 1)]) == "     ▂")
        #expect(line([(60, 4)]) == "     █")
    }

    @Test func whatIsOutsideOrAbsurdIsLeftOut() {
        #expect(line([]) == "      ")
        #expect(line([(0, 5), (-100, 5), (61, 5), (.max, 5), (.min, 5)]) == "      ")
        #expect(line([(60, .max)]) == "     █")
        #expect(line([(60, 1)], columns: 0).isEmpty)
        #expect(
            Sparkline.text(
                [(.zero, 1)], until: .zero, span: .milliseconds(1), columns: 2_000_000
            ).count == 2_000_000)
    }
}
