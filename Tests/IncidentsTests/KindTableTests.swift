import Detectors
import Testing

@testable import Incidents

@Suite struct KindTableTests {
    /// Spelt out: ledgers hold the numbers, receivers know the names.
    @Test func numbersAndNamesStay() {
        let expected: [(UInt16, String)] = [
            (1, "presence"), (2, "fight"), (3, "aggression"), (5, "occupancy"),
            (6, "gathering"), (7, "dense"), (8, "dispersal"), (9, "lying"),
            (10, "lineCrossed"), (32, "covered"),
            (33, "partlyCovered"), (34, "defocused"), (35, "sprayed"), (36, "turned"),
            (37, "glare"), (38, "frozen"), (39, "dark"), (40, "strobe"), (41, "blind"),
            (42, "viewChanged"), (64, "cameraLost"), (65, "panic"), (66, "enclosureOpened"),
            (67, "storeFailed"), (68, "uplinkLost")
        ]
        for (number, name) in expected {
            let kind = Incident.Kind(rawValue: number)
            #expect(kind.map { "\($0)" } == name)
        }
    }

    @Test func everyRowIsFitForWhoeverReadsIt() {
        var names: Set<String> = []
        for kind in Incident.Kind.allCases {
            let row = kind.row
            #expect(names.insert(row.name).inserted, "\(row.name) twice")
            #expect(row.name.utf8.allSatisfy { (65...90).contains($0) || (97...122).contains($0) })
            #expect(!row.title.isEmpty && row.title.utf8.count <= 24)
            #expect(row.title.utf8.allSatisfy { (0x20...0x7A).contains($0) && $0 != 0x5B })
            #expect(!row.label.isEmpty && !row.cap.categories.isEmpty)
            #expect((100...999).contains(row.sia.contactID))
            #expect(row.rule.leaveScore <= row.rule.enterScore)
        }
    }

    @Test func whatDetectorsSeeNamesItsDetectorAndNothingElseDoes() {
        for kind in Incident.Kind.allCases {
            #expect((kind.seen == nil) == (kind.row.detector == nil), "\(kind)")
            if let seen = kind.seen { #expect(Incident.Kind(seen) == kind) }
        }
        #expect(
            Set(Sighting.Kind.allCases.map { Incident.Kind($0) }).count
                == Sighting.Kind.allCases.count)
    }
}
