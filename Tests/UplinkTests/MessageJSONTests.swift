import Detectors
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

    private static func members(_ value: JSONValue?) -> [String: JSONValue]? {
        if case .object(let members) = value { members } else { nil }
    }

    /// The judge holds what a run happens to say to the schemas; this, that they know every event and
    /// every member.
    @Test func schemasKnowEveryRecordThatIsTold() throws {
        let clone = String(#filePath.dropLast("/Tests/UplinkTests/MessageJSONTests.swift".count))
        let boot = BootID(high: 1, low: 2)
        let identity = IncidentIdentity(boot: boot, ordinal: 3)
        let hash = [UInt8](repeating: 7, count: 32)
        let ticket = Ticket(
            counter: 9,
            epoch: Epoch(
                beginningWith: Stamp(
                    boot: boot, monotonic: .zero, wallMilliseconds: 0, trust: .unset)))
        let series = ScoreSeries(start: .zero, entries: [.init(offset: 1, score: .one)])
        let bodies: [LedgerRecord.Body] = [
            .started(configuration: hash), .clockCorrected(offsetMilliseconds: -5),
            .configured(configuration: hash, accepted: true),
            .evidence(ordinal: 3, kind: .clip, sha256: hash, byteCount: 9),
            .evidence(ordinal: 3, kind: .find, sha256: hash, byteCount: 9), .operated("silence"),
            .repaired("a file"), .interrupted(boot: boot, ordinal: 3),
            .siren(.began, milliseconds: 5),
            .explained(
                Explanation(
                    ordinal: 3, detector: .fights, model: hash, enterScore: .zero,
                    confirmScore: .one, droppedFrameCount: 0, series: series)),
            .explainedByCounts(
                CountExplanation(
                    ordinal: 3, detector: .people,
                    networks: LookTask.allCases.map { LookNetworkName(task: $0, sha256: hash) },
                    zone: 0, series: CountSeries(entries: [.init(tenths: 0, count: 4)]))),
            .commanded(counter: 1, by: "Aigul", words: "silence"),
            .hours(.configured, counter: 1, by: "Aigul"),
            .hours(.venue(isOpen: true, seconds: 5), counter: 1, by: "Aigul"),
            .hours(.schedule(.never), counter: 1, by: "Aigul"),
            .authorised(.centre(Centre(destination: "city", key: hash), ticket)),
            .authorised(.technician), .acknowledged(boot: boot, ordinal: 3, by: "Aigul"),
            .escalated(boot: boot, ordinal: 3),
            .judged(Judgement(identity: identity, verdict: .nothing, because: "x"), by: "Aigul"),
            .cautioned(
                CautionChange(camera: 0, from: 0, to: 1, fightScore: .one, cause: .time)),
            .cautioned(
                CautionChange(
                    camera: 0, from: 0, to: 1, fightScore: .one, cause: .judged(identity))),
            .cautioned(
                CautionChange(
                    camera: 0, from: 1, to: 0, fightScore: .one, cause: .reset(by: "Marat"))),
            .watched("faces: not looked for"),
            .found(
                ordinal: 3,
                FoundEntry(
                    authority: "city", listVersion: 3, category: .missing, number: 17,
                    reference: "case 4711", similarity: .perMille(600), threshold: .perMille(480),
                    quality: FaceQuality(
                        eyeDistance: 23, turnPerMille: 100, mean: 90, contrast: 30,
                        sharpnessPerMille: 140))),
            .checkpoint(Checkpoint(sequence: 1, hash: hash, key: hash, signature: hash + hash)),
            .beat(frameCount: 1, quietSince: .zero),
            .counted(
                CountedSpan(
                    camera: 0, start: .zero,
                    minutes: [
                        .init(meanTenths: 15, most: 2), .init(meanTenths: nil, most: 0)
                    ])),
            .discarded(
                Discard(identity: identity, kind: .clip, byteCount: 1, wasDelivered: true)),
            .salvaged(boot: boot, ordinal: 3, kind: .clip, sha256: hash, byteCount: 9)
        ]
        for body in bodies {
            let record = LedgerRecord(
                stamp: Stamp(
                    boot: boot, monotonic: .zero + .seconds(120), wallMilliseconds: 0,
                    trust: .unset), body: body)
            let entry = OutboxEntry(
                sequence: 7, record: record, at: Dating.Date(wallMilliseconds: 0, source: .unset))
            let text = MessageJSON.text(entry, speaker: Speaker(device: "bar", cameras: ["hall"]))
            let value = try JSONValue.read(Array(text.utf8))
            let format = try #require(value["format"]?.string)
            let schema = try JSONValue.read(
                try Files.read(
                    "\(clone)/Sources/Uplink/schema/\(format).json", byteCountMax: 1 << 20))
            let known = try #require(Self.members(schema["properties"]))
            for name in try #require(Self.members(value)).keys {
                #expect(known[name] != nil, "\(format): \(name) of \(text)")
            }
            guard format == "kuzet-health-1" else { continue }
            let events = known["event"]?["enum"]?.array?.compactMap { $0.string } ?? []
            #expect(events.contains(value["event"]?.string ?? ""), "\(text)")
        }
    }

    @Test func subjectAndMeasureAreToldWhereThereAreAny() throws {
        var report = Reports.report(.presence)
        let plain = MessageJSON.incident(report, device: "bar", sequence: 1)
        #expect(try JSONValue.read(Array(plain.utf8))["subject"] == nil)
        #expect(try JSONValue.read(Array(plain.utf8))["measure"] == nil)
        for (measure, name, number) in [
            (.count(3), "count", 3), (.track(4), "track", 4),
            (.countFrom(18, 16), "count", 18), (.countFrom(18, 16), "from", 16),
            (.similarity(.perMille(870)), "similarityPerMille", 870),
            (.opinion(.perMille(640)), "opinionPerMille", 640)
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
