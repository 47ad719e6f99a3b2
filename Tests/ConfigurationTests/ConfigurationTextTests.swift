import Frames
import Incidents
import Station
import Testing

@testable import Configuration

private func read(_ text: String) throws -> Settings {
    try Settings.read(Array(text.utf8), file: "text.toml", ownName: nil) {
        name throws(ConfigurationError) in
        throw ConfigurationError(file: name, message: "no profile here")
    }
}

/// The printed defaults with every example made real, except the profile.
private func withExamples(_ text: String) -> String {
    text.split(separator: "\n", omittingEmptySubsequences: false).map { line in
        line.hasPrefix("#") && !line.hasPrefix("# ") && !line.hasPrefix("#profile")
            ? line.dropFirst() : line
    }.joined(separator: "\n")
}

@Suite struct ConfigurationTextTests {
    @Test func thePrintedDefaultsReadBackAsTheDefaults() throws {
        #expect(try read(Settings.example.text(commented: true)) == Settings.example)
        #expect(try read(Settings.example.text(commented: false)) == Settings.example)
    }

    @Test func everyExampleInThePrintedDefaultsIsAccepted() throws {
        let configuration = try read(withExamples(Settings.example.text(commented: true)))
        #expect(configuration.lines.outputs.count == Output.allCases.count)
        #expect(configuration.lines.inputs.count == Input.allCases.count)
        #expect(configuration.cameras[0].detectors.zones.count == 1)
        #expect(!configuration.station.siren.quietHours.spans.isEmpty)
        #expect(configuration.station.openHours.schedule.spans.count == 3)
        #expect(
            configuration.station.cameras[0].incidents
                == IncidentPolicy(
                    zoneHours: [IncidentPolicy.ZoneHours(zone: 1, openHours: .never)]))
    }

    @Test func whatIsShownReadsBackAsTheSameConfiguration() throws {
        let full = try read(withExamples(Settings.example.text(commented: true)))
        #expect(try read(full.text(commented: false)) == full)
    }

    @Test func thePrintedDefaultsFitTheWidthOfAPage() {
        let text = Settings.example.text(commented: true)
        let longest = text.split(separator: "\n").map(\.count).max() ?? 0
        #expect(longest <= 100)
    }

    @Test func everyPerMilleSurvivesQ15() {
        for perMille in 0...1000 where Q15.perMille(perMille).perMille != perMille {
            Issue.record("\(perMille) becomes \(Q15.perMille(perMille).perMille)")
        }
    }

    @Test func namesWithQuotesAndControlCharactersAreEscaped() throws {
        var configuration = Settings.example
        configuration.name = "a \"b\" \\ é"
        #expect(try read(configuration.text(commented: false)).name == configuration.name)
        #expect(quoted("\u{1B}[2J\n") == "\"\\u001B[2J\\n\"")
    }

    @Test func nothingThatCanBeSaidIsLostWhenItIsShown() throws {
        let text = """
            name = "bar \\"7\\""
            [board]
            name = "bench"
            compatible = ["a,b", "c"]
            thermal_zone = "cpu"
            temperature_celsius_max = 70
            watchdog = "/dev/watchdog1"
            usb_device_controller = "dwc2"
            camera_device = "/dev/video9"
            [lines]
            chip = "one"
            green = {line = "A", active_low = true, bias = "off", drive = "open-drain"}
            siren = {chip = "two", line = 3, bias = "pull-down", drive = "open-source"}
            panic = {line = 4, bias = "pull-up", debounce_ms = 0}
            enclosure = {line = 5, debounce_ms = 1000}
            [[camera]]
            name = "door"
            width = 320
            height = 240
            frames_per_second = 60
            power_line_hertz = 0
            exposure_microseconds = 0
            zones = [
              {name = "a", polygon = [[0, 0], [10, 0], [10, 10]], open = "never"},
              {name = "b", polygon = [[0, 0], [10, 0], [10, 10]], open = [
                {days = ["mon", "wed"], from = "08:00", to = "08:00"},
                {days = ["mon", "sun"], from = "00:00", to = "24:00"}
              ]},
              {name = "c", polygon = [[0, 0], [1000, 0], [10, 1000]], capacity = 60, square_metres = 40}
            ]
            privacy_masks = [[[0, 0], [10, 0], [10, 10]], [[5, 5], [9, 9], [9, 5]]]
            [camera.rule.partly-covered]
            enabled = false
            leave_per_mille = 1
            suspicion_max_ms = 1234
            [camera.people]
            venue = "club"
            capacity = 300
            occupancy_seconds = 31
            gathering_size = 12
            gathering_growth = 5
            gathering_seconds = 90
            people_per_10_square_metres_max = 45
            density_seconds = 11
            dispersal_size = 0
            lying_seconds = 20
            lying_found_seconds = 0
            furniture_minutes = 30
            furniture = [[420, 300, 60, 240], [0, 0, 1000, 1000]]
            lines = [{name = "in", from = [300, 900], to = [700, 900], alarm = "out"}]
            ground = {near = {feet = 950, height = 600}, far = {feet = 400, height = 150}}
            [[camera]]
            name = "hall"
            device = "HD Webcam"
            power_line_hertz = 60
            exposure_microseconds = 1000000
            [store]
            directory = "/data/kuzet"
            [clip]
            seconds_before = 0
            seconds_after = 60
            seconds_max = 300
            [siren]
            seconds_max = 180
            rest_seconds = 3600
            night_seconds_max = 0
            pre_alarm_seconds = 0
            silence_seconds = 7200
            false_alarms_max = 0
            quiet = [{from = "22:30", to = "06:00"}, {days = ["sat"], from = "12:00", to = "13:00"}]
            panic_breaks_quiet = false
            panic_breaks_silence = false
            [lamps]
            alive = [60000]
            impaired = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16]
            suspected = [5]
            pre_alarm = [6, 7]
            confirmed = [8, 9]
            red_hold_seconds = 0
            [alarm]
            panic_hold_seconds = 600
            decision_timeout_seconds = 1
            open_while_clock_unset = false
            [response]
            presence = "siren"
            strobe = "record"
            panic = "amber"
            enclosure-opened = "red"
            glare = "siren-after-hours"
            [[schedule]]
            days = ["sun"]
            from = "23:59"
            to = "23:58"
            [rule.dark]
            enter_per_mille = 1000
            confirm_window_ms = 2000
            cool_down_ms = 3600000
            """
        let configuration = try read(text)
        let shown = configuration.text(commented: false)
        #expect(try read(shown) == configuration)
        #expect(try read(configuration.text(commented: true)) == configuration)
        // Every key that was written stands in what is shown.
        for line in text.split(separator: "\n") where line.contains(" = ") && !line.hasPrefix(" ") {
            let key = line.prefix { $0 != " " } + " = "
            #expect(["chip = ", "venue = "].contains(key) || shown.contains("\n\(key)"), "\(key)")
        }
    }
}
