import Camera
import Configuration
import Detectors
import Frames
import Incidents
import Linux
import Text

/// A technician, line by line: shows a camera's picture, takes zones, lines and the floor's measure,
/// watches with them, and writes them into the configuration when the difference was agreed to.
package final class CalibrationSession {
    /// What is to be calibrated, and how.
    package struct Task {
        /// The configuration's path.
        var configuration: String
        /// By its name; nil for the only one.
        var camera: String?
        /// A recording in place of the camera.
        var input: String?
        /// How long a camera is watched.
        var watchFor: Interval
        /// The difference is shown, and nothing is written.
        var isDryRun: Bool
        var isJSON: Bool

        package init(
            configuration: String, camera: String?, input: String?, minutes: Int, isDryRun: Bool,
            isJSON: Bool
        ) {
            self.configuration = configuration
            self.camera = camera
            self.input = input
            watchFor = .seconds(Int64(minutes) * 60)
            self.isDryRun = isDryRun
            self.isJSON = isJSON
        }
    }

    let task: Task
    let dialogue: Dialogue
    /// Whether somebody at a terminal pressed Enter.
    let isInterrupted: () -> Bool
    let source: CalibrationSource
    /// Where networks look at pictures.
    let looks: any LookWorker
    /// The bytes of the file, and what stands in them for the camera.
    let text: [UInt8]
    let settings: Settings
    let index: Int
    let original: CalibrationDraft
    /// How large the terminal is.
    let columns: Int
    let rows: Int

    var draft: CalibrationDraft
    var findings = CalibrationFindings()
    /// The picture that was shown last.
    private var shown: Frame?

    /// - Parameters:
    ///   - source: in place of the camera, or the recording that the task names.
    ///   - looks: in place of the networks that the configuration names.
    ///   - dialogue: on a terminal, or scripted.
    /// - Throws: `ConfigurationError`, where the configuration is wrong or has no such camera;
    ///   `ModelError`.
    init(
        _ task: Task, source: CalibrationSource? = nil, looks: (any LookWorker)? = nil,
        dialogue: Dialogue,
        size: (columns: Int, rows: Int) = (80, 24), isInterrupted: @escaping () -> Bool = { false }
    ) throws {
        self.task = task
        self.dialogue = dialogue
        self.isInterrupted = isInterrupted
        (columns, rows) = size
        let read = try Settings.loadText(task.configuration)
        (text, settings) = (read.text, read.configuration)
        index = try Self.place(of: task, in: settings)
        let camera = settings.cameras[index]
        self.source = source ?? task.input.map(CalibrationSource.recording) ?? .camera(camera)
        original = CalibrationDraft(camera)
        draft = original
        self.looks = try looks ?? PromptWorker(ConfiguredNetworks(settings.models).networks)
    }

    /// The session of the command: questions on standard output, or on standard error where standard
    /// output is for a program to read.
    ///
    /// - Throws: `ConfigurationError`, `CameraError`, `WorkbenchError`.
    package static func run(_ task: Task) throws {
        let output: FileDescriptor =
            task.isJSON || task.isDryRun ? .standardError : .standardOutput
        let lines = TypedLines(.standardInput)
        let dialogue = Dialogue(
            isEchoed: !FileDescriptor.standardInput.isTerminal,
            // A standard error that is closed is no reason to fail; nothing is written unseen.
            endsUnseen: !(task.isJSON || task.isDryRun), read: lines.next
        ) { try output.writeAll($0) }
        let size = (try? output.terminalSize()) ?? (columns: 80, rows: 24)
        let session = try CalibrationSession(
            task, dialogue: dialogue,
            size: size.columns > 0 && size.rows > 0 ? size : (80, 24),
            isInterrupted: lines.hasOneWaiting)
        try session.run()
        if task.isJSON {
            print(session.findings.json(camera: session.name))
        } else if task.isDryRun {
            print(session.findings.difference, terminator: "")
        }
    }

    var name: String { settings.cameras[index].name }

    private static func place(
        of task: Task, in settings: Settings
    ) throws(ConfigurationError) -> Int {
        let names = settings.cameras.map(\.name)
        guard let wanted = task.camera else {
            guard names.count == 1 else {
                throw ConfigurationError(
                    file: task.configuration,
                    message: "camera: there are \(names.count): name one with --camera: "
                        + names.joined(separator: ", "))
            }
            return 0
        }
        guard let index = names.firstIndex(of: wanted) else {
            throw ConfigurationError(
                file: task.configuration,
                message: "camera \(quoted(wanted)): not in this file; it has "
                    + names.joined(separator: ", "))
        }
        return index
    }

    // MARK: The round of commands

    enum Command: String, CaseIterable {
        case picture, zone, line, remove, walk, marks, measure, furniture, watch, write, quit, help
    }

    private static let help = """
        picture [S]   show it again, as it is S seconds later
        zone          add a part of the picture, or change one
        line          add a line that is counted, or change one
        remove NAME   take a zone or a line away
        walk          the floor's measure: one person walks
        marks         the floor's measure: four marks of the floor
        measure       how far two places of the floor are apart
        furniture     what is held for a person and never moves
        watch         what would have been told, with the settings as they are now
        write         show the difference, and write it when you agree
        quit          leave; "." leaves a question
        """

    /// Until somebody writes, leaves, or has no more to say.
    ///
    /// - Throws: `CameraError` where there is no picture at all; `WorkbenchError` where answers are
    ///   no answers, nobody can see what is asked, or the file cannot be written.
    func run() throws {
        dialogue.say(
            foreign: "kuzet calibrate: camera \(name) of \(task.configuration), from \(source.name)"
        )
        do {
            try showPicture(after: .zero)
            // More lines would push the picture out of a small terminal.
            dialogue.say(Command.allCases.map(\.rawValue).joined(separator: " "))
            while try step() {}
        } catch Dialogue.Stop.ended {
            dialogue.say("end of input: stopped; nothing was written")
        } catch Dialogue.Stop.refusedTooOften {
            throw WorkbenchError(
                .badData,
                "answers: read: \(Dialogue.badAnswerCountMax) in a row could not be used; "
                    + "nothing was written")
        } catch Dialogue.Stop.unseen {
            throw unseen
        }
        guard dialogue.failure == nil || !dialogue.endsUnseen else { throw unseen }
        findings.changes = draft.changes(from: original)
        do {
            findings.difference = try difference(to: try written())
        } catch let refusal as Unusable {
            throw WorkbenchError(.unavailable, "\(refusal)")
        }
    }

    private var unseen: WorkbenchError {
        let cause = dialogue.failure.map { "\($0)" } ?? "nobody reads it"
        return WorkbenchError(
            .unseen,
            "what is asked and shown: write: \(cause); "
                + (findings.isWritten
                    ? "\(task.configuration) was written before" : "nothing was written"))
    }

    /// - Returns: whether there is more to do.
    private func step() throws -> Bool {
        let (command, rest): (Command, String)
        do {
            (command, rest) = try dialogue.ask("calibrate") { text in
                let words = text.split(separator: " ", maxSplits: 1)
                guard let first = words.first else { return (.help, "") }
                guard let command = Command(rawValue: first.lowercased()) else {
                    throw Unusable(
                        "command: \(CalibrationAnswers.shown(text)): allowed: "
                            + Command.allCases.map(\.rawValue).joined(separator: ", "))
                }
                return (command, words.count > 1 ? String(words[1]) : "")
            }
        } catch Dialogue.Stop.left {
            return try !leave()
        }
        do {
            return try perform(command, rest)
        } catch Dialogue.Stop.left {
            dialogue.say("left as it was")
        } catch let refusal as Unusable {
            dialogue.say(foreign: "\(refusal)")
        } catch let error as CameraError {
            dialogue.say(foreign: "\(error)")
        } catch let error as Sight.Refusal {
            dialogue.say("\(source.name): decide: \(error)")
        }
        return true
    }

    private func perform(_ command: Command, _ rest: String) throws -> Bool {
        switch command {
        case .help: dialogue.say(Self.help)
        case .picture:
            let seconds =
                try rest.isEmpty
                ? 0 : CalibrationAnswers.number(rest, of: "picture", in: 0...86_400, "seconds")
            try showPicture(after: .seconds(Int64(seconds)))
        case .zone: try editZone()
        case .line: try editLine()
        case .remove: try remove(rest)
        case .walk: try walk()
        case .marks: try takeMarks()
        case .measure: try measure()
        case .furniture: try lookForFurniture()
        case .watch: try watch()
        case .write: return try !write()
        case .quit: return try !leave()
        }
        return true
    }

    private func leave() throws -> Bool {
        let changes = draft.changes(from: original)
        guard !changes.isEmpty, !task.isDryRun else { return true }
        do {
            return try dialogue.ask("not written: \(changes): leave all the same? [y/N]") {
                try CalibrationAnswers.yes($0)
            }
        } catch Dialogue.Stop.left {
            return false
        }
    }

    /// "door", or "line door" where a zone has that name too.
    private func remove(_ rest: String) throws {
        let (zones, lines) = (draft.zones.map(\.name), draft.lines.map(\.name))
        func known(_ text: String) throws -> (isZone: Bool, name: String) {
            let words = text.split(separator: " ").map(String.init)
            let kind = words.count == 2 ? words[0].lowercased() : ""
            let name = ["zone", "line"].contains(kind) ? words[1] : text
            let isZone = kind != "line" && zones.contains(name)
            let isLine = kind != "zone" && lines.contains(name)
            guard isZone || isLine else {
                let names = zones + lines
                throw Unusable(
                    "remove: \(CalibrationAnswers.shown(text)): no zone or line has this name; "
                        + "there are: \(names.isEmpty ? "none" : names.joined(separator: ", "))")
            }
            guard !isZone || !isLine else {
                throw Unusable(
                    "remove: \(CalibrationAnswers.shown(text)): a zone and a line have this name: "
                        + "allowed: zone \(name), line \(name)")
            }
            return (isZone, name)
        }
        let found = try rest.isEmpty ? dialogue.ask("name to remove", known) : known(rest)
        if found.isZone {
            draft.zones.removeAll { $0.name == found.name }
        } else {
            draft.lines.removeAll { $0.name == found.name }
        }
        dialogue.say("removed: \(found.isZone ? "zone" : "line") \(found.name)")
    }

    // MARK: Pictures

    /// The picture so long after the first, with all that is drawn into it.
    func showPicture(after time: Interval, boxes: [Region] = []) throws {
        shown = nil
        let sight = Sight(settings.cameras[index].detectors)
        let notices = try source.forEach(for: time + .seconds(5)) { frame, at in
            guard at >= time else { return source.isLive && isInterrupted() }
            // What is masked is nobody's to see.
            sight.hide(in: frame)
            let copy = Frame(width: frame.width, height: frame.height)
            copy.copy(from: frame)
            self.shown = copy
            self.compare(frame)
            return true
        }
        for notice in notices { dialogue.say(foreign: notice) }
        guard shown != nil else { return dialogue.say("\(source.name): it ends before that") }
        drawPicture(boxes: boxes)
    }

    /// The picture that was shown last, with what is drawn into it now.
    func drawPicture(boxes: [Region] = []) {
        guard let shown else { return }
        let legend = CalibrationPicture.legend(draft)
        var picture = CalibrationPicture(
            shown, columns: columns, rows: max(rows - legend.count - 3, 8))
        for (place, zone) in draft.zones.enumerated() {
            let colours = CalibrationPicture.zoneColours
            picture.draw(.polygon(zone.polygon.corners), colour: colours[place % colours.count])
        }
        for line in draft.lines {
            picture.draw(.line(line.from, line.to), colour: CalibrationPicture.lineColour)
        }
        for region in draft.furniture + boxes {
            picture.draw(.box(region), colour: CalibrationPicture.boxColour)
        }
        for line in picture.lines + legend { dialogue.say(line) }
    }

    /// Thousandths mean the same only in pictures of one shape.
    private func compare(_ frame: Frame) {
        let wanted = settings.cameras[index].source
        let (one, other) = (frame.width * wanted.height, wanted.width * frame.height)
        guard abs(one - other) * 50 > other else { return }
        dialogue.say(
            "\(source.name): its pictures are \(frame.width)×\(frame.height), and the "
                + "configuration asks for \(wanted.width)×\(wanted.height): another shape; "
                + "what is measured here holds for this one")
    }

    // MARK: The configuration

    /// The text with the draft in it, read again, and compared with what was meant.
    ///
    /// - Throws: `Unusable` where that is not what would be read.
    func written() throws -> (bytes: [UInt8], settings: Settings) {
        let file = task.configuration
        do {
            let bytes = try draft.written(over: original, in: text, camera: index)
            let read = try Settings.check(bytes, as: file)
            guard CalibrationDraft(read.cameras[index]) == draft, isOtherwiseEqual(read) else {
                throw TOMLSource.Fault(line: 1, cause: "it would not read as what was meant")
            }
            return (bytes, read)
        } catch let fault as TOMLSource.Fault {
            throw Unusable(
                "\(file): \(fault); nothing was written; by hand it would be:\n"
                    + draft.text(over: original))
        } catch let error as ConfigurationError {
            throw Unusable("\(error)")
        }
    }

    /// Whether all that is no matter of this session is as it was.
    private func isOtherwiseEqual(_ read: Settings) -> Bool {
        guard read.cameras.count == settings.cameras.count else { return false }
        let kept = draft.zones.map(\.name).filter { name in
            original.zones.contains { $0.name == name }
        }
        guard kept.allSatisfy({ openHours(of: $0, in: read) == openHours(of: $0, in: settings) })
        else { return false }
        var expected = settings
        let new = read.cameras[index]
        expected.cameras[index].ground = new.ground
        expected.cameras[index].detectors.zones = new.detectors.zones
        expected.cameras[index].detectors.people.zoneLimits = new.detectors.people.zoneLimits
        expected.cameras[index].detectors.people.lines = new.detectors.people.lines
        expected.cameras[index].detectors.people.groundPlane = new.detectors.people.groundPlane
        expected.cameras[index].detectors.people.furniture = new.detectors.people.furniture
        // They name zones by number, which changes with the zones before; judged above.
        expected.station.cameras[index].incidents.zoneHours =
            read.station.cameras[index].incidents.zoneHours
        // The whole picture is a zone too, and no matter of this session.
        return read == expected && capacity(in: read) == capacity(in: settings)
    }

    private func openHours(of zone: String, in settings: Settings) -> OpenHours? {
        guard
            let place = settings.cameras[index].detectors.zones.firstIndex(where: {
                $0.name == zone
            })
        else { return nil }
        return settings.station.cameras[index].incidents.zoneHours.last {
            Int($0.zone) == place + 1
        }?.openHours
    }

    private func capacity(in settings: Settings) -> Int? {
        settings.cameras[index].detectors.people.zoneLimits.last { $0.zone == 0 }?.capacity
    }

    func difference(to written: (bytes: [UInt8], settings: Settings)) throws -> String {
        UnifiedDiff(
            from: String(decoding: text, as: UTF8.self),
            to: String(decoding: written.bytes, as: UTF8.self)
        ).text(old: task.configuration, new: task.configuration)
    }

    /// How many remarks stood in what is written anew, and are in the file no more.
    private func lostRemarkCount(in bytes: [UInt8]) -> Int {
        guard let old = try? TOMLSource(text).remarks(), let new = try? TOMLSource(bytes).remarks()
        else { return 0 }
        var kept: [String: Int] = [:]
        for remark in new { kept[remark, default: 0] += 1 }
        return old.count { remark in
            kept[remark, default: 0] -= 1
            return kept[remark, default: 0] < 0
        }
    }

    /// - Returns: whether it was written, or there was nothing to write: the session is over.
    private func write() throws -> Bool {
        let written = try written()
        let difference = try difference(to: written)
        guard !difference.isEmpty else {
            dialogue.say("\(task.configuration): nothing differs")
            return false
        }
        let lost = lostRemarkCount(in: written.bytes)
        if lost > 0 { dialogue.say("remarks that go with what is taken out: \(lost)") }
        // With --dry-run it is what the command prints.
        if task.isDryRun { return true }
        dialogue.say(foreign: String(difference.dropLast()))
        guard
            try dialogue.ask(
                "write it to \(task.configuration)? [y/N]", { try CalibrationAnswers.yes($0) })
        else {
            dialogue.say("nothing was written")
            return false
        }
        // Agreed to by a script, perhaps, while nobody could see it.
        guard dialogue.failure == nil else { throw Dialogue.Stop.unseen }
        try replace(with: written.bytes)
        findings.isWritten = true
        dialogue.say(
            "\(task.configuration): written. For it to hold: systemctl reload kuzet"
                + (source.isLive ? ", or, where you stopped it: systemctl start kuzet" : ""))
        return true
    }

    private func replace(with bytes: [UInt8]) throws {
        let path = task.configuration
        do {
            let now = try Settings.loadText(path).text
            guard now == text else {
                throw WorkbenchError(
                    .unavailable,
                    "\(path): write: somebody changed it meanwhile; nothing was written: begin "
                        + "again")
            }
            let facts = try Files.facts(path)
            try Files.replace(
                try Files.resolve(path), with: bytes, mode: facts.permissions,
                owner: (facts.user, facts.group))
        } catch let error as Errno {
            throw WorkbenchError(.unavailable, "\(path): write: \(error)")
        }
    }
}
