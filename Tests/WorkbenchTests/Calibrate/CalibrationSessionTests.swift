import Camera
import Configuration
import Frames
import Linux
import Simulation
import Station
import Testing

@testable import Detectors
@testable import Workbench

@Suite struct CalibrationSessionTests {
    private static let text = """
        # The venue.
        [[camera]]
        name = "hall" # above the door
        device = "/dev/video0"
        zones = [{name = "bar", polygon = [[0, 0], [300, 0], [300, 300]], open = "never"}]
        # the end

        """

    private struct Run {
        var said = ""
        var file = ""
        var error: (any Error)?
        var findings = CalibrationFindings()
        var draft: CalibrationDraft?
    }

    /// One session, of these lines, over a file of its own.
    private static func run(
        _ lines: [String], text: String = text, camera: String? = nil, isDryRun: Bool = false,
        source: CalibrationSource? = nil, looks: @escaping (Instant) -> [PersonBox] = { _ in [] },
        meanwhile: (String) -> Void = { _ in }, isInterrupted: @escaping () -> Bool = { false },
        endsUnseen: Bool = true, canSay: @escaping (String) -> Bool = { _ in true }
    ) -> Run {
        let path = "/tmp/kuzet-calibrate-\(Process.pid)-\(UInt64.random(in: 0...UInt64.max)).toml"
        defer { try? Files.remove(path) }
        var run = Run()
        do {
            try Files.replace(path, with: Array(text.utf8), mode: 0o604)
            var left = lines[...]
            let dialogue = Dialogue(endsUnseen: endsUnseen) {
                guard let line = left.popFirst() else { return .ended }
                return line.utf8.count > TypedLines.byteCountMax ? .tooLong : .text(line)
            } write: { text in
                guard canSay(text) else { throw Errno.noSpace }
                run.said += text
            }
            let session = try CalibrationSession(
                .init(
                    configuration: path, camera: camera, input: nil, minutes: 1,
                    isDryRun: isDryRun, isJSON: false),
                source: source
                    ?? CalibrationSource(name: "blank", isLive: false) { Blank(600) },
                looks: FakeLooks(looks), dialogue: dialogue, isInterrupted: isInterrupted)
            meanwhile(path)
            defer { (run.findings, run.draft) = (session.findings, session.draft) }
            try session.run()
        } catch {
            run.error = error
        }
        run.file =
            (try? Files.read(path, byteCountMax: 1 << 20)).map {
                String(decoding: $0, as: UTF8.self)
            } ?? ""
        if (try? Files.facts(path))?.permissions != 0o604 { run.file = "permissions were lost" }
        run.said = run.said.replacing(path, with: "FILE")
        return run
    }

    @Test func zonesAndLinesAreWrittenWhenTheDifferenceIsAgreedTo() {
        let run = Self.run([
            "zone", "floor", "100,500 900,500  900,990 100,990", "60", "40",
            "zone", "bar", "", "12", "",
            "line", "door", "300,900 to 700,900", "n", "in", "write", "y"
        ])
        #expect(run.error == nil)
        #expect(run.said.contains("FILE: written. For it to hold: systemctl reload kuzet"))
        #expect(run.findings.isWritten)
        #expect(
            run.file == """
                # The venue.
                [[camera]]
                name = "hall" # above the door
                device = "/dev/video0"
                zones = [{name = "bar", polygon = [[0, 0], [300, 0], [300, 300]], open = "never", \
                capacity = 12}, {name = "floor", polygon = [[100, 500], [900, 500], [900, 990], \
                [100, 990]], capacity = 60, square_metres = 40}]

                [camera.people]
                lines = [
                    {name = "door", from = [700, 900], to = [300, 900], alarm = "in"}
                ]
                # the end

                """)
        #expect(run.said.contains("\n+[camera.people]\n"))
        #expect(run.said.contains("line door: in: upwards"))
    }

    @Test(arguments: [[], ["zone"], ["zone", "a", "0,0 9,0 9,9"], ["walk"], ["marks", "1,1"]])
    func theEndOfInputWritesNothing(lines: [String]) {
        let run = Self.run(lines)
        #expect(run.error == nil)
        #expect(run.file == Self.text)
        #expect(run.said.hasSuffix("end of input: stopped; nothing was written\n"))
    }

    @Test(arguments: ["n", "", "."])
    func whatIsNotAgreedToIsNotWritten(answer: String) {
        let run = Self.run(["remove bar", "write", answer, "quit", "y"])
        #expect(run.error == nil)
        #expect(run.file == Self.text && !run.findings.isWritten)
        #expect(run.said.contains("\n-zones = "))
        #expect(run.said.contains("not written: zones: leave all the same?"))
    }

    /// Whether the picture, the difference or the question is what did not reach anybody.
    @Test(arguments: ["kuzet calibrate:", "-zones = ", "write it to"], [true, false])
    func whatNobodyCouldSeeIsNotWritten(lost: String, endsUnseen: Bool) {
        let run = Self.run(
            ["remove bar", "write", "y"], endsUnseen: endsUnseen,
            canSay: { !$0.hasPrefix(lost) })
        #expect((run.error as? WorkbenchError)?.kind == .unseen)
        #expect(
            (run.error as? WorkbenchError)?.description.hasSuffix(
                "(ENOSPC); nothing was written") == true)
        #expect(run.file == Self.text && !run.findings.isWritten)
    }

    /// What is measured for a program counts without questions; what was written stays so.
    @Test func whatNobodyCouldSeeEndsItWhereItMatters() {
        let measured = Self.run(["watch", "quit"], endsUnseen: false, canSay: { _ in false })
        #expect(measured.error == nil && measured.findings.watched != nil)
        let asked = Self.run(["watch", "quit"], canSay: { !$0.hasPrefix("watched") })
        #expect((asked.error as? WorkbenchError)?.kind == .unseen)
        let late = Self.run(
            ["remove bar", "write", "y"], canSay: { !$0.hasSuffix("reload kuzet\n") })
        #expect(
            (late.error as? WorkbenchError)?.description.hasSuffix("was written before") == true)
        #expect(late.file != Self.text)
    }

    @Test func whatWasRemovedMayBeAddedAgain() throws {
        let more = "open = \"never\"}, {name = \"b\", polygon = [[0, 0], [9, 0], [9, 9]]}]"
        let text =
            Self.text.replacing("open = \"never\"}]", with: more) + """
                [camera.people]
                lines = [{name = "x", from = [0, 0], to = [500, 0]}, \
                {name = "y", from = [0, 500], to = [500, 500]}]

                """
        let run = Self.run(
            [
                "zone", "new", "0,0 700,0 700,700", "", "", "remove bar", "remove x",
                "zone", "bar", "0,0 900,0 900,900", "5", "", "line", "x", "9,9 900,9", "", "in",
                "write", "y"
            ], text: text)
        #expect(run.error == nil && run.findings.isWritten, "\(run.said)")
        #expect(run.said.contains("zone bar is zone 1"))
        let camera = try Settings.check(Array(run.file.utf8), as: "/nowhere/a.toml").cameras[0]
        #expect(camera.detectors.zones.map(\.name) == ["bar", "b", "new"])
        #expect(camera.detectors.people.lines.map(\.name) == ["x", "y"])
        #expect(CalibrationDraft(camera) == run.draft)
    }

    @Test func noZoneAndLineGetOneName() {
        let run = Self.run([
            "line", "bar", "door", "0,0 900,0", "", "", "zone", "door", "door2",
            "0,0 900,0 900,900", "", "", "line", "door", "", "", "", "zone", "bar", "", "", "",
            "quit", "y"
        ])
        #expect(run.error == nil)
        #expect(run.said.contains("line: name: \"bar\": allowed: a name that no zone here has"))
        #expect(run.said.contains("zone: name: \"door\": allowed: a name that no line here has"))
        #expect(run.draft?.zones.map(\.name) == ["bar", "door2"])
        #expect(run.draft?.lines.map(\.name) == ["door"])
    }

    @Test(arguments: ["zone", "line"])
    func ofAZoneAndALineOfOneNameOneIsRemoved(kind: String) {
        let text =
            Self.text + """
                [camera.people]
                lines = [{name = "bar", from = [0, 0], to = [500, 0]}]

                """
        for lines in [["remove bar", "remove \(kind) bar"], ["remove", "bar", "\(kind) bar"]] {
            let run = Self.run(lines + ["write", "y"], text: text)
            #expect(run.error == nil && run.findings.isWritten, "\(run.said)")
            #expect(run.said.contains("a zone and a line have this name: allowed: zone bar, line"))
            #expect(run.said.contains("removed: \(kind) bar"))
            #expect(run.draft?.zones.count == (kind == "zone" ? 0 : 1))
            #expect(run.draft?.lines.count == (kind == "zone" ? 1 : 0))
        }
    }

    @Test func remarksThatGoAreCounted() {
        let text =
            Self.text + """
                [camera.people]
                furniture = [ # the stand
                    [1, 2, 30, 40], # at the door
                    # "and" this
                ]
                lines = [
                    {name = "x", from = [0, 0], to = [500, 0]}, # "in"
                    {name = "y", from = [0, 9], to = [500, 9]}, # stays
                ]

                """
        let line = Self.run(["remove x", "write", "n", "quit", "y"], text: text)
        #expect(
            line.said.contains("\nremarks that go with what is taken out: 1\n---"),
            "\(line.said)")
        let stand = PersonBox(
            region: Region(x: 100, y: 300, width: 80, height: 300), score: .perMille(610))
        let things = Self.run(["furniture", "y", "write", "n", "quit", "y"], text: text) { _ in
            [stand]
        }
        #expect(things.said.contains("taken out: 3\n---"), "\(things.said)")
        let none = Self.run(["remove bar", "write", "n", "quit", "y"], text: text)
        #expect(!none.said.contains("remarks that go") && none.said.contains("\n---"))
    }

    @Test func aDryRunKeepsTheDifferenceAndTheFile() {
        let run = Self.run(["remove bar", "write"], isDryRun: true)
        #expect(run.error == nil && run.file == Self.text)
        #expect(run.findings.difference.contains("\n+zones = []\n"))
        #expect(!run.said.contains("zones = []"))
    }

    @Test func everyAnswerThatCannotBeUsedNamesItselfAndWhatIsAllowed() {
        let run = Self.run([
            "fly", "picture 1e9", "remove x\u{1B}[31m", "zone", "b ar", "a\u{7}b",
            String(repeating: "a", count: 33), String(repeating: "9", count: 5_000), "a",
            "0,0 1,1", "0,0 1001,0 9,9", "0,0 99999999999999999999,0 9,9",
            "0,0 900,900 900,0 0,900", "0,0 500,0 200,0 9,9", "0,0 0,0 9,9", "0,0 1,1 2,2",
            "0,0 x 9,9", "0,0 900,0 900,900", "-1", "10001", "many", "3", ".",
            "line", "l", "1,1", "1,1 2,2", "1,1 500,1", "maybe", "y", "sideways", "", "quit", "y"
        ])
        #expect(run.error == nil && run.file == Self.text)
        for words in [
            "command: \"fly\": allowed: picture, zone,",
            "picture: \"1e9\": allowed: a whole number of seconds, 0 to 86400",
            "answer: read: it has control characters",
            "zone: name: \"b ar\": allowed: 1 to 32 letters",
            "answer: read: more than 4096 bytes in a line",
            "zone a: 2 corners: allowed: 3 to 64",
            "zone a: corner 2: \"1001,0\": allowed: x,y in thousandths",
            "zone a: corner 2: \"99999999999999999999,0\"",
            "zone a: sides 1 (0,0 to 900,900) and 3 (900,0 to 0,900) cross",
            "zone a: sides 1 (0,0 to 500,0) and 2 (500,0 to 200,0) cross",
            "zone a: corner 1 is there twice in a row",
            "zone a: sides 1 (0,0 to 1,1) and 3 (2,2 to 0,0) cross",
            "zone a: corner 2: \"x\"",
            "zone a: people at most, 0: any number: \"-1\": allowed: a whole number of people",
            "left as it was",
            "line l: 1 places: allowed: two",
            "allowed: ends that are at least 20 thousandths apart",
            "answer: \"maybe\": allowed: y or n",
            "line l: alarm: \"sideways\": allowed: none, in, out, both"
        ] { #expect(run.said.contains(words), "\(words)\n\(run.said)") }
        // Only our own colours reach the terminal.
        #expect(!run.said.contains("\u{7}") && !run.said.contains("\u{1B}[31m"))
    }

    @Test func twentyAnswersThatAreNoneEndIt() {
        let run = Self.run(Array(repeating: "zz", count: 1_000))
        #expect((run.error as? WorkbenchError)?.kind == .badData)
        #expect(run.file == Self.text)
        #expect(run.said.split(separator: "\n").filter { $0.hasPrefix("command: ") }.count == 20)
    }

    /// Whatever is typed: it comes to an end, and the file is the old one or a right one.
    @Test(arguments: 1...6 as ClosedRange<UInt64>)
    func hostileAnswersNeverBreakTheFile(seed: UInt64) throws {
        var chance = SplitMix64(seed: seed)
        let parts = [
            ["zone", "a", "0,0 900,0 900,900", "5", "3"], ["zone", "bar", "", "7", "0"],
            ["zone", "bar", "10,10 90,10 90,90", "", ""], ["remove bar"], ["remove", "a"],
            ["line", "l", "1,1 900,900", "y", "none"], ["line", "l", "", "n", "both"],
            ["marks", "100,950", "0,0", "900,950", "4000,0", "650,400", "4000,9000", "350,400"],
            ["0,9000"], ["measure", "1,1", "900,900"], ["walk", "170"], ["write", "n"], ["quit"]
        ]
        let noise = [
            "", ".", "0,0 900,900 900,0 0,900", "\u{1B}[2J", "-1", "5000,0", "\"", "a\"]\n[x", "é",
            "\u{202E}x", "9223372036854775808", "furniture", "y", "n", "\0", "]", "picture -1"
        ]
        var writtenCount = 0
        for _ in 0..<25 {
            var lines: [String] = []
            for _ in 0..<chance.whole(in: 1...8) {
                for word in parts[chance.whole(in: 0...parts.count - 1)] {
                    if chance.chance(1, in: 8) {
                        lines.append(noise[chance.whole(in: 0...noise.count - 1)])
                    }
                    if !chance.chance(1, in: 15) { lines.append(word) }
                }
            }
            // Out of whatever was begun, and written.
            lines += [".", ".", "write", "y"]
            let run = Self.run(
                lines, source: CalibrationSource(name: "blank", isLive: false) { Blank(3) })
            #expect(run.error == nil || run.error is WorkbenchError, "\(lines)")
            if run.file != Self.text {
                #expect(run.findings.isWritten)
                writtenCount += 1
                let read = try Settings.check(Array(run.file.utf8), as: "/nowhere/a.toml")
                #expect(CalibrationDraft(read.cameras[0]) == run.draft, "\(lines)")
                #expect(run.file.hasPrefix("# The venue.") && run.file.contains("# the end"))
            }
        }
        #expect(writtenCount > 3, "\(writtenCount)")
    }

    // MARK: Looking

    @Test func onePersonWhoWalksGivesTheFloor() throws {
        let run = Self.run(["walk", "17", "170", "write", "y"]) { [FakeLooks.walker($0)] }
        #expect(run.error == nil)
        #expect(run.said.contains("height: \"17\": allowed: a whole number of centimetres"))
        let fit = try #require(run.findings.fit, "\(run.said)")
        #expect(abs(fit.horizonRow - 200) <= 12 && abs(fit.cameraMillimetres - 3_400) <= 100)
        #expect(fit.errorPerMille <= 20 && fit.near.footRow - fit.far.footRow > 350)
        let ground = "ground = {near = {feet = \(fit.near.footRow), height = \(fit.near.height), "
        #expect(run.file.contains(ground), "\(run.file)")
        #expect(run.findings.json(camera: "hall").contains("\"millimetres\":1700"))
    }

    @Test func twoPeopleAShortWalkAndNobodyAreRefused() {
        let two = Self.run(["walk", "", "quit"]) {
            [FakeLooks.walker($0, column: 250), FakeLooks.walker($0, column: 750)]
        }
        #expect(two.findings.refusals.first?.hasPrefix("ground: follow one person: two") == true)
        let short = Self.run(["walk", "", "quit"]) { [FakeLooks.walker($0, far: 800)] }
        #expect(
            short.findings.refusals.first?.hasPrefix("ground: fit: did not walk far enough")
                == true,
            "\(short.findings.refusals)")
        let nobody = Self.run(["walk", "", "quit"])
        #expect(nobody.findings.refusals.first?.hasPrefix("ground: look for a person") == true)
        for run in [two, short, nobody] {
            #expect(run.error == nil && run.draft?.ground == nil && run.findings.fit == nil)
        }
    }

    @Test func marksByHandGiveTheFloorOrTheirFault() {
        let corners = ["100,950", "0,0", "900,950", "4000,0", "650,400", "4000,9000"]
        let good = Self.run(
            ["marks"] + corners
                + ["350,400", "0,9000", "measure", "100,950", "900,950", "quit", "y"])
        #expect(good.error == nil)
        #expect(good.said.contains("ground = {marks = [{at = [100, 950], floor = [0, 0]}, "))
        let metres = ["3.99 m", "4.00 m", "4.01 m"]
        #expect(metres.contains { good.said.contains("to x,y: 900,950\n\($0)\n") }, "\(good.said)")
        let crossed = Self.run(["marks"] + corners + ["350,400", "8000,9000", "quit"])
        #expect(crossed.draft?.ground == nil && crossed.findings.refusals.count == 1)
    }

    @Test func whatNeverMovesIsShownAndKeptWhereItIsAThing() throws {
        let stand = PersonBox(
            region: Region(x: 100, y: 300, width: 80, height: 300), score: .perMille(610))
        let run = Self.run(["furniture", "y", "furniture", "write", "y"]) { _ in [stand] }
        #expect(run.error == nil, "\(run.said)")
        #expect(run.findings.furniture.map(\.region) == [stand.region])
        #expect(abs((run.findings.furniture.first?.scorePerMille ?? 0) - 610) <= 1)
        #expect(run.file.contains("furniture = [[100, 300, 80, 300]]\n"), "\(run.said)")
        // Known now, it is told so.
        #expect(run.said.contains("known already"))
        var faint = stand
        faint.score = .perMille(300)
        #expect(Self.run(["furniture", "quit"]) { _ in [faint] }.findings.furniture.isEmpty)
        let walks = Self.run(["furniture", "quit"]) { [FakeLooks.walker($0)] }
        #expect(walks.findings.furniture.isEmpty)
    }

    @Test func watchingCountsPeopleAndWhatWouldBeTold() throws {
        let run = Self.run(
            ["zone", "floor", "100,100 900,100 900,990 100,990", "1", "", "watch", "quit", "y"],
            source: CalibrationSource(name: "blank", isLive: false) { Blank(900) }
        ) {
            [FakeLooks.walker($0, column: 250), FakeLooks.walker($0, column: 750)]
        }
        #expect(run.error == nil)
        let watched = try #require(run.findings.watched)
        #expect(watched.counts[1] == 2 && watched.counts[2] == 2, "\(watched)")
        #expect(watched.seconds == 89 && watched.lookCount > 100, "\(watched)")
        // Two where one may be: told with the settings that are not written yet.
        let told = try #require(watched.incidents.first { $0.name == "occupancy in floor" })
        #expect(watched.perHour(told.count) == "40.4" || told.count > 1, "\(watched)")
        #expect(run.said.contains("occupancy in floor: "))
    }

    @Test(arguments: ["walk", "watch", "furniture"])
    func picturesThatCannotBeLookedAtAreLeftOut(command: String) {
        let some = CalibrationSource(name: "recording x", isLive: false) {
            Blank(600, smallEvery: 100)
        }
        let run = Self.run([command, "", "quit", "quit"], source: some) {
            [FakeLooks.walker($0)]
        }
        #expect(
            run.said.contains("ask for 64×48 or more; pictures that were left out: 6"),
            "\(run.said)")
        if command == "walk" { #expect(run.findings.fit != nil, "\(run.said)") }
        if command == "watch" { #expect(run.findings.watched?.counts[1] == 1) }
        let all = CalibrationSource(name: "recording x", isLive: false) { Blank(9, smallEvery: 1) }
        let none = Self.run([command, "", "quit", "quit"], source: all)
        #expect(none.error == nil)
        #expect(none.said.contains("recording x: decide: pictures of 16×16 are too small"))
        #expect(!none.said.contains("left out") && none.findings.watched == nil)
    }

    @Test func aCameraIsWatchedUntilSomebodyPressesEnter() {
        var left = 101
        let camera = CalibrationSource(name: "camera hall", isLive: true) { Blank(.max) }
        let run = Self.run(
            ["watch", "remove bar", "write", "y"], source: camera,
            isInterrupted: {
                left -= 1
                return left == 0
            })
        #expect(run.error == nil)
        #expect(run.findings.watched?.seconds == 10)
        #expect(run.said.contains("or, where you stopped it: systemctl start kuzet"))
    }

    /// TOML has ways for cameras that are not edited: what to write by hand is said.
    @Test func camerasInOneLineAreLeftAsTheyAre() {
        let text = "camera = [{name = \"hall\", device = \"/dev/video0\"}]\n"
        let run = Self.run(["zone", "z", "0,0 900,0 900,900", "3", "", "write"], text: text)
        #expect((run.error as? WorkbenchError)?.kind == .unavailable)
        #expect(run.file == text)
        #expect(
            run.said.contains(
                "does not stand as such in it; nothing was written; by hand it would be:\n"
                    + "zones = [{name = \"z\", polygon = [[0, 0], [900, 0], [900, 900]], "
                    + "capacity = 3}]\n"), "\(run.said)")
    }

    @Test func aRecordingThatBreaksCountsUpToThere() {
        let breaking = CalibrationSource(name: "recording x", isLive: false) {
            Blank(100, breaks: true)
        }
        let run = Self.run(["watch", "quit"], source: breaking)
        #expect(run.error == nil)
        #expect(
            run.said.contains("recording x: read: it breaks [2J off; what came before that counts"))
        #expect(!run.said.contains("\u{1B}[2J"))
        #expect(run.findings.watched?.seconds == 9)
        let empty = CalibrationSource(name: "recording x", isLive: false) { Blank(0, breaks: true) }
        #expect((Self.run([], source: empty).error as? CameraError)?.kind == .badData)
    }

    @Test func aCameraThatTheServiceHasSaysWhatToDo() {
        let busy = CalibrationSource(name: "camera hall", isLive: true) { Dead() }
        let error = Self.run([], source: busy).error as? CameraError
        #expect(error?.kind == .unavailable)
        #expect(error?.cause.contains("systemctl stop kuzet") == true)
    }

    @Test func aRenderedVenueIsShownWithWhatIsDrawnIntoIt() throws {
        let venue = CalibrationSource(name: "venue", isLive: false) {
            VenueCamera(
                width: 320, height: 240, framesPerSecond: 10,
                script: .evening(seconds: 20, seed: 1), seed: 1)
        }
        let run = Self.run(["picture 3", "picture 999", "quit"], source: venue)
        #expect(run.error == nil)
        #expect(run.said.contains("venue: it ends before that"))
        #expect(run.said.contains("zone 1 bar  0,0 300,0 300,300"))
        // The zone's outline is in its colour.
        #expect(run.said.contains("38;2;0;224;255m"))
        let rows = run.said.split(separator: "\n").filter { $0.contains("▀") }
        #expect(rows.count > 20 && rows.allSatisfy { $0.filter { $0 == "▀" }.count <= 75 })
    }

    // MARK: The configuration

    @Test func aBadConfigurationOrAnotherCameraIsRefused() {
        let bad = Self.run([], text: Self.text + "width = 3\n[camera.people]\nlines = 7\n")
        #expect((bad.error as? ConfigurationError)?.problems.count == 2)
        let other = Self.run([], camera: "yard\u{1B}")
        #expect((other.error as? ConfigurationError)?.description.contains("it has hall") == true)
        #expect((other.error as? ConfigurationError)?.description.contains("\u{1B}") == false)
        let two = Self.text + "[[camera]]\nname = \"yard\"\ndevice = \"/dev/video1\"\n"
        let unnamed = Self.run([], text: two)
        #expect((unnamed.error as? ConfigurationError)?.description.contains("hall, yard") == true)
        let named = Self.run(
            ["zone", "z", "0,0 900,0 900,900", "", "", "write", "y"], text: two, camera: "yard")
        #expect(named.file.hasPrefix(two) && named.file.contains("{name = \"z\", "))
    }

    @Test func whatSomebodyElseWroteMeanwhileIsNotOverwritten() {
        let changed = Self.text + "# hand-made\n"
        let run = Self.run(
            ["remove bar", "write", "y"],
            meanwhile: { path in
                try? Files.replace(path, with: Array(changed.utf8), mode: 0o604)
            })
        #expect(
            (run.error as? WorkbenchError)?.description.contains("changed it meanwhile") == true)
        #expect(run.file == changed)
    }

    @Test func typedLinesEndAsTheyShould() throws {
        let pipe = try FileDescriptor.pipe()
        let long = String(repeating: "x", count: 9_000)
        try pipe.writing.writeAll("one\r\n\n\(long)\ntwo\u{1B}\nlast")
        try pipe.writing.close()
        let lines = TypedLines(pipe.reading)
        let found = (0..<6).map { _ in lines.next() }
        #expect(
            found == [
                .text("one"), .text(""), .tooLong, .text("two\u{1B}"), .text("last"), .ended
            ])
        #expect(lines.next() == .ended && !lines.hasOneWaiting())
    }

    @Test func aTerminalWithoutEndGetsAPictureWithOne() {
        for (width, height) in [(640, 480), (3_840, 64), (64, 3_840)] {
            let picture = CalibrationPicture(
                Frame(width: width, height: height), columns: 65_535, rows: 65_535)
            #expect(picture.columns <= 500 && picture.rows <= 200)
            #expect(picture.columns == 500 || picture.rows >= 150)
        }
    }

    @Test func thePictureFitsTheTerminalAndIsLabelled() {
        for (width, height) in [(640, 480), (64, 48), (1920, 1080), (480, 640)] {
            for (columns, rows) in [(80, 20), (40, 9), (200, 60)] {
                let frame = Frame(width: width, height: height)
                var picture = CalibrationPicture(frame, columns: columns, rows: rows)
                picture.draw(.box(.whole), colour: 0x123456)
                let corner = Polygon.Corner(x: 1000, y: 1000)
                picture.draw(.line(corner, .init(x: 0, y: 1000)), colour: 0x654321)
                let lines = picture.lines
                #expect(lines.count <= rows && lines[0].contains("0"))
                #expect(lines[1].contains("38;2;18;52;86m"))
                #expect(lines[lines.count - 1].contains("48;2;101;67;33m"))
                for line in lines {
                    let cells = line.filter { $0 == "▀" }.count
                    #expect(cells + CalibrationPicture.margin <= columns)
                }
            }
        }
    }
}
