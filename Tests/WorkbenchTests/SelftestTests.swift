import Testing

@testable import Workbench

@Test func everyCheckOfTheSelftestGivesItsGoldenAnswerHere() {
    let outcomes = SelftestCheck.all.flatMap { $0.run() }
    for outcome in outcomes {
        #expect(outcome.isOK, "\(outcome.line)")
    }
    #expect(outcomes.count >= 11)
    #expect(Set(outcomes.map(\.name)).count == outcomes.count)
}

@Test func aFailedCheckSaysWhatIsWrong() {
    let outcome = SelftestCheck.Outcome(name: "kernel x", hash: 1, fault: "expected \"2\"")
    #expect(!outcome.isOK)
    #expect(outcome.line == "0000000000000001  kernel x: FAILED: expected \"2\"")
    #expect(
        outcome.json == """
            {"name":"kernel x","hash":"0000000000000001","ok":false,"fault":"expected \\"2\\""}
            """)
}
