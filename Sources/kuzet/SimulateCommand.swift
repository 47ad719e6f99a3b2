import ArgumentParser
import Simulation
import Workbench

/// `kuzet simulate`: whole nights of the appliance from seeds, and proof that they would notice.
struct SimulateCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "simulate",
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
        let nights = SimulatedNights(
            seeds: seeds, from: seed, hours: hours, ledger: ledger, isJSON: json)
        let failed = try orExit {
            canary == "all"
                ? try nights.runCanaries()
                : try nights.run(canary: canary.flatMap(NightCanary.init(rawValue:)))
        }
        if failed > 0 { throw ExitCode(ExitStatus.failed) }
    }
}
