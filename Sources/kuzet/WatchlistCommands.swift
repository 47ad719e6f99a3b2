import ArgumentParser
import Linux
import Records
import Watchlist
import Workbench

/// `kuzet watchlist`: at the authority's side, what makes and takes back lists; at the board, what brings
/// them and tells what came of them.
struct WatchlistCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "watchlist",
        abstract: "Lists of people to look out for: makes, signs, brings and takes them back.",
        discussion: """
            Photographs stay where they are: a list carries templates, and no names.

            Examples:
              kuzet watchlist key police.key
              kuzet watchlist enroll photo.jpg --draft draft.json --number 17 --category wanted \
            --reference "case 4711" --law "…" --until 2027-03-01
              kuzet watchlist pack draft.json --out list.kzw
              kuzet watchlist sign list.kzw --key police.key
              kuzet watchlist inspect list.kzw
              kuzet watchlist revoke list.kzw 17 --issue 2 --key police.key --out list2.kzw \
            --diff 1to2.kzw --draft draft.json
            """,
        subcommands: [
            WatchlistMakeKey.self, WatchlistEnroll.self, WatchlistPack.self, WatchlistSign.self,
            WatchlistInspect.self,
            WatchlistDiff.self, WatchlistRevoke.self, WatchlistAuthorise.self, WatchlistOpen.self,
            WatchlistInstall.self, WatchlistFinds.self, WatchlistTrial.self
        ])
}

struct WatchlistKeyOption: ParsableArguments {
    @Option(
        help: ArgumentHelp("The authority's secrets, as `key` made them.", valueName: "file"))
    var key: String

    func read() throws -> WatchlistKey { try orExit { try WatchlistKey.read(key) } }
}

struct WatchlistMakeKey: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "key",
        abstract: "Makes an authority's secrets, and prints the key that boards are to believe.")

    @Argument(help: "The file to make, for nobody else to read. Never overwritten.")
    var file: String

    @Flag(help: "Print JSON.")
    var json = false

    func run() throws {
        let key = try orExit { try WatchlistKey.make(file) }
        if json {
            print(key.json)
        } else {
            print(key.words, terminator: "")
        }
    }
}

struct WatchlistPack: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "pack",
        abstract: "Makes a list of a draft, and says of the first entry that breaks a rule which.")

    @Argument(help: "The draft, JSON.")
    var draft: String

    @Option(
        help:
            "The list's number, above that of every list before: into the draft, too, as issued now."
    )
    var issue: UInt64?

    @Option(
        help: ArgumentHelp(
            "Until when it holds: 2025-11-22 or 2025-11-22T18:00 (UTC); into the draft, too.",
            valueName: "when"))
    var until: UTCTime?

    @Option(
        name: .customLong("device"),
        help:
            "An appliance that it is for, by name; once for each. Without: as the draft has it, any."
    )
    var devices: [String] = []

    @Flag(help: "It holds also where a board's clock is not set.")
    var anyClock = false

    @Option(help: ArgumentHelp("Where the packed list goes.", valueName: "file"))
    var out: String

    func run() throws {
        try orExit {
            var list = try WatchlistDraft.read(draft)
            let now = Clocks.wallMilliseconds() / 1000
            if let issue { (list.header.version, list.header.issued) = (issue, now) }
            if let until { list.header.expires = until.seconds }
            if anyClock { list.header.needsSetClock = false }
            if !devices.isEmpty {
                list.header.devices = devices.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
            }
            try WorkbenchError.refuseSame(draft, out)
            try WatchlistDraft.write(list, to: draft, at: now)
            try WatchDocumentFile.write(WatchDocumentFile.packed(list), to: out)
            announce(WatchlistDraft.words(list))
        }
    }
}

struct WatchlistSign: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "sign", abstract: "Signs a packed list, in its place unless --out is given.")

    @Argument(help: "The list.")
    var list: String

    @OptionGroup var key: WatchlistKeyOption

    @Option(help: ArgumentHelp("Where.", valueName: "file"))
    var out: String?

    func run() throws {
        let key = try key.read()
        try orExit {
            let signed = try WatchDocumentFile.signed(
                list, at: Clocks.wallMilliseconds() / 1000, by: key)
            try WatchDocumentFile.write(signed.bytes, to: out ?? list)
        }
    }
}

struct WatchlistInspect: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "inspect",
        abstract: "What a document says, and whether its signature is right.",
        discussion: "Whether the key is the authority's is for you to compare, by its fingerprint.")

    @Argument(help: "The document.")
    var file: String

    @Flag(help: "Print JSON.")
    var json = false

    func run() throws {
        let document = try orExit { try WatchDocumentFile.read(file) }
        if json {
            print(document.json)
        } else {
            print(document.report, terminator: "")
        }
        guard document.isNotRight else { return }
        throw ExitCode(ExitStatus.badData)
    }
}

struct WatchlistDiff: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "diff",
        abstract: "What makes the new list out of the old one: all that has to travel.")

    @Argument(help: "The list that boards have, signed.")
    var old: String

    @Argument(help: "The list that they are to have, signed by the same key.")
    var new: String

    @Option(help: ArgumentHelp("Where.", valueName: "file"))
    var out: String

    func run() throws {
        try orExit {
            let difference = try WatchDocumentFile.difference(from: old, to: new)
            try WorkbenchError.refuseSame(old, out)
            try WorkbenchError.refuseSame(new, out)
            try WatchDocumentFile.write(difference.bytes, to: out)
        }
    }
}

struct WatchlistRevoke: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "revoke",
        abstract: "Makes and signs the next list, without some entries and those that are over.")

    @Argument(help: "The list that boards have, signed by this key.")
    var list: String

    @Argument(help: "Numbers of entries.")
    var numbers: [UInt32]

    @Option(help: "The new list's number: above that of the old one.")
    var issue: UInt64

    @OptionGroup var key: WatchlistKeyOption

    @Option(help: ArgumentHelp("Where the new list goes.", valueName: "file"))
    var out: String

    @Option(help: ArgumentHelp("Where the difference goes, if one is wanted.", valueName: "file"))
    var diff: String?

    @Option(
        help: ArgumentHelp(
            "The draft: they go from it too, or the next list has them again.", valueName: "file"))
    var draft: String?

    func validate() throws {
        if let diff, LabelledFolder.areOneFile(out, diff) {
            throw ValidationError("--out and --diff name one file; name two")
        }
    }

    func run() throws {
        let key = try key.read()
        try orExit {
            // A difference is made from the old list: it has to be there still.
            try WorkbenchError.refuseSame(list, out)
            if let diff { try WorkbenchError.refuseSame(list, diff) }
            let next = try WatchDocumentFile.revoked(
                numbers, in: list, version: issue, issued: Clocks.wallMilliseconds() / 1000,
                by: key)
            try WatchDocumentFile.write(next.bytes, to: out)
            if let draft { try WatchlistDraft.remove(numbers, from: draft, version: issue) }
            announce("list \(issue): without \(numbers.map { "\($0)" }.joined(separator: ", "))")
            guard let diff else { return }
            let difference = try WatchDocumentFile.difference(from: list, to: out)
            try WatchDocumentFile.write(difference.bytes, to: diff)
        }
    }
}

struct WatchlistAuthorise: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "authorise",
        abstract: "Signs by what right appliances look: who, which law, where, until when.",
        discussion: "Without a --category the right is withdrawn.")

    @OptionGroup var key: WatchlistKeyOption

    @Option(help: "Its number: above that of every authorisation before by this key.")
    var issue: UInt64

    @Option(help: "The authority's name.")
    var authority: String

    @Option(help: "Who answers for it.")
    var person: String

    @Option(help: "By what law, and under which number it was decided.")
    var law: String

    @Option(help: "Where, in words.")
    var place: String

    @Option(name: .customLong("device"), help: "An appliance there, by name; once for each.")
    var devices: [String]

    @Option(
        name: .customLong("category"), help: "Whom to look for; once for each.")
    var categories: [WatchNotice.Category] = []

    @Option(help: ArgumentHelp("2025-11-22 or 2025-11-22T18:00 (UTC).", valueName: "when"))
    var from: UTCTime

    @Option(help: ArgumentHelp("The same.", valueName: "when"))
    var until: UTCTime

    @Option(help: ArgumentHelp("Where.", valueName: "file"))
    var out: String

    func run() throws {
        let key = try key.read()
        try orExit {
            let document = try WatchDocumentFile.signed(
                WatchAuthorisation(
                    issuer: WatchDocumentFile.nobody, version: issue, authority: authority,
                    person: person, law: law, place: place,
                    devices: devices.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) },
                    categories: Set(categories), issued: Clocks.wallMilliseconds() / 1000,
                    from: from.seconds, until: until.seconds), by: key)
            try WatchDocumentFile.write(document.bytes, to: out)
        }
    }
}

/// A moment in UTC, as a person writes it.
struct UTCTime: ExpressibleByArgument {
    let seconds: Int64

    init?(argument: String) {
        guard let milliseconds = UTC.milliseconds(argument) else { return nil }
        seconds = milliseconds / 1000
    }
}

extension WatchNotice.Category: ExpressibleByArgument {
    public static var allValueStrings: [String] { allCases.map { "\($0)" } }

    public init?(argument: String) {
        guard let category = Self.allCases.first(where: { "\($0)" == argument }) else {
            return nil
        }
        self = category
    }
}

struct WatchlistOpen: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "open",
        abstract: "Opens the picture of a find, which only the list's authority can.")

    @Argument(help: "The sealed picture.")
    var find: String

    @OptionGroup var key: WatchlistKeyOption

    @Option(
        help:
            "The incident that it belongs to, by its full name: `identity` of `kuzet incidents show --json`."
    )
    var incident: String

    @Option(help: ArgumentHelp("Where.", valueName: "file"))
    var out: String

    func run() throws {
        let key = try key.read()
        try orExit {
            let picture = try WatchDocumentFile.opened(
                find, bound: Array(incident.utf8), by: key)
            try WorkbenchError.refuseSame(find, out)
            try WatchDocumentFile.write(picture, to: out)
        }
    }
}
