import Testing

@testable import Configuration
@testable import Doctor

@Suite struct LinkChecksTests {
    @Test func aKeyThatTwoDestinationsShareIsNamed() {
        var destinations = ["city", "venue", "park", "mall"].map { DestinationSection(name: $0) }
        destinations[0].commandKey = [1]
        destinations[1].commandKey = [2]
        destinations[2].commandKey = [1]
        let findings = LinkChecks.sharedKeys(destinations)
        #expect(findings.map(\.subject) == ["destination park"])
        #expect(findings.map(\.grade) == [.warn])
        #expect(findings.first?.text.contains("destination city") == true)
    }
}
