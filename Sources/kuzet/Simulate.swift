import ArgumentParser
import Frames
import Incidents
import Linux
import Simulation
import Station
import Store

/// `kuzet simulate`: whole nights of the appliance from seeds, and proof that they would notice.
struct Simulate: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Lives through whole nights, simulated from seeds, with faults in them.",
        discussion: """
            Every night runs the real decisions against simulated cameras, lines, disk, clock and \
            power, and checks after each event what must never happen. A night that fails prints \
            its seed; the same seed gives the same night on every machine. A canary is a mistake \
            made on purpose: a run with one must fail, or it proves nothing.
            """)

    @Option(help: "How many nights.")
    var seeds: UInt64 = 100

    @Option(help: "The seed of the first night; the others follow.")
    var seed: UInt64 = 1

    @Option(help: "How long each night is, in hours.")
    var hours: Int64 = 10

    @Option(
        help: ArgumentHelp(
            "A mistake made on purpose: \(NightCanary.allCases.map(\.rawValue).joined(separator: ", ")); or 'all': each must be caught.",
            valueName: "name"))
    var canary: String?

    @Option(
        help: ArgumentHelp(
            "Keep the records in real ledgers, one per night, in new folders here.",
            valueName: "dir"))
    var ledger: String?

    @Flag(help: "One JSON line per night, and one at the end.")
    var json = false

    func validate() throws {
        guard (1...1_000_000).contains(seeds) else {
            throw ValidationError("--seeds \(seeds): allowed: 1 to 1000000")
        }
        guard (1...168).contains(hours) else {
            throw ValidationError("--hours \(hours): allowed: 1 to 168")
        }
        if let canary, canary != "all", NightCanary(rawValue: canary) == nil {
            let names = NightCanary.allCases.map(\.rawValue).joined(separator: ", ")
            throw ValidationError("--canary \(canary): allowed: all, \(names)")
        }
    }

    func run() throws {
        if canary == "all" {
            try runCanaries()
            return
        }
        let failed = try runNights(canary: canary.flatMap(NightCanary.init(rawValue:)))
        if failed > 0 { throw ExitCode(70) }
    }

    private func runNights(canary: NightCanary?) throws -> Int {
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
    private func runCanaries() throws {
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
        if missed > 0 { throw ExitCode(70) }
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
                .interrupted, .siren, .explained, .beat, .discarded,
                .commanded, .hours, .acknowledged, .escalated:
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
