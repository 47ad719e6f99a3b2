import Frames
import Incidents
import Records
import Testing

@testable import Station

/// A ledger of records of all three lanes, and a destination that loses its connection.
private struct Story {
    static let boot = BootID(high: 1, low: 2)

    static func entry(_ sequence: Int64, _ lane: DeliveryLane) -> OutboxEntry {
        let stamp = Stamp(
            boot: boot, monotonic: Instant(nanoseconds: sequence), wallMilliseconds: sequence,
            trust: .synchronised)
        let body: LedgerRecord.Body =
            switch lane {
            case .alarm:
                .incident(
                    Incident(
                        ordinal: UInt32(sequence), camera: 0, kind: .fight, zone: 0,
                        openedAt: .zero))
            case .health: .operated("\(sequence)")
            case .evidence:
                .evidence(
                    ordinal: UInt32(sequence), kind: .snapshot,
                    sha256: [UInt8](repeating: 0, count: 32), byteCount: 0)
            }
        return OutboxEntry(
            sequence: sequence, record: LedgerRecord(stamp: stamp, body: body),
            at: Dating.Date(wallMilliseconds: sequence, source: .clock))
    }

    static func page(
        _ ledger: [OutboxEntry], _ lane: DeliveryLane, after: Int64, countMax: Int,
        scanCountMax: Int = 40
    ) -> OutboxPage {
        var page = OutboxPage(lane: lane, entries: [], readThrough: after)
        for entry in ledger[Int(after)...].prefix(scanCountMax) where page.entries.count < countMax
        {
            page.readThrough = entry.sequence
            if entry.lane == lane { page.entries.append(entry) }
        }
        return page
    }
}

@Suite struct DeliveryTests {
    private func filled(_ lanes: [DeliveryLane]) -> (Delivery, [OutboxEntry]) {
        let ledger = lanes.enumerated().map { Story.entry(Int64($0) + 1, $1) }
        var delivery = Delivery()
        delivery.ledgerReached(Int64(ledger.count))
        while let (lane, after, countMax) = delivery.nextRead() {
            delivery.read(Story.page(ledger, lane, after: after, countMax: countMax))
        }
        return (delivery, ledger)
    }

    @Test func alarmsComeBeforeHealthBeforeEvidence() {
        var (delivery, _) = filled([.evidence, .health, .alarm, .evidence, .alarm, .health])
        var order: [Int64] = []
        while let entry = delivery.next() { order.append(entry.sequence) }
        #expect(order == [3, 5, 2, 6, 1, 4])
    }

    @Test func aCursorNeverPassesWhatIsNotConfirmed() {
        var (delivery, _) = filled([.alarm, .alarm, .alarm])
        while delivery.next() != nil {}
        delivery.delivered(3)
        delivery.delivered(2)
        #expect(delivery.cursors[.alarm] == 0)
        delivery.delivered(1)
        #expect(delivery.cursors[.alarm] == 3)
        #expect(delivery.isIdle)
    }

    @Test func whatIsConfirmedTwiceOrWasNeverGivenChangesNothing() {
        var (delivery, _) = filled([.alarm, .alarm])
        delivery.delivered(2)
        #expect(delivery.deliveredCount == 0)
        _ = delivery.next()
        delivery.delivered(1)
        delivery.delivered(1)
        delivery.refused(1)
        #expect(delivery.deliveredCount == 1 && delivery.refusedCount == 0)
        #expect(delivery.brokenInvariants() == [])
    }

    @Test func whatIsRefusedDoesNotHoldUpTheRest() {
        var (delivery, _) = filled([.alarm, .alarm])
        while delivery.next() != nil {}
        delivery.refused(1)
        #expect(delivery.cursors[.alarm] == 1)
        #expect(delivery.refusedCount == 1)
    }

    /// Connections that break at any moment, pages that cannot be read, lives that begin anew at
    /// the cursor: every record arrives, the first time in order, under bounded memory.
    @Test(arguments: 0..<60)
    func nothingIsLostAndOrderIsKept(seed: Int) throws {
        var chance = SplitMix64(seed: UInt64(seed))
        var ledger: [OutboxEntry] = []
        var delivery = Delivery()
        var underWay: [OutboxEntry] = []
        var received: [DeliveryLane: [Int64]] = [:]
        for step in 0..<20_000 {
            if ledger.count < 400, chance.chance(1, in: 3) {
                let lane = DeliveryLane(rawValue: UInt8(chance.whole(in: 0...2))) ?? .alarm
                ledger.append(Story.entry(Int64(ledger.count) + 1, lane))
                delivery.ledgerReached(Int64(ledger.count))
            }
            while let (lane, after, countMax) = delivery.nextRead() {
                if chance.chance(1, in: 8) {
                    delivery.readFailed(lane)
                    break
                }
                delivery.read(Story.page(ledger, lane, after: after, countMax: countMax))
            }
            if underWay.count < 5, let entry = delivery.next() {
                underWay.append(entry)
                if !received[entry.lane, default: []].contains(entry.sequence) {
                    received[entry.lane, default: []].append(entry.sequence)
                }
            }
            if !underWay.isEmpty, chance.chance(1, in: 2) {
                let index = chance.whole(in: 0...underWay.count - 1)
                delivery.delivered(underWay.remove(at: index).sequence)
            }
            if chance.chance(1, in: 50) {
                underWay.removeAll()
                delivery.connectionLost()
            }
            if chance.chance(1, in: 400) {
                underWay.removeAll()
                delivery = Delivery(cursors: delivery.cursors)
                delivery.ledgerReached(Int64(ledger.count))
            }
            let broken = delivery.brokenInvariants()
            try #require(broken == [], "step \(step)")
            if ledger.count == 400, delivery.isIdle { break }
        }
        #expect(delivery.isIdle)
        for lane in DeliveryLane.allCases {
            #expect(
                received[lane, default: []]
                    == ledger.filter { $0.lane == lane }.map(\.sequence))
        }
    }
}

@Suite struct BackoffTests {
    private func seconds(_ count: Int64) -> Instant { .zero + .seconds(count) }

    @Test func pausesDoubleUpToALimitAndAreSpread() {
        var backoff = Backoff(seed: 7)
        let first = backoff.failed(at: .zero)
        #expect(first <= Backoff.firstPauseMax && first >= .milliseconds(500))
        var bound = Backoff.pauseMin
        for _ in 0..<20 {
            bound = min(bound * 2, Backoff.pauseMax)
            let pause = backoff.failed(at: .zero)
            #expect(pause <= bound && pause >= .milliseconds(bound.milliseconds / 2))
        }
    }

    @Test func onlyAConnectionThatLastedIsASuccess() {
        var backoff = Backoff(seed: 7)
        for _ in 0..<8 {
            backoff.connected(at: .zero)
            _ = backoff.failed(at: seconds(1))
        }
        backoff.connected(at: .zero)
        #expect(backoff.failed(at: seconds(59)) >= .seconds(64))
        backoff.connected(at: .zero)
        #expect(backoff.failed(at: seconds(60)) <= .seconds(4))
    }

    @Test func aThousandAppliancesDoNotReturnAtOneMoment() {
        var counts: [Int64: Int] = [:]
        for seed in 0..<1_000 {
            var backoff = Backoff(seed: UInt64(seed))
            var pause = Interval.zero
            for _ in 0..<6 { pause = backoff.failed(at: .zero) }
            counts[pause.milliseconds / 1_000, default: 0] += 1
        }
        // The sixth pause is 16 to 32 s: evenly, some sixty each second.
        #expect(counts.count >= 16)
        #expect((counts.values.max() ?? 0) < 110)
    }
}
