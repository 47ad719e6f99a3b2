import Frames
import Records
import Testing

@testable import Station

@Suite struct StationClockTests {
    private let boot = BootID(high: 0, low: 0)

    @Test func uptimeOnlyGrowsByWhatPassed() {
        var clock = StationClock(boot: boot)
        for (at, uptime) in [(50, 0), (60, 10), (20, 10), (25, 15), (25, 15), (1_025, 1_015)] {
            clock.advance(to: .zero + .seconds(Int64(at)))
            #expect(clock.uptime == .seconds(Int64(uptime)))
        }
    }

    @Test func noTwoStampsAreAlikeAndTheyIncrease() {
        var clock = StationClock(boot: boot)
        var last: Int64 = -1
        for at in [5, 5, 5, 3, 9, .max, .max, .min, 0] as [Int64] {
            clock.advance(to: Instant(nanoseconds: at))
            let stamp = clock.stamp()
            #expect(stamp.monotonic.nanoseconds > last)
            last = stamp.monotonic.nanoseconds
        }
    }

    @Test func theWeekGoesRoundAndIsUnknownUntilTheClockIsTrusted() {
        var clock = StationClock(boot: boot)
        clock.advance(to: .zero)
        #expect(clock.weekMinute == nil)
        _ = clock.set(wallMilliseconds: 0, trust: .unset, weekMinute: 5)
        #expect(clock.weekMinute == nil)
        _ = clock.set(wallMilliseconds: 0, trust: .synchronised, weekMinute: 10_078)
        clock.advance(to: .zero + .seconds(179))
        #expect(clock.weekMinute == 0)
        _ = clock.set(wallMilliseconds: 0, trust: .synchronised, weekMinute: -3)
        #expect(clock.weekMinute == 10_077)
    }

    @Test func anyClockIsSurvived() {
        var clock = StationClock(boot: boot)
        for wall in [Int64.max, .min, 0] {
            for trust in [Stamp.Trust.unset, .synchronised] {
                clock.advance(to: .distantFuture)
                _ = clock.set(wallMilliseconds: wall, trust: trust, weekMinute: .min)
                clock.advance(to: .zero)
                _ = clock.set(wallMilliseconds: wall, trust: trust, weekMinute: .max)
                _ = clock.stamp()
                #expect((0..<10_080).contains(clock.weekMinute ?? 0))
            }
        }
    }
}
