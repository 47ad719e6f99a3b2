import ArgumentParser
import Linux
import Workbench

struct EvalCaution: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "caution",
        abstract: "Thirty nights of cameras whose alarms people judge, beside nights without.",
        discussion: """
            The appliance decides, with a new life every day that knows what the ledger tells; what \
            its cameras score of fights and of lively scenes is drawn from scores of weights that \
            never saw the recording. Of what it tells, 70 % is judged after 1 to 3 days, 5 % of that \
            wrongly. Fights are those that there were, those that were red, and those that were \
            amber at least. With --json one line for each camera, judged and not.

            Example: kuzet eval caution --venues 100
            """)

    @Option(help: "So many venues, each with one camera of every sort: 1 to 10000.")
    var venues = 100

    @Option(help: "Of the first venue; the others follow.")
    var seed: UInt64 = 1

    @Flag(help: "JSON lines instead of text.")
    var json = false

    func validate() throws {
        guard (1...10_000).contains(venues) else {
            throw ValidationError("--venues \(venues): allowed are 1 to 10000")
        }
    }

    func run() throws {
        let nights = CautionNights(venues: venues, from: seed)
        announce(json ? nights.json() : nights.text())
    }
}
