import ArgumentParser
import Linux
import Workbench

/// How many people there were, without a picture.
struct PeopleCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "people",
        abstract: "Plots how many people cameras saw over time.",
        discussion: """
            The appliance keeps what it counted every ten minutes; the plot shows, in each column, \
            the most of its minutes. With --json there is one object for each minute, and a last \
            line with totals.

            Example: kuzet people --since 8h
            """)

    @OptionGroup var options: LedgerOptions

    @Option(help: "A period such as 30m, 8h or 2d, or a date such as 2025-11-22; a week at most.")
    var since = Since(argument: "1h")

    func run() throws {
        try options.withLedger { ledger in
            let now = Clocks.wallMilliseconds()
            let table = try PeopleTable(
                ledger, from: since?.milliseconds(now: now) ?? now - 3_600_000, to: now)
            print(options.json ? table.json : table.text, terminator: "")
        }
    }
}
