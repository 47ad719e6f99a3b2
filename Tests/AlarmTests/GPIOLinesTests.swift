import Frames
import Linux
import Station
import Testing

@testable import Alarm

private func description(_ body: () throws -> Void) -> String? {
    do {
        try body()
        return nil
    } catch {
        return "\(error)"
    }
}

private let lamps = LineMap(outputs: [
    .green: line(0), .amber: line(1), .red: line(2), .siren: line(3)
])

@Suite struct GPIOLinesTests {
    @Test func everyOutputIsDrivenIdleBeforeItIsGivenBack() throws {
        let gpio = FakeGPIO()
        let lines = GPIOLines(lamps, access: gpio)
        try lines.drive(.siren, on: true)
        try lines.drive(.red, on: true)
        #expect(lines.close() == [])
        #expect(gpio.lines[3]?.log == ["on", "off", "release"])
        #expect(gpio.lines[2]?.log == ["on", "off", "release"])
        #expect(gpio.lines[0]?.log == ["off", "release"])
    }

    @Test func linesThatAreForgottenEndIdleToo() throws {
        let gpio = FakeGPIO()
        var lines: GPIOLines? = GPIOLines(lamps, access: gpio)
        try lines?.drive(.siren, on: true)
        lines = nil
        #expect(gpio.lines[3]?.log == ["on", "off", "release"])
    }

    @Test func anErrorNamesTheLineTheAttemptAndTheHolder() {
        let gpio = FakeGPIO()
        gpio.holders = [2: "foo", 3: ""]
        let lines = GPIOLines(lamps, access: gpio)
        #expect(
            lines.failures.map(\.description) == [
                "gpio chip pl061 line 2 (red lamp): request output: busy, held by \"foo\" (EBUSY)",
                "gpio chip pl061 line 3 (siren): request output: busy, held by somebody without a name"
                    + " (EBUSY)"
            ])
        #expect(description { try lines.drive(.green, on: true) } == nil)
        // Told once per attempt: a lamp that blinks does not fill the log.
        #expect(description { try lines.drive(.red, on: true) } == nil)
        gpio.time = .zero + GPIOLines.retryPause
        #expect(
            description { try lines.drive(.red, on: true) }?.contains("held by \"foo\"") == true)
    }

    @Test func aChipOrLineThatIsAbsentSaysWhatIsThere() {
        let gpio = FakeGPIO()
        let map = LineMap(
            outputs: [
                .green: LineSettings(chip: "pinctrl-rp1", place: .name("GPIO17")),
                .amber: line(8), .red: LineSettings(chip: "pl061", place: .name("LAMP"))
            ])
        #expect(
            GPIOLines(map, access: gpio).failures.map(\.description) == [
                "gpio chip pinctrl-rp1 line \"GPIO17\" (green lamp): request output: no chip has this"
                    + " label; present: pl061",
                "gpio chip pl061 line 8 (amber lamp): request output: the chip has lines 0 to 7",
                "gpio chip pl061 line \"LAMP\" (red lamp): request output: no line of this chip has the"
                    + " name; `gpioinfo` lists them"
            ])
        gpio.all = []
        #expect(
            GPIOLines(lamps, access: gpio).failures.first?.description.hasSuffix(
                "this machine has no GPIO chip; take the line out of [lines]") == true)
        gpio.all = [
            GPIOChip(path: "/dev/gpiochip0", label: "", lineCount: 0, failure: .accessDenied)
        ]
        #expect(
            GPIOLines(lamps, access: gpio).failures.first?.description.contains(
                "open /dev/gpiochip0: permission denied (EACCES)") == true)
        gpio.all = [0, 1].map { GPIOChip(path: "/dev/gpiochip\($0)", label: "pl061", lineCount: 8) }
        #expect(
            GPIOLines(lamps, access: gpio).failures.first?.description.contains(
                "more than one chip has this label: /dev/gpiochip0, /dev/gpiochip1") == true)
    }

    @Test func anOutputThatComesBackShowsWhatItWasLastTold() throws {
        let gpio = FakeGPIO()
        gpio.holders = [2: "foo"]
        let lines = GPIOLines(lamps, access: gpio)
        try lines.drive(.red, on: true)
        gpio.holders = [:]
        // Too early: nobody hammers the chip.
        gpio.time = Instant.zero + .seconds(4)
        _ = try lines.poll()
        #expect(gpio.lines[2] == nil)
        gpio.time = Instant.zero + .seconds(5)
        _ = try lines.poll()
        #expect(gpio.lines[2]?.log == ["on"])
        #expect(lines.failures == [])
    }

    @Test func aSirenThatCannotBeSwitchedOffIsTakenAgainAndSwitchedOffSoon() throws {
        let gpio = FakeGPIO()
        let lines = GPIOLines(lamps, access: gpio)
        try lines.drive(.siren, on: true)
        gpio.lines[3]?.failure = .inputOutput
        #expect(
            description { try lines.drive(.siren, on: false) }
                == "gpio chip pl061 line 3 (siren): switch off: input/output error (EIO)")
        gpio.time = Instant.zero + GPIOLines.offRetryPause
        _ = try lines.poll()
        #expect(gpio.lines[3]?.log == ["off"])
        #expect(gpio.requests.filter { $0.contains(" 3 ") }.count == 2)
    }

    @Test func anOutputWithoutALineIsNoError() throws {
        let lines = GPIOLines(LineMap(), access: FakeGPIO())
        try lines.drive(.siren, on: true)
        #expect(try lines.poll().isEmpty)
        #expect(lines.close() == [])
    }

    @Test func pressesBetweenTwoPollsAreAllTold() throws {
        let gpio = FakeGPIO()
        let lines = GPIOLines(LineMap(inputs: [.panic: line(6)]), access: gpio)
        gpio.lines[6]?.edges = [1, 2, 3].map {
            GPIOEdge(isActive: $0 % 2 == 1, at: .zero + .milliseconds($0))
        }
        gpio.lines[6]?.level = true
        gpio.time = .zero + .milliseconds(100)
        #expect(try lines.poll().map(\.active) == [true, false, true])
        #expect(try lines.poll().isEmpty)
    }

    @Test func aSwitchThatIsOpenFromTheStartIsTold() throws {
        let gpio = FakeGPIO()
        let map = LineMap(inputs: [.enclosure: line(7, debounce: .milliseconds(30))])
        let lines = GPIOLines(map, access: gpio)
        gpio.lines[7]?.level = true
        #expect(try lines.poll().isEmpty)
        gpio.time = .zero + .milliseconds(30)
        #expect(try lines.poll().map(\.input) == [.enclosure])
    }

    @Test func aContactThatTheKernelDebouncesIsNotDelayedTwice() throws {
        let gpio = FakeGPIO()
        gpio.kernelDebounces = true
        let map = LineMap(inputs: [.panic: line(6, debounce: .milliseconds(30))])
        let lines = GPIOLines(map, access: gpio)
        gpio.lines[6]?.level = true
        #expect(try lines.poll().map(\.active) == [true])
    }

    @Test func anInputThatFailsDoesNotHideTheOthers() throws {
        let gpio = FakeGPIO()
        let lines = GPIOLines(LineMap(inputs: [.silence: line(5), .panic: line(6)]), access: gpio)
        gpio.lines[5]?.failure = .deviceGone
        gpio.lines[6]?.level = true
        #expect(try lines.poll().map(\.input) == [.panic])
        #expect(
            lines.failures.map(\.description) == [
                "gpio chip pl061 line 5 (silence button): read: no such device (ENODEV)"
            ])
    }

    @Test func aChatteringContactCannotHoldTheCaller() throws {
        let gpio = FakeGPIO()
        let lines = GPIOLines(LineMap(inputs: [.panic: line(6)]), access: gpio)
        gpio.lines[6]?.edges = (0..<1000).map {
            GPIOEdge(isActive: $0 % 2 == 0, at: .zero + .milliseconds(Int64($0)))
        }
        _ = try lines.poll()
        #expect(gpio.lines[6]?.edges.count == 1000 - GPIOLines.edgeCountMax)
    }
}

@Suite struct GPIOSurveyTests {
    @Test func aSurveyTellsOfEveryLineAndTakesNone() {
        let gpio = FakeGPIO()
        gpio.holders = [3: "led0"]
        var map = lamps
        map.inputs = [.panic: line(8)]
        let conditions = GPIOSurvey.conditions(map, access: gpio)
        #expect(
            conditions.map(\.role) == [
                "green lamp", "amber lamp", "red lamp", "siren", "panic button"
            ])
        #expect(conditions.prefix(4).map(\.state) == [.free, .free, .free, .held(by: "led0")])
        guard case .unusable(let error) = conditions[4].state else {
            Issue.record("a line beyond the chip's last is usable")
            return
        }
        #expect(
            error.description
                == "gpio chip pl061 line 8 (panic button): look up: the chip has lines 0 to 7")
        #expect(gpio.requests.isEmpty)
    }
}
