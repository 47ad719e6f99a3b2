import Frames
import Linux
import Records
import Station
import Store
import Testing
import Text

@testable import Workbench

@Suite struct PeopleTableTests {
    /// Two cameras over half an hour, the second with lines; the clock was set late.
    private func table(since minutes: Int64, _ work: (PeopleTable) throws -> Void) throws {
        let folder = "/tmp/kuzet-people-\(Process.pid)-\(Clocks.monotonicNanoseconds())"
        defer { _ = try? Child(["rm", "-r", folder]).wait() }
        do {
            let boot = BootID(high: 1, low: 2)
            let ledger = try SQLiteLedger(
                directory: folder,
                stamp: Stamp(boot: boot, monotonic: .zero, wallMilliseconds: 0, trust: .unset))
            func record(_ body: LedgerRecord.Body, minute: Int64) -> LedgerRecord {
                LedgerRecord(
                    stamp: Stamp(
                        boot: boot, monotonic: .zero + .seconds(minute * 60),
                        wallMilliseconds: minute * 60_000, trust: .unset), body: body)
            }
            func span(_ camera: UInt8, from: Int64, _ counts: [UInt16?]) -> LedgerRecord {
                record(
                    .counted(
                        CountedSpan(
                            camera: camera, start: .zero + .seconds(from * 60),
                            minutes: counts.map {
                                .init(meanTenths: $0.map { $0 * 10 }, most: $0 ?? 0)
                            }, entered: camera == 1 ? 7 : 0, left: camera == 1 ? 5 : 0)),
                    minute: from + Int64(counts.count))
            }
            try ledger.append([
                record(.started(configuration: []), minute: 0),
                span(0, from: 0, [0, 1, 2, 3, 4, 5, 6, 7, 8, 9]),
                span(0, from: 10, [10, nil, 12, 40, 80, 40, 10, 5, 0, 0]),
                span(1, from: 10, [UInt16](repeating: 2, count: 10)),
                // It is 1 000 minutes after 1970, they find.
                record(.clockCorrected(offsetMilliseconds: 1_000 * 60_000), minute: 25)
            ])
            ledger.close()
            try work(
                try PeopleTable(
                    try LedgerReader(directory: folder), from: (1_026 - minutes) * 60_000,
                    to: 1_026 * 60_000))
        }
    }

    @Test func minutesStandWhereTheClockSaysNow() throws {
        try table(since: 30) { table in
            #expect(table.lines[0]?.minutes.count == 20)
            #expect(table.lines[0]?.minutes[1_014] == .init(meanTenths: 800, most: 80))
            #expect(table.lines[0]?.minutes[1_011] == .init(meanTenths: nil, most: 0))
            #expect(table.lines[1]?.entered == 7)
        }
        try table(since: 10) { table in
            #expect(table.lines[0]?.minutes.keys.min() == 1_016)
        }
    }

    @Test func thePlotShowsTheCrowdAndFitsATerminal() throws {
        try table(since: 30) { table in
            let text = table.text
            #expect(text.contains("at most 80 at a time"))
            #expect(text.contains("7 came in and 5 went out"))
            #expect(text.contains("█"))
            let longest = text.split(separator: "\n").map(\.count).max() ?? 0
            #expect(longest <= 80, "\(longest) columns")
        }
    }

    @Test func everyLineOfJSONIsAnObject() throws {
        try table(since: 30) { table in
            let lines = table.json.split(separator: "\n")
            #expect(lines.count == 31)
            for line in lines {
                #expect(throws: Never.self) { try JSONValue.read(Array(line.utf8)) }
            }
        }
    }
}
