import Linux
import Testing

@testable import Alarm

@Suite struct LibGPIODTests {
    @Test func theLibraryTellsItsVersion() {
        let major = LibGPIOD.version.split(separator: ".").first.flatMap { Int($0) }
        #expect(major == 1 || major == 2)
    }

    @Test func chipsThatAreNotThereAreErrorsNotCrashes() throws {
        let gpio = LibGPIOD()
        for chip in try gpio.chips() { #expect(chip.path.hasPrefix("/dev/gpiochip")) }
        #expect(throws: Errno.self) { try gpio.facts(offset: 0, chip: "/dev/null") }
        #expect(throws: Errno.self) { try gpio.offset(ofLineNamed: "x", chip: "/none") }
        #expect(throws: Errno.self) {
            _ = try gpio.request(line(0), isOutput: true, offset: 0, chip: "/dev/null")
        }
    }
}
