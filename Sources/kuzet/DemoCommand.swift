import ArgumentParser
import Linux
import Workbench

/// `kuzet demo`: the whole product on this computer, nothing attached.
struct DemoCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "demo",
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
        try orExit {
            try Demo(
                seconds: seconds, seed: seed, headless: headless, isJSON: json, folder: folder
            ).run()
        }
    }

    /// The folder asked for, or the first free of kuzet-demo, kuzet-demo-2, …
    private static func freeFolder(_ wanted: String?) throws -> String {
        if let wanted {
            guard !Files.exists(wanted) || ((try? Files.names(in: wanted)) ?? ["?"]).isEmpty else {
                throw ValidationError(
                    "--out \(wanted): already has something in it; name an empty or new folder")
            }
            try orExit { try WorkbenchError.writing(wanted) { try Files.makeFolder(wanted) } }
            return wanted
        }
        for number in 1...999 {
            let folder = number == 1 ? "kuzet-demo" : "kuzet-demo-\(number)"
            if !Files.exists(folder) {
                try orExit { try WorkbenchError.writing(folder) { try Files.makeFolder(folder) } }
                return folder
            }
        }
        throw ValidationError("kuzet-demo-999: exists; remove old demos or give --out")
    }
}
