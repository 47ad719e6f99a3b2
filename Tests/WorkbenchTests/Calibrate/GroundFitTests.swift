import Detectors
import Frames
import Testing

@testable import Workbench

@Suite struct GroundFitTests {
    /// Somebody of 1.75 m before a camera 3.5 m up, whose horizon is in row 150.
    private static let millimetres = 1_750
    private static let horizon = 150

    private static func height(at row: Int) -> Int { (row - horizon) * millimetres / 3_500 }

    /// - Parameter wrongPerMille: of these the height is anything at all.
    private static func samples(
        _ rows: ClosedRange<Int>, count: Int, wrongPerMille: Int, seed: UInt64
    ) -> [GroundFit.Sample] {
        var chance = SplitMix64(seed: seed)
        return (0..<count).map { _ in
            let row = chance.whole(in: rows)
            let right = height(at: row)
            let jitter = right * chance.whole(in: -30...30) / 1000
            return GroundFit.Sample(
                footRow: row,
                height: chance.chance(wrongPerMille, in: 1000)
                    ? chance.whole(in: 20...900) : max(right + jitter, 20))
        }
    }

    @Test(arguments: 1...20 as ClosedRange<UInt64>)
    func aKnownFloorIsFoundAmongAFifthOfWrongHeights(seed: UInt64) throws {
        let samples = Self.samples(300...950, count: 300, wrongPerMille: 200, seed: seed)
        let fit = try GroundFit(samples, millimetres: Self.millimetres)
        for figure in [fit.near, fit.far] {
            let right = Self.height(at: figure.footRow)
            // Within 3 %, and half a row for its being whole.
            #expect(abs(figure.height - right) * 1000 <= 30 * right + 500, "\(figure) \(right)")
        }
        #expect(abs(fit.cameraMillimetres - 3_500) * 100 <= 3 * 3_500, "\(fit)")
        #expect(fit.errorPerMille <= 30 && fit.keptCount < fit.count)
        // What it is for: the floor that is made of it measures as the true one does.
        let found = try GroundPlane(fit.near, fit.far, width: 640, height: 480)
        let right = try GroundPlane(
            .init(footRow: 950, height: Self.height(at: 950), millimetres: Self.millimetres),
            .init(footRow: 350, height: Self.height(at: 350), millimetres: Self.millimetres),
            width: 640, height: 480)
        let ends = (Polygon.Corner(x: 200, y: 700), Polygon.Corner(x: 800, y: 700))
        let metres = try #require(found.millimetres(from: ends.0, to: ends.1))
        let truth = try #require(right.millimetres(from: ends.0, to: ends.1))
        #expect(abs(metres - truth) * 100 <= 4 * truth, "\(metres) \(truth)")
    }

    /// Feet behind a table: as many rows are missing from the height as from the feet.
    @Test func feetThatAreHiddenNowAndThenChangeLittle() throws {
        var samples = Self.samples(300...950, count: 300, wrongPerMille: 0, seed: 5)
        for index in samples.indices where index % 5 == 0 {
            let hidden = samples[index].height * 3 / 10
            samples[index].footRow -= hidden
            samples[index].height = max(samples[index].height - hidden, 20)
        }
        let fit = try GroundFit(samples, millimetres: Self.millimetres)
        #expect(abs(fit.cameraMillimetres - 3_500) * 100 <= 3 * 3_500, "\(fit)")
    }

    /// Arms raised, at a third of the places near the camera and nowhere else: without the second fit
    /// that alone would tilt the line by more.
    @Test(arguments: 1...10 as ClosedRange<UInt64>)
    func whatIsWrongAtOneEndOnlyDoesNotTilt(seed: UInt64) throws {
        var chance = SplitMix64(seed: seed)
        var samples = Self.samples(300...950, count: 300, wrongPerMille: 0, seed: seed)
        for index in samples.indices
        where samples[index].footRow > 600 && chance.chance(1, in: 3) {
            samples[index].height = samples[index].height * 13 / 10
        }
        let fit = try GroundFit(samples, millimetres: Self.millimetres)
        #expect(abs(fit.cameraMillimetres - 3_500) * 1000 <= 15 * 3_500, "\(fit)")
    }

    @Test func whoStandsForLongCountsNoMoreThanWhoWalksBy() throws {
        var samples = Self.samples(300...950, count: 150, wrongPerMille: 0, seed: 9)
        // Bent over a box, for minutes.
        samples += Array(repeating: .init(footRow: 800, height: 200), count: 5_000)
        let fit = try GroundFit(samples, millimetres: Self.millimetres)
        #expect(abs(fit.cameraMillimetres - 3_500) * 100 <= 3 * 3_500, "\(fit)")
    }

    private static func refusal(_ samples: [GroundFit.Sample]) -> GroundFit.Refusal? {
        do throws(GroundFit.Refusal) {
            _ = try GroundFit(samples, millimetres: millimetres)
            return nil
        } catch {
            return error
        }
    }

    @Test func whatCannotBeFittedIsRefusedWithItsReason() {
        #expect(Self.refusal([]) == .tooFew(count: 0))
        let few = Self.samples(300...950, count: 11, wrongPerMille: 0, seed: 1)
        #expect(Self.refusal(few) == .tooFew(count: 11))
        // All in a few rows.
        let near = Self.samples(600...700, count: 200, wrongPerMille: 0, seed: 1)
        guard case .tooNear(let from, let to)? = Self.refusal(near) else {
            return #expect(Bool(false), "\(String(describing: Self.refusal(near)))")
        }
        #expect(from >= 600 && to <= 700)
        // From straight above everybody is as large wherever he is.
        let flat = (0..<200).map { GroundFit.Sample(footRow: 300 + 3 * $0, height: 200) }
        #expect(Self.refusal(flat) == .noPerspective(near: 200, far: 200))
        let upside = (0..<200).map { GroundFit.Sample(footRow: 300 + 3 * $0, height: 600 - $0) }
        guard case .noPerspective? = Self.refusal(upside) else {
            return #expect(Bool(false), "\(String(describing: Self.refusal(upside)))")
        }
        let wild = Self.samples(300...950, count: 300, wrongPerMille: 1_000, seed: 3)
        guard case .scattered? = Self.refusal(wild) else {
            return #expect(Bool(false), "\(String(describing: Self.refusal(wild)))")
        }
    }

    /// Whatever the numbers: an answer or a refusal.
    @Test func nothingTraps() {
        var chance = SplitMix64(seed: 77)
        for _ in 0..<200 {
            let samples = (0..<chance.whole(in: 0...60)).map { _ in
                GroundFit.Sample(
                    footRow: chance.whole(in: -2_000...3_000),
                    height: chance.chance(1, in: 10) ? .max : chance.whole(in: -50...2_000))
            }
            if let fit = try? GroundFit(samples, millimetres: chance.whole(in: 500...2_500)) {
                #expect(fit.near.footRow - fit.far.footRow >= GroundFit.spanMin)
            }
        }
    }

    @Test func onlySomebodyUprightAndWholeIsMeasured() {
        func sample(_ x: UInt16, _ y: UInt16, _ width: UInt16, _ height: UInt16) -> Int? {
            CalibrationWatch.sample(
                Region(x: x, y: y, width: width, height: height), width: 640, height: 480)?
                .footRow
        }
        #expect(sample(400, 300, 100, 400) == 700)
        // Sits, lies, is cut by an edge.
        #expect(sample(400, 300, 200, 300) == nil)
        #expect(sample(400, 600, 100, 400) == nil)
        #expect(sample(0, 300, 100, 400) == nil)
        #expect(sample(400, 0, 100, 400) == nil)
        #expect(sample(900, 300, 100, 400) == nil)
    }
}
