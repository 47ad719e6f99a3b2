import Frames
import Incidents
import Linux
import Records
import Station
import Testing

@testable import Store

private final class NoLines: AlarmLines {
    func drive(_ output: Output, on: Bool) throws {}
    func poll() throws -> [(input: Input, active: Bool)] { [] }
}

/// The process is killed while incidents are open, and starts again.
@Suite struct InterruptedTests {
    private func live(
        in folder: TestFolder, boot: BootID, _ causes: [Event.Cause]
    ) throws -> SQLiteLedger {
        let ledger = try SQLiteLedger(
            directory: folder.path, stamp: Story.stamp(1, boot: boot))
        let duty = Duty(
            appliance: Appliance(
                policy: StationPolicy(), boot: boot,
                firstOrdinal: ledger.past.lastOrdinal(of: boot) + 1, past: ledger.past),
            lines: NoLines(), ledger: ledger, snapshot: { _, _ in }, log: { _, _ in })
        // A later life of one boot goes on where the clock is.
        let begin = Instant(nanoseconds: Int64(ledger.recordCount + 1) * 1_000_000_000)
        for cause in causes { duty.handle(Event(at: begin, cause: cause)) }
        return ledger
    }

    @Test(arguments: [true, false])
    func whatWasOpenWhenItWasKilledIsClosedByTheNextLife(isSameBoot: Bool) throws {
        let folder = try TestFolder()
        let boot = Story.boot
        let next = isSameBoot ? boot : BootID(high: 1, low: 1)
        do {
            let ledger = try live(
                in: folder, boot: boot,
                [
                    .input(.panic, active: true),
                    .cameraLost(camera: 0, cause: "no such device (ENODEV)")
                ])
            ledger.abandon()
        }
        let before = try IncidentIndex(LedgerReader(directory: folder.path)).incidents
        #expect(before.map(\.state) == [.confirmed, .confirmed])
        #expect(before.map(\.closeReason) == [nil, nil])

        // Twice: the second start finds nothing more to close but what the first one opened.
        for panicCount in 1...2 {
            let ledger = try live(in: folder, boot: next, [.input(.panic, active: true)])
            ledger.abandon()
            let reader = try LedgerReader(directory: folder.path)
            let after = try IncidentIndex(reader).incidents
            #expect(after.count == 2 + panicCount)
            #expect(after.last?.state == .confirmed)
            for summary in after.dropLast() {
                #expect(summary.state == .closed)
                #expect(summary.closeReason == "restarted")
                #expect(summary.duration == nil)
                #expect(summary.sequences.count == 2)
            }
            let report = try LedgerVerifier.verify(reader)
            #expect(report.isValid, "\(report.faults)")
        }
    }

    @Test(arguments: [true, false])
    func whatTheCentreOrderedHoldsInTheNextLife(isSameBoot: Bool) throws {
        let folder = try TestFolder()
        let week = WeekSchedule(spans: [.init(start: 9_900, end: 180)])
        func order(_ order: HoursOrder, _ counter: UInt64) -> Event.Cause {
            .ordered(
                Order(
                    actor: "Aigul",
                    authority: .centre(
                        Centre(destination: "city", key: [7]), Ticket(counter: counter)),
                    action: .hours(order)))
        }
        try live(
            in: folder, boot: Story.boot,
            [order(.schedule(week), 1), order(.venue(isOpen: false, seconds: 600), 2)]
        ).abandon()
        let next = isSameBoot ? Story.boot : BootID(high: 1, low: 1)
        let ledger = try live(in: folder, boot: next, [order(.schedule(.never), 2)])
        ledger.abandon()
        let reader = try LedgerReader(directory: folder.path)
        #expect(try LedgerVerifier.verify(reader).isValid)
        let past = try reader.past()
        #expect(past.week == HoursPast.Week(schedule: week, by: "Aigul"))
        #expect(past.week?.schedule == week, "the later life refused to obey another second")
        let special = try #require(past.specialHours(at: .zero + .seconds(60), of: next))
        #expect(!special.isOpen)
        #expect(special.left > .seconds(500) && special.left < .seconds(600))
    }

    @Test func aSecondClosingIsAFault() throws {
        let folder = try TestFolder()
        let closing = LedgerRecord(
            stamp: Story.stamp(500), body: .interrupted(boot: Story.boot, ordinal: 1))
        try SQLiteLedger(directory: folder.path, stamp: Story.stamp(0)).append([
            Story.incident(1, .suspected), Story.incident(1, .closed), closing
        ])
        let report = try LedgerVerifier.verify(LedgerReader(directory: folder.path))
        #expect(
            report.faults.map(\.description) == [
                "L5: record 3: incident 01234567-1 is closed by a restart, but was closed before"
            ])
    }

    @Test func aLedgerThatWasDamagedSaysThatItsPastIsIncompleteOnce() throws {
        let folder = try TestFolder()
        try SQLiteLedger(directory: folder.path, stamp: Story.stamp(0)).append([
            Story.incident(1, .suspected)
        ])
        let whole = try SQLiteLedger(directory: folder.path, stamp: Story.stamp(1)).past
        #expect(!whole.isIncomplete)
        #expect(try LedgerReader(directory: folder.path).past() == whole)
        for name in ["/ledger.db", "/ledger.db-wal"] {
            try Files.replace(folder.path + name, with: [UInt8](repeating: 0x5a, count: 4_096))
        }
        let after = try SQLiteLedger(directory: folder.path, stamp: Story.stamp(2)).past
        #expect(after.isIncomplete)
        #expect(after.openIncidents.isEmpty)
        // Until a life recorded what it takes to have happened, the next one does not know it.
        let ledger = try SQLiteLedger(directory: folder.path, stamp: Story.stamp(3))
        #expect(ledger.past.isIncomplete)
        try ledger.append([
            LedgerRecord(stamp: Story.stamp(4), body: .siren(.assumed, milliseconds: 1))
        ])
        ledger.close()
        #expect(try !LedgerReader(directory: folder.path).past().isIncomplete)
    }
}
