import Frames
import Incidents
import Records
import Testing

@testable import Station

@Suite struct RecordQueueTests {
    private func record(_ number: Int, _ body: LedgerRecord.Body) -> LedgerRecord {
        LedgerRecord(
            stamp: Stamp(
                boot: BootID(high: 0, low: 0), monotonic: Instant(nanoseconds: Int64(number)),
                wallMilliseconds: 0, trust: .unset),
            body: body)
    }

    private func incident(_ state: Incident.State) -> LedgerRecord.Body {
        var incident = Incident(
            ordinal: 1, camera: 0, kind: .covered, zone: 0, openedAt: .zero)
        incident.state = state
        return .incident(incident)
    }

    private func given(_ queue: inout RecordQueue, at uptime: Interval) -> [Int] {
        var effects: [Effect] = []
        queue.give(at: uptime, into: &effects)
        return effects.compactMap {
            guard case .record(let record) = $0 else { return nil }
            return Int(record.stamp.monotonic.nanoseconds)
        }
    }

    @Test func oneBatchAtATimeInOrder() {
        var queue = RecordQueue()
        for number in 0..<100 { queue.add(record(number, incident(.confirmed))) }
        #expect(given(&queue, at: .zero) == Array(0..<64))
        #expect(given(&queue, at: .zero) == [])
        #expect(queue.kept(64, at: .zero) == .none)
        #expect(given(&queue, at: .zero) == Array(64..<100))
        #expect(queue.kept(36, at: .zero) == .none)
        #expect(queue.count == 0)
    }

    /// An officer looks at it now.
    @Test func aNoteAboutAFindsPictureWaitsForNobody() {
        let note = LedgerRecord.Body.evidence(ordinal: 1, kind: .find, sha256: [], byteCount: 1)
        var queue = RecordQueue()
        queue.add(record(1, note))
        #expect(given(&queue, at: .zero) == [1])
    }

    /// A commit of its own would make a lone incident cost a third more.
    @Test func aNoteAboutAPictureWaitsForCompanyButNotForEver() {
        let note = LedgerRecord.Body.evidence(
            ordinal: 1, kind: .snapshot, sha256: [], byteCount: 1)
        var queue = RecordQueue()
        queue.add(record(1, incident(.suspected)))
        #expect(given(&queue, at: .zero) == [1])
        _ = queue.kept(1, at: .zero)
        queue.add(record(2, note))
        #expect(given(&queue, at: .zero) == [])
        #expect(given(&queue, at: .seconds(9)) == [])
        queue.add(record(3, incident(.confirmed)))
        #expect(given(&queue, at: .seconds(9)) == [2, 3])
        _ = queue.kept(2, at: .seconds(9))
        queue.add(record(4, note))
        #expect(given(&queue, at: .seconds(20)) == [])
        queue.add(record(5, note))
        #expect(given(&queue, at: .seconds(29)) == [])
        #expect(given(&queue, at: .seconds(30)) == [4, 5])
    }

    @Test func anAnswerThatNobodyAskedForTakesNothingOff() {
        var queue = RecordQueue()
        queue.add(record(1, incident(.confirmed)))
        #expect(queue.kept(1, at: .zero) == .none)
        #expect(given(&queue, at: .zero) == [1])
        #expect(queue.kept(-1, at: .zero) == .none)
        #expect(queue.failed(at: .zero) == .failed)
        #expect(queue.kept(1, at: .zero) == .none)
        #expect(queue.count == 1)
        #expect(given(&queue, at: .seconds(1)) == [1])
        #expect(queue.kept(.max, at: .seconds(1)) == .recovered(lost: 0))
        #expect(queue.count == 0)
    }

    @Test func pausesDoubleUpToTheirMaximumAndStartAnewAfterASuccess() {
        var queue = RecordQueue()
        queue.add(record(1, incident(.confirmed)))
        var uptime = Interval.zero
        var pauses: [Int64] = []
        for _ in 0..<8 {
            #expect(given(&queue, at: uptime) == [1])
            _ = queue.failed(at: uptime)
            let failedAt = uptime
            while case .failing(let retryAt, _) = queue.state, uptime < retryAt {
                uptime = uptime + .milliseconds(100)
            }
            pauses.append((uptime - failedAt).milliseconds / 1_000)
        }
        #expect(pauses == [1, 2, 4, 8, 16, 30, 30, 30])
        _ = given(&queue, at: uptime)
        _ = queue.kept(1, at: uptime)
        queue.add(record(2, incident(.confirmed)))
        _ = given(&queue, at: uptime)
        #expect(queue.failed(at: uptime) == .failed)
        #expect(given(&queue, at: uptime + .seconds(1)) == [2])
    }

    @Test func whenFullTheLeastTellingRecordMakesRoom() {
        var queue = RecordQueue()
        let max = RecordQueue.recordCountMax
        for number in 0..<max - 3 { queue.add(record(number, incident(.confirmed))) }
        queue.add(record(max - 3, incident(.closed)))
        queue.add(record(max - 2, incident(.suspected)))
        queue.add(record(max - 1, .operated("silence")))
        // In the order of what they tell: the operation, the suspicion, the closing, then no more.
        for number in max..<max + 5 { queue.add(record(number, incident(.confirmed))) }
        #expect(queue.count == max)
        #expect(queue.lostCount == 5)
        var numbers: [Int] = []
        while queue.count > 0 {
            let batch = given(&queue, at: .zero)
            numbers += batch
            _ = queue.kept(batch.count, at: .zero)
        }
        #expect(numbers == Array(0..<max - 3) + Array(max..<max + 3))
        #expect(queue.brokenInvariants() == [])
    }

    @Test func aBatchOnItsWayIsNeverDropped() {
        var queue = RecordQueue()
        for number in 0..<64 { queue.add(record(number, .operated("silence"))) }
        #expect(given(&queue, at: .zero).count == 64)
        for number in 64..<5_000 { queue.add(record(number, incident(.confirmed))) }
        #expect(queue.kept(64, at: .zero) == .recovered(lost: 5_000 - 1_024))
        #expect(given(&queue, at: .zero).first == 64)
    }

    @Test func lossesAreStatedInTheLedgerWhenItWorksAgain() {
        var bench = Bench()
        bench.isLedgerFailing = true
        bench.pass(.seconds(1))
        for _ in 0..<700 {
            bench.tell(.input(.panic, active: true))
            bench.tell(.input(.panic, active: false))
            bench.now = bench.now + .seconds(31)
            bench.tell(.tick)
        }
        bench.isLedgerFailing = false
        bench.tell(.storeRestored)
        bench.tell(.tick)
        #expect(bench.kept.count > 1_020)
        let lost = bench.bodies.compactMap { body -> String? in
            guard case .operated(let text) = body, text.hasSuffix("failed") else { return nil }
            return text
        }
        // The start, the failure, the camera that fell silent; then 700 presses, each noted,
        // confirmed and closed, the siren's soundings, each begun and ended, and the hours.
        let soundingCount = bench.switches.filter { $0.output == .siren && $0.isOn }.count
        let hourCount = bench.bodies.filter { if case .beat = $0 { true } else { false } }.count
        let given = 3 + 700 * 3 + soundingCount * 2 + hourCount
        #expect(lost == ["\(given - 1_024) records lost while the ledger failed"])
        // Confirmations outlive everything else.
        #expect(bench.story.filter { $0 == "panic confirmed" }.count == 700)
        #expect(bench.broken == [])
    }
}
