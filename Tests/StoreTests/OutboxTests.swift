import Frames
import Records
import Station
import Testing

@testable import Store

@Suite struct OutboxTests {
    private func open(_ folder: TestFolder) throws -> SQLiteLedger {
        try SQLiteLedger(directory: folder.path, stamp: Story.stamp(0))
    }

    @Test func aPageHasItsLaneInOrderAndSaysHowFarItReaches() throws {
        let folder = try TestFolder()
        let ledger = try open(folder)
        try ledger.append([
            Story.operated("a", 1), Story.incident(1, .suspected), Story.operated("b", 201),
            Story.incident(2, .suspected)
        ])
        let alarms = try ledger.page(.alarm, after: 0, countMax: 10)
        #expect(alarms.entries.map(\.sequence) == [2, 4])
        #expect(alarms.readThrough == 4)
        let first = try ledger.page(.alarm, after: 0, countMax: 1)
        #expect(first.entries.map(\.sequence) == [2])
        #expect(first.readThrough == 2)
        let none = try ledger.page(.evidence, after: 0, countMax: 10)
        #expect(none.entries.isEmpty && none.readThrough == 4)
    }

    @Test func datesAreThoseThatTheLedgerKnowsByNow() throws {
        let folder = try TestFolder()
        let ledger = try open(folder)
        let early = Stamp(
            boot: Story.boot, monotonic: .zero + .seconds(10), wallMilliseconds: 10_000,
            trust: .unset)
        try ledger.append([LedgerRecord(stamp: early, body: .operated("early"))])
        #expect(try ledger.page(.health, after: 0, countMax: 1).entries[0].at.source == .unset)
        try ledger.append([
            LedgerRecord(
                stamp: Story.stamp(20), body: .clockCorrected(offsetMilliseconds: 1_000_000))
        ])
        let entry = try ledger.page(.health, after: 0, countMax: 1).entries[0]
        #expect(entry.at == Dating.Date(wallMilliseconds: 1_010_000, source: .correction))
    }

    @Test func whatARestartCutShortIsKnownByWhatItWas() throws {
        let folder = try TestFolder()
        let ledger = try open(folder)
        try ledger.append([Story.incident(1, .suspected), Story.incident(2, .suspected)])
        let later = BootID(high: 9, low: 9)
        try ledger.append([
            LedgerRecord(
                stamp: Story.stamp(1, boot: later),
                body: .interrupted(boot: Story.boot, ordinal: 1))
        ])
        let entry = try #require(ledger.page(.alarm, after: 2, countMax: 1).entries.first)
        #expect(entry.subject?.ordinal == 1)
        #expect(entry.openedAt?.wallMilliseconds == 1_763_800_100_000)
    }

    @Test func cursorsSurviveWithTheNextRecordsOrAnOrderlyEnd() throws {
        let folder = try TestFolder()
        var cursors = DeliveryCursors()
        cursors[.alarm] = 2
        cursors[.health] = 1
        do {
            let ledger = try open(folder)
            try ledger.append([Story.operated("a", 1), Story.incident(1, .suspected)])
            #expect(try ledger.cursors(of: "centre") == DeliveryCursors())
            ledger.note(cursors, of: "centre")
            #expect(try ledger.cursors(of: "centre") == cursors)
            ledger.abandon()
        }
        do {
            let ledger = try open(folder)
            #expect(try ledger.cursors(of: "centre") == DeliveryCursors())
            ledger.note(cursors, of: "centre")
            try ledger.append([Story.operated("b", 2)])
            ledger.abandon()
        }
        do {
            let ledger = try open(folder)
            #expect(try ledger.cursors(of: "centre") == cursors)
            cursors[.evidence] = 3
            ledger.note(cursors, of: "centre")
            ledger.note(cursors, of: "second")
            ledger.close()
        }
        let ledger = try open(folder)
        #expect(try ledger.cursors(of: "centre") == cursors)
        #expect(try ledger.cursors(of: "second") == cursors)
        #expect(try ledger.cursors(of: "third") == DeliveryCursors())
    }

    /// A ledger that began anew after damage is shorter than what a cursor says.
    @Test func aCursorBehindTheLastRecordIsPulledBack() throws {
        let folder = try TestFolder()
        let ledger = try open(folder)
        try ledger.append([Story.operated("a", 1)])
        var cursors = DeliveryCursors()
        for lane in DeliveryLane.allCases { cursors[lane] = 100 }
        ledger.note(cursors, of: "centre")
        try ledger.settle()
        #expect(try ledger.cursors(of: "centre")[.alarm] == 1)
    }

    /// It stays pulled back when the ledger is as long again: nobody was told of what came since.
    @Test func whatComesInThePlaceOfLostRecordsIsNotTakenForDelivered() throws {
        let folder = try TestFolder()
        do {
            let ledger = try open(folder)
            try ledger.append([Story.operated("a", 1), Story.operated("b", 2)])
            var cursors = DeliveryCursors()
            for lane in DeliveryLane.allCases { cursors[lane] = 10 }
            ledger.note(cursors, of: "centre")
            ledger.note(cursors, of: "second")
        }
        let count: Int64
        do {
            let ledger = try open(folder)
            count = ledger.recordCount
            #expect(count < 10)
            try ledger.append((3...20).map { Story.operated("new", $0) })
        }
        let ledger = try open(folder)
        for destination in ["centre", "second"] {
            let cursors = try ledger.cursors(of: destination)
            #expect(DeliveryLane.allCases.allSatisfy { cursors[$0] == count })
        }
    }
}
