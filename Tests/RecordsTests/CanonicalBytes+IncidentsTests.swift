import Detectors
import Frames
import Incidents
import Records
import Testing

/// What an incident, a sighting or an explanation has more than the first ones had.
@Suite struct CanonicalBytesOfIncidentsTests {
    private let stamp = Stamp(
        boot: BootID(high: 10, low: 11), monotonic: .zero, wallMilliseconds: 0, trust: .unset)

    private func incident(_ subject: Subject?, _ measure: Measure?) -> Incident {
        Incident(
            ordinal: 1, camera: 2, kind: .presence, zone: 3, openedAt: .zero,
            score: Q15(rawValue: 4), region: Region(x: 5, y: 6, width: 7, height: 8),
            subject: subject, measure: measure)
    }

    private func bytes(_ subject: Subject?, _ measure: Measure?) -> [UInt8] {
        LedgerRecord(stamp: stamp, body: .incident(incident(subject, measure))).canonicalBytes
    }

    /// Where `present` stands in a record: 36 bytes of head, 17 of fields.
    private static let presentOffset = 36 + 17

    @Test func subjectAndMeasureStandBehindWhatAlwaysWas() {
        let plain = bytes(nil, nil)
        #expect(plain.count == 36 + 40 && plain[Self.presentOffset] == 0)
        let cases: [(Subject?, Measure?, UInt8, [UInt8])] = [
            (.track(0x1234), nil, 4, [1, 0, 0, 0x12, 0x34]),
            (.entry(0x1234), nil, 4, [2, 0, 0, 0x12, 0x34]),
            (nil, .count(0x1234), 8, [1, 0, 0, 0x12, 0x34]),
            (nil, .track(0x1234), 8, [2, 0, 0, 0x12, 0x34]),
            (nil, .similarity(Q15(rawValue: -2)), 8, [3, 0, 0, 0xff, 0xfe]),
            (nil, .opinion(Q15(rawValue: 0x1234)), 8, [5, 0, 0, 0x12, 0x34]),
            (nil, .countFrom(0x12, 0x3456), 8, [4, 0, 0x12, 0x34, 0x56]),
            (.track(1), .count(2), 12, [1, 0, 0, 0, 1, 1, 0, 0, 0, 2])
        ]
        for (subject, measure, present, end) in cases {
            var expected = plain + end
            expected[Self.presentOffset] = present
            #expect(bytes(subject, measure) == expected)
        }
    }

    @Test func whatNoProgramWritesIsRefused() {
        let whole = bytes(.track(1), .similarity(.one))
        for (offset, value) in [
            (Self.presentOffset, 16), (whole.count - 10, 0), (whole.count - 10, 3),
            (whole.count - 5, 0), (whole.count - 5, 6), (whole.count - 3, 1)
        ] {
            var wrong = whole
            wrong[offset] = UInt8(value)
            #expect(throws: CanonicalBytesError.self) { try LedgerRecord(canonicalBytes: wrong) }
        }
    }

    @Test func aSightingSaysInItsFirstByteThatItHasMore() {
        var sighting = Sighting(
            kind: .blind, zone: 2, score: Q15(rawValue: -2),
            region: Region(x: 0, y: 0, width: 500, height: 1000))
        let plain = sighting.canonicalBytes
        sighting.measure = .count(7)
        var expected = plain + [2, 1, 0, 0, 0, 7]
        expected[2] |= 0x80
        #expect(sighting.canonicalBytes == expected)
        sighting.subject = .entry(9)
        expected = plain + [3, 2, 0, 0, 0, 9, 1, 0, 0, 0, 7]
        expected[2] |= 0x80
        #expect(sighting.canonicalBytes == expected)
        #expect(Sighting.Kind.allCases.allSatisfy { $0.rawValue < 0x80 })
    }

    @Test func aNetworkStandsOnceAndInItsOrder() throws {
        let names = [
            LookNetworkName(task: .crowd, sha256: [0xbb]),
            LookNetworkName(task: .people, sha256: [0xaa]),
            LookNetworkName(task: .crowd, sha256: [0xcc])
        ]
        let explanation = CountExplanation(
            ordinal: 1, detector: .people, networks: names, zone: 0, series: CountSeries())
        #expect(explanation.networks == [names[1], names[0]])
        let record = LedgerRecord(stamp: stamp, body: .explainedByCounts(explanation))
        let bytes = record.canonicalBytes
        #expect(try LedgerRecord(canonicalBytes: bytes) == record)
        // Behind the head: detector, ordinal, two networks of three bytes each.
        for (offset, value) in [(36, 0), (36, 15), (41, 3), (42, 2), (45, 1), (45, 5)] {
            var wrong = bytes
            wrong[offset] = UInt8(value)
            #expect(throws: CanonicalBytesError.self) { try LedgerRecord(canonicalBytes: wrong) }
        }
    }

    @Test func anExplanationNamesItsDetectorUnlessItIsOfFights() throws {
        var explanation = Explanation(
            ordinal: 1, detector: .fights, model: [2], enterScore: .zero, confirmScore: .zero,
            droppedFrameCount: 0, series: ScoreSeries())
        let fights = LedgerRecord(stamp: stamp, body: .explained(explanation)).canonicalBytes
        explanation.detector = .presence
        let record = LedgerRecord(stamp: stamp, body: .explained(explanation))
        var expected = fights
        expected[LedgerRecord.typeCodeOffset] = 20
        expected.insert(Detector.presence.rawValue, at: 36)
        #expect(record.canonicalBytes == expected)
        #expect(try LedgerRecord(canonicalBytes: expected) == record)
        // A second form of what has one already, and a detector that nobody knows.
        for code in [Detector.fights.rawValue, 0, 15] {
            expected[36] = code
            #expect(throws: CanonicalBytesError.self) {
                try LedgerRecord(canonicalBytes: expected)
            }
        }
    }
}
