import Records
import Testing

@testable import Uplink

@Test func everyStepOfAnIncidentHasAKeyOfItsOwnForEver() {
    let date = Dating.Date(wallMilliseconds: 0, source: .clock)
    var report = IncidentReport(
        identity: IncidentIdentity(boot: BootID(high: 1, low: 2), ordinal: 7), kind: .fight,
        state: .confirmed, openedAt: date, at: date)
    #expect(report.key == "00000000000000010000000000000002-7-confirmed")
    report.state = .closed
    #expect(report.key == "00000000000000010000000000000002-7-closed")
}
