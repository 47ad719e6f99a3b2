import Linux

/// Whether incidents will be dated right.
enum ClockChecks {
    /// 2025-01-01 UTC: a clock that shows less was never set.
    static let plausibleMilliseconds: Int64 = 1_735_689_600_000

    static func findings(_ machine: Machine, hasHours: Bool) -> [Finding] {
        [
            clock(
                wallMilliseconds: Clocks.wallMilliseconds(),
                isSynchronised: Clocks.isSynchronised(),
                hasBattery: !machine.names("/sys/class/rtc").isEmpty)
        ] + zone(machine, hasHours: hasHours)
    }

    static func clock(
        wallMilliseconds: Int64, isSynchronised: Bool, hasBattery: Bool
    ) -> Finding {
        let shown = Clocks.localText(wallMilliseconds: wallMilliseconds)
        if wallMilliseconds < plausibleMilliseconds {
            return .fail(
                "clock", "it shows \(shown): never set",
                do: "start systemd-timesyncd or chrony, or run date -s; incidents until then are"
                    + " kept, and dated when it is set")
        }
        if isSynchronised { return .ok("clock", "\(shown), synchronised") }
        return .warn(
            "clock", "\(shown), not synchronised" + (hasBattery ? "" : ", and no battery clock"),
            do: "start systemd-timesyncd or chrony; incidents until then are dated later")
    }

    static func zone(_ machine: Machine, hasHours: Bool) -> [Finding] {
        guard hasHours, !machine.exists("/etc/localtime") else { return [] }
        return [
            .warn(
                "time zone", "none is set: opening and quiet hours are taken as UTC",
                do: "timedatectl set-timezone …")
        ]
    }
}
