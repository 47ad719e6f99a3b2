import Detectors
import Frames
import Incidents
import Records
import Testing

@Suite struct CanonicalBytesTests {
    private static let epochStamp = Stamp(
        boot: BootID(high: 0x11, low: 0x22), monotonic: Instant(nanoseconds: 0x33),
        wallMilliseconds: 0, trust: .unset)

    /// Written out by hand from the table in CanonicalBytes.swift: stored ledgers depend on it.
    @Test func anIncidentRecordHasExactlyTheseBytes() {
        var incident = Incident(
            ordinal: 0x0102_0304, camera: 5, kind: .frozen, zone: 7,
            openedAt: Instant(nanoseconds: 0x1111), score: Q15(rawValue: 0x4000),
            region: Region(x: 1, y: 2, width: 3, height: 1000))
        incident.state = .confirmed
        incident.confirmedAt = Instant(nanoseconds: 0x2222)
        incident.peakAt = Instant(nanoseconds: -1)
        incident.sightingCount = 9
        let record = LedgerRecord(stamp: someStamp, body: .incident(incident))
        let stamp = "000000000000000a000000000000000b000000000000000cfffffffffffffffe01"
        let fields =
            "01020304" + "05" + "0026" + "07" + "02" + "0000000000001111" + "01"
            + "0000000000002222" + "4000" + "ffffffffffffffff"
            + "00010002000303e8" + "00000009"
        #expect(hexadecimal(record.canonicalBytes) == "520102" + stamp + fields)
        #expect(hexadecimal(incident.canonicalBytes) == "4901" + fields)
    }

    @Test func everyOtherRecordHasExactlyTheseBytes() {
        let stamp = "000000000000000a000000000000000b000000000000000cfffffffffffffffe01"
        let hoursHead = "0000000000000077" + "0002c3a9"
        let cases: [(LedgerRecord.Body, String)] = [
            (.started(configuration: [0xaa, 0xbb]), "01" + stamp + "02aabb"),
            (.clockCorrected(offsetMilliseconds: -2), "03" + stamp + "fffffffffffffffe"),
            (.configured(configuration: [0xcc], accepted: true), "04" + stamp + "0101cc"),
            (
                .evidence(ordinal: 3, kind: .snapshot, sha256: [0xdd], byteCount: 0x1234),
                "05" + stamp + "00000003" + "01" + "00001234" + "01dd"
            ),
            (.operated("é"), "06" + stamp + "0002c3a9"),
            (.repaired("ok"), "07" + stamp + "00026f6b"),
            (
                .interrupted(boot: BootID(high: 0x11, low: 0x22), ordinal: 0x33),
                "08" + stamp + "0000000000000011" + "0000000000000022" + "00000033"
            ),
            (
                .commanded(counter: 0x77, by: "é", words: "ok"),
                "0d" + stamp + "0000000000000077" + "0002c3a9" + "00026f6b"
            ),
            (
                .authorised(
                    .centre(
                        Centre(destination: "é", key: [0xaa, 0xbb]),
                        Ticket(
                            counter: 0x77, epoch: Epoch(beginningWith: Self.epochStamp)))),
                "13" + stamp + "01" + "0000000000000077" + "01" + "0000000000000011"
                    + "0000000000000022" + "0000000000000033" + "0002c3a9" + "02aabb"
            ),
            (
                .authorised(
                    .centre(Centre(destination: "ok", key: []), Ticket(counter: 0x77))),
                "13" + stamp + "01" + "0000000000000077" + "00" + "00026f6b" + "00"
            ),
            (.authorised(.technician), "13" + stamp + "02"),
            (.authorised(.button), "13" + stamp + "03"),
            (
                .acknowledged(boot: BootID(high: 0x11, low: 0x22), ordinal: 0x33, by: "ok"),
                "0e" + stamp + "0000000000000011" + "0000000000000022" + "00000033" + "00026f6b"
            ),
            (
                .escalated(boot: BootID(high: 0x11, low: 0x22), ordinal: 0x33),
                "10" + stamp + "0000000000000011" + "0000000000000022" + "00000033"
            ),
            (
                .judged(
                    Judgement(
                        identity: IncidentIdentity(
                            boot: BootID(high: 0x11, low: 0x22), ordinal: 0x33),
                        verdict: .nothing, because: "ok"), by: "é"),
                "17" + stamp + "0000000000000011" + "0000000000000022" + "00000033" + "01"
                    + "0002c3a9" + "00026f6b"
            ),
            (
                .cautioned(
                    CautionChange(
                        camera: 2, from: 3, to: 4, fightScore: Q15(rawValue: 0x10), cause: .time)),
                "18" + stamp + "020304" + "0010" + "01"
            ),
            (
                .cautioned(
                    CautionChange(
                        camera: 2, from: 3, to: 4, fightScore: Q15(rawValue: 0x10),
                        cause: .judged(
                            IncidentIdentity(boot: BootID(high: 0x11, low: 0x22), ordinal: 0x33)))),
                "18" + stamp + "020304" + "0010" + "02" + "0000000000000011"
                    + "0000000000000022" + "00000033"
            ),
            (
                .cautioned(
                    CautionChange(
                        camera: 2, from: 3, to: 0, fightScore: Q15(rawValue: 0x10),
                        cause: .reset(by: "ok"))),
                "18" + stamp + "020300" + "0010" + "03" + "00026f6b"
            ),
            (
                .counted(
                    CountedSpan(
                        camera: 2, start: Instant(nanoseconds: 5),
                        minutes: [
                            .init(meanTenths: 124, most: 14), .init(meanTenths: nil, most: 0)
                        ], entered: 3, left: 4)),
                "15" + stamp + "02" + "0000000000000005" + "00000003" + "00000004" + "02"
                    + "007c000e" + "ffff0000"
            ),
            (
                .discarded(
                    Discard(
                        identity: IncidentIdentity(
                            boot: BootID(high: 0x11, low: 0x22), ordinal: 0x33),
                        kind: .clip, byteCount: 0x44, wasDelivered: true)),
                "11" + stamp + "0000000000000011" + "0000000000000022" + "00000033" + "02"
                    + "00000044" + "01"
            ),
            (.hours(.configured, counter: 0x77, by: "é"), "12" + stamp + hoursHead + "01"),
            (
                .hours(.venue(isOpen: true, seconds: 0x1234), counter: 0x77, by: "é"),
                "12" + stamp + hoursHead + "02" + "00001234"
            ),
            (
                .hours(.venue(isOpen: false, seconds: 0x1234), counter: 0x77, by: "é"),
                "12" + stamp + hoursHead + "03" + "00001234"
            ),
            (
                .hours(
                    .schedule(
                        WeekSchedule(spans: [
                            .init(start: 0x11, end: 0x22), .init(start: 0x275f, end: 0)
                        ])), counter: 0x77, by: "é"),
                "12" + stamp + hoursHead + "0402" + "00110022275f0000"
            ),
            (.siren(.silenced, milliseconds: 0x1234), "09" + stamp + "03" + "00001234"),
            (
                .salvaged(
                    boot: BootID(high: 0x11, low: 0x22), ordinal: 0x33, kind: .clip,
                    sha256: [0xaa, 0xbb], byteCount: 0x44),
                "0f" + stamp + "0000000000000011" + "0000000000000022" + "00000033" + "02"
                    + "00000044" + "02aabb"
            ),
            (
                .explained(
                    Explanation(
                        ordinal: 0x44, detector: .fights, model: [0xee],
                        enterScore: Q15(rawValue: 0x10),
                        confirmScore: Q15(rawValue: 0x20), droppedFrameCount: 0x30,
                        series: ScoreSeries(
                            start: Instant(nanoseconds: 0x40),
                            entries: [.init(offset: 0x50, score: Q15(rawValue: -1))]))),
                "0a" + stamp + "00000044" + "01ee" + "0010" + "0020" + "00000030"
                    + "0000000000000040" + "01" + "0050ffff"
            ),
            (
                .explainedByCounts(
                    CountExplanation(
                        ordinal: 0x44, detector: .people,
                        networks: [
                            LookNetworkName(task: .people, sha256: [0xaa, 0xbb]),
                            LookNetworkName(task: .crowd, sha256: [0xcc])
                        ], zone: 3,
                        series: CountSeries(
                            start: Instant(nanoseconds: 0x40),
                            entries: [.init(tenths: 0x50, count: 0x60)]))),
                "16" + stamp + "05" + "00000044" + "02" + "0102aabb" + "0201cc" + "03"
                    + "0000000000000040" + "01" + "00500060"
            ),
            (
                .checkpoint(
                    Checkpoint(sequence: 0x11, hash: [0xaa], key: [0xbb], signature: [0xcc])),
                "0b" + stamp + "0000000000000011" + "01aa" + "01bb" + "01cc"
            ),
            (
                .beat(frameCount: 0x11, quietSince: Instant(nanoseconds: 0x22)),
                "0c" + stamp + "00000011" + "0000000000000022"
            )
        ]
        for (body, bytes) in cases {
            let record = LedgerRecord(stamp: someStamp, body: body)
            #expect(hexadecimal(record.canonicalBytes) == "5201" + bytes)
        }
    }

    @Test func sightingsAndDecisionsHaveExactlyTheseBytes() {
        let sighting = Sighting(
            kind: .blind, zone: 2, score: Q15(rawValue: -2),
            region: Region(x: 0, y: 0, width: 500, height: 1000))
        let fields = "2902fffe0000000001f403e8"
        #expect(hexadecimal(sighting.canonicalBytes) == "5301" + fields)
        let decision = Sighting.canonicalDecision(
            camera: 1, capturedAt: Instant(nanoseconds: 16), sightings: [sighting, sighting])
        #expect(
            hexadecimal(decision) == "4401" + "01" + "0000000000000010" + "0002" + fields + fields)
    }

    @Test func whatIsWrittenIsReadBack() throws {
        var chance = SplitMix(seed: 1)
        for _ in 0..<2_000 {
            let record = LedgerRecord(stamp: chance.stamp(), body: chance.body())
            let bytes = record.canonicalBytes
            #expect(bytes.count <= LedgerRecord.canonicalByteCountMax)
            #expect(try LedgerRecord(canonicalBytes: bytes) == record)
        }
    }

    /// A second form of the same record would let two ledgers differ and mean the same.
    @Test func whateverIsAcceptedGivesTheSameBytesAgain() {
        var chance = SplitMix(seed: 2)
        var acceptedCount = 0
        for _ in 0..<20_000 {
            var bytes = LedgerRecord(stamp: chance.stamp(), body: chance.body()).canonicalBytes
            bytes[chance.below(bytes.count)] ^= UInt8(1 << chance.below(8))
            guard let record = try? LedgerRecord(canonicalBytes: bytes) else { continue }
            acceptedCount += 1
            #expect(record.canonicalBytes == bytes)
        }
        #expect(acceptedCount > 1_000, "most changed bits are in times and scores")
    }

    @Test func truncatedLengthenedAndRandomBytesAreRefused() {
        var chance = SplitMix(seed: 3)
        for _ in 0..<50 {
            let bytes = LedgerRecord(stamp: chance.stamp(), body: chance.body()).canonicalBytes
            for count in 0..<bytes.count {
                #expect(throws: CanonicalBytesError.self) {
                    try LedgerRecord(canonicalBytes: Array(bytes[..<count]))
                }
            }
            #expect(throws: CanonicalBytesError.trailing(byteCount: 1)) {
                try LedgerRecord(canonicalBytes: bytes + [0])
            }
        }
        for _ in 0..<5_000 {
            let noise = (0..<chance.below(200)).map { _ in UInt8(chance.below(256)) }
            #expect(throws: CanonicalBytesError.self) { try LedgerRecord(canonicalBytes: noise) }
        }
    }

    @Test func aNewerVersionIsNamed() {
        var bytes = LedgerRecord(stamp: someStamp, body: .operated("")).canonicalBytes
        bytes[1] = 2
        #expect(throws: CanonicalBytesError.newerVersion(found: 2, supported: 1)) {
            try LedgerRecord(canonicalBytes: bytes)
        }
    }

    @Test func hoursOutsideTheWeekAreRefused() throws {
        let schedule = WeekSchedule(spans: [.init(start: 10_079, end: 10_079)])
        let bytes = LedgerRecord(
            stamp: someStamp, body: .hours(.schedule(schedule), counter: 1, by: "")
        ).canonicalBytes
        for index in [bytes.count - 3, bytes.count - 1] {
            var wrong = bytes
            wrong[index] += 1
            #expect(throws: CanonicalBytesError.self) { try LedgerRecord(canonicalBytes: wrong) }
        }
        var tooMany = bytes
        tooMany[bytes.count - 5] = 65
        tooMany += [UInt8](repeating: 0, count: 64 * 4)
        #expect(throws: CanonicalBytesError.unknownCode(field: "spans", code: 65)) {
            try LedgerRecord(canonicalBytes: tooMany)
        }
    }

    @Test func longTextIsCutBetweenCharacters() throws {
        for lead in 0..<4 {
            let text = String(repeating: "x", count: lead) + String(repeating: "🚨", count: 300)
            let bytes = LedgerRecord(stamp: someStamp, body: .operated(text)).canonicalBytes
            guard case .operated(let kept) = try LedgerRecord(canonicalBytes: bytes).body else {
                Issue.record("another record came back")
                return
            }
            #expect(text.hasPrefix(kept))
            #expect(kept.utf8.count > LedgerRecord.textByteCountMax - 4)
            #expect(kept.utf8.count <= LedgerRecord.textByteCountMax)
        }
    }

    @Test func theEvidenceCodeStandsWhereTheStoreLooksForIt() {
        let body = LedgerRecord.Body.evidence(
            ordinal: 1, kind: .snapshot, sha256: [], byteCount: 0)
        let bytes = LedgerRecord(stamp: someStamp, body: body).canonicalBytes
        #expect(bytes[LedgerRecord.typeCodeOffset] == LedgerRecord.evidenceTypeCode)
    }

    @Test func aLinkHashesThePreviousHashAndThenTheRecord() {
        let previous = [UInt8](repeating: 7, count: Chain.hashByteCount)
        let link = Chain.link(previous: previous, canonical: [1, 2]) { $0.reversed() }
        #expect(link == [2, 1] + previous)
        #expect(Chain.genesis.count == Chain.hashByteCount)
    }
}

private let someStamp = Stamp(
    boot: BootID(high: 10, low: 11), monotonic: Instant(nanoseconds: 12), wallMilliseconds: -2,
    trust: .synchronised)

private func hexadecimal(_ bytes: [UInt8]) -> String {
    bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
}

/// A seeded source of records: Steele, Lea, Flood, "Fast splittable pseudorandom number
/// generators", OOPSLA 2014.
private struct SplitMix {
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9e37_79b9_7f4a_7c15
        var z = state
        z = (z ^ (z >> 30)) &* 0xbf58_476d_1ce4_e5b9
        z = (z ^ (z >> 27)) &* 0x94d0_49bb_1331_11eb
        return z ^ (z >> 31)
    }

    mutating func below(_ bound: Int) -> Int { Int(next() % UInt64(bound)) }

    mutating func instant() -> Instant { Instant(nanoseconds: Int64(bitPattern: next())) }

    mutating func stamp() -> Stamp {
        Stamp(
            boot: BootID(high: next(), low: next()), monotonic: instant(),
            wallMilliseconds: Int64(bitPattern: next()),
            trust: below(2) == 0 ? .unset : .synchronised)
    }

    mutating func bytes(_ count: Int) -> [UInt8] { (0..<count).map { _ in UInt8(below(256)) } }

    mutating func hours() -> HoursOrder {
        switch below(3) {
        case 0: return .configured
        case 1:
            return .venue(
                isOpen: below(2) == 0, seconds: UInt32(truncatingIfNeeded: next()))
        default:
            let spans = (0..<below(WeekSchedule.spanCountMax + 1)).map { _ in
                WeekSchedule.Span(start: UInt16(below(10_080)), end: UInt16(below(10_080)))
            }
            return .schedule(WeekSchedule(spans: spans))
        }
    }

    mutating func subject() -> Subject? {
        let number = UInt32(truncatingIfNeeded: next())
        return [nil, .track(number), .entry(number)][below(3)]
    }

    mutating func measure() -> Measure? {
        let number = UInt32(truncatingIfNeeded: next())
        let likeness = Q15(rawValue: Int16(truncatingIfNeeded: number))
        return [
            nil, .count(number), .track(number), .similarity(likeness),
            .countFrom(UInt16(below(65_536)), UInt16(below(65_536))),
            .opinion(Q15(rawValue: Int16(below(32_768))))
        ][below(6)]
    }

    mutating func body() -> LedgerRecord.Body {
        switch below(25) {
        case 23: return .watched("watch list 3 of city: 12 entries")
        case 24:
            return .found(
                ordinal: UInt32(truncatingIfNeeded: next()),
                FoundEntry(
                    authority: "city", listVersion: next(),
                    category: FoundEntry.Category.allCases[below(3)],
                    number: UInt32(truncatingIfNeeded: next()), reference: "case 4711",
                    similarity: Q15(rawValue: Int16(truncatingIfNeeded: next())),
                    threshold: Q15(rawValue: Int16(truncatingIfNeeded: next())),
                    quality: FaceQuality(
                        eyeDistance: UInt16(below(65_536)), turnPerMille: UInt16(below(65_536)),
                        mean: UInt8(below(256)), contrast: UInt8(below(256)),
                        sharpnessPerMille: UInt16(below(65_536)))))
        case 20:
            let entries = (0..<below(CountSeries.countMax + 1)).map { _ in
                CountSeries.Entry(tenths: UInt16(below(65_536)), count: UInt16(below(65_536)))
            }
            let names = LookTask.allCases.map { LookNetworkName(task: $0, sha256: bytes(32)) }
            return .explainedByCounts(
                CountExplanation(
                    ordinal: UInt32(truncatingIfNeeded: next()),
                    detector: Detector.allCases[below(Detector.allCases.count)],
                    networks: Array(names.prefix(below(3))), zone: UInt8(below(32)),
                    series: CountSeries(start: instant(), entries: entries)))
        case 19:
            var span = CountedSpan(
                camera: UInt8(below(8)),
                start: Instant(nanoseconds: Int64(truncatingIfNeeded: next())),
                entered: UInt32(truncatingIfNeeded: next()),
                left: UInt32(truncatingIfNeeded: next()))
            for _ in 0..<below(61) {
                span.add(
                    .init(
                        meanTenths: below(3) == 0 ? nil : UInt16(below(65_535)),
                        most: UInt16(below(65_536))))
            }
            return .counted(span)
        case 18:
            let stamp = Stamp(
                boot: BootID(high: next(), low: next()),
                monotonic: Instant(nanoseconds: Int64(truncatingIfNeeded: next())),
                wallMilliseconds: 0, trust: .unset)
            let ticket = Ticket(
                counter: next(), epoch: below(2) == 0 ? nil : Epoch(beginningWith: stamp))
            return .authorised(
                [
                    .centre(
                        Centre(destination: "city", key: [UInt8](repeating: 7, count: below(33))),
                        ticket), .technician, .button
                ][below(3)])
        case 17:
            return .hours(hours(), counter: next(), by: "Aigul")
        case 21:
            return .judged(
                Judgement(
                    identity: IncidentIdentity(
                        boot: BootID(high: next(), low: next()),
                        ordinal: UInt32(truncatingIfNeeded: next())),
                    verdict: below(2) == 0 ? .nothing : .real, because: "they danced"), by: "Aigul")
        case 22:
            let identity = IncidentIdentity(
                boot: BootID(high: next(), low: next()),
                ordinal: UInt32(truncatingIfNeeded: next()))
            return .cautioned(
                CautionChange(
                    camera: UInt8(below(8)), from: UInt8(below(5)), to: UInt8(below(5)),
                    fightScore: Q15(rawValue: Int16(truncatingIfNeeded: next())),
                    cause: [.time, .judged(identity), .reset(by: "Marat")][below(3)]))
        case 13:
            return .commanded(counter: next(), by: "Aigul", words: "silence")
        case 14:
            return .acknowledged(
                boot: BootID(high: next(), low: next()),
                ordinal: UInt32(truncatingIfNeeded: next()), by: "Aigul")
        case 15:
            return .escalated(
                boot: BootID(high: next(), low: next()),
                ordinal: UInt32(truncatingIfNeeded: next()))
        case 16:
            return .discarded(
                Discard(
                    identity: IncidentIdentity(
                        boot: BootID(high: next(), low: next()),
                        ordinal: UInt32(truncatingIfNeeded: next())),
                    kind: below(2) == 0 ? .snapshot : .clip,
                    byteCount: UInt32(truncatingIfNeeded: next()), wasDelivered: below(2) == 0))
        case 9:
            return .checkpoint(
                Checkpoint(
                    sequence: Int64(bitPattern: next()), hash: bytes(32), key: bytes(32),
                    signature: bytes(64)))
        case 10:
            return .beat(
                frameCount: UInt32(truncatingIfNeeded: next()), quietSince: instant())
        case 11:
            return .salvaged(
                boot: BootID(high: next(), low: next()),
                ordinal: UInt32(truncatingIfNeeded: next()),
                kind: below(2) == 0 ? .snapshot : .clip, sha256: bytes(32),
                byteCount: UInt32(truncatingIfNeeded: next()))
        case 8:
            let entries = (0..<below(ScoreSeries.countMax + 1)).map { _ in
                ScoreSeries.Entry(
                    offset: UInt16(truncatingIfNeeded: next()),
                    score: Q15(rawValue: Int16(truncatingIfNeeded: next())))
            }
            return .explained(
                Explanation(
                    ordinal: UInt32(truncatingIfNeeded: next()),
                    detector: Detector.allCases[below(Detector.allCases.count)], model: bytes(32),
                    enterScore: Q15(rawValue: Int16(truncatingIfNeeded: next())),
                    confirmScore: Q15(rawValue: Int16(truncatingIfNeeded: next())),
                    droppedFrameCount: UInt32(truncatingIfNeeded: next()),
                    series: ScoreSeries(start: instant(), entries: entries)))
        case 0: return .started(configuration: bytes(32))
        case 1: return .clockCorrected(offsetMilliseconds: Int64(bitPattern: next()))
        case 2: return .configured(configuration: bytes(32), accepted: below(2) == 0)
        case 3:
            return .evidence(
                ordinal: UInt32(truncatingIfNeeded: next()), kind: .snapshot, sha256: bytes(32),
                byteCount: UInt32(truncatingIfNeeded: next()))
        case 4: return .operated(String(repeating: "ß", count: below(500)))
        case 5: return .repaired("damaged \(next())")
        case 7:
            let steps = LedgerRecord.SirenStep.allCases
            return .siren(
                steps[below(steps.count)], milliseconds: UInt32(truncatingIfNeeded: next()))
        case 6:
            return .interrupted(
                boot: BootID(high: next(), low: next()),
                ordinal: UInt32(truncatingIfNeeded: next()))
        default:
            var incident = Incident(
                ordinal: UInt32(truncatingIfNeeded: next()), camera: UInt8(below(256)),
                kind: Incident.Kind.allCases[below(Incident.Kind.allCases.count)],
                zone: UInt8(below(256)), openedAt: instant(),
                score: Q15(rawValue: Int16(truncatingIfNeeded: next())),
                region: Region(
                    x: UInt16(below(1001)), y: UInt16(below(1001)), width: UInt16(below(1001)),
                    height: UInt16(below(1001))))
            incident.state = [.suspected, .confirmed, .closed][below(3)]
            incident.confirmedAt = below(2) == 0 ? nil : instant()
            incident.closedAt = below(2) == 0 ? nil : instant()
            incident.peakAt = instant()
            incident.sightingCount = UInt32(truncatingIfNeeded: next())
            incident.subject = subject()
            incident.measure = measure()
            return .incident(incident)
        }
    }
}
