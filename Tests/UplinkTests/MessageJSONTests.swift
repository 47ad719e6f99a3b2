import Frames
import Incidents
import Linux
import Records
import Station
import Testing
import Text

@testable import Uplink

@Suite struct MessageJSONTests {
    @Test func theSchemaKnowsEveryKindByName() throws {
        let clone = String(#filePath.dropLast("/Tests/UplinkTests/MessageJSONTests.swift".count))
        let path = clone + "/Sources/Uplink/schema/kuzet-incident-1.json"
        let schema = try JSONValue.read(try Files.read(path, byteCountMax: 1 << 20))
        let names = schema["properties"]?["kind"]?["enum"]?.array?.compactMap(\.string)
        #expect(Set(names ?? []) == Set(Incident.Kind.allCases.map { "\($0)" }))
    }

    @Test func subjectAndMeasureAreToldWhereThereAreAny() throws {
        var report = Reports.report(.presence)
        let plain = MessageJSON.incident(report, device: "bar", sequence: 1)
        #expect(try JSONValue.read(Array(plain.utf8))["subject"] == nil)
        #expect(try JSONValue.read(Array(plain.utf8))["measure"] == nil)
        for (measure, name, number) in [
            (.count(3), "count", 3), (.track(4), "track", 4),
            (.countFrom(18, 16), "count", 18), (.countFrom(18, 16), "from", 16),
            (.similarity(.perMille(870)), "similarityPerMille", 870)
        ] as [(Incident.Measure, String, Int)] {
            (report.subject, report.measure) = (.entry(17), measure)
            let text = MessageJSON.incident(report, device: "bar", sequence: 1)
            let value = try JSONValue.read(Array(text.utf8))
            #expect(value["subject"]?["entry"]?.thousandths == 17_000)
            #expect(value["measure"]?[name]?.thousandths == number * 1_000)
        }
    }

    @Test func whoCountedAndWhatIsTold() throws {
        let explanation = CountExplanation(
            ordinal: 5, detector: .people,
            networks: [LookNetworkName(task: .people, sha256: [0xab])], zone: 2,
            series: CountSeries(
                start: .zero,
                entries: [.init(tenths: 0, count: 4), .init(tenths: 31, count: 18)]))
        let stamp = Stamp(
            boot: BootID(high: 1, low: 2), monotonic: .zero, wallMilliseconds: 0, trust: .unset)
        let entry = OutboxEntry(
            sequence: 7, record: LedgerRecord(stamp: stamp, body: .explainedByCounts(explanation)),
            at: Dating.Date(wallMilliseconds: 0, source: .unset))
        #expect(entry.lane == .evidence)
        let text = MessageJSON.text(entry, speaker: Speaker(device: "bar", cameras: []))
        let value = try JSONValue.read(Array(text.utf8))
        #expect(
            value["format"]?.string == "kuzet-counts-1" && value["detector"]?.string == "people")
        #expect(value["networks"]?["people"]?.string == "ab")
        #expect(value["zone"]?.thousandths == 2_000)
        #expect(text.contains("\"counts\":[[0,4],[3100,18]]"))
    }

    /// What the centre is told of hours it can send back as it is.
    @Test func hoursAreToldAsACommandSaysThem() throws {
        var week = WeekSchedule.never
        week.add(days: [3, 4, 5], from: 18 * 60, to: 3 * 60)
        week.add(days: [6], from: 12 * 60, to: 24 * 60)
        let orders: [HoursOrder] = [
            .configured, .venue(isOpen: true, seconds: 60), .venue(isOpen: false, seconds: 0),
            .schedule(week), .schedule(.never)
        ]
        for order in orders {
            let record = LedgerRecord(
                stamp: Stamp(
                    boot: BootID(high: 1, low: 2), monotonic: .zero, wallMilliseconds: 0,
                    trust: .unset),
                body: .hours(order, counter: 9, by: "Aigul \"the Boss\""))
            let entry = OutboxEntry(
                sequence: 7, record: record, at: Dating.Date(wallMilliseconds: 0, source: .unset))
            #expect(entry.lane == .health)
            let text = MessageJSON.text(entry, speaker: Speaker(device: "bar", cameras: []))
            let value = try JSONValue.read(Array(text.utf8))
            #expect(value["format"]?.string == "kuzet-health-1")
            #expect(value["event"]?.string == "hours")
            #expect(value["by"]?.string == "Aigul \"the Boss\"")
            #expect(value["text"]?.string == order.words)
            #expect(try SignedCommand.hours(value) == order)
        }
    }
}
