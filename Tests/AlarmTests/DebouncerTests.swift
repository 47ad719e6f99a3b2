import Frames
import Testing

@testable import Alarm

private func at(_ milliseconds: Int64) -> Instant { .zero + .milliseconds(milliseconds) }

@Suite struct DebouncerTests {
    @Test func aLevelCountsOnlyOnceItHasLasted() {
        var contact = Debouncer(interval: .milliseconds(30), at: at(0))
        #expect(contact.absorb(true, at: at(10)) == nil)
        #expect(contact.settle(at: at(39)) == nil)
        #expect(contact.settle(at: at(40)) == true)
        #expect(contact.settle(at: at(1000)) == nil)
    }

    @Test func chatterOnTheWayInAndOutIsOnePress() {
        var contact = Debouncer(interval: .milliseconds(30), at: at(0))
        var changes: [Bool] = []
        for (level, time) in [
            (true, 0), (false, 3), (true, 5), (false, 8), (true, 9), (false, 200), (true, 204),
            (false, 206)
        ] {
            if let change = contact.absorb(level, at: at(Int64(time))) { changes.append(change) }
        }
        if let change = contact.settle(at: at(300)) { changes.append(change) }
        #expect(changes == [true, false])
    }

    @Test func aSpikeIsNothing() {
        var contact = Debouncer(interval: .milliseconds(30), at: at(0))
        #expect(contact.absorb(true, at: at(100)) == nil)
        #expect(contact.absorb(false, at: at(129)) == nil)
        #expect(contact.settle(at: at(500)) == nil)
    }

    @Test func aPressAndReleaseThatAreReadLateAreBothTold() {
        var contact = Debouncer(interval: .milliseconds(30), at: at(0))
        #expect(contact.absorb(true, at: at(0)) == nil)
        #expect(contact.absorb(false, at: at(30)) == true)
        #expect(contact.settle(at: at(60)) == false)
    }

    @Test func withoutAnIntervalEveryLevelCounts() {
        var contact = Debouncer(interval: .zero, at: at(0))
        #expect(contact.absorb(true, at: at(1)) == true)
        #expect(contact.absorb(false, at: at(1)) == false)
        #expect(contact.absorb(false, at: at(2)) == nil)
    }

    @Test func timeThatGoesBackCannotUndoOrHurry() {
        var contact = Debouncer(interval: .milliseconds(30), at: at(100))
        #expect(contact.absorb(true, at: at(50)) == nil)
        #expect(contact.settle(at: at(129)) == nil)
        #expect(contact.settle(at: at(130)) == true)
        #expect(contact.absorb(false, at: Instant(nanoseconds: .min)) == nil)
        #expect(contact.settle(at: .distantFuture) == false)
    }
}
