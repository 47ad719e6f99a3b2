import Frames
import Testing

@testable import Watchlist

@Suite struct FaceTemplateTests {
    @Test func whatHasNoDirectionIsNoTemplate() {
        #expect(FaceTemplate([Int8](repeating: 0, count: 256)) == nil)
        #expect(FaceTemplate([Int8](repeating: 1, count: 255)) == nil)
        #expect(FaceTemplate([Int8](repeating: 1, count: 257)) == nil)
        #expect(FaceTemplate([Int8](repeating: -128, count: 256))?.squareSum == 1 << 22)
    }

    @Test func everySquareRootIsTheLargestThatFits() {
        var random = SplitMix64(seed: 1)
        var values = (0..<2000).map { UInt64($0) } + [.max, .max - 1, 1 << 62, 1 << 63]
        for _ in 0..<2000 { values.append(random.next() >> UInt64(random.whole(in: 0...63))) }
        for value in values {
            let root = IntegerRoot.floor(value)
            #expect(root <= 0xFFFF_FFFF && root * root <= value)
            let (square, overflow) = (root + 1).multipliedReportingOverflow(by: root + 1)
            #expect(overflow || square > value)
        }
    }

    /// |q − 32 768 · d / √(a·b)| ≤ 1/2, both sides squared, in whole numbers.
    @Test func everyCosineIsRoundedToTheNearest() throws {
        for seed in 0..<300 {
            let one = Sample.template(seed)
            // Mostly the same direction, so that all similarities occur.
            var codes = one.withCodes(Array.init)
            var random = SplitMix64(seed: UInt64(1000 + seed))
            for _ in 0..<random.whole(in: 0...200) {
                codes[random.whole(in: 0...255)] = Int8(random.whole(in: -128...127))
            }
            let other = try #require(FaceTemplate(codes))
            let (a, b) = (one.withCodes(Array.init), other.withCodes(Array.init))
            let dot = zip(a, b).reduce(0) { $0 + Int($1.0) * Int($1.1) }
            let q = Int(one.similarity(to: other).rawValue)
            let product = one.squareSum * other.squareSum
            if q == 32_767 { continue }
            let twice = 2 * abs(q)
            let exact = dot.magnitude.multipliedFullWidth(by: dot.magnitude << 32)
            #expect(q == 0 || (q > 0) == (dot > 0))
            func isAtMost(_ value: Int) -> Bool {
                let square = UInt(value * value).multipliedFullWidth(by: UInt(product))
                return square.high < exact.high
                    || square.high == exact.high && square.low <= exact.low
            }
            #expect(twice == 0 || isAtMost(twice - 1))
            #expect(!isAtMost(twice + 1) || twice + 1 == 65_537)
        }
    }

    @Test func onlyTheDirectionCounts() throws {
        let small = try #require(FaceTemplate((0..<256).map { Int8($0 % 13 - 6) }))
        let large = try #require(FaceTemplate((0..<256).map { Int8(($0 % 13 - 6) * 20) }))
        let opposite = try #require(FaceTemplate((0..<256).map { Int8(6 - $0 % 13) }))
        #expect(small.similarity(to: large) == .one)
        #expect(small.similarity(to: small) == .one)
        #expect(small.similarity(to: opposite) == Q15(rawValue: -32_768))
    }
}
