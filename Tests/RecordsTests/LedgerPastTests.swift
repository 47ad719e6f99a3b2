import Frames
import Incidents
import Records
import Testing

@Suite struct LedgerPastTests {
    private let first = BootID(high: 0, low: 1)
    private let second = BootID(high: 0, low: 2)

    private func record(
        _ boot: BootID, _ body: LedgerRecord.Body, seconds: Int64 = 0
    ) -> LedgerRecord {
        LedgerRecord(
            stamp: Stamp(
                boot: boot, monotonic: .zero + .seconds(seconds), wallMilliseconds: 0,
                trust: .unset),
            body: body)
    }

    private func incident(
        _ boot: BootID, _ ordinal: UInt32, _ state: Incident.State
    ) -> LedgerRecord {
        var incident = Incident(
            ordinal: ordinal, camera: 0, kind: .covered, zone: 0, openedAt: .zero)
        incident.state = state
        return record(boot, .incident(incident))
    }

    @Test func whatNoRecordClosesIsOpenInTheOrderOfOpening() {
        let past = LedgerPast([
            incident(first, 3, .suspected), incident(first, 2, .suspected),
            incident(first, 1, .confirmed), incident(first, 3, .confirmed),
            incident(first, 2, .closed), incident(second, 1, .suspected)
        ])
        #expect(
            past.openIncidents == [
                .init(boot: first, ordinal: 3), .init(boot: first, ordinal: 1),
                .init(boot: second, ordinal: 1)
            ])
    }

    @Test func whatARestartClosedIsNotClosedAgain() {
        var past = LedgerPast([incident(first, 1, .suspected), incident(second, 1, .suspected)])
        past.learn(record(second, .interrupted(boot: first, ordinal: 1)))
        #expect(past.openIncidents == [.init(boot: second, ordinal: 1)])
    }

    @Test func theLastNameIsKnownForEachBoot() {
        let past = LedgerPast([
            incident(first, 7, .suspected), incident(first, 3, .closed),
            incident(second, 2, .confirmed)
        ])
        #expect(past.lastOrdinal(of: first) == 7)
        #expect(past.lastOrdinal(of: second) == 2)
        #expect(past.lastOrdinal(of: BootID(high: 9, low: 9)) == 0)
    }
}
