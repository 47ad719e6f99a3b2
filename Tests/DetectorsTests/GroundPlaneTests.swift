import Frames
import Testing

@testable import Detectors

/// A camera 3 m up that looks ahead level; focal length 0.8 of the picture's width of 4 : 3.
private func place(_ x: Int, _ z: Int) -> Polygon.Corner {
    Polygon.Corner(
        x: UInt16((5_000 + 8_000 * x / z + 5) / 10),
        y: UInt16((3_000 + 10_667 * 3_000 / z + 5) / 10))
}

private func mark(_ x: Int, _ z: Int) -> GroundPlane.Mark {
    GroundPlane.Mark(place: place(x, z), x: x, y: z)
}

private func fault(_ marks: [GroundPlane.Mark]) -> GroundPlane.Fault? {
    do {
        _ = try GroundPlane(marks: marks)
        return nil
    } catch {
        return error
    }
}

@Suite struct GroundPlaneTests {
    private let marks = [
        mark(-2_000, 5_500), mark(2_000, 5_500), mark(3_000, 12_000), mark(-3_000, 12_000)
    ]

    @Test func fourMarksGiveMetresAnywhereBetween() throws {
        let plane = try GroundPlane(marks: marks)
        for (from, to, metres) in [
            ((-1_000, 6_000), (1_000, 6_000), 2_000), ((0, 6_000), (0, 10_000), 4_000),
            ((-2_000, 9_000), (1_000, 5_000 + 500), 4_610)
        ] {
            let found = try #require(
                plane.millimetres(from: place(from.0, from.1), to: place(to.0, to.1)))
            // Places are whole thousandths of the picture.
            #expect(abs(found - metres) * 20 < metres, "\(found) for \(metres)")
        }
    }

    @Test func aZoneHasItsArea() throws {
        let plane = try GroundPlane(marks: marks)
        let zone = Polygon(corners: [
            place(-2_000, 6_000), place(2_000, 6_000), place(2_000, 11_000), place(-2_000, 11_000)
        ])
        let area = try #require(plane.squareDecimetres(of: zone))
        #expect(abs(area - 2_000) < 100, "\(area)")
        // The sky has none.
        let sky = Polygon(corners: [
            place(-2_000, 6_000), place(2_000, 6_000), .init(x: 500, y: 100)
        ])
        #expect(plane.squareDecimetres(of: sky) == nil)
        #expect(plane.millimetres(from: place(0, 6_000), to: .init(x: 500, y: 300)) == nil)
    }

    @Test func marksThatFixNothingAreRefusedWithWords() {
        #expect(fault(Array(marks.dropLast())) == .markCount(3))
        let inLine = [mark(-2_000, 6_000), mark(0, 6_000), mark(2_000, 6_000), mark(0, 9_000)]
        #expect(fault(inLine) == .marksInLine(first: 1, second: 2, third: 3))
        #expect(fault([marks[0], marks[0], marks[2], marks[3]]) != nil)
        var mixed = marks
        (mixed[0].x, mixed[1].x) = (mixed[1].x, mixed[0].x)
        #expect(fault(mixed) == .marksCrossed)
        var far = marks
        far[2].x = .min
        #expect(fault(far) == .markTooFar(millimetres: 1 << 40))
        #expect(
            "\(GroundPlane.Fault.marksInLine(first: 1, second: 2, third: 3))".hasSuffix(
                "on one line"))
    }

    @Test func marksMayBeMirroredAndFarFromTheOrigin() throws {
        let moved = marks.map {
            GroundPlane.Mark(place: $0.place, x: 150_000 - $0.x, y: $0.y - 90_000)
        }
        let plane = try GroundPlane(marks: moved)
        let found = try #require(
            plane.millimetres(from: place(-1_000, 7_000), to: place(1_000, 7_000)))
        #expect(abs(found - 2_000) < 60)
    }

    /// Marks anywhere: refused, or met to a hundredth.
    @Test func noMarksCrashIt() {
        var chance = SplitMix64(seed: 11)
        var accepted = 0
        for _ in 0..<3_000 {
            let marks = (0..<4).map { _ in
                GroundPlane.Mark(
                    place: .init(
                        x: UInt16(chance.whole(in: 0...1000)), y: UInt16(chance.whole(in: 0...1000))
                    ),
                    x: chance.whole(in: -90_000...90_000), y: chance.whole(in: -90_000...90_000))
            }
            guard let plane = try? GroundPlane(marks: marks) else { continue }
            accepted += 1
            let found = plane.millimetres(from: marks[0].place, to: marks[2].place)
            let (dx, dy) = (marks[0].x - marks[2].x, marks[0].y - marks[2].y)
            let laid = squareRoot(dx * dx + dy * dy)
            #expect(found.map { abs($0 - laid) <= 600 } ?? false)
            _ = plane.millimetres(from: .init(x: 0, y: 0), to: .init(x: .max, y: .max))
        }
        #expect(accepted > 100)
    }

    @Test func twoFiguresGiveTheSameMetresUnderALevelCamera() throws {
        func figure(_ z: Int) -> GroundPlane.Figure {
            GroundPlane.Figure(
                footRow: Int(place(0, z).y), height: 10_667 * 1_700 / z / 10, millimetres: 1_700)
        }
        let plane = try GroundPlane(
            figure(6_000), figure(12_000), width: 640, height: 480, focalLength: 800)
        for (from, to, metres) in [
            ((-1_000, 6_000), (1_000, 6_000), 2_000), ((0, 6_000), (0, 10_000), 4_000)
        ] {
            let found = try #require(
                plane.millimetres(from: place(from.0, from.1), to: place(to.0, to.1)))
            #expect(abs(found - metres) * 20 < metres, "\(found) for \(metres)")
        }
    }

    @Test func figuresThatTellNothingAreRefusedWithWords() {
        typealias Figure = GroundPlane.Figure
        let cases: [(Figure, Figure, GroundPlane.Fault)] = [
            (
                Figure(footRow: 700, height: 300), Figure(footRow: 650, height: 200),
                .figuresTooClose(rows: 50)
            ),
            (
                Figure(footRow: 900, height: 300), Figure(footRow: 500, height: 300),
                .noPerspective
            ),
            (
                Figure(footRow: 900, height: 100), Figure(footRow: 500, height: 300),
                .noPerspective
            ),
            (
                Figure(footRow: 900, height: 5), Figure(footRow: 500, height: 300),
                .figureOutside(footRow: 900, height: 5)
            )
        ]
        for (near, far, fault) in cases {
            #expect(throws: fault) { try GroundPlane(near, far, width: 640, height: 480) }
        }
    }
}
