import Detectors
import Frames
import Testing

@testable import Incidents

/// Several of one kind in one zone, told apart.
@Suite struct SubjectTests {
    private func see(
        _ subject: Subject?, _ perMille: Int = 900, measure: Measure? = nil
    ) -> Sighting {
        Sighting(
            kind: .covered, zone: 0, score: .perMille(perMille), region: .whole, subject: subject,
            measure: measure)
    }

    private func incidents(_ feed: Feed, _ state: Incident.State) -> [Incident] {
        feed.changes.map(\.change.incident).filter { $0.state == state }
    }

    @Test func eachIsAnIncidentOfItsOwn() {
        var feed = Feed()
        feed.run(for: .seconds(3), [see(.track(7)), see(.track(8)), see(nil)])
        feed.run(for: .seconds(5), [see(.track(8))])
        let confirmed = incidents(feed, .confirmed)
        #expect(Set(confirmed.map(\.subject)) == [.track(7), .track(8), nil])
        #expect(Set(confirmed.map(\.ordinal)).count == 3)
        #expect(Set(incidents(feed, .closed).map(\.subject)) == [.track(7), nil])
    }

    @Test func theMeasureIsThatOfThePeak() {
        var feed = Feed()
        feed.run(for: .seconds(2), [see(.entry(1), 700, measure: .count(3))])
        feed.run(for: .milliseconds(200), [see(.entry(1), 950, measure: .count(9))])
        feed.run(for: .seconds(2), [see(.entry(1), 800, measure: .count(5))])
        feed.run(for: .seconds(5))
        #expect(incidents(feed, .suspected).map(\.measure) == [.count(3)])
        #expect(incidents(feed, .closed).map(\.measure) == [.count(9)])
        #expect(incidents(feed, .closed).map(\.subject) == [.entry(1)])
    }

    @Test func whoIsOneTooManyCountsWithoutASubject() {
        var feed = Feed()
        let limit = IncidentTracker.subjectCountMax
        // So many suspicions that fewer than may are open: the rest of the pool only watches.
        feed.tracker.policy[.covered].suspectPerMille = 1_000
        let all = (0..<UInt32(limit)).map { see(.track($0), 350) }
        feed.run(for: .milliseconds(500), all)
        #expect(feed.changes.isEmpty)
        feed.run(for: .milliseconds(2_000), all + [see(.track(1_000), 350)])
        let opened = incidents(feed, .suspected).map(\.subject)
        #expect(opened.count == IncidentTracker.openCountMax)
        #expect(!opened.contains(.track(1_000)))
        // When one is gone and forgotten, its incident makes room for the one without a subject.
        feed.run(for: .seconds(12), Array(all.dropFirst()) + [see(.track(1_000), 350)])
        #expect(incidents(feed, .suspected).map(\.subject).contains(nil))
    }

    @Test func theOldestCoolDownGivesWay() {
        var feed = Feed()
        feed.tracker.policy[.covered].coolDown = .seconds(600)
        for subject in 0..<UInt32(IncidentTracker.subjectCountMax) {
            feed.run(for: .seconds(2), [see(.track(subject))])
            feed.run(for: .seconds(4))
        }
        #expect(incidents(feed, .closed).count == IncidentTracker.subjectCountMax)
        feed.run(for: .seconds(2), [see(.track(1_000)), see(.track(1))])
        let last = incidents(feed, .suspected).suffix(1).map(\.subject)
        #expect(last == [.track(1_000)], "the first one's place; the second still cools down")
        feed.run(for: .seconds(2), [see(.track(0))])
        #expect(incidents(feed, .suspected).last?.subject == .track(0), "it was forgotten")
    }

    @Test func manyWhoComeAndGoNeverNeedMoreMemoryNorLoseAnEnd() {
        var feed = Feed()
        for number in 0..<600 {
            let crowd = (0..<40).map { see(.track(UInt32(number * 7 + $0))) }
            feed.run(for: .milliseconds(400), crowd)
        }
        var last: [IncidentChange] = []
        feed.tracker.closeAll(at: .zero + feed.now, into: &last)
        let opened = Set(incidents(feed, .suspected).map(\.ordinal))
        let closed = incidents(feed, .closed).map(\.ordinal) + last.map(\.incident.ordinal)
        #expect(opened == Set(closed) && closed.count == opened.count)
        #expect(!opened.isEmpty)
    }
}
