import Frames
import Records
import Testing

@testable import Station

@Suite struct ClipRollTests {
    /// Orders, each with the second in which it was given.
    private func story(_ bench: Bench) -> [String] {
        bench.clips.map { at, order in
            let second = "\(at.milliseconds / 1_000): "
            return switch order {
            case .begin(let camera, let ordinal, let from):
                second + "begin \(ordinal) of \(camera) from \(from.milliseconds)"
            case .join(let ordinal, let clip): second + "\(ordinal) joins \(clip)"
            case .end(let ordinal): second + "end \(ordinal)"
            }
        }
    }

    private func opened(_ bench: Bench, _ ordinal: UInt32) -> Int64 {
        for case .incident(let incident) in bench.bodies where incident.ordinal == ordinal {
            return incident.openedAt.milliseconds
        }
        return -1
    }

    @Test func aClipReachesFromBeforeTheOpeningToAfterTheEnd() {
        var bench = Bench()
        bench.pass(.seconds(10))
        bench.pass(.seconds(4), [see(.covered)])
        bench.pass(.seconds(20))
        #expect(bench.story == ["covered suspected", "covered confirmed", "covered closed"])
        let from = opened(bench, 1) - 5_000
        #expect(story(bench) == ["10: begin 1 of 0 from \(from)", "22: end 1"])
        #expect(bench.broken.isEmpty)
    }

    @Test func nothingIsWrittenOfWhatIsSuspectedOnly() {
        var bench = Bench()
        bench.pass(.seconds(5))
        bench.pass(.milliseconds(600), [see(.covered)])
        bench.pass(.seconds(20))
        #expect(bench.story == ["covered suspected", "covered closed"])
        #expect(bench.clips.isEmpty)
    }

    @Test func aClipHasItsLongestLengthAndIsOverThen() {
        var bench = Bench()
        bench.pass(.seconds(10))
        bench.pass(.seconds(200), [see(.covered)])
        let from = opened(bench, 1) - 5_000
        #expect(bench.clips.count == 2)
        let length = (bench.clips[1].at - Instant(nanoseconds: from * 1_000_000)).milliseconds
        #expect((60_000...60_100).contains(length), "\(length)")
        #expect(bench.broken.isEmpty)
    }

    @Test func whatOneClipShowsIsWrittenOnce() {
        var bench = Bench()
        bench.pass(.seconds(10))
        bench.pass(.seconds(2), [see(.aggression)])
        bench.pass(.seconds(4), [see(.aggression), see(.fight)])
        bench.pass(.seconds(20), [])
        let words = story(bench).map { $0.drop { $0 != " " }.dropFirst() }
        #expect(words.count == 3)
        #expect(words[0].hasPrefix("begin 1 of 0"))
        #expect(words[1] == "2 joins 1")
        #expect(words[2] == "end 1")
        // Not before five seconds after the last of them.
        let closed = bench.kept.last { $0.body.isClosing }?.stamp.monotonic ?? .zero
        #expect((bench.clips[2].at - closed) >= .milliseconds(4_900))
        #expect(bench.broken.isEmpty)
    }

    @Test func anIncidentNearTheEndOfALongClipHasOneOfItsOwn() {
        var bench = Bench()
        bench.pass(.seconds(10))
        bench.pass(.seconds(48), [see(.covered)])
        bench.pass(.seconds(5), [see(.covered), see(.blind)])
        bench.pass(.seconds(60), [])
        let begun = bench.clips.filter { if case .begin = $0.order { true } else { false } }
        #expect(begun.count == 2, "\(story(bench))")
        #expect(bench.broken.isEmpty)
    }

    @Test func camerasDoNotShare() {
        var roll = ClipRoll()
        let policy = ClipPolicy()
        for camera in UInt8(0)..<8 {
            let verdict = roll.begin(
                UInt32(camera) + 1, camera: camera, opened: .zero + .seconds(100),
                now: .zero + .seconds(102), at: .seconds(102), policy: policy)
            guard case .begun(.begin) = verdict else {
                Issue.record("\(verdict)")
                return
            }
        }
        #expect(roll.clips.count == 8)
        #expect(roll.brokenInvariants(at: .seconds(102)).isEmpty)
    }

    @Test func thirdClipsOfACameraJoinAndMembersAreLimited() {
        var roll = ClipRoll()
        let policy = ClipPolicy()
        func begin(_ ordinal: UInt32, _ opened: Int64, _ now: Int64) -> ClipRoll.Verdict {
            roll.begin(
                ordinal, camera: 0, opened: .zero + .seconds(opened), now: .zero + .seconds(now),
                at: .seconds(now), policy: policy)
        }
        #expect(
            begin(1, 100, 101) == .begun(.begin(camera: 0, ordinal: 1, from: .zero + .seconds(95))))
        #expect(
            begin(2, 90, 102) == .begun(.begin(camera: 0, ordinal: 2, from: .zero + .seconds(85))),
            "what came before it is not in the first")
        #expect(begin(3, 80, 103) == .begun(.join(ordinal: 3, clip: 2)))
        var joined = 0
        for ordinal in UInt32(4)..<200 {
            if case .begun(.join) = begin(ordinal, 100, 104) { joined += 1 }
        }
        #expect(joined == 2 * ClipRoll.memberCountMax - 3)
        #expect(begin(999, 100, 104) == .refused(count: 2))
    }

    @Test func ofALostCameraTheLastPicturesAreKept() {
        var bench = Bench(StationPolicy(cameras: [CameraPolicy(name: "a")]))
        bench.pass(.seconds(10))
        let last = bench.now
        // The driver says nothing; ten seconds later it counts as lost.
        bench.pass(.seconds(30), nil)
        #expect(bench.story.first == "cameraLost confirmed")
        #expect(
            story(bench).first?.hasSuffix("from \((last - .seconds(5)).milliseconds)") == true)
        #expect(bench.clips.count == 2)
        #expect(bench.broken.isEmpty)
    }

    @Test func panicKeepsAClipOfWhatIsSeen() {
        var bench = Bench()
        bench.pass(.seconds(10))
        bench.tell(.input(.panic, active: true))
        bench.tell(.input(.panic, active: false))
        bench.pass(.seconds(100))
        #expect(story(bench) == ["10: begin 1 of 0 from 5000", "45: end 1"])
    }

    @Test func stoppingEndsEveryClipAtOnce() {
        var bench = Bench()
        bench.pass(.seconds(10))
        bench.pass(.seconds(4), [see(.covered)])
        bench.tell(.stopping)
        #expect(story(bench).last == "14: end 1")
        let hash = [UInt8](repeating: 7, count: 32)
        bench.tell(.evidenceKept(ordinal: 1, kind: .clip, sha256: hash, byteCount: 99))
        #expect(
            bench.bodies.last == .evidence(ordinal: 1, kind: .clip, sha256: hash, byteCount: 99))
    }

    @Test func withoutALengthThereAreNoClips() {
        var bench = Bench(StationPolicy(clip: ClipPolicy(lengthMax: .zero)))
        bench.pass(.seconds(10))
        bench.pass(.seconds(10), [see(.covered)])
        bench.tell(.input(.panic, active: true))
        #expect(bench.clips.isEmpty)
        #expect(bench.story.count >= 2)
    }

    @Test func senselessPoliciesAreLimited() {
        for policy in [
            ClipPolicy(before: .seconds(-1), after: .seconds(-9), lengthMax: .seconds(1)),
            ClipPolicy(
                before: Interval(nanoseconds: .max), after: Interval(nanoseconds: .max),
                lengthMax: Interval(nanoseconds: .max), picturesPerSecond: .max)
        ] {
            var bench = Bench(StationPolicy(clip: policy))
            bench.pass(.seconds(10))
            bench.pass(.seconds(5), [see(.covered)])
            bench.pass(.seconds(400))
            #expect(bench.clips.count == 2)
            #expect(bench.broken.isEmpty)
        }
    }
}

extension LedgerRecord.Body {
    fileprivate var isClosing: Bool {
        if case .incident(let incident) = self { incident.state == .closed } else { false }
    }
}
