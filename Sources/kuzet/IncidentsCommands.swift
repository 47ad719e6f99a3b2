import ArgumentParser
import Linux
import Records
import Store
import Text
import Workbench

/// `kuzet incidents`: the ledger, for those who read it.
struct IncidentsCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "incidents",
        abstract: "Lists, shows, exports, verifies and judges what the appliance remembers.",
        discussion: """
            Reading takes no lock and changes nothing: it works while the appliance runs, and on \
            a copy of the ledger's folder.
            """,
        subcommands: [
            IncidentsList.self, IncidentsShow.self, IncidentsExport.self, IncidentsVerify.self,
            IncidentsKey.self, IncidentsCAP.self, IncidentsJudge.self, IncidentsCaution.self
        ])
}

/// Where the ledger is, and how to answer.
struct LedgerOptions: ParsableArguments {
    @Option(
        name: .long,
        help: ArgumentHelp(
            "The ledger's folder; without it $STATE_DIRECTORY, then /var/lib/kuzet.",
            valueName: "dir"))
    var ledger: String?

    @Flag(help: "Print JSON, one object per line.")
    var json = false

    var directory: String {
        if let ledger { return ledger }
        let state = Process.environment("STATE_DIRECTORY") ?? ""
        return state.isEmpty ? "/var/lib/kuzet" : state
    }

    /// Runs a command on the ledger; its failures become a line and an exit status.
    func withLedger(_ body: (LedgerReader) throws -> Void) throws {
        try orExit {
            let reader = try LedgerReader(directory: directory)
            if let warning = reader.warning { complain("kuzet: \(warning)") }
            try body(reader)
        }
    }

    /// The one incident that `text` means.
    func incident(_ text: String, in index: IncidentIndex) throws -> IncidentSummary {
        let found = index.matching(text)
        guard let incident = found.first else {
            complain("kuzet: incident \(text): look up: the ledger has none of this name")
            throw ExitCode(ExitStatus.badData)
        }
        guard found.count == 1 else {
            let names = found.prefix(8).map(\.identity.full).joined(separator: ", ")
            complain("kuzet: incident \(text): look up: it may be one of \(names)")
            throw ExitCode(ExitStatus.badData)
        }
        return incident
    }
}

struct IncidentsList: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list",
        abstract: "One line for each incident, oldest first.")

    @OptionGroup var options: LedgerOptions

    @Option(
        help: ArgumentHelp(
            "Only those that opened since: 30m, 12h, 7d, 2025-11-22 or 2025-11-22T18:00 (UTC).",
            valueName: "when"))
    var since: Since?

    @Option(help: "Only the newest so many.")
    var limit: Int?

    func validate() throws {
        if let limit, limit < 1 { throw ValidationError("--limit must be at least 1") }
    }

    func run() throws {
        try options.withLedger { reader in
            let index = try IncidentIndex(reader)
            let earliest = since?.milliseconds(now: Clocks.wallMilliseconds())
            var incidents = index.incidents.filter { incident in
                earliest.map { incident.openedAt.wallMilliseconds >= $0 } ?? true
            }
            if let limit { incidents = incidents.suffix(limit) }
            if options.json {
                for incident in incidents { print(incident.json) }
            } else {
                print(IncidentTable.text(incidents), terminator: "")
            }
            if index.unreadableCount > 0 {
                complain(
                    "kuzet: \(index.unreadableCount) records cannot be read; "
                        + "see `kuzet incidents verify`")
            }
        }
    }
}

/// A moment in the past, as a person names it.
struct Since: ExpressibleByArgument {
    private enum Meaning {
        case ago(milliseconds: Int64)
        case at(milliseconds: Int64)
    }

    private let meaning: Meaning
    private let words: String

    var defaultValueDescription: String { words }

    init?(argument: String) {
        words = argument
        if let milliseconds = UTC.milliseconds(argument) {
            meaning = .at(milliseconds: milliseconds)
            return
        }
        let units: [Character: Int64] = ["m": 60_000, "h": 3_600_000, "d": 86_400_000]
        guard let unit = argument.last.flatMap({ units[$0] }),
            let count = Int64(argument.dropLast()), count >= 0, count <= 1_000_000
        else { return nil }
        meaning = .ago(milliseconds: count * unit)
    }

    func milliseconds(now: Int64) -> Int64 {
        switch meaning {
        case .ago(let milliseconds): now - milliseconds
        case .at(let milliseconds): milliseconds
        }
    }
}

struct IncidentsShow: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "show",
        abstract: "Everything that the ledger has about one incident.")

    @OptionGroup var options: LedgerOptions

    @Argument(help: "As `list` prints it; the number alone where it is the only one.")
    var id: String

    func run() throws {
        try options.withLedger { reader in
            let incident = try options.incident(id, in: try IncidentIndex(reader))
            if options.json {
                print(incident.json)
                return
            }
            print(try incident.page(from: reader), terminator: "")
        }
    }
}

struct IncidentsExport: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "export",
        abstract: "Makes a folder for each incident that a court can open and check offline.",
        discussion: """
            index.html shows the incident and plays its clip; verify.sh beside it proves with \
            OpenSSL alone that the device's ledger had it so.
            """)

    @OptionGroup var options: LedgerOptions

    @Argument(help: "As `list` prints them.")
    var ids: [String]

    @Option(name: .customLong("to"), help: ArgumentHelp("Where.", valueName: "dir"))
    var destination: String

    func validate() throws {
        guard !destination.isEmpty else {
            throw ValidationError("--to is empty: name the folder that the exports go into")
        }
    }

    func run() throws {
        try options.withLedger { reader in
            let index = try IncidentIndex(reader)
            for incident in try ids.map({ try options.incident($0, in: index) }) {
                let export = try IncidentExport(incident, from: reader)
                let people = try PeopleTable(around: incident, in: reader)
                let folder = try export.write(
                    to: destination, page: ExportPage(export: export, people: people).html())
                print(options.json ? "{\"folder\":\(JSON.quoted(folder))}" : folder)
            }
        }
    }
}
