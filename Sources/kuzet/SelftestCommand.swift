import ArgumentParser
import Workbench

/// `kuzet selftest`: proves on the spot that this machine decides as every other one does.
struct SelftestCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "selftest",
        abstract: "Runs every kernel against its reference, and every golden answer.",
        discussion: """
            The hashes, and the digest over them, are the same on every machine. Exit status: 0 \
            where every check gave its golden answer, 70 where one did not.
            """)

    @Flag(help: "One JSON object per line; the last is {\"checks\",\"failed\",\"digest\"}.")
    var json = false

    func run() throws {
        guard Selftest.run(isJSON: json) else { throw ExitCode(ExitStatus.failed) }
    }
}
