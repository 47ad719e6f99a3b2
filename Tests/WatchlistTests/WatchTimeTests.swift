import Frames
import Testing

@testable import Watchlist

@Suite struct WatchTimeTests {
    private static func second(_ second: Int64) -> Instant {
        Instant(nanoseconds: second * 1_000_000_000)
    }

    @Test func aSetClockIsBelieved() {
        var clock = WatchClock(latest: 100, at: .zero)
        #expect(clock.now(Self.second(1), clock: 5000) == WatchTime(seconds: 5000, isSet: true))
        #expect(clock.now(Self.second(2), clock: 5001) == WatchTime(seconds: 5001, isSet: true))
    }

    @Test func aClockSetBackLengthensNothing() {
        var clock = WatchClock(latest: 100, at: .zero)
        _ = clock.now(Self.second(1), clock: 5000)
        #expect(clock.now(Self.second(2), clock: 4000).seconds == 5001)
        #expect(clock.now(Self.second(11), clock: 4009).seconds == 5010)
        #expect(clock.latest == 5010)
    }

    @Test func aClockInNineteenSeventyOrBeforeCountsForNothing() {
        for nonsense: Int64 in [0, -1, .min] {
            var clock = WatchClock(latest: 7000, at: .zero)
            #expect(clock.now(Self.second(3), clock: nonsense).seconds == 7003)
        }
    }

    @Test func withoutAClockOnlyRunningTimePasses() {
        var clock = WatchClock(latest: 7000, at: Self.second(50))
        #expect(clock.now(Self.second(60), clock: nil) == WatchTime(seconds: 7010, isSet: false))
        // A monotonic clock that is read a little out of order takes nothing back.
        #expect(clock.now(Self.second(55), clock: nil).seconds == 7010)
        #expect(clock.now(Self.second(61), clock: nil).seconds == 7011)
    }

    @Test func partsOfASecondAreNotLost() {
        var clock = WatchClock(latest: 0, at: .zero)
        for tick in 1...100 {
            let now = clock.now(Instant(nanoseconds: Int64(tick) * 333_333_334), clock: nil)
            #expect(now.seconds == Int64(tick) * 333_333_334 / 1_000_000_000)
        }
    }

    @Test func theFarFutureEndsEverythingAndOverflowsNothing() {
        var clock = WatchClock(latest: .max, at: Instant(nanoseconds: .min))
        #expect(clock.now(.distantFuture, clock: .max).seconds == UTCSeconds.max)
        clock.learn(.max)
        #expect(clock.now(.distantFuture, clock: 5).seconds == UTCSeconds.max)
        var other = WatchClock(latest: -5, at: .zero)
        #expect(other.now(.zero, clock: nil).seconds == 0)
    }

    @Test func aDocumentTellsThatItsIssueHasBeen() {
        var clock = WatchClock(latest: 100, at: .zero)
        clock.learn(900)
        clock.learn(500)
        #expect(clock.now(Self.second(1), clock: nil).seconds == 901)
    }

    @Test func datesAreThoseOfTheCalendar() {
        #expect(UTCSeconds.text(0) == "1970-01-01T00:00:00Z")
        #expect(UTCSeconds.text(951_782_400) == "2000-02-29T00:00:00Z")
        #expect(UTCSeconds.text(1_763_834_645) == "2025-11-22T18:04:05Z")
        #expect(UTCSeconds.text(UTCSeconds.max) == "9999-12-31T23:59:59Z")
        #expect(UTCSeconds.text(-1) == "-1 s since 1970")
    }
}
