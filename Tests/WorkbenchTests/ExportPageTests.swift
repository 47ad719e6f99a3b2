import Detectors
import Frames
import Incidents
import Linux
import Records
import Store
import Testing

@testable import Workbench

@Suite struct ExportPageTests {
    private let boot = BootID(high: 0xabcd_ef01_2345_6789, low: 6)

    /// - Parameter test: tests run side by side, each in a folder of its own.
    private func page(isClosed: Bool = true, test: Int = #line) throws -> String {
        let folder = "/tmp/kuzet-page-\(Process.pid)-\(test)"
        defer { _ = try? Child(["rm", "-r", folder]).wait() }
        func stamp(_ seconds: Int64) -> Stamp {
            Stamp(
                boot: boot, monotonic: .zero + .seconds(seconds),
                wallMilliseconds: 1_763_770_500_000 + seconds * 1_000, trust: .synchronised)
        }
        var incident = Incident(
            ordinal: 3, camera: 1, kind: .fight, zone: 2, openedAt: .zero + .seconds(10),
            score: .perMille(900), region: Region(x: 105, y: 200, width: 300, height: 400))
        let ledger = try SQLiteLedger(directory: folder, stamp: stamp(0))
        let sha256 = try ledger.keepSnapshot([0xFF, 0xD8, 1], ordinal: 3, boot: boot)
        var records = [LedgerRecord(stamp: stamp(10), body: .incident(incident))]
        records.append(
            LedgerRecord(
                stamp: stamp(11),
                body: .evidence(ordinal: 3, kind: .snapshot, sha256: sha256, byteCount: 3)))
        var series = ScoreSeries()
        for second in Int64(8)...11 {
            series.add(.perMille(Int(second) * 80), at: .zero + .seconds(second))
        }
        records.append(
            LedgerRecord(
                stamp: stamp(12),
                body: .explained(
                    Explanation(
                        ordinal: 3, detector: .fights, model: [0xAB], enterScore: .perMille(500),
                        confirmScore: .perMille(700), droppedFrameCount: 4, series: series))))
        records.append(
            LedgerRecord(
                stamp: stamp(13),
                body: .counted(
                    CountedSpan(
                        camera: 1, start: .zero + .seconds(10),
                        minutes: [.init(meanTenths: 25, most: 6), .init(meanTenths: 40, most: 4)])))
        )
        incident.state = .closed
        incident.confirmedAt = .zero + .seconds(12)
        incident.closedAt = .zero + .seconds(22)
        if isClosed { records.append(LedgerRecord(stamp: stamp(22), body: .incident(incident))) }
        try ledger.append(records)
        if isClosed { ledger.close() }
        let reader = try LedgerReader(directory: folder)
        let summary = try #require(try IncidentIndex(reader).incidents.first)
        return ExportPage(
            export: try IncidentExport(summary, from: reader),
            people: try PeopleTable(around: summary, in: reader)
        ).html()
    }

    @Test func aPageSaysWhatHappenedAndHowItIsProved() throws {
        let page = try page()
        for text in [
            "<title>Incident abcdef01-3: fight</title>",
            "Opened 2025-11-22T00:15:10Z (by the clock, which was set), confirmed 2.0 s later, lasted 12.0 s.",
            "<dt>Zone</dt><dd>zone 2</dd>", "src=\"data:image/jpeg;base64,/9gB\"",
            "left:10.5%;top:20.0%", "4 pictures were lost meanwhile", "<td>fight closed</td>",
            "checkpoint-5.txt</code>, which was right at the export", "sh verify.sh"
        ] {
            #expect(page.contains(text), "\(text)")
        }
        #expect(page.components(separatedBy: "<circle").count == 5)
        // Half an hour before it is the left end, 62 minutes are as wide as the plot.
        #expect(page.contains("<path class='count' d='M"))
        #expect(page.contains("0:00 is 2025-11-21T23:45:00Z") && page.contains("this incident"))
    }

    @Test func aPageOfPeopleShowsHowManyThereWereAndWhoCounted() throws {
        let folder = "/tmp/kuzet-page-\(Process.pid)-\(#line)"
        defer { _ = try? Child(["rm", "-r", folder]).wait() }
        let stamp = Stamp(
            boot: boot, monotonic: .zero + .seconds(9), wallMilliseconds: 1_763_770_500_000,
            trust: .synchronised)
        var incident = Incident(
            ordinal: 3, camera: 1, kind: .gathering, zone: 2, openedAt: .zero + .seconds(8),
            score: .perMille(900), region: .whole)
        (incident.state, incident.confirmedAt) = (.confirmed, .zero + .seconds(9))
        incident.measure = .countFrom(18, 15)
        let explanation = CountExplanation(
            ordinal: 3, detector: .people,
            networks: [LookNetworkName(task: .people, sha256: [0xab])], zone: 2,
            series: CountSeries(
                start: .zero,
                entries: [4, 9, 18].enumerated().map {
                    .init(tenths: UInt16($0.offset * 30), count: $0.element)
                }))
        let ledger = try SQLiteLedger(directory: folder, stamp: stamp)
        try ledger.append(
            [.incident(incident), .explainedByCounts(explanation)].map {
                LedgerRecord(stamp: stamp, body: $0)
            })
        ledger.close()
        let reader = try LedgerReader(directory: folder)
        let summary = try #require(try IncidentIndex(reader).incidents.first)
        let page = ExportPage(export: try IncidentExport(summary, from: reader)).html()
        for text in [
            "How many people there were in zone 2 up to the confirmation, at most 18; it counts from 15 on",
            "people (SHA-256 ab)", "points='60,137 500,95 940,20'", ">15</text>"
        ] {
            #expect(page.contains(text), "\(text)")
        }
        let words = try summary.page(from: reader)
        #expect(words.contains("network   people, SHA-256 ab"))
        #expect(words.contains("counted   6.000 s  18   " + String(repeating: "█", count: 40)))
        #expect(summary.json.contains("\"counts\":[[0,4],[3000,9],[6000,18]],\"start\":0.000}"))
        #expect(summary.json.contains("\"measure\":{\"count\":18,\"from\":15}"))
    }

    @Test func whatIsOpenAndUnsignedIsSaidToBeSo() throws {
        let page = try page(isClosed: false)
        #expect(page.contains("never confirmed, still open at the export."))
        #expect(page.contains("Records 1 to 3: nothing was signed after them yet."))
        #expect(page.contains("no key has signed yet"))
    }

    @Test func aPageAsksForNothingFromOutside() throws {
        let page = try page() + ExportPage.player(ClipFrames(matroska: Film.matroska(count: 3)))
        #expect(page.contains("default-src 'none'"))
        for text in ["http:", "https:", "src=\"/", "url(", "fetch(", "@import"] {
            #expect(!page.contains(text), "\(text)")
        }
    }

    @Test func theClipsPicturesStandInThePageWithTheirTimes() {
        let player = ExportPage.player(ClipFrames(matroska: Film.matroska(count: 3)))
        #expect(player.contains("const times=[0,100,200];"))
        #expect(player.contains("const frames=[\"/9j/AP/Z\",\n\"/9j/Af/Z\",\n\"/9j/Av/Z\"];"))
        #expect(ExportPage.player(ClipFrames(matroska: [])).contains("cannot be shown here"))
    }
}

extension String {
    fileprivate func components(separatedBy separator: String) -> [Substring] {
        split(separator: separator, omittingEmptySubsequences: false)
    }
}
