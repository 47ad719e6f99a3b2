import Frames
import Linux
import Records
import Simulation
import Station
import Store

/// Whole nights of the appliance from seeds, and proof that they would notice.
package struct SimulatedNights {
    private let seeds: UInt64
    private let seed: UInt64
    private let hours: Int64
    private let ledger: String?
    private let json: Bool

    /// - Parameters:
    ///   - seeds: how many nights.
    ///   - seed: of the first; the others follow.
    ///   - hours: the length of each.
    ///   - ledger: a folder for a real ledger of each night; nil keeps them in memory.
    package init(seeds: UInt64, from seed: UInt64, hours: Int64, ledger: String?, isJSON: Bool) {
        self.seeds = seeds
        self.seed = seed
        self.hours = hours
        self.ledger = ledger
        json = isJSON
    }

    /// - Returns: how many nights failed.
    package func run(canary: NightCanary?) throws -> Int {
        let begin = Clocks.monotonicNanoseconds()
        var total = Totals()
        for index in 0..<seeds {
            let report = try night(seed: seed &+ index, canary: canary)
            total.add(report)
            if json { print(report.json) }
            guard !report.violations.isEmpty else { continue }
            if !json { print("night \(report.seed): failed") }
            if !json { for text in report.violations { print("    \(text)") } }
            if !json { print("    again: \(again(report.seed, canary))") }
        }
        let spent = max((Clocks.monotonicNanoseconds() - begin) / 1_000_000, 1)
        print(json ? total.json(milliseconds: spent) : total.text(milliseconds: spent))
        return total.failed
    }

    private func again(_ seed: UInt64, _ canary: NightCanary?) -> String {
        "kuzet simulate --seeds 1 --seed \(seed) --hours \(hours)"
            + (canary.map { " --canary \($0.rawValue)" } ?? "")
    }

    private func night(seed: UInt64, canary: NightCanary?) throws -> Night.Report {
        let length = Interval.seconds(hours * 3_600)
        guard let ledger else {
            var report = try Night.run(seed: seed, length: length, canary: canary)
            if canary == .looseChance {
                let second = try Night.run(
                    seed: seed, length: length, canary: canary, looseChance: 1)
                if second.digest != report.digest {
                    report.violations.append("the same seed gave another night")
                }
            }
            return report
        }
        let book = SQLiteNightLedger(directory: "\(ledger)/night-\(seed)")
        var report = try Night.run(
            seed: seed, length: length, canary: canary,
            ledger: {
                try book.open()
                return book
            })
        report.violations += try book.verify()
        return report
    }

    /// Each canary alone, over all seeds until one night notices.
    ///
    /// - Returns: how many canaries no night noticed.
    package func runCanaries() throws -> Int {
        var missed = 0
        for canary in NightCanary.allCases {
            var caughtBy: UInt64?
            for index in 0..<seeds where caughtBy == nil {
                let report = try night(seed: seed &+ index, canary: canary)
                if !report.violations.isEmpty {
                    caughtBy = report.seed
                    print(
                        "canary \(canary.rawValue): caught by night \(report.seed): "
                            + (report.violations.first ?? ""))
                }
            }
            if caughtBy == nil {
                missed += 1
                print("canary \(canary.rawValue): not caught in \(seeds) nights")
            }
        }
        return missed
    }
}

/// Sums over nights.
private struct Totals {
    var nights = 0
    var failed = 0
    var events = 0
    var records = 0
    var confirmed = 0
    var starts = 0
    var ledgerFailures = 0
    var virtualSeconds: Int64 = 0

    mutating func add(_ report: Night.Report) {
        nights += 1
        failed += report.violations.isEmpty ? 0 : 1
        events += report.eventCount
        records += report.recordCount
        confirmed += report.confirmedCount
        starts += report.startCount
        ledgerFailures += report.ledgerFailureCount
        virtualSeconds += report.virtualSeconds
    }

    private func hoursPerSecond(_ milliseconds: Int64) -> Int64 {
        virtualSeconds * 1_000 / 3_600 / milliseconds
    }

    func text(milliseconds: Int64) -> String {
        """
        \(nights) nights, \(failed) failed: \(virtualSeconds / 3_600) hours lived through in \
        \(milliseconds) ms (\(hoursPerSecond(milliseconds)) hours a second)
        \(events) events, \(starts) starts, \(ledgerFailures) ledger failures; \
        \(records) records kept, \(confirmed) incidents confirmed
        """
    }

    func json(milliseconds: Int64) -> String {
        """
        {"nights":\(nights),"failed":\(failed),"hours":\(virtualSeconds / 3_600),\
        "milliseconds":\(milliseconds),"hoursPerSecond":\(hoursPerSecond(milliseconds)),\
        "events":\(events),"starts":\(starts),"ledgerFailures":\(ledgerFailures),\
        "records":\(records),"confirmed":\(confirmed)}
        """
    }
}

extension Night.Report {
    fileprivate var json: String {
        let digits = String(digest, radix: 16)
        let padded = String(repeating: "0", count: 16 - digits.count) + digits
        return """
            {"seed":\(seed),"violations":\(violations.count),"digest":"\(padded)",\
            "events":\(eventCount),"records":\(recordCount),"confirmed":\(confirmedCount),\
            "starts":\(startCount),"sirenSeconds":\(sirenSeconds)}
            """
    }
}

/// A night's records in a real ledger, opened anew after every simulated restart.
private final class SQLiteNightLedger: NightLedger {
    private let directory: String
    private var inner: SQLiteLedger?

    init(directory: String) {
        self.directory = directory
    }

    func open() throws {
        // The folder has one owner: the process that died let it go.
        inner = nil
        inner = try SQLiteLedger(
            directory: directory,
            stamp: Stamp(
                boot: BootID(high: 0, low: 0), monotonic: .zero, wallMilliseconds: 0,
                trust: .unset))
    }

    func append(_ records: [LedgerRecord]) throws {
        try inner?.append(records)
    }

    func keepSnapshot(_ jpeg: [UInt8], ordinal: UInt32, boot: BootID) throws -> [UInt8] {
        try inner?.keepSnapshot(jpeg, ordinal: ordinal, boot: boot) ?? []
    }

    func contents() throws -> [LedgerRecord] {
        var records: [LedgerRecord] = []
        try LedgerReader(directory: directory).visit { entry in
            let record = try entry.record()
            switch record.body {
            // The store's own remarks and signatures belong to no night.
            case .repaired, .checkpoint, .salvaged: return
            case .started, .incident, .clockCorrected, .configured, .evidence, .operated,
                .interrupted, .siren, .explained, .explainedByCounts, .beat, .discarded,
                .commanded, .hours, .authorised, .acknowledged, .escalated,
                .counted, .judged, .cautioned, .watched, .found:
                records.append(record)
            }
        }
        return records
    }

    /// What the ledger's own check finds.
    func verify() throws -> [String] {
        inner?.close()
        inner = nil
        let report = try LedgerVerifier.verify(LedgerReader(directory: directory))
        return report.faults.map { "verify: \($0)" }
    }
}
