import Frames
import Testing

@testable import Station

@Suite struct LampPatternTests {
    @Test func aPatternIsATableThatRepeats() {
        let pattern = LampPattern([100, 200, 300, 400])
        for (time, isLit) in [
            (0, true), (99, true), (100, false), (299, false), (300, true), (599, true),
            (600, false), (999, false), (1_000, true), (1_100, false)
        ] {
            #expect(pattern.isLit(after: .milliseconds(Int64(time))) == isLit, "at \(time) ms")
        }
    }

    @Test func noDurationIsDarkAndOneIsSteady() {
        for time in 0..<3_000 as Range<Int64> {
            #expect(!LampPattern.dark.isLit(after: .milliseconds(time)))
            #expect(LampPattern.steady.isLit(after: .milliseconds(time)))
        }
    }

    @Test func senselessTablesAreDarkOrClampedAndNeverTrap() {
        #expect(!LampPattern([0, 0]).isLit(after: .zero))
        #expect(!LampPattern([-5, -5]).isLit(after: .seconds(9)))
        #expect(LampPattern([.max, .max]).isLit(after: .milliseconds(59_999)))
        #expect(!LampPattern([.max, .max]).isLit(after: .milliseconds(60_000)))
        let long = LampPattern([Int32](repeating: 7, count: 1_000))
        _ = long.isLit(after: Interval(nanoseconds: .max))
        #expect(long.isLit(after: Interval(nanoseconds: .min)))
    }
}
