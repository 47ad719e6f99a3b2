import Testing
import Text

@testable import Workbench

@Suite struct VenueHoursTests {
    @Test func aTenthOrOneIsRight() {
        for (count, truth, isRight) in [
            (0, 0, true), (1, 0, true), (2, 0, false), (4, 5, true), (3, 5, false), (6, 5, true),
            (19, 20, true), (18, 20, true), (17, 20, false), (22, 20, true), (23, 20, false),
            (31, 35, false), (32, 35, true)
        ] {
            #expect(VenueHours.isRight(count, of: truth) == isRight, "\(count) of \(truth)")
        }
    }

    /// The short form of eight hours: five minutes, and a gathering of ten after two.
    @Test func peopleAreCountedRightlyAndOnlyTheRealGatheringIsTold() throws {
        let hours = VenueHours(seed: 2, minutes: 5, looks: .told, gathersEvery: 4, width: 160)
        var lines: [String] = []
        let tally = try hours.run { lines.append($0) }
        #expect(lines.count { $0.hasPrefix("minute ") } == 5)
        #expect(tally.minutes == 5 && tally.there > 40)
        #expect(tally.right >= 4 && tally.rightInZone >= 4, "\(tally)\n\(lines)")
        #expect(tally.gatherings == 1 && tally.found == 1, "\(tally)\n\(lines)")
        #expect(tally.falseOnes == 0, "\(lines)")
        let report = try JSONValue.read(Array(hours.json(tally).utf8))
        #expect(report["metrics"]?["minutes"]?.thousandths == 5_000)
        #expect(report["metrics"]?["gatheringsFound"]?.thousandths == 1_000)
        #expect(hours.table(tally).contains("1 of 1 told, 0 told that were none"))
    }
}
