import Detectors
import Frames
import Linux
import Records
import Store
import Text

/// The whole product on this computer, nothing attached.
package struct Demo {
    private let seconds: Int
    private let seed: UInt64
    private let headless: Bool
    private let json: Bool
    private let folder: String

    /// - Parameters:
    ///   - seconds: length of the evening, simulated.
    ///   - headless: plain lines instead of the live view, as fast as possible.
    ///   - isJSON: ends with one line of JSON instead.
    ///   - folder: an empty one, for ledger, evidence and report.
    package init(seconds: Int, seed: UInt64, headless: Bool, isJSON: Bool, folder: String) {
        self.seconds = seconds
        self.seed = seed
        self.headless = headless
        json = isJSON
        self.folder = folder
    }

    package func run() throws {
        let boot = BootID(high: 0x6B75_7A65_742D_6465, low: seed)
        let wallStart = Clocks.wallMilliseconds()
        let ledger = try SQLiteLedger(
            directory: folder,
            stamp: Stamp(
                boot: boot, monotonic: .zero, wallMilliseconds: wallStart, trust: .synchronised))
        let evening = DemoEvening(
            seconds: seconds, seed: seed, boot: boot, ledger: ledger, wallStart: wallStart,
            looks: PromptWorker(try LookNetworks()))
        let output = FileDescriptor.standardOutput
        if headless || json || !output.isTerminal {
            try tell(evening)
        } else {
            try show(evening, on: output)
        }
        let report = "\(folder)/report.html"
        let (page, digest) = evening.finish(facts: [
            ("Seed", "\(seed)"), ("Ledger", "\(folder)/ledger.db"),
            ("Evidence", "\(folder)/evidence")
        ])
        try WorkbenchError.writing(report) {
            try Files.replace(report, with: Array(page.utf8))
        }
        let confirmed = evening.evening.entries.filter { $0.incident.confirmedAt != nil }.count
        let snapshots = evening.evening.shots.count
        if json {
            print(
                "{\"incidents\":\(evening.evening.entries.count),\"digest\":\"\(digest)\","
                    + "\"out\":\(JSON.quoted(folder))}")
            return
        }
        print(
            """

            \(evening.evening.entries.count) incidents, \(confirmed) confirmed, \
            \(evening.evening.counts.delivered) frames decided
            ledger    \(folder)/ledger.db   (kuzet incidents list --ledger \(folder))
            evidence  \(folder)/evidence   \(snapshots) snapshots, \(evening.clipCount) clips
            report    \(report)   open it in a browser
            digest    \(digest)
            """)
    }

    /// Plain lines, one for every change.
    private func tell(_ evening: DemoEvening) throws {
        while evening.advance() {
            guard !json else { continue }
            flushNews(evening)
        }
        if !json { flushNews(evening) }
    }

    private func flushNews(_ evening: DemoEvening) {
        let tenths = evening.now.nanoseconds / 100_000_000
        for line in evening.takeNews() {
            print("\(clock(seconds: tenths / 10)).\(tenths % 10)  \(line)")
        }
    }

    /// The live view, in step with the clock on the wall; Ctrl-C ends the evening early.
    private func show(_ evening: DemoEvening, on terminal: FileDescriptor) throws {
        let signals = try Signals.descriptor(for: [Signals.interrupt, Signals.terminate])
        try terminal.writeAll(Screen.enter)
        defer { try? terminal.writeAll(Screen.leave) }
        let start = Clocks.monotonicNanoseconds()
        while evening.advance() {
            let size = (try? terminal.terminalSize()) ?? (columns: 100, rows: 30)
            let screen = Screen(columns: size.columns, rows: size.rows)
            let status = Screen.Status(
                elapsed: evening.now - .zero, total: .seconds(Int64(seconds)),
                isLit: evening.isLit, entries: evening.evening.entries,
                counts: evening.evening.counts, overlay: evening.overlay,
                counted: evening.evening.counted[0] ?? [])
            try terminal.writeAll(screen.draw(evening.frame, status))
            let ahead = evening.now.nanoseconds - (Clocks.monotonicNanoseconds() - start)
            if try !signals.wait(for: .readable, milliseconds: max(ahead / 1_000_000, 0)).isEmpty {
                _ = try Signals.next(from: signals)
                break
            }
        }
    }
}
