import ArgumentParser
import Store
import Uplink
import Workbench

/// `kuzet incidents cap`: an incident for those who read alerts of the Common Alerting Protocol.
struct IncidentsCAP: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "cap",
        abstract: "Prints an incident as an alert of CAP 1.2, as it stands now.",
        discussion: """
            Example:
              kuzet incidents cap 6b757a65-1 --sender kuzet-bar.example --to police@example \\
                  --area "Bar Altyn, Abay avenue 12" > alert.xml
            """)

    @OptionGroup var options: LedgerOptions

    @Argument(help: "As `list` prints it; the number alone where it is the only one.")
    var id: String

    @Option(help: "What names this appliance among all senders: no space, comma, < or &.")
    var sender: String

    @Option(
        name: .customLong("to"),
        help: ArgumentHelp("Who may read it; at least one.", valueName: "address"))
    var addresses: [String]

    @Option(help: "Where it is, for people.")
    var area: String

    @Option(help: "Who sends it, for people.")
    var senderName: String?

    @Option(help: "Whom to call.")
    var contact: String?

    @Flag(help: "For nobody to act on.")
    var test = false

    func run() throws {
        guard
            let settings = CAPSettings(
                sender: sender, addresses: addresses, senderName: senderName, area: area,
                contact: contact, purpose: test ? .test : .actual)
        else {
            throw ValidationError(
                "--sender must be a name without space, comma, < and &; --to must be given, "
                    + "without quotes")
        }
        try options.withLedger { reader in
            let incident = try options.incident(id, in: try IncidentIndex(reader))
            print(incident.alert(settings), terminator: "")
        }
    }
}
