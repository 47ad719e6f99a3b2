import CTestDisk
import Frames
import Linux
import Records
import Testing

@testable import Store

/// One disk for all of them, so one after the other.
@Suite(.serialized) struct DiskFailureTests {
    /// A log so small that checkpoints come often.
    private static func layout(synchronous: String = "FULL", log: Int = 16 << 10) -> LedgerLayout {
        var layout = LedgerLayout()
        layout.vfs = String(cString: test_disk_name)
        layout.synchronous = synchronous
        layout.logByteCount = log
        return layout
    }

    /// What a ledger was told, and what it said it kept.
    struct Life {
        var acknowledged: [LedgerRecord] = []
        /// Given, but not answered when the power went.
        var unanswered: [LedgerRecord] = []
        private var second: Int64 = 1

        /// Appends batches until the disk fails.
        mutating func live(_ ledger: SQLiteLedger, _ chance: inout SplitMix) {
            while true {
                let count = chance.below(8) == 0 ? 1 + chance.below(60) : 1 + chance.below(3)
                unanswered = (0..<count).map { _ in
                    second += 1
                    return chance.below(2) == 0
                        ? Story.operated(String(repeating: "x", count: chance.below(900)), second)
                        : Story.incident(UInt32(second), .suspected)
                }
                guard (try? ledger.append(unanswered)) != nil else { return }
                acknowledged += unanswered
                unanswered = []
            }
        }
    }

    static func records(_ folder: TestFolder) throws -> [LedgerRecord] {
        try LedgerReader(directory: folder.path).told().filter {
            if case .repaired = $0.body { false } else { true }
        }
    }

    /// Three lives of one ledger, each ended by a power cut.
    ///
    /// - Returns: what is wrong afterwards, in words; nil where nothing is.
    private func damage(seed: UInt64, synchronous: String = "FULL") throws -> String? {
        var chance = SplitMix(seed: seed)
        let folder = try TestFolder()
        var life = Life()
        for cut in 0..<3 {
            #expect(test_disk_reset() == 0)
            let layout = Self.layout(
                synchronous: synchronous, log: chance.below(2) == 0 ? 8 << 10 : 64 << 10)
            test_disk_fail_after(Int64(chance.below(300)), TEST_DISK_IS_OFF)
            do {
                let ledger = try SQLiteLedger(
                    directory: folder.path, stamp: Story.stamp(0), layout: layout)
                life.live(ledger, &chance)
            } catch let error as StoreError where error.kind != .damaged {
                // The power went before the ledger was open.
            }
            #expect(test_disk_cut(chance.next()) == 0)
            let ledger = try SQLiteLedger(directory: folder.path, stamp: Story.stamp(0))
            // That a commit was torn is said; that is all that a power cut may leave to say.
            guard !ledger.past.isIncomplete, ledger.findings.allSatisfy(\.isOfTheLastCommit) else {
                return "cut \(cut): \(ledger.findings)"
            }
            let found = try Self.records(folder)
            guard found == life.acknowledged || found == life.acknowledged + life.unanswered else {
                return "cut \(cut): \(found.count) records, \(life.acknowledged.count) kept"
            }
            life.acknowledged = found
            life.unanswered = []
            let report = try LedgerVerifier.verify(try LedgerReader(directory: folder.path))
            guard report.isValid else { return "cut \(cut): \(report.faults)" }
        }
        return nil
    }

    @Test func noPowerCutTakesAnAcknowledgedRecordBack() throws {
        for seed in UInt64(0)..<240 {
            if let damage = try damage(seed: seed) {
                Issue.record("seed \(seed): \(damage)")
                return
            }
        }
    }

    /// Otherwise the test above could not fail.
    @Test func withoutSynchronisingThePowerCutTestFails() throws {
        let damaged = try (UInt64(0)..<40).filter {
            try damage(seed: $0, synchronous: "OFF") != nil
        }
        #expect(damaged.count > 10)
    }

    private static let failures: [(test_disk_failure, StoreError.Kind, String)] = [
        (TEST_DISK_IS_FULL, .full, "database or disk is full (SQLite 13)"),
        (TEST_DISK_CANNOT_WRITE, .refused, "disk I/O error (SQLite 778"),
        (TEST_DISK_CANNOT_SYNCHRONISE, .refused, "disk I/O error (SQLite 1034")
    ]

    /// Wherever the failure strikes: nothing is half kept, nothing twice, nothing out of order.
    @Test(arguments: 0..<3)
    func aDiskThatFailsForAWhileLosesAndDoublesNothing(failure: Int) throws {
        let (failure, kind, cause) = Self.failures[failure]
        for start in Int64(0)..<40 {
            #expect(test_disk_reset() == 0)
            let folder = try TestFolder()
            let ledger = try SQLiteLedger(
                directory: folder.path, stamp: Story.stamp(0), layout: Self.layout(log: 8 << 10))
            var told: [LedgerRecord] = []
            var failureCount = 0
            test_disk_fail_after(start, failure)
            for second in Int64(1)...30 {
                let batch = [
                    Story.operated("a\(second)", second * 2),
                    Story.operated(String(repeating: "b", count: 400), second * 2 + 1)
                ]
                told += batch
                for attempt in 0..<10 {
                    if attempt == 3 { test_disk_fail_after(0, TEST_DISK_WORKS) }
                    do {
                        try ledger.append(batch)
                        break
                    } catch let error as StoreError {
                        failureCount += 1
                        #expect(attempt < 3, "it fails although the disk works: \(error)")
                        #expect(error.kind == kind, "\(error)")
                        #expect(error.description.hasPrefix("ledger \(folder.path)/ledger.db: "))
                        #expect(error.cause.hasPrefix(cause), "\(error)")
                        #expect(
                            try Self.records(folder) == told.dropLast(2)
                                || failure != TEST_DISK_IS_FULL)
                    }
                }
            }
            #expect(failureCount > 0)
            #expect(try Self.records(folder) == told)
            #expect(ledger.findings.isEmpty)
            #expect(try LedgerVerifier.verify(LedgerReader(directory: folder.path)).isValid)
        }
    }
}
