import Detectors
import Frames
import Testing

@testable import Incidents

/// Feeds a tracker frames at a steady rate and keeps what came out, with the time of each change.
struct Feed {
    var tracker: IncidentTracker
    var now = Interval.zero
    var changes: [(at: Interval, change: IncidentChange)] = []
    var weekMinute: Int?

    init(policy: IncidentPolicy = IncidentPolicy(), weekMinute: Int? = 0) {
        tracker = IncidentTracker(camera: 0, policy: policy)
        self.weekMinute = weekMinute
    }

    mutating func frame(at: Interval, _ sightings: [Sighting]) {
        now = at
        var new: [IncidentChange] = []
        tracker.step(at: .zero + at, weekMinute: weekMinute, sightings: sightings, into: &new)
        changes += new.map { (at, $0) }
    }

    mutating func run(
        for length: Interval, framesPerSecond: Int64 = 25, _ sightings: [Sighting] = []
    ) {
        let count = length.nanoseconds * framesPerSecond / 1_000_000_000
        for _ in 0..<max(count, 0) {
            frame(at: now + Interval(nanoseconds: 1_000_000_000 / framesPerSecond), sightings)
        }
    }

    var story: [String] {
        changes.map {
            switch $0.change {
            case .opened(let incident): "opened \(incident.kind)/\(incident.zone)"
            case .confirmed(let incident): "confirmed \(incident.kind)/\(incident.zone)"
            case .closed(let incident): "closed \(incident.kind)/\(incident.zone)"
            }
        }
    }
}

func see(_ kind: Sighting.Kind, _ perMille: Int = 900, zone: UInt8 = 0) -> Sighting {
    Sighting(kind: kind, zone: zone, score: .perMille(perMille), region: .whole)
}

@Suite struct IncidentTrackerTests {
    @Test func aCoveredLensIsSuspectedConfirmedAndClosed() {
        var feed = Feed()
        feed.run(for: .seconds(10))
        feed.run(for: .seconds(5), [see(.covered)])
        feed.run(for: .seconds(5))
        #expect(feed.story == ["opened covered/0", "confirmed covered/0", "closed covered/0"])
        let incident = feed.changes[2].change.incident
        #expect(incident.ordinal == 1)
        #expect(incident.state == .closed)
        #expect(incident.openedAt >= .zero + .seconds(10))
        #expect(incident.openedAt <= .zero + .milliseconds(10_100))
        #expect((incident.confirmedAt ?? .zero) - incident.openedAt < .milliseconds(1_500))
        #expect(feed.changes[2].at >= .milliseconds(18_000))
        #expect(feed.changes[2].at <= .milliseconds(18_050))
        #expect(incident.sightingCount == 125)
    }

    @Test(arguments: [2, 3, 5, 10, 15, 25, 30, 50, 60] as [Int64])
    func theFrameRateChangesADecisionByNoMoreThanTwoFrames(framesPerSecond: Int64) {
        var feed = Feed()
        feed.run(for: .seconds(10), framesPerSecond: framesPerSecond)
        let onset = feed.now
        feed.run(for: .seconds(6), framesPerSecond: framesPerSecond, [see(.frozen)])
        #expect(feed.story == ["opened frozen/0", "confirmed frozen/0"])
        guard feed.changes.count == 2 else { return }
        let slack = Interval.milliseconds(2_000 / framesPerSecond + 60)
        // 40 % of 0.7 s and 60 % of 1.5 s, seen without a gap.
        #expect(feed.changes[0].at - onset <= .milliseconds(280) + slack)
        #expect(feed.changes[0].at - onset >= .milliseconds(220))
        #expect(feed.changes[1].at - onset <= .milliseconds(900) + slack)
        #expect(feed.changes[1].at - onset >= .milliseconds(840))
    }

    @Test func aSingleFrameNeverSuspectsHoweverSlowTheCamera() {
        for framesPerSecond in [1, 2, 25] as [Int64] {
            var feed = Feed()
            feed.run(for: .seconds(10), framesPerSecond: framesPerSecond)
            feed.run(
                for: Interval(nanoseconds: 1_000_000_000 / framesPerSecond),
                framesPerSecond: framesPerSecond, [see(.covered, 1_000)])
            feed.run(for: .seconds(10), framesPerSecond: framesPerSecond)
            #expect(feed.story == [])
        }
    }

    @Test func nOfMSuspectsAboveItsShareAndNotBelow() {
        for (seenOfTen, isSuspected) in [(3, false), (5, true)] {
            var feed = Feed()
            for frame in 0..<250 {
                let isSeen = frame % 10 < seenOfTen
                feed.frame(
                    at: .milliseconds(Int64(frame) * 20), isSeen ? [see(.sprayed, 400)] : [])
            }
            #expect(feed.story.contains("opened sprayed/0") == isSuspected)
            #expect(!feed.story.contains("confirmed sprayed/0"))
        }
    }

    @Test func weakEvidenceStaysAmberAndIsGivenUp() {
        var feed = Feed()
        feed.run(for: .seconds(40), [see(.covered, 400)])
        // Given up after 20 s, and suspected anew after the cool-down of 5 s.
        #expect(feed.story == ["opened covered/0", "closed covered/0", "opened covered/0"])
        #expect(feed.changes[1].change.incident.confirmedAt == nil)
        #expect(feed.changes[2].at - feed.changes[1].at == .seconds(5))
    }

    @Test func aScoreBetweenLeaveAndEnterKeepsAnIncidentButOpensNone() {
        var feed = Feed()
        feed.run(for: .seconds(10), [see(.covered, 250)])
        #expect(feed.story == [])
        feed.run(for: .seconds(3), [see(.covered)])
        feed.run(for: .seconds(60), [see(.covered, 250)])
        #expect(feed.story == ["opened covered/0", "confirmed covered/0"])
        feed.run(for: .seconds(4), [see(.covered, 150)])
        #expect(feed.story.last == "closed covered/0")
    }

    @Test func sightingsOfOneFrameMergePerZoneAndPeaksAreKept() {
        var feed = Feed()
        let left = Sighting(
            kind: .partlyCovered, zone: 2, score: .perMille(600),
            region: Region(x: 0, y: 100, width: 100, height: 100))
        let right = Sighting(
            kind: .partlyCovered, zone: 2, score: .perMille(700),
            region: Region(x: 800, y: 0, width: 200, height: 150))
        feed.run(for: .seconds(3), [left, right, see(.partlyCovered, 550, zone: 3)])
        feed.run(for: .milliseconds(40), [see(.partlyCovered, 990, zone: 2)])
        let peakAt = Instant.zero + feed.now
        feed.run(for: .seconds(4))
        #expect(
            feed.story == [
                "opened partlyCovered/2", "opened partlyCovered/3", "confirmed partlyCovered/2",
                "confirmed partlyCovered/3", "closed partlyCovered/3", "closed partlyCovered/2"
            ])
        let confirmed = feed.changes[2].change.incident
        #expect(confirmed.region == Region(x: 0, y: 0, width: 1000, height: 200))
        #expect(confirmed.peakScore == .perMille(700))
        let closed = feed.changes[5].change.incident
        #expect(closed.peakScore == .perMille(990))
        #expect(closed.peakAt == peakAt)
        #expect(closed.region == .whole)
        #expect(Set(feed.changes.map(\.change.incident.ordinal)) == [1, 2])
    }

    @Test func presenceMattersOnlyWhereAndWhenNobodyShouldBeThere() {
        let evening = WeekSchedule(spans: [.init(start: 1_000, end: 2_000)])
        var policy = IncidentPolicy(openHours: OpenHours(schedule: evening))
        policy.zoneHours = [.init(zone: 4, openHours: .never)]
        // Zone, week minute, expected.
        let cases: [(UInt8, Int?, Bool)] = [
            (0, 1_500, false), (0, 999, true), (0, 1_000, false), (0, 2_000, true),
            (1, 1_500, false), (1, 2_500, true), (4, 1_500, true), (4, nil, true),
            (0, nil, false), (1, nil, false)
        ]
        for (zone, weekMinute, isExpected) in cases {
            var feed = Feed(policy: policy, weekMinute: weekMinute)
            feed.run(for: .seconds(3), [see(.presence, zone: zone)])
            #expect(feed.changes.isEmpty != isExpected, "zone \(zone) at \(weekMinute ?? -1)")
        }
    }

    @Test func openingTheVenueEndsAPresence() {
        let policy = IncidentPolicy(openHours: OpenHours(schedule: .never))
        var feed = Feed(policy: policy, weekMinute: 5)
        feed.run(for: .seconds(3), [see(.presence)])
        feed.tracker.policy.openHours = .always
        feed.run(for: .seconds(4), [see(.presence)])
        #expect(feed.story == ["opened presence/0", "confirmed presence/0", "closed presence/0"])
    }

    @Test func aCoolDownDelaysTheNextIncidentAndLosesNoneThatLasts() {
        var feed = Feed()
        feed.run(for: .seconds(3), [see(.turned)])
        feed.run(for: .milliseconds(3_040))
        #expect(feed.story.last == "closed turned/0")
        let closedAt = feed.now
        feed.run(for: .seconds(8), [see(.turned)])
        #expect(feed.changes.count == 5)
        #expect(feed.changes[3].at - closedAt >= .milliseconds(4_960))
        #expect(feed.changes[3].at - closedAt <= .milliseconds(5_040))
    }

    @Test func aDisabledKindOpensNothingAndEndsWhatIsOpen() {
        var feed = Feed()
        feed.run(for: .seconds(3), [see(.covered)])
        feed.tracker.policy[.covered].isEnabled = false
        feed.run(for: .seconds(3), [see(.covered)])
        #expect(feed.story == ["opened covered/0", "confirmed covered/0", "closed covered/0"])
    }

    @Test func aLostCameraEndsEverythingAndForgetsTheEvidence() {
        var feed = Feed()
        feed.run(for: .seconds(3), [see(.covered), see(.dark)])
        var changes: [IncidentChange] = []
        feed.tracker.closeAll(at: .zero + feed.now, into: &changes)
        #expect(changes.count == 2)
        #expect(changes.allSatisfy { $0.incident.state == .closed })
        feed.changes = []
        feed.frame(at: feed.now + .milliseconds(40), [see(.covered)])
        feed.frame(at: feed.now + .milliseconds(40), [see(.covered)])
        #expect(feed.story == [])
    }

    @Test func openIncidentsAreLimitedAndTheRestWaits() {
        var feed = Feed()
        let kinds: [Sighting.Kind] = [.covered, .defocused, .turned]
        let all = kinds.flatMap { kind in (0...16).map { see(kind, zone: UInt8($0)) } }
        feed.run(for: .seconds(3), all)
        let opened = feed.story.filter { $0.hasPrefix("opened") }
        #expect(opened.count == IncidentTracker.openCountMax)
        feed.run(for: .milliseconds(3_500), [see(.turned, zone: 16)])
        #expect(feed.story.filter { $0.hasPrefix("closed") }.count == 32)
        #expect(feed.story.contains("opened turned/16"))
    }

    @Test func zonesThatCannotBeConfiguredAreCountedAndIgnored() {
        var feed = Feed()
        feed.run(for: .seconds(3), [see(.covered, zone: 17), see(.covered, zone: 255)])
        #expect(feed.story == [])
        #expect(feed.tracker.strayCount == 150)
    }

    @Test func frozenOrBackwardTimeIsNoEvidence() {
        var feed = Feed()
        feed.run(for: .seconds(2))
        for _ in 0..<1_000 { feed.frame(at: feed.now, [see(.covered)]) }
        #expect(feed.story == [])
        for step in 0..<1_000 {
            feed.frame(at: .seconds(1_000) - .seconds(Int64(step)), [see(.covered)])
        }
        #expect(feed.story == [])
        // Time that runs again is believed again, from wherever it starts.
        feed.run(for: .seconds(3), [see(.covered)])
        #expect(feed.story.last == "confirmed covered/0")
    }

    @Test func aGapIsNotEvidence() {
        var feed = Feed()
        feed.run(for: .seconds(2))
        feed.frame(at: feed.now + .seconds(3_600), [see(.covered)])
        #expect(feed.story == [])
        feed.run(for: .seconds(3), [see(.covered)])
        feed.frame(at: feed.now + .seconds(3_600), [see(.covered)])
        #expect(feed.story == ["opened covered/0", "confirmed covered/0"])
    }

    @Test func hostileTimesAndPoliciesNeverTrapAndKeepTimesInOrder() {
        var random = Chance(state: 42)
        for _ in 0..<50 {
            var policy = IncidentPolicy()
            for kind in Sighting.Kind.allCases {
                policy[kind] = IncidentRule(
                    enterScore: Q15(rawValue: Int16(truncatingIfNeeded: random.next())),
                    leaveScore: Q15(rawValue: Int16(truncatingIfNeeded: random.next())),
                    suspectWindow: random.interval(), suspectPerMille: random.small(),
                    confirmWindow: random.interval(), confirmPerMille: random.small(),
                    confirmScore: Q15(rawValue: Int16(truncatingIfNeeded: random.next())),
                    closeAfter: random.interval(), suspicionMax: random.interval(),
                    coolDown: random.interval())
            }
            var tracker = IncidentTracker(camera: 0, policy: policy, nextOrdinal: .max - 1)
            var changes: [IncidentChange] = []
            for _ in 0..<200 {
                let sightings = (0..<random.next() % 4).map { _ in
                    Sighting(
                        kind: Sighting.Kind.allCases[Int(random.next() % 11)],
                        zone: UInt8(random.next() % 20),
                        score: Q15(rawValue: Int16(truncatingIfNeeded: random.next())),
                        region: Region(x: .max, y: 7, width: .max, height: .max))
                }
                tracker.step(
                    at: Instant(nanoseconds: random.interval().nanoseconds),
                    weekMinute: Int(truncatingIfNeeded: random.next()), sightings: sightings,
                    into: &changes)
            }
            for change in changes {
                let incident = change.incident
                #expect(incident.openedAt <= incident.confirmedAt ?? .distantFuture)
                #expect(
                    incident.confirmedAt ?? incident.openedAt <= incident.closedAt
                        ?? .distantFuture)
                #expect(incident.peakAt >= incident.openedAt)
            }
        }
    }
}

/// A small source of extremes; SplitMix64 belongs to the simulation, which these tests precede.
private struct Chance {
    var state: UInt64

    mutating func next() -> UInt64 {
        state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
        return state >> 33
    }

    mutating func small() -> Int { Int(next() % 1_400) - 200 }

    mutating func interval() -> Interval {
        switch next() % 8 {
        case 0: Interval(nanoseconds: .max)
        case 1: Interval(nanoseconds: .min)
        case 2: .zero
        case 3: .milliseconds(-1)
        default: .milliseconds(Int64(next() % 5_000))
        }
    }
}
