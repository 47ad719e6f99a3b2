import ArgumentParser
import Guard
import Linux
import Store
import Uplink
import Watchlist
import Workbench

struct WatchlistEnroll: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "enroll",
        abstract: "Makes templates of photographs of one person, and an entry of a draft.",
        discussion: """
            Example:
              kuzet watchlist enroll photo1.jpg photo2.jpg --draft list.json --number 17 \
            --category missing --reference "case 4711" --law "…" --until 2027-03-01

            Photographs are JPEG, of one face each, and stay where they are: nothing but templates goes \
            into the draft, which is made where there is none. An entry of the same number is \
            replaced.
            """)

    @Argument(help: "One to eight photographs of one person.")
    var photographs: [String]

    @Option(help: ArgumentHelp("The draft, JSON.", valueName: "file"))
    var draft: String

    @Option(help: "The entry's number, from 1.")
    var number: UInt32

    @Option(help: "Whom it is about.")
    var category: WatchNotice.Category

    @Option(help: "Under what the case is known: a number, and no name.")
    var reference: String

    @Option(help: "For whoever has to look.")
    var reason = ""

    @Option(help: "By what law.")
    var law: String

    @Flag(help: "Of one who is missing: it is a child.")
    var child = false

    @Flag(help: "Light the amber lamp where he is seen. Never for one who is missing.")
    var lamp = false

    @Option(help: ArgumentHelp("2025-11-22 or 2025-11-22T18:00 (UTC); now.", valueName: "when"))
    var from: UTCTime?

    @Option(help: ArgumentHelp("Until when he is looked for, as --from.", valueName: "when"))
    var until: UTCTime

    func validate() throws {
        guard (1...WatchEntry.templateCountMax).contains(photographs.count) else {
            throw ValidationError("1 to \(WatchEntry.templateCountMax) photographs")
        }
    }

    func run() throws {
        try orExit {
            for path in photographs { try WorkbenchError.refuseSame(path, draft) }
            let all = try Enrolment().photographs(photographs)
            let now = Clocks.wallMilliseconds() / 1000
            let notice = WatchNotice(
                number: number, category: category, answer: lamp ? .lamp : .tell, isChild: child,
                reference: reference, reason: reason, law: law, from: from?.seconds ?? now,
                until: until.seconds)
            try WatchlistDraft.put(
                WatchEntry(notice, templates: all.map(\.template)), into: draft, at: now)
            for each in all { print("\(each.path.replacingControls()): \(each.words)") }
            print("entry \(number) in \(draft.replacingControls())")
            print(WatchlistDraft.words(try WatchlistDraft.read(draft)))
        }
    }
}

struct WatchlistInstall: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "install",
        abstract: "Gives a signed document to the appliance that runs on this board.",
        discussion: """
            A list, a difference or an authorisation, from a stick or wherever it lies. The appliance \
            takes it over if an authority of its configuration signed it, and says which rule and which \
            entry it breaks if not.
            """)

    @Argument(help: "The document.")
    var file: String

    @OptionGroup var options: LedgerOptions
    @OptionGroup var technician: TechnicianOptions

    func run() throws {
        let document = try orExit { try WatchDocumentFile.read(file).bytes }
        try technician.give(
            { TechnicianCommand.text(by: $0, watch: document) }, options: options)
    }
}

struct WatchlistFinds: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "finds",
        abstract: "By what right faces are looked for here, and how often whom.")

    @OptionGroup var options: LedgerOptions

    func run() throws {
        try options.withLedger { reader in
            let table = try FindTable(reader)
            print(options.json ? table.json : table.text)
        }
    }
}

struct WatchlistTrial: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "trial",
        abstract: "Measures at one's own door, with volunteers: numbers only.",
        discussion: """
            DIR has a folder for each volunteer, with photographs (.jpg) and recordings of this camera \
            (`kuzet record`) in which nobody but he walks by. Nothing is kept but what is printed. \
            Remove the folder afterwards.
            """)

    @Argument(help: "The volunteers' folders.")
    var folder: String

    @Flag(help: "Print JSON.")
    var json = false

    func run() throws {
        let trial = try orExit {
            try DoorTrial(folder) { line in if !json { complain(line) } }
        }
        print(json ? trial.json : trial.text)
    }
}
