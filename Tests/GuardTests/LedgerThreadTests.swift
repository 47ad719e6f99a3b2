import Frames
import Linux
import Records
import Station
import Testing

@testable import Guard

private final class NoLines: AlarmLines {
    func drive(_ output: Output, on: Bool) throws {}
    func poll() throws -> [(input: Input, active: Bool)] { [] }
}

@Suite struct LedgerThreadTests {
    private let boot = BootID(high: 7, low: 8)

    private func record(_ number: Int) -> LedgerRecord {
        let stamp = Stamp(
            boot: boot, monotonic: Instant(nanoseconds: Int64(number)), wallMilliseconds: 0,
            trust: .unset)
        return LedgerRecord(stamp: stamp, body: .operated("\(number)"))
    }

    private func isLater(_ keeping: Duty.Keeping) -> Bool {
        if case .later = keeping { true } else { false }
    }

    /// Answers so far, in words.
    private func answers(_ queue: EventQueue) -> [String] {
        queue.take().map { cause in
            switch cause {
            case .recordsKept(let count): "kept \(count)"
            case .storeFailed(let cause): "failed \(cause)"
            case .pastKnown: "past"
            case .evidenceKept(let ordinal, .snapshot, _, let byteCount):
                "picture \(ordinal) \(byteCount)"
            case .evidenceKept(let ordinal, .clip, _, let byteCount):
                "clip \(ordinal) \(byteCount)"
            default: "another"
            }
        }
    }

    @Test func batchesAndPicturesAreKeptInTheOrderGiven() throws {
        let queue = try EventQueue()
        let ledger = try HangingLedger(isHanging: true)
        let thread = try LedgerThread(boot: boot, queue: queue)
        try thread.start(open: ledger.opened)
        #expect(thread.past(within: .seconds(20)) == LedgerPast())
        #expect(isLater(thread.append([record(1), record(2)])))
        #expect(thread.keepSnapshot([1, 2, 3], ordinal: 9))
        #expect(isLater(thread.append([record(3)])))
        #expect(try eventually { ledger.contents.callCount == 1 })
        #expect(answers(queue) == ["past"])
        ledger.answer()
        #expect(thread.stop(within: .seconds(20)))
        #expect(answers(queue) == ["kept 2", "picture 9 3", "kept 1"])
        #expect(ledger.contents.records == [record(1), record(2), record(3)])
        #expect(thread.isIdle)
    }

    @Test func aFullQueueRefusesAndSaysSo() throws {
        let queue = try EventQueue()
        let ledger = try HangingLedger(isHanging: true)
        let thread = try LedgerThread(boot: boot, queue: queue)
        try thread.start(open: ledger.opened)
        for number in 0..<LedgerQueue.Room.batches.countMax {
            #expect(isLater(thread.append([record(number)])))
        }
        guard case .failed(let cause) = thread.append([record(99)]) else {
            Issue.record("a batch too many was taken")
            return
        }
        #expect(cause == "2 batches wait for the disk already")
        for ordinal in 1...UInt32(LedgerQueue.Room.pictures.countMax) {
            #expect(thread.keepSnapshot([0], ordinal: ordinal))
        }
        #expect(!thread.keepSnapshot([0], ordinal: 99))
        ledger.answer()
        #expect(try eventually { thread.isIdle })
        #expect(ledger.contents.records == (0..<LedgerQueue.Room.batches.countMax).map(record))
        #expect(
            ledger.contents.pictures == (1...UInt32(LedgerQueue.Room.pictures.countMax)).map { $0 })
        // Room again; but not for a picture that is too large by itself.
        #expect(isLater(thread.append([record(99)])))
        let large = [UInt8](repeating: 0, count: LedgerQueue.Room.pictures.byteCountMax + 1)
        #expect(!thread.keepSnapshot(large, ordinal: 100))
        #expect(thread.keepSnapshot(Array(large.dropLast()), ordinal: 100))
        #expect(thread.stop(within: .seconds(20)))
        #expect(!thread.keepSnapshot([0], ordinal: 101))
    }

    /// Two hundred seconds of the station's time pass while the disk hangs.
    @Test func nothingIsLostOrReorderedWhenTheDiskAnswersAgain() throws {
        let queue = try EventQueue()
        let ledger = try HangingLedger(isHanging: true)
        let thread = try LedgerThread(boot: boot, queue: queue)
        try thread.start(open: ledger.opened)
        let duty = Duty(
            appliance: Appliance(policy: StationPolicy(), boot: boot), lines: NoLines(),
            keep: thread.append, snapshot: { _, _ in }, log: { _, _ in })
        func isFailingSaid() -> Bool {
            duty.appliance.openIncidents.contains { $0.kind == .storeFailed }
        }
        var now = Instant.zero
        func tell(_ cause: Event.Cause) { duty.handle(Event(at: now, cause: cause)) }
        for second in 0..<200 {
            now = .zero + .seconds(Int64(second))
            tell(.input(.silence, active: true))
            #expect(isFailingSaid() == (second >= 10), "at \(second) s")
            tell(.input(.silence, active: false))
        }
        #expect(ledger.contents.records.isEmpty)
        let waitingCount = duty.appliance.waitingRecords.count
        #expect(waitingCount == 202, "started, 200 presses, storeFailed")

        ledger.answer()
        let isSettled = try eventually {
            for cause in queue.take() { tell(cause) }
            return duty.appliance.waitingRecords.count == 0
        }
        #expect(isSettled)
        #expect(!isFailingSaid())
        let records = ledger.contents.records
        #expect(records.count == waitingCount + 1, "and that storeFailed is over")
        let times = records.map(\.stamp.monotonic)
        #expect(zip(times, times.dropFirst()).allSatisfy { $0 < $1 })
        #expect(records.filter { $0.body == .operated("silence") }.count == 200)
        #expect(thread.stop(within: .seconds(20)))
    }

    @Test func aDiskThatHangsWhenItIsOpenedKeepsNobodyWaiting() throws {
        let queue = try EventQueue()
        let ledger = try HangingLedger()
        let gate = try FileDescriptor.event()
        let thread = try LedgerThread(boot: boot, queue: queue)
        try thread.start {
            _ = try gate.wait(for: .readable, milliseconds: nil)
            return try ledger.opened()
        }
        #expect(thread.past(within: .milliseconds(20)) == nil)
        #expect(isLater(thread.append([record(1)])))
        let later = Instant(nanoseconds: Clocks.monotonicNanoseconds()) + .seconds(30)
        #expect(thread.silence(at: later) >= .seconds(30))
        #expect(!thread.stop(within: .milliseconds(20)))
        try gate.signal()
        #expect(thread.stop(within: .seconds(20)))
        #expect(answers(queue) == ["past", "kept 1"])
        #expect(thread.silence(at: later) == .zero)
    }

    @Test func aLedgerThatCannotBeOpenedIsAFailureThatSaysWhyAndIsTriedAgain() throws {
        struct Missing: Error, CustomStringConvertible {
            var description: String { "ledger: open: no such device (ENODEV)" }
        }
        let queue = try EventQueue()
        let ledger = try HangingLedger()
        let gate = try FileDescriptor.event()
        let thread = try LedgerThread(boot: boot, queue: queue)
        let seen = LedgerPast([record(7)])
        try thread.start(
            open: {
                let isThere = try !gate.wait(for: .readable, milliseconds: 0).isEmpty
                guard isThere else { throw Missing() }
                return try ledger.opened()
            },
            peek: { seen })
        #expect(thread.past(within: .seconds(20)) == seen)
        #expect(isLater(thread.append([record(1)])))
        #expect(try eventually { thread.isIdle })
        #expect(answers(queue) == ["failed ledger: open: no such device (ENODEV)"])
        try gate.signal()
        #expect(isLater(thread.append([record(1)])))
        #expect(thread.stop(within: .seconds(20)))
        #expect(answers(queue) == ["past", "kept 1"])
        #expect(ledger.contents.records == [record(1)])
    }
}
