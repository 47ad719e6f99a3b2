import Frames
import Records
import Testing

@Suite struct OrdersPastTests {
    private var past = OrdersPast()
    private var time: Int64 = 0

    private mutating func learn(_ body: LedgerRecord.Body) {
        time += 1
        past.learn(
            LedgerRecord(
                stamp: Stamp(
                    boot: BootID(high: 1, low: 2), monotonic: Instant(nanoseconds: time),
                    wallMilliseconds: 0, trust: .unset),
                body: body))
    }

    private func centre(_ index: Int) -> Centre {
        Centre(destination: "\(index)", key: [UInt8](repeating: 7, count: 32))
    }

    private func silence(_ counter: UInt64) -> LedgerRecord.Body {
        .commanded(counter: counter, by: "Aigul", words: "silence")
    }

    private mutating func obey(_ index: Int, _ ticket: Ticket) {
        learn(.authorised(.centre(centre(index), ticket)))
        learn(silence(ticket.counter))
    }

    private func judge(_ index: Int, _ ticket: Ticket) -> OrdersPast.Verdict {
        past.judge(centre(index), ticket, silence(ticket.counter))
    }

    private func used(_ counter: UInt64) -> OrdersPast.Verdict {
        .refused("its counter is not greater than \(counter)")
    }

    /// A ledger of any length, with a new key every day: bounded, and nothing is obeyed again.
    @Test mutating func whoIsForgottenIsRefusedAndNotObeyedAgain() {
        let count = OrdersPast.centreCountMax + 8
        for index in 0..<count {
            obey(index, Ticket(counter: UInt64(1_000 - index)))
            obey(index, Ticket(counter: UInt64(index + 1), epoch: past.epoch))
        }
        #expect(judge(count - 1, Ticket(counter: UInt64(1_000 - count + 1))) == .heard)
        #expect(judge(0, Ticket(counter: 1_000)) == used(1_000))
        #expect(judge(0, Ticket(counter: 1, epoch: past.epoch)) == used(8))
        #expect(judge(0, Ticket(counter: 1_001)) == .fresh)
    }

    @Test mutating func onlyTheLastAreHeardAgainAndTheOthersAreRefused() {
        let count = UInt64(OrdersPast.recentCountMax)
        for counter in 1...count + 4 { obey(0, Ticket(counter: counter)) }
        for counter in 1...4 as ClosedRange<UInt64> {
            #expect(judge(0, Ticket(counter: counter)) == used(count + 4))
        }
        for counter in 5...count + 4 { #expect(judge(0, Ticket(counter: counter)) == .heard) }
    }

    /// As ledgers were written before centres were told apart.
    @Test mutating func whatNobodyIsNamedForCountsForAll() {
        learn(silence(9))
        learn(.hours(.configured, counter: 11, by: "Aigul"))
        for index in 0..<3 {
            #expect(judge(index, Ticket(counter: 11)) == used(11))
            #expect(judge(index, Ticket(counter: 12)) == .fresh)
        }
    }

    /// The store puts records of its own between the two, and a full queue may lose either.
    @Test mutating func anOrderBelongsToWhoeverIsNamedWithItsNumber() {
        learn(.authorised(.centre(centre(0), Ticket(counter: 5))))
        learn(.repaired("something"))
        learn(silence(5))
        #expect(judge(0, Ticket(counter: 5)) == .heard)
        #expect(judge(1, Ticket(counter: 5)) == .fresh)
        learn(.authorised(.centre(centre(0), Ticket(counter: 6))))
        learn(silence(8))
        #expect(judge(1, Ticket(counter: 8)) == used(8))
        learn(.authorised(.technician))
        learn(silence(0))
        #expect(judge(1, Ticket(counter: 9)) == .fresh)
    }

    @Test mutating func damageBeginsAnEpochThatNobodyKnewBefore() {
        obey(0, Ticket(counter: .max))
        obey(0, Ticket(counter: .max, epoch: past.epoch))
        let before = past.epoch
        learn(.siren(.assumed, milliseconds: 1))
        #expect(past.epoch != before)
        #expect(judge(0, Ticket(counter: .max, epoch: before)) != .heard)
        #expect(judge(0, Ticket(counter: 1, epoch: past.epoch)) == .fresh)
        guard case .refused = judge(0, Ticket(counter: .max)),
            case .refused = judge(1, Ticket(counter: 1))
        else {
            Issue.record("what could have been recorded before is obeyed")
            return
        }
    }
}
