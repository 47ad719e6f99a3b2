import ArgumentParser
import Guard
import Linux
import Records
import Store
import Text
import Uplink
import Workbench

/// Who gives an order on this board.
struct TechnicianOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "Who says so, for the record; without it $SUDO_USER, then $USER.", valueName: "name"))
    var by: String?

    private var name: String {
        let known = by ?? Process.environment("SUDO_USER") ?? Process.environment("USER") ?? ""
        return known.isEmpty ? "user \(Process.userID)" : known
    }

    func validate() throws {
        guard by.map({ (1...LedgerRecord.nameByteCountMax).contains($0.utf8.count) }) ?? true
        else { throw ValidationError("--by: 1 to \(LedgerRecord.nameByteCountMax) bytes") }
    }

    /// Gives it to the appliance that runs, and says what became of it.
    func give(_ text: (_ by: String) -> String, options: LedgerOptions) throws {
        let answer = try orExit {
            try TechnicianDoor.give(text(name), to: LedgerFolder(options.directory))
        }
        let value = try? JSONValue.read(Array(answer.utf8))
        if let why = value?["why"]?.string {
            complain("kuzet: order: refused: \(IncidentTable.printable(why))")
            throw ExitCode(ExitStatus.unavailable)
        }
        print(options.json ? answer : "done, and on record")
    }
}

struct IncidentsJudge: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "judge",
        abstract: "Says of an incident whether it was one, to the appliance that runs.",
        discussion: """
            Examples:
              kuzet incidents judge 6b757a65-3 none --because "they danced"
              kuzet incidents judge 6b757a65-3 real

            It acknowledges the incident. Of fights and aggression, two none make their camera ask \
            for a step more from then on, one real for two steps less, within limits: `kuzet \
            incidents caution` tells. A later word takes back the earlier one.
            """)

    @OptionGroup var options: LedgerOptions
    @OptionGroup var technician: TechnicianOptions

    @Argument(help: "As `list` prints it; the number alone where it is the only one.")
    var id: String

    @Argument(help: "none: a false alarm; real: it was one.")
    var verdict: Judgement.Verdict

    @Option(help: ArgumentHelp("Why, for the record.", valueName: "words"))
    var because = ""

    func validate() throws {
        guard because.utf8.count <= Judgement.becauseByteCountMax else {
            throw ValidationError("--because: at most \(Judgement.becauseByteCountMax) bytes")
        }
    }

    func run() throws {
        var found: IncidentIdentity?
        try options.withLedger { reader in
            found = try options.incident(id, in: try IncidentIndex(reader)).identity
        }
        guard let found else { return }
        let judgement = Judgement(identity: found, verdict: verdict, because: because)
        try technician.give(
            { TechnicianCommand.text(by: $0, judgement) }, options: options)
    }
}

extension Judgement.Verdict: ExpressibleByArgument {
    public static var allValueStrings: [String] { allCases.map { "\($0)" } }

    public init?(argument: String) {
        guard let verdict = Self.allCases.first(where: { "\($0)" == argument }) else { return nil }
        self = verdict
    }
}

struct IncidentsCaution: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "caution",
        abstract: "How much surer than its rule asks each camera must be, and since what was said.",
        discussion: """
            Examples:
              kuzet incidents caution                  every change, and what holds now
              kuzet incidents caution --reset hall     puts a camera back, on record

            --reset takes a camera's name or its number, as lists print it.
            """)

    @OptionGroup var options: LedgerOptions
    @OptionGroup var technician: TechnicianOptions

    @Option(help: ArgumentHelp("Puts this camera back.", valueName: "camera"))
    var reset: String?

    func run() throws {
        if let reset {
            try technician.give(
                { TechnicianCommand.text(by: $0, resetCautionOf: reset) }, options: options)
            return
        }
        try options.withLedger { reader in
            let table = try CautionTable(reader)
            print(options.json ? table.json : table.text)
        }
    }
}
