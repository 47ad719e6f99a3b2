import Frames
import Incidents
import Records
import Testing

@Suite struct UnansweredTests {
    private let boot = BootID(high: 1, low: 2)

    private func record(
        _ body: LedgerRecord.Body, at seconds: Int64, of boot: BootID? = nil
    ) -> LedgerRecord {
        LedgerRecord(
            stamp: Stamp(
                boot: boot ?? self.boot, monotonic: .zero + .seconds(seconds),
                wallMilliseconds: 0, trust: .unset),
            body: body)
    }

    private func confirmed(_ ordinal: UInt32, _ kind: Incident.Kind = .panic) -> LedgerRecord.Body {
        var incident = Incident(ordinal: ordinal, camera: 0, kind: kind, zone: 0, openedAt: .zero)
        incident.state = .confirmed
        incident.confirmedAt = .zero
        return .incident(incident)
    }

    private func ordinals(_ unanswered: Unanswered) -> [UInt32] {
        unanswered.entries.map(\.identity.ordinal)
    }

    @Test func whatIsAcknowledgedOrEscalatedIsNotWaitedFor() {
        var unanswered = Unanswered()
        for ordinal in 1...3 as ClosedRange<UInt32> {
            unanswered.learn(record(confirmed(ordinal), at: Int64(ordinal)))
        }
        unanswered.learn(record(.acknowledged(boot: boot, ordinal: 2, by: "x"), at: 4))
        unanswered.learn(record(.escalated(boot: boot, ordinal: 3), at: 5))
        #expect(ordinals(unanswered) == [1])
    }

    @Test func eachKindIsBoundedByItself() {
        var unanswered = Unanswered()
        unanswered.learn(record(confirmed(1, .fight), at: 0))
        for ordinal in 2...501 as ClosedRange<UInt32> {
            unanswered.learn(record(confirmed(ordinal, .strobe), at: Int64(ordinal)))
        }
        #expect(ordinals(unanswered) == [1] + Array(437...501))
    }

    /// Of running: time without power is not in it.
    @Test func whatIsOlderThanAnyAnswerIsNotWaitedFor() {
        var unanswered = Unanswered()
        unanswered.learn(record(confirmed(1), at: 0))
        unanswered.learn(record(.operated("x"), at: 45_000))
        unanswered.learn(record(.operated("x"), at: 44_999, of: BootID(high: 9, low: 9)))
        #expect(ordinals(unanswered) == [1])
        unanswered.learn(record(.operated("x"), at: 45_000, of: BootID(high: 9, low: 9)))
        #expect(ordinals(unanswered) == [])
    }
}
