import ArgumentParser
import Frames
import Incidents
import Linux
import Store
import Text

/// `kuzet demo`: the whole product on this computer, nothing attached.
struct Demo: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Show the whole product here: a simulated venue, a real ledger, a report.",
        discussion: """
            Examples:
              kuzet demo
              kuzet demo --seed 7 --seconds 60
              kuzet demo --headless --json --out /tmp/evening

            The picture is drawn, people, lamps and all; what is made of it is decided by the same
            detectors, ledger and alarm logic that run on a board.
            """)

    @Option(help: "Length of the evening, 10 ... 600 simulated seconds.")
    var seconds = 90

    @Option(help: "Another seed is another evening; the same seed the same one, bit for bit.")
    var seed: UInt64 = 1

    @Flag(help: "Plain lines instead of the live view, as fast as possible.")
    var headless = false

    @Flag(help: "End with one line of JSON: incidents, digest, out.")
    var json = false

    @Option(help: "An empty or new folder for ledger, evidence and report.")
    var out: String?

    func validate() throws {
        guard (10...600).contains(seconds) else {
            throw ValidationError("--seconds \(seconds): must be 10 ... 600")
        }
    }

    func run() throws {
        let folder = try Self.freeFolder(out)
        let boot = BootID(high: 0x6B75_7A65_742D_6465, low: seed)
        let wallStart = Clocks.wallMilliseconds()
        let ledger = try SQLiteLedger(
            directory: folder,
            stamp: Stamp(
                boot: boot, monotonic: .zero, wallMilliseconds: wallStart, trust: .synchronised))
        let evening = DemoEvening(
            seconds: seconds, seed: seed, boot: boot, ledger: ledger, wallStart: wallStart)
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
        try Files.replace(report, with: Array(page.utf8))
        let confirmed = evening.evening.entries.filter { $0.incident.confirmedAt != nil }.count
        let snapshots = evening.evening.snapshots.count
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
                counts: evening.evening.counts)
            try terminal.writeAll(screen.draw(evening.frame, status))
            let ahead = evening.now.nanoseconds - (Clocks.monotonicNanoseconds() - start)
            if try !signals.wait(for: .readable, milliseconds: max(ahead / 1_000_000, 0)).isEmpty {
                _ = try Signals.next(from: signals)
                break
            }
        }
    }

    /// The folder asked for, or the first free of kuzet-demo, kuzet-demo-2, …
    private static func freeFolder(_ wanted: String?) throws -> String {
        if let wanted {
            guard !Files.exists(wanted) || ((try? Files.names(in: wanted)) ?? ["?"]).isEmpty else {
                throw ValidationError(
                    "--out \(wanted): already has something in it; name an empty or new folder")
            }
            try Files.makeFolder(wanted)
            return wanted
        }
        for number in 1...999 {
            let folder = number == 1 ? "kuzet-demo" : "kuzet-demo-\(number)"
            if !Files.exists(folder) {
                try Files.makeFolder(folder)
                return folder
            }
        }
        throw ValidationError("kuzet-demo-999: exists; remove old demos or give --out")
    }
}
