import Detectors
import Frames
import Incidents
import Station

extension TableReader {
    func seconds(_ key: String, in range: ClosedRange<Int>, default fallback: Interval) -> Interval
    {
        let seconds = Int(fallback.milliseconds / 1000)
        return .seconds(Int64(integer(key, in: range, default: seconds, unit: "seconds")))
    }

    func milliseconds(
        _ key: String, in range: ClosedRange<Int>, default fallback: Interval
    ) -> Interval {
        let count = Int(fallback.milliseconds)
        return .milliseconds(Int64(integer(key, in: range, default: count, unit: "milliseconds")))
    }

    func score(_ key: String, default fallback: Q15) -> Q15 {
        // Only what is written goes through per mille: the default keeps its exact value.
        guard has(key) else {
            _ = value(key)
            return fallback
        }
        return .perMille(
            integer(key, in: 0...1000, default: fallback.perMille, unit: "thousandths"))
    }
}

extension SirenPolicy {
    /// The least and the most that each value may be, in seconds; the interlock would clamp what
    /// lies beyond, and an installer should hear of it rather than wonder.
    static let secondsMax = Int(onHardMax.milliseconds / 1000)
    static let restSecondsMin = Int(restHardMin.milliseconds / 1000)
    static let nightSecondsMax = Int(nightlyOnHardMax.milliseconds / 1000)

    mutating func read(_ table: TableReader) {
        onMax = table.seconds("seconds_max", in: 1...SirenPolicy.secondsMax, default: onMax)
        rest = table.seconds("rest_seconds", in: SirenPolicy.restSecondsMin...3600, default: rest)
        nightlyOnMax = table.seconds(
            "night_seconds_max", in: 0...SirenPolicy.nightSecondsMax, default: nightlyOnMax)
        preAlarm = table.seconds("pre_alarm_seconds", in: 0...120, default: preAlarm)
        silenceFor = table.seconds("silence_seconds", in: 10...7200, default: silenceFor)
        falseAlarmBudget = table.integer(
            "false_alarms_max", in: 0...100, default: falseAlarmBudget, unit: "alarms a night")
        if table.has("quiet") {
            quietHours = table.weekSchedule("quiet")
        } else {
            _ = table.value("quiet")
        }
        panicBreaksQuietHours = table.boolean(
            "panic_breaks_quiet", default: panicBreaksQuietHours)
        panicBreaksSilence = table.boolean(
            "panic_breaks_silence", default: panicBreaksSilence)
        table.finish()
    }
}

extension ClipPolicy {
    mutating func read(_ table: TableReader) {
        func seconds(_ limit: Interval) -> Int { Int(limit.milliseconds / 1000) }
        before = table.seconds(
            "seconds_before", in: 0...seconds(Self.beforeHardMax), default: before)
        after = table.seconds("seconds_after", in: 0...seconds(Self.afterHardMax), default: after)
        lengthMax = table.seconds(
            "seconds_max", in: 0...seconds(Self.lengthHardMax), default: lengthMax)
        table.finish()
    }
}

extension LampPolicy {
    mutating func read(_ table: TableReader) {
        alive = table.pattern("alive", default: alive)
        impaired = table.pattern("impaired", default: impaired)
        suspected = table.pattern("suspected", default: suspected)
        preAlarm = table.pattern("pre_alarm", default: preAlarm)
        confirmed = table.pattern("confirmed", default: confirmed)
        redHold = table.seconds("red_hold_seconds", in: 0...3600, default: redHold)
        table.finish()
    }
}

extension TableReader {
    fileprivate func pattern(_ key: String, default fallback: LampPattern) -> LampPattern {
        let longest = Int(LampPattern.durationMillisecondsMax)
        let allowed =
            "up to \(LampPattern.durationCountMax) durations on, off, on, off, … of 1 to"
            + " \(longest) milliseconds; one is steady light"
        guard let value = value(key) else { return fallback }
        guard case .array(let elements) = value.content,
            (1...LampPattern.durationCountMax).contains(elements.count)
        else {
            refuse(value, key, allowed: allowed)
            return fallback
        }
        var durations: [Int32] = []
        for element in elements {
            guard case .integer(let number) = element.content,
                (1...Int64(longest)).contains(number)
            else {
                refuse(element, key, allowed: allowed)
                return fallback
            }
            durations.append(Int32(number))
        }
        return LampPattern(durations)
    }
}

extension Response {
    static let names: [(String, Response)] = [
        ("record", .record), ("amber", .amber), ("red", .red),
        ("siren-after-hours", .sirenAfterHours), ("siren", .siren)
    ]
}

extension StationPolicy {
    mutating func readAlarm(_ table: TableReader) {
        panicHold = table.seconds("panic_hold_seconds", in: 1...600, default: panicHold)
        decisionTimeout = table.seconds(
            "decision_timeout_seconds", in: 1...120, default: decisionTimeout)
        uplinkLostAfter = table.seconds(
            "uplink_timeout_seconds", in: 1...86_400, default: uplinkLostAfter)
        let limit = table.seconds(
            "acknowledge_seconds", in: 0...86_400, default: acknowledgeWithin ?? .zero)
        acknowledgeWithin = limit > .zero ? limit : nil
        escalationSounds = table.boolean("escalation_sounds", default: escalationSounds)
        openHours.isOpenWhileClockUnset = table.boolean(
            "open_while_clock_unset", default: openHours.isOpenWhileClockUnset)
        table.finish()
    }

    mutating func readResponses(_ table: TableReader) {
        for kind in Incident.Kind.allCases {
            let name = kind.configurationName
            let response = table.choice(name, among: Response.names, default: self[kind])
            // A likeness is a reason to look: whatever anybody configures, nothing turns red for it.
            let most = kind.row.response
            if kind.row.category == .list, response > most, let value = table.value(name) {
                let allowed = Response.allCases.filter { $0 <= most }.map { "\"\($0)\"" }
                table.refuse(
                    value, name,
                    allowed: allowed.joined(separator: " or ")
                        + ": a face is only like one on a list, which is no alarm")
                continue
            }
            // What is the standard stays unwritten, so that equal policies compare equal.
            if response != self[kind] { self[kind] = response }
        }
        table.finish()
    }
}

extension IncidentPolicy {
    /// `[rule.covered]` and so on.
    mutating func readRules(_ table: TableReader) {
        // Whom a list's threshold finds is told: there is nothing to set.
        for kind in Sighting.Kind.allCases where Incident.Kind(kind).row.category != .list {
            if let rule = table.table(Incident.Kind(kind).configurationName) {
                self[kind].read(rule)
            }
        }
        table.finish()
    }
}

extension IncidentRule {
    fileprivate mutating func read(_ table: TableReader) {
        let windowMax = Int(IncidentRule.windowMax.milliseconds)
        isEnabled = table.boolean("enabled", default: isEnabled)
        enterScore = table.score("enter_per_mille", default: enterScore)
        leaveScore = table.score("leave_per_mille", default: leaveScore)
        suspectWindow = table.milliseconds(
            "suspect_window_ms", in: 100...windowMax, default: suspectWindow)
        suspectPerMille = table.integer(
            "suspect_share_per_mille", in: 1...1000, default: suspectPerMille, unit: "thousandths")
        confirmWindow = table.milliseconds(
            "confirm_window_ms", in: 100...windowMax, default: confirmWindow)
        confirmPerMille = table.integer(
            "confirm_share_per_mille", in: 1...1000, default: confirmPerMille, unit: "thousandths")
        confirmScore = table.score("confirm_per_mille", default: confirmScore)
        closeAfter = table.milliseconds("close_after_ms", in: 100...600_000, default: closeAfter)
        suspicionMax = table.milliseconds(
            "suspicion_max_ms", in: 1000...600_000, default: suspicionMax)
        coolDown = table.milliseconds("cool_down_ms", in: 0...3_600_000, default: coolDown)
        if leaveScore > enterScore, let value = table.value("leave_per_mille") {
            table.refuse(
                value, "leave_per_mille", allowed: "at most enter_per_mille, \(enterScore.perMille)"
            )
        } else if leaveScore > enterScore, let value = table.value("enter_per_mille") {
            table.refuse(
                value, "enter_per_mille",
                allowed: "at least leave_per_mille, \(leaveScore.perMille)")
        }
        table.finish()
    }
}

extension Incident.Kind {
    /// `enclosure-opened`: how a kind is written in the configuration.
    var configurationName: String {
        var result = ""
        for scalar in String(describing: self).unicodeScalars {
            if scalar.properties.isUppercase { result += "-" }
            result += scalar.properties.lowercaseMapping
        }
        return result
    }
}
