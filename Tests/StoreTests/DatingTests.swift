import Frames
import Records
import Testing

@testable import Store

@Suite struct DatingTests {
    private let otherBoot = BootID(high: 1, low: 2)

    private func unset(_ seconds: Int64, _ boot: BootID = Story.boot) -> Stamp {
        Stamp(
            boot: boot, monotonic: .zero + .seconds(seconds), wallMilliseconds: seconds * 1000,
            trust: .unset)
    }

    @Test func withoutACorrectionTheClockIsBelievedOrSaidToBeUnset() {
        let dating = Dating()
        #expect(
            dating.date(of: .zero + .seconds(40), by: unset(50))
                == Dating.Date(wallMilliseconds: 40_000, source: .unset))
        #expect(
            dating.date(of: .zero + .seconds(40), by: Story.stamp(50))
                == Dating.Date(wallMilliseconds: 1_763_800_040_000, source: .clock))
    }

    @Test func aCorrectionDatesEarlierRecordsOfItsBootAndNoOthers() {
        var dating = Dating()
        dating.learn(
            LedgerRecord(
                stamp: Story.stamp(60), body: .clockCorrected(offsetMilliseconds: 1_000_000)))
        let at = Instant.zero + .seconds(50)
        #expect(
            dating.date(of: at, by: unset(50))
                == Dating.Date(wallMilliseconds: 1_050_000, source: .correction))
        #expect(dating.date(of: at, by: unset(50, otherBoot)).source == .unset)
        #expect(dating.date(of: .zero + .seconds(61), by: Story.stamp(61)).source == .clock)
    }

    @Test func correctionsAddUp() {
        var dating = Dating()
        for (second, offset) in [(60, 1_000_000), (70, -500)] as [(Int64, Int64)] {
            dating.learn(
                LedgerRecord(
                    stamp: Story.stamp(second), body: .clockCorrected(offsetMilliseconds: offset)))
        }
        let before = dating.date(of: .zero + .seconds(50), by: unset(50))
        #expect(before.wallMilliseconds == 1_049_500)
        let between = dating.date(of: .zero + .seconds(65), by: Story.stamp(65))
        #expect(between.wallMilliseconds == 1_763_800_065_000 - 500)
    }

    @Test func hostileTimesSaturate() {
        var dating = Dating()
        for offset in [Int64.max, .max, .min] {
            dating.learn(
                LedgerRecord(
                    stamp: Story.stamp(9), body: .clockCorrected(offsetMilliseconds: offset))
            )
        }
        let stamp = Stamp(
            boot: Story.boot, monotonic: Instant(nanoseconds: .min), wallMilliseconds: .max,
            trust: .unset)
        let date = dating.date(of: .distantFuture, by: stamp)
        #expect(!date.utcText.isEmpty)
    }

    @Test func listedIncidentsAreDatedByALaterRecord() throws {
        let folder = try TestFolder()
        let ledger = try SQLiteLedger(directory: folder.path, stamp: Story.stamp(0))
        var incident = Story.incident(1, .suspected)
        incident.stamp.wallMilliseconds = 100_000
        incident.stamp.trust = .unset
        try ledger.append([incident])
        var index = try IncidentIndex(LedgerReader(directory: folder.path))
        #expect(index.incidents[0].openedAt.source == .unset)
        #expect(index.incidents[0].openedAt.utcText == "1970-01-01T00:01:40Z")
        try ledger.append([
            LedgerRecord(
                stamp: Story.stamp(200),
                body: .clockCorrected(offsetMilliseconds: 1_763_800_000_000)),
            Story.incident(1, .closed)
        ])
        index = try IncidentIndex(LedgerReader(directory: folder.path))
        #expect(index.incidents.count == 1)
        #expect(index.incidents[0].incident.state == .closed)
        #expect(index.incidents[0].openedAt.source == .correction)
        #expect(index.incidents[0].openedAt.utcText == "2025-11-22T08:28:20Z")
        #expect(index.incidents[0].sequences == [1, 3])
    }
}
