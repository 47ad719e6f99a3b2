import Alarm
import Linux
import Testing

@testable import Configuration
@testable import Doctor

/// A machine made of files in a folder, gone when the test is.
private final class PaperMachine {
    let root = "/tmp/kuzet-machine-\(Process.pid)-\(UInt64.random(in: 0 ... .max))"
    private var made: [String] = []

    var machine: Machine { Machine(root: root) }

    @discardableResult
    func with(_ path: String, _ text: String) throws -> PaperMachine {
        try Files.makeFolder(Files.folder(of: root + path))
        try Files.replace(root + path, with: Array(text.utf8))
        made.append(path)
        return self
    }

    deinit {
        for path in made { try? Files.remove(root + path) }
        // Folders from the inside out; those that still hold something stay for a later round.
        for path in made {
            var folder = Files.folder(of: root + path)
            while folder.count >= root.count {
                try? Files.removeFolder(folder)
                folder = Files.folder(of: folder)
            }
        }
    }
}

private func board(_ change: (inout BoardSection) -> Void) -> BoardSection {
    var board = BoardSection()
    change(&board)
    return board
}

@Suite struct ExaminationTests {
    @Test(arguments: [
        ("5.10.0-1-arm64", Finding.Grade.ok), ("6.12.48+deb13-arm64", .ok), ("5.9.16", .fail),
        ("4.19", .fail), ("", .warn), ("new", .warn)
    ])
    func anOldKernelFails(release: String, grade: Finding.Grade) throws {
        let machine = try PaperMachine().with("/proc/sys/kernel/osrelease", release + "\n")
        #expect(BoardChecks.kernel(machine.machine).grade == grade)
    }

    @Test func aProfileOfAnotherBoardIsNoticed() throws {
        let machine = try PaperMachine().with(
            "/proc/device-tree/compatible", "raspberrypi,4-model-b\0brcm,bcm2711\0")
        let four = board { $0.compatible = ["raspberrypi,4-model-b"] }
        let five = board { $0.compatible = ["raspberrypi,5-model-b"] }
        #expect(BoardChecks.model(machine.machine, four).map(\.grade) == [.ok])
        let finding = BoardChecks.model(machine.machine, five).first
        #expect(finding?.grade == .warn)
        #expect(
            finding?.text == "the profile is for raspberrypi,5-model-b; this machine is"
                + " raspberrypi,4-model-b, brcm,bcm2711")
        #expect(BoardChecks.model(Machine(root: "/none"), five).first?.grade == .warn)
    }

    @Test(arguments: [(45_000, Finding.Grade.ok), (70_000, .warn), (80_000, .fail)])
    func heatIsGradedByTheBoardsLimit(milliCelsius: Int, grade: Finding.Grade) throws {
        let machine = try PaperMachine()
            .with("/sys/class/thermal/thermal_zone0/type", "gpu\n")
            .with("/sys/class/thermal/thermal_zone0/temp", "99000\n")
            .with("/sys/class/thermal/thermal_zone1/type", "cpu-thermal\n")
            .with("/sys/class/thermal/thermal_zone1/temp", "\(milliCelsius)\n")
        let named = board { $0.thermalZone = "cpu-thermal" }
        #expect(BoardChecks.heat(machine.machine, named).map(\.grade) == [grade])
        // Without a name the hottest zone counts.
        #expect(BoardChecks.heat(machine.machine, BoardSection()).map(\.grade) == [.fail])
        #expect(machine.machine.celsius(of: "cpu-thermal") == milliCelsius / 1000)
        #expect(machine.machine.celsius(of: nil) == 99)
        #expect(machine.machine.celsius(of: "soc") == nil)
        let wrong = board { $0.thermalZone = "soc" }
        #expect(
            BoardChecks.heat(machine.machine, wrong).first?.text
                == "no thermal zone soc; there are: gpu, cpu-thermal")
    }

    /// Drivers that have not measured yet, or are broken, say so in many ways.
    @Test(arguments: ["-274000", "2147483647", "9223372036854775807", "-", ""])
    func whatNoProcessorCanHaveIsNoTemperature(text: String) throws {
        let machine = try PaperMachine()
            .with("/sys/class/thermal/thermal_zone0/type", "cpu-thermal\n")
            .with("/sys/class/thermal/thermal_zone0/temp", text + "\n")
        #expect(machine.machine.celsius(of: nil) == nil)
        let beside =
            try machine
            .with("/sys/class/thermal/thermal_zone1/type", "gpu\n")
            .with("/sys/class/thermal/thermal_zone1/temp", "51000\n")
        #expect(beside.machine.celsius(of: nil) == 51)
    }

    @Test(arguments: [
        ("0x0", Finding.Grade.ok, "steady since boot"),
        ("20000", .warn, "since boot: frequency capped"),
        ("0x50005", .fail, "too little voltage, throttled")
    ])
    func throttlingIsReadFromTheFirmwaresBits(
        bits: String, grade: Finding.Grade, text: String
    ) throws {
        let machine = try PaperMachine().with(
            "/sys/devices/platform/soc/soc:firmware/get_throttled", bits + "\n")
        let findings = BoardChecks.throttling(machine.machine)
        #expect(findings.map(\.grade) == [grade])
        #expect(findings.map(\.text) == [text])
        #expect(BoardChecks.throttling(Machine(root: "/none")) == [])
    }

    @Test func aWatchdogThatNobodyFeedsIsNoticed() throws {
        let machine = try PaperMachine()
            .with("/dev/watchdog0", "")
            .with("/sys/class/watchdog/watchdog0/identity", "i6300ESB timer\n")
            .with("/sys/class/watchdog/watchdog0/state", "inactive\n")
        let board = board { $0.watchdog = "/dev/watchdog0" }
        #expect(BoardChecks.watchdog(machine.machine, board).map(\.grade) == [.warn])
        try machine.with("/sys/class/watchdog/watchdog0/state", "active\n")
        #expect(
            BoardChecks.watchdog(machine.machine, board)
                == [.ok("watchdog", "i6300ESB timer, active")])
        #expect(BoardChecks.watchdog(Machine(root: "/none"), board).map(\.grade) == [.warn])
    }

    @Test func aUserOutsideItsGroupsFails() throws {
        let machine = try PaperMachine()
            .with(
                "/etc/passwd", "root:x:0:0::/root:/bin/sh\nkuzet:x:990:990::/:/usr/sbin/nologin\n"
            )
            .with("/etc/group", "video:x:44:anna,kuzet\nkuzet-lines:x:991:\n")
        #expect(
            PermissionChecks.findings(machine.machine).map(\.line) == [
                "ok   user: kuzet is in the group video",
                "FAIL user: kuzet is not in the group kuzet-lines\n     → usermod -a -G kuzet-lines"
                    + " kuzet, then restart the appliance"
            ])
        #expect(PermissionChecks.findings(Machine(root: "/none")).map(\.grade) == [.warn])
    }

    @Test func aClockThatWasNeverSetFailsAndOneThatDriftsWarns() {
        func grade(_ wall: Int64, _ isSynchronised: Bool) -> Finding.Grade {
            ClockChecks.clock(
                wallMilliseconds: wall, isSynchronised: isSynchronised, hasBattery: false
            ).grade
        }
        #expect(grade(0, true) == .fail)
        #expect(grade(ClockChecks.plausibleMilliseconds, false) == .warn)
        #expect(grade(ClockChecks.plausibleMilliseconds, true) == .ok)
    }

    @Test func aFullDiskFailsBeforeItIsFull() {
        #expect(StoreChecks.grade(freeMegabytes: 63, "/x").grade == .fail)
        #expect(StoreChecks.grade(freeMegabytes: 511, "/x").grade == .warn)
        #expect(StoreChecks.grade(freeMegabytes: 512, "/x").grade == .ok)
        #expect(StoreChecks.findings("/none/at/all").map(\.grade) == [.fail])
        #expect(StoreChecks.findings("/dev/null").map(\.text) == ["/dev/null is no folder"])
    }

    @Test func aFolderThatTakesWritesIsLeftAsItWas() throws {
        let folder = "/tmp/kuzet-doctor-\(Process.pid)"
        try Files.makeFolder(folder)
        defer { try? Files.removeFolder(folder) }
        #expect(StoreChecks.writing(folder).grade == .ok)
        #expect(try Files.names(in: folder).isEmpty)
        #expect(StoreChecks.ledger(folder) == .ok("ledger", "none yet; the first start makes it"))
    }

    @Test func aSecretThatOthersMayReadIsWarnedOf() throws {
        let folder = "/tmp/kuzet-doctor-key-\(Process.pid)"
        try Files.makeFolder(folder + "/key")
        defer { _ = try? Child(["rm", "-r", folder]).wait() }
        #expect(StoreChecks.key(folder) == .ok("key", "none yet; the first start makes it"))
        let path = folder + "/key/device.secret"
        try Files.replace(path, with: [1], mode: 0o600)
        #expect(StoreChecks.key(folder).grade == .ok)
        try Files.replace(path, with: [1], mode: 0o640)
        #expect(StoreChecks.key(folder).grade == .warn)
    }

    @Test func linesOfTheRunningApplianceAreWellAndOthersAreNamed() {
        let settings = LineSettings(chip: "pl061", place: .offset(3))
        let conditions = [
            GPIOSurvey.Condition(role: "siren", settings: settings, state: .held(by: "kuzet")),
            GPIOSurvey.Condition(role: "red lamp", settings: settings, state: .held(by: "led0")),
            GPIOSurvey.Condition(role: "amber lamp", settings: settings, state: .free)
        ]
        #expect(
            LineChecks.findings(conditions).map(\.text) == [
                "pl061 3, held by the running appliance", "pl061 3, held by \"led0\"",
                "pl061 3, free"
            ])
        #expect(LineChecks.findings(conditions).map(\.grade) == [.ok, .fail, .ok])
        #expect(LineChecks.findings([]).map(\.grade) == [.warn])
    }

    @Test func onlyAnotherRunIsTheRunningAppliance() throws {
        let machine = try PaperMachine()
            .with("/proc/\(Process.pid)/cmdline", "kuzet\0run\0")
            .with("/proc/77/cmdline", "/usr/bin/kuzet\0doctor\0")
            .with("/proc/self/cmdline", "kuzet\0run\0")
        #expect(machine.machine.runningAppliance() == nil)
        try machine.with("/proc/78/cmdline", "/usr/bin/kuzet\0run\0--config\0x\0")
        #expect(machine.machine.runningAppliance() == 78)
    }

    @Test func aConfigurationThatIsAbsentSaysHowToBegin() {
        let (settings, findings) = ConfigurationCheck.findings("/none/kuzet.toml")
        #expect(settings == nil)
        #expect(findings.first?.advice == "kuzet config defaults > /none/kuzet.toml, then adapt it")
    }
}
