import Alarm
import Camera
import Detectors
import Frames
import Incidents
import Station
import Text
import Watchlist

extension Settings {
    /// The configuration as a file that reads back as the same configuration.
    ///
    /// - Parameter commented: with an explanation of every key, and an example, commented out, of
    ///   each part that is absent.
    package func text(commented: Bool) -> String {
        var page = TOMLPage(commented: commented)
        page.note("Kuzet's configuration. `kuzet config check FILE` says what is wrong with it.")
        page.note("Keys that are left out have the values shown by `kuzet config defaults`.")
        page.blank()
        page.note("Which appliance this is, in the log and in reports.")
        page.note("Left out, it is the board's own: kuzet- and ten digits made of its serial")
        page.note("number, or of /etc/machine-id; `kuzet config show` prints it.")
        if commented, name == Self.unnamed {
            page.example("name = \"bar-altyn\"")
        } else {
            page.pair("name", quoted(name, countMax: .max))
        }
        page.blank()
        page.note("The board: a profile from board/profiles, relative to this file. What a [board]")
        page.note("or [lines] table here says goes before the profile.")
        page.example("profile = \"profiles/raspberry-pi-4.toml\"")
        page.write(board)
        page.write(lines)
        for (camera, policy) in zip(cameras, station.cameras) {
            page.write(camera, policy.incidents)
        }
        page.write(store)
        page.write(models)
        page.write(authorities)
        page.write(destinations)
        page.write(station.clip)
        page.write(station.siren)
        page.write(station.lamps)
        page.writeAlarm(station)
        page.writeSchedule(station.openHours)
        page.writeRuleExample()
        return page.text
    }

    /// What `kuzet config defaults` prints: one camera, and every default.
    package static var example: Settings {
        var configuration = Settings()
        configuration.cameras = [
            CameraSection(name: "entrance", source: CameraSettings(device: "/dev/video0"))
        ]
        configuration.station.cameras = [CameraPolicy(name: "entrance")]
        return configuration
    }
}

/// A TOML file that is being written.
struct TOMLPage {
    let commented: Bool
    package var text = ""

    init(commented: Bool) {
        self.commented = commented
    }

    mutating func note(_ line: String) {
        if commented { text += "# \(line)\n" }
    }

    /// A line that would be valid without its `#`.
    package mutating func example(_ line: String) {
        if commented { text += "#\(line)\n" }
    }

    mutating func blank() {
        if !text.isEmpty, !text.hasSuffix("\n\n") { text += "\n" }
    }

    mutating func pair(_ key: String, _ value: String) {
        text += "\(key) = \(value)\n"
    }

    mutating func pair(_ key: String, _ value: Int) { pair(key, String(value)) }

    mutating func header(_ header: String) {
        blank()
        text += header + "\n"
    }
}

func tomlText(_ string: String) -> String { quoted(string, countMax: .max) }

private func list(_ elements: [String]) -> String { "[" + elements.joined(separator: ", ") + "]" }

private func polygon(_ polygon: Polygon) -> String {
    list(polygon.corners.map { "[\($0.x), \($0.y)]" })
}

extension TOMLPage {
    fileprivate mutating func write(_ board: BoardSection) {
        header("[board]")
        note("For people.")
        optional("name", board.name.isEmpty ? nil : board.name, example: "the box in the bar")
        note("Any of the strings in /proc/device-tree/compatible; `kuzet doctor` compares them.")
        if board.compatible.isEmpty {
            example("compatible = [\"raspberrypi,4-model-b\"]")
        } else {
            pair("compatible", list(board.compatible.map(tomlText)))
        }
        note("The type of the thermal zone that tells the processor's temperature, and what is")
        note("too hot.")
        optional("thermal_zone", board.thermalZone, example: "cpu-thermal")
        // In a file that people copy, a default written out would go before the profile.
        if commented, board.temperatureCelsiusMax == BoardSection().temperatureCelsiusMax {
            example("temperature_celsius_max = \(board.temperatureCelsiusMax)")
        } else {
            pair("temperature_celsius_max", board.temperatureCelsiusMax)
        }
        note("The hardware watchdog, the USB device controller of the maintenance port, and the")
        note("device of a camera that names none.")
        optional("watchdog", board.watchdog, example: "/dev/watchdog0")
        optional("usb_device_controller", board.usbDeviceController, example: "fe980000.usb")
        optional("camera_device", board.cameraDevice, example: "/dev/v4l/by-path/…")
    }

    private mutating func optional(_ key: String, _ value: String?, example: String) {
        if let value {
            pair(key, tomlText(value))
        } else {
            self.example("\(key) = \(tomlText(example))")
        }
    }

    fileprivate mutating func write(_ lines: LineMap) {
        header("[lines]")
        note("GPIO lines by the chip's label (never its number) and the line's name or offset.")
        note("Outputs: green, amber, red, siren; inputs: silence, panic, enclosure (active: open).")
        note("Each may be left out. bias: as-is, off, pull-up, pull-down; outputs have drive:")
        note("push-pull, open-drain, open-source; inputs have debounce_ms. false takes away a line")
        note("of the profile. Wire outputs so that inactive is the level after a reset.")
        example("chip = \"pinctrl-bcm2711\"")
        for output in Output.allCases {
            if let line = lines.outputs[output] {
                pair(output.configurationName, inline(line, isOutput: true))
            } else {
                let offset = 17 + Int(output.rawValue)
                example("\(output.configurationName) = {line = \"GPIO\(offset)\"}")
            }
        }
        for input in Input.allCases {
            if let line = lines.inputs[input] {
                pair(input.configurationName, inline(line, isOutput: false))
            } else {
                let offset = 22 + Int(input.rawValue)
                example(
                    "\(input.configurationName) = {line = \(offset), active_low = true,"
                        + " bias = \"pull-up\", debounce_ms = 30}")
            }
        }
    }

    private func inline(_ line: LineSettings, isOutput: Bool) -> String {
        var parts = ["chip = \(tomlText(line.chip))"]
        switch line.place {
        case .name(let name): parts.append("line = \(tomlText(name))")
        case .offset(let offset): parts.append("line = \(offset)")
        }
        if line.activeLow { parts.append("active_low = true") }
        for (name, bias) in LineSettings.biasNames where bias == line.bias && bias != .asIs {
            parts.append("bias = \"\(name)\"")
        }
        if isOutput {
            for (name, drive) in LineSettings.driveNames
            where drive == line.drive && drive != .pushPull {
                parts.append("drive = \"\(name)\"")
            }
        } else {
            parts.append("debounce_ms = \(line.debounce.milliseconds)")
        }
        return "{" + parts.joined(separator: ", ") + "}"
    }

    fileprivate mutating func write(_ camera: CameraSection, _ policy: IncidentPolicy) {
        header("[[camera]]")
        note("One word; 1 to \(StationPolicy.cameraCountMax) cameras.")
        pair("name", tomlText(camera.name))
        note("A stable path (ls /dev/v4l/by-path /dev/v4l/by-id), or the camera's own name.")
        pair("device", tomlText(camera.source.device))
        note("What is asked of the camera; what it really gives stands in the log.")
        pair("width", camera.source.width)
        pair("height", camera.source.height)
        pair("frames_per_second", camera.source.framesPerSecond)
        note("Mains frequency whose flicker to hide: 50, 60, or 0 for none. Left out: untouched.")
        if let powerLine = camera.source.powerLine {
            pair("power_line_hertz", Int(powerLine.hertz))
        } else {
            example("power_line_hertz = 50")
        }
        note("0 is automatic. Left out: untouched.")
        switch camera.source.exposure {
        case .microseconds(let time): pair("exposure_microseconds", time)
        case .automatic: pair("exposure_microseconds", 0)
        case .unchanged: example("exposure_microseconds = 10000")
        }
        note("Parts of the picture that are watched on their own: corners [x, y] in per mille of")
        note("its width and height, from the upper left. A zone may have opening hours of its own:")
        note("open = \"never\", or a list like quiet below; otherwise it has the venue's. How many")
        note("people may be in it, and how large its floor is: capacity = 60, square_metres = 40.")
        if camera.detectors.zones.isEmpty {
            example(
                "zones = [{name = \"bar\", polygon = [[0, 500], [600, 500], [600, 999],"
                    + " [0, 999]], open = \"never\"}]")
        } else {
            let zones = camera.detectors.zones.enumerated().map { index, zone in
                let hours = policy.zoneHours.last { Int($0.zone) == index + 1 }?.openHours
                return "{name = \(tomlText(zone.name)), polygon = \(polygon(zone.polygon))"
                    + (hours.map { ", open = " + open($0) } ?? "")
                    + limits(camera.detectors.people, zone: UInt8(index + 1)) + "}"
            }
            pair("zones", list(zones))
        }
        note("Where nothing is watched and nothing is stored: polygons of the same kind.")
        if camera.detectors.privacyMasks.isEmpty {
            example("privacy_masks = [[[0, 0], [300, 0], [300, 200], [0, 200]]]")
        } else {
            pair("privacy_masks", list(camera.detectors.privacyMasks.map(polygon)))
        }
        writeRules(policy, under: "camera.")
        write(camera.detectors.people, ground: camera.ground)
    }

    private func limits(_ people: PeopleSettings, zone: UInt8) -> String {
        guard let limit = people.zoneLimits.last(where: { $0.zone == zone }) else { return "" }
        return (limit.capacity.map { ", capacity = \($0)" } ?? "")
            + (limit.areaSquareDecimetres.map { ", square_metres = \($0 / 100)" } ?? "")
    }

    private func open(_ hours: OpenHours) -> String {
        hours.schedule.spans.isEmpty ? "\"never\"" : spans(hours.schedule)
    }

    fileprivate mutating func write(_ store: StoreSection) {
        header("[store]")
        note("Where the ledger and the evidence are kept.")
        pair("directory", tomlText(store.directory))
        note(
            "How much evidence may lie there, and what stays free. What goes first: clips that every"
        )
        note(
            "destination was told of, then such snapshots, then clips and snapshots that nobody was"
        )
        note("told of; always the oldest; records never.")
        pair("evidence_megabytes_max", Int(store.limits.evidenceByteCountMax >> 20))
        pair("free_megabytes_min", Int(store.limits.freeByteCountMin >> 20))
    }

    fileprivate mutating func write(_ models: [LookTask: String]) {
        header("[models]")
        note("Networks in place of those that are built in (`kuzet models list`): .tflite files")
        note("that do the same, see `kuzet models inspect`.")
        for task in LookTask.always {
            if let path = models[task] {
                pair("\(task)", tomlText(path))
            } else {
                example("\(task) = \"/etc/kuzet/\(task).tflite\"")
            }
        }
    }

    fileprivate mutating func write(_ authorities: [ListAuthority]) {
        header("[watchlist]")
        note(
            "Faces are compared with nobody unless an authority that is named here has signed whom to"
        )
        note(
            "look for and one that may authorise it by what right: see Sources/Watchlist/README.md."
        )
        note(
            "Give a venue's own key barred alone. Keys are Ed25519 in Base64: `kuzet watchlist key`."
        )
        guard !authorities.isEmpty else {
            example("[[watchlist.authority]]")
            example("name = \"police\"")
            example("key = \"\(Base64.text(Array(1...32)))\"")
            example("lists = [\"wanted\", \"missing\"]")
            example("authorises = [\"wanted\", \"missing\", \"barred\"]")
            return
        }
        for authority in authorities {
            header("[[watchlist.authority]]")
            pair("name", tomlText(authority.name))
            pair("key", tomlText(Base64.text(authority.key)))
            pair("lists", Self.categories(authority.lists))
            pair("authorises", Self.categories(authority.authorises))
        }
    }

    private static func categories(_ categories: Set<WatchNotice.Category>) -> String {
        let names = WatchNotice.Category.allCases.filter(categories.contains)
        return "[" + names.map { "\"\($0)\"" }.joined(separator: ", ") + "]"
    }

    fileprivate mutating func write(_ clip: ClipPolicy) {
        header("[clip]")
        note("What a camera showed around an incident that was confirmed: from so long before it")
        note("began to so long after it ended, but never longer than seconds_max (0: no clips).")
        pair("seconds_before", clip.before)
        pair("seconds_after", clip.after)
        pair("seconds_max", clip.lengthMax)
    }

    fileprivate mutating func write(_ siren: SirenPolicy) {
        header("[siren]")
        note("How long it may sound at a stretch (at most \(SirenPolicy.secondsMax)), how long it")
        note("then rests, and how long it may sound in any twelve hours altogether.")
        pair("seconds_max", siren.onMax)
        pair("rest_seconds", siren.rest)
        pair("night_seconds_max", siren.nightlyOnMax)
        note("Amber for this long before it sounds (not for panic).")
        pair("pre_alarm_seconds", siren.preAlarm)
        note("The silence button holds it off for this long.")
        pair("silence_seconds", siren.silenceFor)
        note("After so many alarms silenced in twelve hours, amber lights instead of it; incidents")
        note("are kept and reported all the same. 0: it never sounds for a detection.")
        pair("false_alarms_max", siren.falseAlarmBudget)
        note("Hours in which it stays silent, by local time: lamps and messages go on.")
        if siren.quietHours.spans.isEmpty {
            example("quiet = [{days = [\"sun\", \"mon\"], from = \"22:00\", to = \"07:00\"}]")
        } else {
            pair("quiet", spans(siren.quietHours))
        }
        note("The panic button sounds it in quiet hours, and while silenced.")
        pair("panic_breaks_quiet", String(siren.panicBreaksQuietHours))
        pair("panic_breaks_silence", String(siren.panicBreaksSilence))
    }

    private mutating func pair(_ key: String, _ seconds: Interval) {
        pair(key, Int(seconds.milliseconds / 1000))
    }

    private func spans(_ schedule: WeekSchedule) -> String {
        list(
            schedule.entries.map { entry in
                "{days = \(list(entry.days.map(tomlText))), from = \"\(entry.from)\","
                    + " to = \"\(entry.to)\"}"
            })
    }

    fileprivate mutating func write(_ lamps: LampPolicy) {
        header("[lamps]")
        note("Milliseconds on, off, on, off, … and again; a single one is steady light.")
        note("Green: all is well; something cannot be seen or kept.")
        pair("alive", pattern(lamps.alive))
        pair("impaired", pattern(lamps.impaired))
        note("Amber: something is suspected; the siren is about to sound, or is withheld.")
        pair("suspected", pattern(lamps.suspected))
        pair("pre_alarm", pattern(lamps.preAlarm))
        note("Red: something is confirmed; it stays for so long after the last one is over.")
        pair("confirmed", pattern(lamps.confirmed))
        pair("red_hold_seconds", lamps.redHold)
    }

    private func pattern(_ pattern: LampPattern) -> String {
        list(pattern.durationsMilliseconds.map(String.init))
    }

    fileprivate mutating func writeAlarm(_ station: StationPolicy) {
        header("[alarm]")
        note("A panic incident stays open for this long after the button was let go.")
        pair("panic_hold_seconds", station.panicHold)
        note("A camera that brings no decision for this long is lost, whatever its driver says.")
        pair("decision_timeout_seconds", station.decisionTimeout)
        note("A destination that is not reached for this long is an incident.")
        pair("uplink_timeout_seconds", station.uplinkLostAfter)
        note(
            "What was confirmed escalates when nobody at the centre acknowledged it for so long (0:"
        )
        note(
            "never): it is told again, as unanswered; and it sounds the siren if it still goes on.")
        pair("acknowledge_seconds", station.acknowledgeWithin ?? .zero)
        pair("escalation_sounds", String(station.escalationSounds))
        note("Before the clock is set nobody knows the hour: does the venue count as open?")
        pair("open_while_clock_unset", String(station.openHours.isOpenWhileClockUnset))
        header("[response]")
        note("How far a confirmed incident goes; it is recorded whatever this says.")
        note(
            "record: no lamp; amber: at most amber; red: amber when suspected, red when confirmed;")
        note("siren-after-hours: as red, and the siren while the venue is closed; siren: always.")
        note(
            "wanted and barred, likenesses to an entry of a list, light amber where the entry asks for it."
        )
        // Of one who is missing there is nothing to choose.
        for kind in Incident.Kind.allCases where kind != .missing {
            let name = Response.names.first { $0.1 == station[kind] }?.0 ?? "red"
            pair(kind.configurationName, tomlText(name))
        }
    }

    fileprivate mutating func writeSchedule(_ hours: OpenHours) {
        if commented { blank() }
        note("When the venue is open, by local time; presence of a person is an incident when it")
        note("is closed. Any number of [[schedule]]; without any it is always open.")
        if hours == .always || hours.schedule == .always {
            example("[[schedule]]")
            example("days = [\"thu\", \"fri\", \"sat\"]")
            example("from = \"18:00\"")
            example("to = \"03:00\"")
            return
        }
        for entry in hours.schedule.entries {
            header("[[schedule]]")
            pair("days", list(entry.days.map(tomlText)))
            pair("from", tomlText(entry.from))
            pair("to", tomlText(entry.to))
        }
    }

    /// The rules of one camera that differ from the standard ones.
    fileprivate mutating func writeRules(_ policy: IncidentPolicy, under prefix: String) {
        for kind in Sighting.Kind.allCases where policy[kind] != .standard(kind) {
            write(policy[kind], under: "\(prefix)rule.\(Incident.Kind(kind).configurationName)")
        }
    }

    fileprivate mutating func writeRuleExample() {
        guard commented else { return }
        blank()
        note("When sightings become an incident, for each kind and for all cameras; the same under")
        note("a camera as [camera.rule.covered]. The standard values differ from kind to kind;")
        note("these are those of covered. A score counts from enter on and keeps alive from leave")
        note("on. Suspected and confirmed: seen for that share of that window; confirmed needs the")
        note("confirm score at least once.")
        var page = TOMLPage(commented: false)
        page.write(IncidentRule.standard(.covered), under: "rule.covered")
        for line in page.text.split(separator: "\n") { example(String(line)) }
    }

    private mutating func write(_ rule: IncidentRule, under name: String) {
        header("[\(name)]")
        pair("enabled", String(rule.isEnabled))
        pair("enter_per_mille", rule.enterScore.perMille)
        pair("leave_per_mille", rule.leaveScore.perMille)
        pair("suspect_window_ms", Int(rule.suspectWindow.milliseconds))
        pair("suspect_share_per_mille", rule.suspectPerMille)
        pair("confirm_window_ms", Int(rule.confirmWindow.milliseconds))
        pair("confirm_share_per_mille", rule.confirmPerMille)
        pair("confirm_per_mille", rule.confirmScore.perMille)
        pair("close_after_ms", Int(rule.closeAfter.milliseconds))
        pair("suspicion_max_ms", Int(rule.suspicionMax.milliseconds))
        pair("cool_down_ms", Int(rule.coolDown.milliseconds))
    }
}
