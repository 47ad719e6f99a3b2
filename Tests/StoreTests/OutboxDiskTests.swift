import CTestDisk
import Frames
import Linux
import Records
import Station
import Testing

@testable import Store

/// What a receiver was told, while the disk that it is told from fails.
private struct Receiver {
    var told: [Int64: LedgerRecord] = [:]
    /// What the ledger said is durable.
    var acknowledged: [LedgerRecord] = []
    /// What must never be, in words.
    var complaint: String?

    mutating func take(_ entry: OutboxEntry) {
        let before = told.updateValue(entry.record, forKey: entry.sequence)
        if let before, before != entry.record { complaint = "\(entry.sequence) is told as another" }
    }

    /// Whether what it was told is what the ledger holds, and no cursor is ahead of it.
    func judge(_ records: [Int64: LedgerRecord], _ cursors: DeliveryCursors) -> String? {
        if let complaint { return complaint }
        var rest = acknowledged[...]
        for (_, record) in records.sorted(by: { $0.key < $1.key }) where record == rest.first {
            rest.removeFirst()
        }
        guard rest.isEmpty else { return "\(rest.count) records were kept and are gone" }
        for (sequence, record) in told {
            guard records[sequence] == record else {
                return "\(sequence) was told and is not in the ledger"
            }
        }
        for (sequence, record) in records
        where sequence <= cursors[DeliveryLane(of: record)] && told[sequence] == nil {
            return "\(sequence) was not told, and the cursor is behind it"
        }
        return nil
    }
}

extension DiskFailureTests {
    /// Records, deliveries, confirmations and notes in any order, until the disk says no.
    private func live(
        _ ledger: SQLiteLedger, _ receiver: inout Receiver, _ chance: inout SplitMix,
        second: inout Int64, mends: Bool
    ) throws {
        var delivery = Delivery(cursors: try ledger.cursors(of: "centre"))
        var given: [Int64] = []
        var isMended = false
        while true {
            delivery.ledgerReached(ledger.recordCount)
            while let (lane, after, countMax) = delivery.nextRead() {
                guard let page = try? ledger.page(lane, after: after, countMax: countMax) else {
                    delivery.readFailed(lane)
                    break
                }
                delivery.read(page)
            }
            for _ in 0..<chance.below(6) {
                guard let entry = delivery.next() else { break }
                receiver.take(entry)
                given.append(entry.sequence)
            }
            while !given.isEmpty, chance.below(3) > 0 {
                delivery.delivered(given.remove(at: chance.below(given.count)))
            }
            if chance.below(12) == 0 {
                delivery.connectionLost()
                given = []
            }
            ledger.note(delivery.cursors, of: "centre")
            if chance.below(6) == 0, (try? ledger.settle()) == nil, !mends || isMended {
                return
            }
            let batch = (0..<1 + chance.below(3)).map { _ in
                second += 1
                return chance.below(3) == 0
                    ? Story.operated(String(repeating: "x", count: chance.below(300)), second)
                    : Story.incident(UInt32(second), .suspected)
            }
            for attempt in 0..<9 {
                if (try? ledger.append(batch)) != nil {
                    receiver.acknowledged += batch
                    guard attempt > 0 else { break }
                    isMended = true
                    test_disk_fail_after(Int64(chance.below(4)), TEST_DISK_IS_OFF)
                    break
                }
                guard mends, !isMended, attempt < 8 else { return }
                if attempt == 1 { test_disk_fail_after(0, TEST_DISK_WORKS) }
            }
        }
    }

    /// All that the ledger holds, its own checkpoints included.
    private static func numbered(_ folder: TestFolder) throws -> [Int64: LedgerRecord] {
        var records: [Int64: LedgerRecord] = [:]
        try LedgerReader(directory: folder.path).visit {
            records[$0.sequence] = try $0.record()
        }
        return records
    }

    /// Power cuts at every write that there is while records are made and told: `nth` is the
    /// first write that fails.
    ///
    /// - Parameter mends: it does not go off: it cannot synchronise, works again, and goes off
    ///   some writes later.
    private func cut(
        nth: Int64, mends: Bool = false, canary: Bool = false
    ) throws -> String? {
        var chance = SplitMix(seed: UInt64(nth) << 1 | (mends ? 1 : 0))
        let folder = try TestFolder()
        var layout = LedgerLayout()
        layout.vfs = String(cString: test_disk_name)
        layout.logByteCount = 8 << 10
        if canary { layout.synchronous = "OFF" }
        var receiver = Receiver()
        var second: Int64 = 0
        for _ in 0..<2 {
            #expect(test_disk_reset() == 0)
            test_disk_fail_after(nth, mends ? TEST_DISK_CANNOT_SYNCHRONISE : TEST_DISK_IS_OFF)
            do {
                let ledger = try SQLiteLedger(
                    directory: folder.path, stamp: Story.stamp(0), layout: layout)
                try live(ledger, &receiver, &chance, second: &second, mends: mends)
            } catch let error as StoreError where error.kind != .damaged {
                // The power went before the ledger was open.
            }
            #expect(test_disk_cut(chance.next()) == 0)
            let ledger = try SQLiteLedger(directory: folder.path, stamp: Story.stamp(0))
            let cursors = try ledger.cursors(of: "centre")
            if let wrong = receiver.judge(try Self.numbered(folder), cursors) { return wrong }
        }
        return nil
    }

    @Test func noCursorIsAheadOfTheReceiverWhereverThePowerIsCut() throws {
        for nth in Int64(0)..<160 {
            if let wrong = try cut(nth: nth) {
                Issue.record("write \(nth): \(wrong)")
                return
            }
        }
    }

    /// A write of unknown outcome, of which a reopened ledger finds that it took effect, is not
    /// durable by that: it must be made so before anybody is told.
    @Test func whatAFailedSynchronisationLeftIsMadeDurableBeforeItCounts() throws {
        for nth in Int64(0)..<160 {
            if let wrong = try cut(nth: nth, mends: true) {
                Issue.record("write \(nth): \(wrong)")
                return
            }
        }
    }

    /// Otherwise the tests above could not fail.
    @Test func withoutSynchronisingTheReceiverKnowsMoreThanTheLedger() throws {
        let wrong = try (Int64(0)..<60).filter { try cut(nth: $0, canary: true) != nil }
        #expect(wrong.count > 10)
    }
}
