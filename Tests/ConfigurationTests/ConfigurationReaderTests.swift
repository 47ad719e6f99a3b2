import Alarm
import Camera
import Frames
import Incidents
import Station
import Testing

@testable import Configuration

/// Reads `text` with `profile` as the profile, whatever its name.
private func read(
    _ text: String, profile: String? = nil
) throws(ConfigurationError) -> Settings {
    try Settings.read(Array(text.utf8), file: "kuzet.toml", ownName: nil) {
        name throws(ConfigurationError) in
        guard let profile else {
            throw ConfigurationError(
                file: name, message: "open: no such file or directory (ENOENT)")
        }
        return (name, Array(profile.utf8))
    }
}

/// The problems of `text`, one line each; empty where it is right.
private func problems(_ text: String, profile: String? = nil) -> [String] {
    do throws(ConfigurationError) {
        _ = try read(text, profile: profile)
        return []
    } catch {
        return error.problems.map(\.description)
    }
}

private let camera = """
    [[camera]]
    name = "door"
    device = "/dev/video0"

    """

@Suite struct ConfigurationReaderTests {
    @Test func theSmallestConfigurationIsOneCamera() throws {
        let configuration = try read(camera)
        #expect(
            configuration.cameras == [
                CameraSection(name: "door", source: CameraSettings(device: "/dev/video0"))
            ])
        #expect(configuration.station.cameras == [CameraPolicy(name: "door")])
        #expect(configuration.station.siren == SirenPolicy())
        #expect(configuration.lines.isEmpty)
    }

    @Test func clipsHaveLengthsWithinLimits() throws {
        #expect(try read(camera).station.clip == ClipPolicy())
        let text = camera + "[clip]\nseconds_before = 10\nseconds_max = 0"
        let clip = try read(text).station.clip
        #expect(clip.before == .seconds(10))
        #expect(!clip.isEnabled)
        #expect(
            problems(camera + "[clip]\nseconds_before = 31") == [
                "kuzet.toml:5: clip.seconds_before: 31: allowed: a whole number of seconds, 0 to 30"
            ])
    }

    @Test func everyProblemIsListedAtOnceInOrderOfLines() {
        let text = """
            name = ""
            [siren]
            second_max = 10
            rest_seconds = 5
            [[camera]]
            name = "the door"
            device = "/dev/video0"
            width = 99999
            zones = [{name = "bar", polygon = [[0, 0], [1000, 0], [1001, 5]]}]
            [response]
            panic = "loud"
            """
        #expect(
            problems(text) == [
                "kuzet.toml:1: name: \"\": allowed: a name, 1 to 64 bytes on one line",
                "kuzet.toml:3: siren.second_max: unknown key; did you mean \"seconds_max\"?",
                "kuzet.toml:4: siren.rest_seconds: 5: allowed: a whole number of seconds, 10 to 3600",
                "kuzet.toml:6: camera[1].name: \"the door\": allowed: 1 to 32 letters a–z, digits,"
                    + " - and _",
                "kuzet.toml:8: camera[1].width: 99999: allowed: a whole number of pixels, 64 to 4096",
                "kuzet.toml:9: camera[1].zones[1].polygon[3]: [1001, 5]: allowed: a corner [x, y],"
                    + " each 0 to 1000 per mille",
                "kuzet.toml:11: response.panic: \"loud\": allowed: \"record\", \"amber\", \"red\","
                    + " \"siren-after-hours\", \"siren\""
            ])
    }

    @Test func aFractionIsRefusedWhereAWholeNumberIsWanted() {
        #expect(
            problems(camera + "width = 1e3")
                == [
                    "kuzet.toml:4: camera[1].width: 1e3: allowed: a whole number of pixels, 64 to"
                        + " 4096"
                ])
    }

    @Test func noCameraIsAProblem() {
        #expect(
            problems("camera = []") == [
                "kuzet.toml:1: camera: an array of 0: allowed: 1 to 8 [[camera]] tables"
            ])
        #expect(
            problems("") == ["kuzet.toml:1: camera: missing; allowed: 1 to 8 [[camera]] tables"])
    }

    @Test func twoCamerasCannotShareANameOrADevice() {
        #expect(
            problems(camera + camera) == [
                "kuzet.toml:5: camera[2].name: \"door\": allowed: a name that no other camera has",
                "kuzet.toml:6: camera[2].device: \"/dev/video0\": allowed: a device that no other"
                    + " camera uses"
            ])
    }

    @Test func aPolygonWithoutAreaIsRefused() {
        let text = camera + "privacy_masks = [[[0, 0], [500, 500], [1000, 1000]]]"
        #expect(problems(text).count == 1)
        #expect(problems(text).first?.contains("privacy_masks[1]") == true)
    }

    @Test func furnitureIsBoxesWithinThePicture() throws {
        let head = camera + "[camera.people]\nfurniture = "
        let boxes = try read(head + "[[420, 300, 60, 240], [0, 0, 1000, 1000]]").cameras[0]
            .detectors.people.furniture
        #expect(boxes == [Region(x: 420, y: 300, width: 60, height: 240), .whole])
        for wrong in [
            "[[1, 2, 3]]", "[[1, 2, 3, 4, 5]]", "[[1, 2, 0, 4]]", "[[1, 2, 3, 0]]",
            "[[500, 0, 501, 1]]", "[[0, 500, 1, 501]]", "[[-1, 0, 1, 1]]", "[[0.5, 0, 1, 1]]",
            "[7]", "[{}]"
        ] {
            let found = problems(head + wrong)
            #expect(found.count == 1, "\(wrong): \(found)")
            #expect(found.first?.hasPrefix("kuzet.toml:5: camera[1].people.furniture[1]: ") == true)
        }
        #expect(problems(head + "\"coat stand\"").count == 1)
        let many = Array(repeating: "[0, 0, 9, 9]", count: 33).joined(separator: ", ")
        #expect(problems(head + "[\(many)]").count == 1)
    }

    @Test func aProfileGivesLinesAndTheConfigurationOverridesThem() throws {
        let profile = """
            [board]
            name = "bench"
            camera_device = "/dev/v4l/by-path/platform-1"
            [lines]
            chip = "chip-a"
            green = {line = 0}
            siren = {line = 3, active_low = true, drive = "open-drain"}
            panic = {line = "PANIC", bias = "pull-up", debounce_ms = 5}
            """
        let text = """
            profile = "p.toml"
            [lines]
            green = {chip = "chip-b", line = 7}
            siren = false
            [[camera]]
            name = "door"
            """
        let configuration = try read(text, profile: profile)
        #expect(configuration.board.name == "bench")
        #expect(configuration.cameras[0].source.device == "/dev/v4l/by-path/platform-1")
        #expect(
            configuration.lines.outputs == [.green: LineSettings(chip: "chip-b", place: .offset(7))]
        )
        #expect(
            configuration.lines.inputs == [
                .panic: LineSettings(
                    chip: "chip-a", place: .name("PANIC"), bias: .pullUp,
                    debounce: .milliseconds(5))
            ])
    }

    @Test func problemsOfAProfileNameItsFile() {
        #expect(
            problems("profile = \"p.toml\"\n" + camera, profile: "[lines]\nchip = \"c\"\nred = 4")
                == [
                    "p.toml:3: lines.red: 4: allowed: a table {line = \"NAME\" or OFFSET, …}, or false"
                ])
        #expect(
            problems("profile = \"p.toml\"\n" + camera) == [
                "kuzet.toml:1: profile: \"p.toml\": allowed: a readable profile file",
                "p.toml: open: no such file or directory (ENOENT)"
            ])
        #expect(
            problems("profile = \"p.toml\"\n" + camera, profile: "[siren]\nseconds_max = 1") == [
                "p.toml:1: siren: unknown key; allowed here: board, lines"
            ])
    }

    @Test func oneLineCannotCarryTwoThings() {
        let text = camera + "[lines]\nchip = \"c\"\ngreen = {line = 1}\nred = {line = 1}"
        #expect(
            problems(text) == [
                "kuzet.toml:7: lines.red: a table: allowed: a line that is not already \"green\""
            ])
        // The one that the profile took stands in another file: the message is at the other.
        #expect(
            problems(
                "profile = \"p\"\n[lines]\ngreen = {chip = \"c\", line = 1}\n" + camera,
                profile: "[lines]\nred = {chip = \"c\", line = 1}") == [
                    "kuzet.toml:3: lines.green: a table: allowed: a line that is not already"
                        + " \"red\""
                ])
    }

    @Test func aLineWithoutAChipIsRefused() {
        #expect(
            problems(camera + "[lines]\nred = {line = 1}") == [
                "kuzet.toml:5: lines.red.chip: missing; allowed: a GPIO chip's label, here or for all"
                    + " lines as lines.chip"
            ])
    }

    @Test func openingHoursRunPastMidnightAndPastSunday() throws {
        let text =
            camera + """
                [[schedule]]
                days = ["sun", "fri"]
                from = "18:00"
                to = "03:00"
                """
        let hours = try read(text).station.openHours
        let day = 24 * 60
        #expect(
            hours.schedule.spans == [
                WeekSchedule.Span(start: UInt16(4 * day + 1080), end: UInt16(5 * day + 180)),
                WeekSchedule.Span(start: UInt16(6 * day + 1080), end: 180)
            ])
        #expect(hours.isOpen(weekMinute: 100))
        #expect(!hours.isOpen(weekMinute: 200))
        #expect(hours.isOpen(weekMinute: nil))
    }

    @Test func aZoneMayHaveHoursOfItsOwn() throws {
        let text =
            camera + """
                zones = [
                  {name = "hall", polygon = [[0, 0], [500, 0], [500, 500]]},
                  {name = "cash", polygon = [[500, 0], [1000, 0], [1000, 500]], open = "never"},
                ]
                """
        // An array of tables in TOML takes a comma after its last element.
        let configuration = try read(text)
        #expect(configuration.cameras[0].detectors.zones.map(\.name) == ["hall", "cash"])
        #expect(
            configuration.station.cameras[0].incidents.zoneHours == [
                IncidentPolicy.ZoneHours(zone: 2, openHours: .never)
            ])
    }

    @Test func zonesAndLinesHaveNamesOfTheirOwn() {
        let text =
            camera + """
                zones = [
                  {name = "hall", polygon = [[0, 0], [500, 0], [500, 500]]},
                  {name = "hall", polygon = [[500, 0], [1000, 0], [1000, 500]]},
                ]
                people.lines = [
                  {name = "in", from = [0, 0], to = [500, 0]},
                  {name = "out", from = [0, 0], to = [500, 0]},
                  {name = "in", from = [0, 500], to = [500, 500]},
                ]
                """
        #expect(
            problems(text) == [
                "kuzet.toml:6: camera[1].zones[2].name: \"hall\": allowed: a name that no other "
                    + "zone here has",
                "kuzet.toml:11: camera[1].people.lines[3].name: \"in\": allowed: a name that no "
                    + "other line here has"
            ])
    }

    @Test func aCamerasRuleGoesBeforeTheVenues() throws {
        let text = """
            [rule.covered]
            enter_per_mille = 400
            cool_down_ms = 1
            [rule.presence]
            enabled = false
            [[camera]]
            name = "door"
            device = "/dev/video0"
            [camera.rule.covered]
            enter_per_mille = 500
            """
        let policy = try read(text).station.cameras[0].incidents
        #expect(policy[.covered].enterScore == .perMille(500))
        #expect(policy[.covered].coolDown == .milliseconds(1))
        #expect(!policy[.presence].isEnabled)
        #expect(policy[.dark] == .standard(.dark))
    }

    @Test func leavingAboveEnteringIsRefused() {
        #expect(
            problems(camera + "[rule.dark]\nleave_per_mille = 900") == [
                "kuzet.toml:5: rule.dark.leave_per_mille: 900: allowed: at most enter_per_mille, 300"
            ])
    }

    @Test(arguments: ["24:01", "7:00", "07:60", "0700", "ab:cd", "-1:00", "25:00"])
    func aTimeThatIsNoneIsRefused(time: String) {
        let text = camera + "[siren]\nquiet = [{from = \"00:00\", to = \"\(time)\"}]"
        #expect(problems(text).count == 1)
    }

    @Test func everyKindHasANameOfWords() {
        #expect(Incident.Kind.enclosureOpened.configurationName == "enclosure-opened")
        #expect(
            Incident.Kind.allCases.map(\.configurationName).allSatisfy { name in
                name.utf8.allSatisfy { $0 == UInt8(ascii: "-") || (97...122).contains($0) }
            })
    }
}

@Suite struct PartialConfigurationTests {
    @Test func aSirenCanBeSwitchedOffWhateverElseIsWrong() throws {
        let text = """
            [lines]
            chip = "c"
            siren = {line = 4, active_low = true}
            red = {line = "", active_low = true}
            amber = {line = 2, drive = "hard"}
            [siren]
            seconds_max = 100000
            """
        let (configuration, problems) = try Settings.readWithProblems(
            Array(text.utf8), file: "kuzet.toml", ownName: nil
        ) { name throws(ConfigurationError) in
            throw ConfigurationError(file: name, message: "none")
        }
        #expect(problems.count == 4)
        #expect(
            configuration.lines.outputs == [
                .siren: LineSettings(chip: "c", place: .offset(4), activeLow: true)
            ])
    }
}
