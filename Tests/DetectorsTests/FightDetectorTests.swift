import Frames
import Testing

@testable import Detectors

/// Films a scene from 0 on; times in milliseconds, as a camera at this rate takes them.
private func watch(
    _ detector: FightDetector, _ ring: Ring, rate: Int, from: Int = 0, seconds: Int = 3
) -> [(at: Int, score: Int)] {
    var decisions: [(at: Int, score: Int)] = []
    for index in 0..<rate * seconds {
        let at = from + index * 1000 / rate
        let frame = ring.film(at: at)
        guard detector.update(frame.luma.view, at: frame.capturedAt) else { continue }
        decisions.append((at, Int(detector.score.rawValue)))
    }
    return decisions
}

@Test func theSameSceneGivesTheSameNumbersEverywhere() {
    let detector = FightDetector(width: 320, height: 240)
    var hash = StableHash()
    for scene in Ring.Scene.allCases {
        let ring = Ring(scene)
        for index in 0..<24 {
            let frame = ring.film(at: index * 100)
            detector.update(frame.luma.view, at: frame.capturedAt)
            for number in detector.numbers where detector.isMeasured {
                hash.combine(UInt64(bitPattern: Int64(number)))
            }
        }
    }
    #expect(hash.value == 2_110_998_733_617_506_704)
}

@Test func aBrawlScoresAboveAWalkAndAWalkAboveNobody() {
    func most(_ scene: Ring.Scene) -> Int {
        let detector = FightDetector(width: 320, height: 240)
        return watch(detector, Ring(scene), rate: 10).map(\.score).max() ?? 0
    }
    #expect(most(.stand) == 0)
    #expect(most(.brawl) > most(.walk))
}

@Test func whatIsMaskedEntersNoDecision() {
    let all = Polygon(corners: [
        .init(x: 0, y: 0), .init(x: 1000, y: 0), .init(x: 1000, y: 1000), .init(x: 0, y: 1000)
    ])
    let detector = FightDetector(width: 320, height: 240, privacyMasks: [all])
    let scores = watch(detector, Ring(.brawl), rate: 10).map(\.score)
    #expect(scores.allSatisfy { $0 == 0 } && !detector.isMeasured)
}

@Test(arguments: [8, 12, 15, 20, 25, 30])
func theFrameRateHardlyMatters(rate: Int) {
    for scene in [Ring.Scene.walk, .brawl] {
        let (usual, other) = (
            FightDetector(width: 320, height: 240), FightDetector(width: 320, height: 240)
        )
        let expected = watch(usual, Ring(scene), rate: 10, seconds: 4).suffix(10).map(\.score)
        let scores = watch(other, Ring(scene), rate: rate, seconds: 4).suffix(10).map(\.score)
        let (a, b) = (expected.reduce(0, +) / 10, scores.reduce(0, +) / scores.count)
        #expect(abs(a - b) < 32_768 / 4, "\(scene) at \(rate): \(b) instead of \(a)")
    }
}

@Test func decisionsComeTenTimesASecondAtMost() {
    let detector = FightDetector(width: 320, height: 240)
    let decisions = watch(detector, Ring(.brawl), rate: 60, seconds: 2)
    #expect(decisions.count <= 21)
    for (earlier, later) in zip(decisions, decisions.dropFirst()) {
        #expect(later.at - earlier.at >= 85)
    }
}

@Test func aGapOrAStepBackBeginsAnew() {
    for restart in [10_000, 0] {
        let (worn, fresh) = (
            FightDetector(width: 320, height: 240), FightDetector(width: 320, height: 240)
        )
        let ring = Ring(.brawl)
        _ = watch(worn, ring, rate: 10)
        let frame = ring.film(at: restart)
        worn.update(frame.luma.view, at: frame.capturedAt)
        #expect(worn.score == .zero && worn.span == .zero)
        let first = watch(worn, ring, rate: 10, from: restart + 100).map(\.score)
        fresh.update(ring.film(at: restart).luma.view, at: .zero)
        let second = (0..<30).compactMap { index -> Int? in
            let frame = ring.film(at: restart + 100 + index * 100)
            let at = Instant.zero + .milliseconds(Int64(100 + index * 100))
            return fresh.update(frame.luma.view, at: at) ? Int(fresh.score.rawValue) : nil
        }
        #expect(first == second)
    }
}

@Test func anyPictureAtAnyTimeIsSurvived() {
    for (width, height) in [(64, 48), (97, 1080), (1921, 49)] {
        let detector = FightDetector(width: width, height: height)
        let plane = Plane(width: width, height: height)
        var state: UInt64 = 99
        let times: [Int64] = [
            0, 100, 200, .max, .min, 0, 1, 86, 171, 256, 341, 426, 511, 596, 681, 766, 851, 936,
            1021, 1106, 1191, 1276, 1361, 1446, 1531, 1616, 1701, 1786, 1871, 1956, 2041, 2126
        ]
        for (index, time) in times.enumerated() {
            for y in 0..<height {
                for x in 0..<width {
                    state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
                    plane[x, y] =
                        index % 5 == 4 ? (index % 2 == 0 ? 0 : 255) : UInt8(state >> 56)
                }
            }
            let nanoseconds = time.multipliedReportingOverflow(by: 1_000_000)
            let at = Instant(nanoseconds: nanoseconds.overflow ? time : nanoseconds.partialValue)
            detector.update(plane.view, at: at)
            #expect(detector.score >= .zero)
        }
    }
}

@Test func theBusiestRegionIsWhereTheChangeIs() {
    let change = UnsafeMutablePointer<Int32>.allocate(capacity: FightGrid.cellCount)
    let sums = UnsafeMutablePointer<Int32>.allocate(capacity: FightGrid.columns)
    defer {
        change.deallocate()
        sums.deallocate()
    }
    change.initialize(repeating: 3, count: FightGrid.cellCount)
    for row in 10..<17 {
        for column in 30..<36 {
            change[row * FightGrid.columns + column] = 500
        }
    }
    let found = FightRegion.busiest(change, sums: sums)
    #expect(found == FightRegion(top: 10, bottom: 17, left: 30, right: 36))
    change.update(repeating: 0, count: FightGrid.cellCount)
    change[FightGrid.cellCount - 1] = 9000
    let corner = FightRegion.busiest(change, sums: sums)
    #expect(corner == FightRegion(top: 26, bottom: 30, left: 36, right: 40))
}

@Test func rootsAndLogarithmsAreExactWhereTheySayTheyAre() {
    for value in 0...5000 {
        let root = squareRoot(value)
        #expect(root * root <= value && (root + 1) * (root + 1) > value)
    }
    for value in [1 << 40, 1 << 40 - 1, 3_000_000_000 * 3_000_000_000] {
        let root = squareRoot(value)
        #expect(root * root <= value && (root + 1) * (root + 1) > value)
    }
    for exponent in 0...40 {
        #expect(logarithm(1 << exponent) == exponent * 256)
    }
    #expect(logarithm(3) == 384)
    #expect(length(0, 0) == 0 && length(-7, 0) == 7 && length(3, -4) == 5)
}
