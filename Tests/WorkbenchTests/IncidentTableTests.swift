import Frames
import Incidents
import Linux
import Records
import Store
import Testing

@testable import Workbench

@Suite struct IncidentTableTests {
    private let boot = BootID(high: 0xabcd_ef01_2345_6789, low: 5)

    /// One incident that was closed, opened at a quarter past midnight on 2025-11-22 UTC.
    private func summary(
        trust: Stamp.Trust = .synchronised, camera: UInt8 = 1
    ) throws -> IncidentSummary {
        let folder = "/tmp/kuzet-incidents-\(Process.pid)-\(Clocks.monotonicNanoseconds())"
        defer { _ = try? Child(["rm", "-r", folder]).wait() }
        var incident = Incident(
            ordinal: 3, camera: camera, kind: .covered, zone: 0, openedAt: .zero + .seconds(100),
            score: .perMille(900), region: Region(x: 1, y: 2, width: 3, height: 4))
        incident.state = .closed
        incident.closedAt = .zero + .seconds(112)
        let stamp = Stamp(
            boot: boot, monotonic: .zero + .seconds(112), wallMilliseconds: 1_763_770_512_000,
            trust: trust)
        try SQLiteLedger(directory: folder, stamp: stamp)
            .append([LedgerRecord(stamp: stamp, body: .incident(incident))])
        return try #require(try IncidentIndex(LedgerReader(directory: folder)).incidents.first)
    }

    @Test func aListSaysWhatHappenedWhenAndHowThatIsKnown() throws {
        let text = IncidentTable.text([try summary(), try summary(trust: .unset)])
        let lines = text.split(separator: "\n")
        #expect(
            lines[0]
                == "id          opened (local)                       kind     camera  zone  state           "
                + "lasted  score  evidence")
        #expect(lines[1].hasPrefix("abcdef01-3  20"))
        #expect(lines[1].hasSuffix("covered  1       all   only suspected  12 s    900    0"))
        #expect(lines[2].contains(" (clock not set)  covered"))
        #expect(IncidentTable.text([]) == "no incidents\n")
    }

    @Test func jsonHasOneObjectWithTimesInUTC() throws {
        #expect(
            try summary().json == """
                {"id":"abcdef01-3","identity":"abcdef01234567890000000000000005-3","camera":1,\
                "kind":"covered","zone":0,"state":"closed","confirmed":false,\
                "acknowledgedBy":null,"escalated":false,"judged":null,"because":null,\
                "closeReason":"ended","openedAt":"2025-11-22T00:15:00Z",\
                "openedAtMilliseconds":1763770500000,"datedBy":"clock",\
                "durationMilliseconds":12000,"peakScore":900,"finds":[],"right":null,"sightings":1,\
                "region":[1,2,3,4],"records":[1],"evidence":[],"configuration":null,"explanation":null}
                """)
    }

    @Test func whatWasSaidOfItStandsInItsPlace() throws {
        var judged = try summary()
        judged.judgement = Judgement(
            identity: judged.identity, verdict: .nothing, because: "they \"danced\"")
        #expect(IncidentTable.text([judged]).contains("  all   judged none  12 s"))
        #expect(
            judged.json.contains("\"judged\":\"none\",\"because\":\"they \\\"danced\\\"\","))
    }

    @Test func aReportTellsWhatTheLedgerSays() throws {
        let report = try summary().report
        #expect(report.key == "abcdef01234567890000000000000005-3-closed")
        #expect(report.camera == "1" && report.cameraIndex == 1)
        #expect(report.openedAt.wallMilliseconds == 1_763_770_500_000)
        #expect(report.at.wallMilliseconds == 1_763_770_512_000)
        #expect(try summary(camera: Incident.noCamera).report.camera == nil)
    }

    @Test func anIncidentOfNoCameraSaysSo() throws {
        let panic = try summary(camera: Incident.noCamera)
        #expect(panic.json.contains("\"camera\":null,"))
        #expect(IncidentTable.text([panic]).contains("  covered  -       all  "))
    }

    @Test func textFromALedgerCannotSteerTheTerminal() {
        #expect(
            IncidentTable.printable("a\u{1B}[2Jb\n\u{9B}c ✓") == "a\u{FFFD}[2Jb\u{FFFD}\u{FFFD}c ✓")
    }
}
