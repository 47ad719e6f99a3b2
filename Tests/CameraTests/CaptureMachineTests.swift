import Frames
import Testing

@testable import Camera

private func seconds(_ tenths: Int64) -> Instant { .zero + .milliseconds(100 * tenths) }

@Suite struct CaptureMachineTests {
    @Test func aHealthyCameraIsOpenedOnceAndPolled() {
        var machine = CaptureMachine(at: seconds(0))
        #expect(machine.wake(at: seconds(0)) == .open)
        machine.began(at: seconds(1))
        machine.opened(at: seconds(1))
        #expect(machine.wake(at: seconds(1)) == .poll(until: seconds(21)))
        #expect(machine.pictured(at: seconds(2)) == nil)
        #expect(machine.wake(at: seconds(2)) == .poll(until: seconds(22)))
        #expect(machine.pictured(at: seconds(20)) == nil)
        #expect(machine.wake(at: seconds(39)) == .poll(until: seconds(40)))
    }

    @Test func attemptsGrowFromHalfASecondToThirtyForEver() {
        var machine = CaptureMachine(at: seconds(0))
        var now = seconds(0)
        var waits: [Int64] = []
        for _ in 0..<10 {
            #expect(machine.wake(at: now) == .open)
            _ = machine.failed("gone", at: now)
            guard case .sleep(let until) = machine.wake(at: now) else {
                Issue.record("it does not wait")
                return
            }
            waits.append((until - now).milliseconds)
            now = until
        }
        #expect(waits == [500, 1000, 2000, 4000, 8000, 16_000, 30_000, 30_000, 30_000, 30_000])
    }

    @Test func aLossIsToldOnceAndRestoredByTheFirstPictureOnly() {
        var machine = CaptureMachine(at: seconds(0))
        #expect(machine.failed("first", at: seconds(0)) == .lost(cause: "first"))
        #expect(machine.failed("second", at: seconds(10)) == nil)
        machine.began(at: seconds(30))
        machine.opened(at: seconds(30))
        #expect(machine.isLost, "a device that is open has not shown anything yet")
        #expect(machine.pictured(at: seconds(31)) == .restored)
        #expect(machine.pictured(at: seconds(32)) == nil)
        #expect(machine.failed("third", at: seconds(33)) == .lost(cause: "third"))
    }

    @Test func aDriverThatTakesItsTimeIsALossToldOnceAndIsWaitedFor() {
        var machine = CaptureMachine(at: seconds(0))
        machine.began(at: seconds(0))
        #expect(machine.wake(at: seconds(50)) == .await(until: seconds(100)))
        let late = CaptureMachine.Action.complain(cause: "no answer from its driver for 10 s")
        #expect(machine.wake(at: seconds(100)) == late)
        #expect(machine.overdue("late") == .lost(cause: "late"))
        #expect(machine.overdue("late") == nil)
        #expect(machine.wake(at: seconds(9_000)) == .await(until: seconds(9_100)))
        machine.opened(at: seconds(9_050))
        #expect(machine.pictured(at: seconds(9_051)) == .restored)
    }

    @Test func silenceOfTwoSecondsIsGivenUp() {
        var machine = CaptureMachine(at: seconds(0))
        machine.began(at: seconds(0))
        machine.opened(at: seconds(0))
        #expect(machine.wake(at: seconds(20)) == .giveUp(cause: "no picture for 2 s"))
        _ = machine.pictured(at: seconds(5))
        #expect(machine.wake(at: seconds(24)) == .poll(until: seconds(25)))
        #expect(machine.wake(at: seconds(25)) == .giveUp(cause: "no picture for 2 s"))
    }

    @Test func damagedPicturesAreNoSignOfLife() {
        var machine = CaptureMachine(at: seconds(0))
        machine.began(at: seconds(0))
        machine.opened(at: seconds(0))
        for _ in 0..<30 { machine.damaged(1, "no start of a JPEG in it") }
        #expect(
            machine.wake(at: seconds(20))
                == .giveUp(
                    cause: "no whole picture for 2 s, 30 damaged ones: no start of a JPEG in it"))
    }

    @Test func onlyAStableCameraStartsTheBackoffOver() {
        var machine = CaptureMachine(at: seconds(0))
        _ = machine.failed("a", at: seconds(0))
        _ = machine.failed("b", at: seconds(0))
        machine.began(at: seconds(100))
        machine.opened(at: seconds(100))
        _ = machine.pictured(at: seconds(100))
        _ = machine.pictured(at: seconds(199))
        #expect(machine.backoff == .seconds(2), "a device that fails after every start is no storm")
        _ = machine.pictured(at: seconds(200))
        #expect(machine.backoff == CaptureMachine.backoffMin)
    }

    @Test func eventsThatCannotHappenChangeNothing() {
        var machine = CaptureMachine(at: seconds(7))
        let waiting = machine.state
        #expect(machine.pictured(at: seconds(8)) == nil)
        machine.opened(at: seconds(8))
        #expect(machine.state == waiting)
        machine.began(at: seconds(8))
        let opening = machine.state
        #expect(machine.pictured(at: seconds(8)) == nil)
        machine.began(at: seconds(9))
        #expect(machine.state == opening)
        machine.opened(at: seconds(8))
        let proving = machine.state
        machine.began(at: seconds(9))
        machine.opened(at: seconds(9))
        #expect(machine.state == proving)
    }
}

@Suite struct CaptureClockTests {
    @Test func aPlausibleTimeIsTaken() {
        var clock = CaptureClock()
        #expect(clock.time(stated: seconds(9), arrival: seconds(10)) == seconds(9))
        #expect(clock.implausibleCount == 0)
    }

    @Test(arguments: [
        Instant(nanoseconds: .min), seconds(-100), seconds(79), seconds(101), .distantFuture
    ])
    func anImpossibleTimeBecomesThatOfArrival(stated: Instant) {
        var clock = CaptureClock()
        #expect(clock.time(stated: stated, arrival: seconds(100)) == seconds(100))
        #expect(clock.implausibleCount == 1)
    }

    @Test func timeNeverStandsStillOrRunsBack() {
        var clock = CaptureClock()
        #expect(clock.time(stated: seconds(99), arrival: seconds(100)) == seconds(99))
        #expect(clock.time(stated: seconds(98), arrival: seconds(101)) == seconds(101))
        #expect(clock.time(stated: nil, arrival: seconds(101)).nanoseconds == 10_100_000_001)
        #expect(clock.implausibleCount == 1)
    }
}

@Suite struct CaptureSequenceTests {
    @Test func gapsAreCountedAcrossTheWrap() {
        var sequence = CaptureSequence()
        #expect(sequence.take(.max - 1).lostCount == 0)
        #expect(sequence.take(.max).lostCount == 0)
        #expect(sequence.take(0).lostCount == 0)
        #expect(sequence.take(3).lostCount == 2)
    }

    @Test func aDriverThatCountsAnewLosesNothing() {
        var sequence = CaptureSequence()
        let first = sequence.take(500).number
        #expect(sequence.take(0) == (first + 1, 0))
        #expect(sequence.take(0) == (first + 2, 0), "a driver that does not count at all")
        #expect(sequence.take(20_000) == (first + 3, 0))
        sequence.restart()
        #expect(sequence.take(20_005) == (first + 4, 0))
    }

    @Test func ourNumbersShowTheGaps() {
        var sequence = CaptureSequence()
        let numbers = [10, 11, 15, 16].map { sequence.take($0).number }
        #expect(numbers.map { $0 - numbers[0] } == [0, 1, 5, 6])
    }
}
