import Frames
import Records
import Station
import Testing

@testable import Guard

private func seconds(_ count: Int64) -> Instant { .zero + .seconds(count) }

private func picture(_ byteCount: Int, _ ordinal: UInt32 = 1) -> LedgerQueue.Work {
    .picture([UInt8](repeating: 0, count: byteCount), .snapshot, ordinal: ordinal)
}

private func part(_ byteCount: Int, _ ordinal: UInt32 = 1) -> LedgerQueue.Work {
    let picture = ClipPicture(
        width: 64, height: 48, capturedAt: .zero, jpeg: [UInt8](repeating: 0, count: byteCount))
    return .clip(.extend([picture], ordinal: ordinal))
}

private func batch(_ count: Int = 1) -> LedgerQueue.Work {
    let record = LedgerRecord(
        stamp: Stamp(
            boot: BootID(high: 1, low: 2), monotonic: .zero, wallMilliseconds: 0, trust: .unset),
        body: .operated("x"))
    return .append([LedgerRecord](repeating: record, count: count))
}

private let page = LedgerQueue.Work.page { _ in }
private let fetch = LedgerQueue.Work.fetch {}

extension LedgerQueue.Action {
    fileprivate var words: String {
        switch self {
        case .carryOut(.append(let records)): "append \(records.count)"
        case .carryOut(.picture(_, _, let ordinal)): "picture \(ordinal)"
        case .carryOut(.page): "page"
        case .carryOut(.fetch): "fetch"
        case .carryOut(.clip(.extend(_, let ordinal))): "extend \(ordinal)"
        case .carryOut(.clip(.join(let ordinal, let clip))): "join \(ordinal) \(clip)"
        case .carryOut(.clip(.finish(let ordinal))): "finish \(ordinal)"
        case .lookAtSpace: "space"
        case .writeNotes: "notes"
        case .wait(let until): until.map { "wait until \($0.milliseconds)" } ?? "wait"
        case .close: "close"
        }
    }
}

extension LedgerQueue {
    fileprivate mutating func nextWords(at now: Instant) -> String { next(at: now).words }
    fileprivate mutating func takeNames() -> [String] { takeNotes().keys.sorted() }

    /// What it has the thread do until there is nothing left, but for looks at space.
    fileprivate mutating func drain(at now: Instant = seconds(1)) -> [String] {
        var said: [String] = []
        while true {
            let words = nextWords(at: now)
            if words != "space" { said.append(words) }
            if words.hasPrefix("wait") || words == "close" { return said }
            finished()
        }
    }
}

@Suite struct LedgerQueueTests {
    private func open() -> LedgerQueue {
        var queue = LedgerQueue(openingSince: seconds(0))
        queue.opened()
        return queue
    }

    @Test func recordsGoBeforeFetchesAndThoseBeforeClipsEachAsGiven() {
        var queue = open()
        let given = [
            part(9, 1), .clip(.join(ordinal: 2, clip: 1)), fetch, batch(3), picture(5, 7), page,
            .clip(.finish(ordinal: 1)), batch(2)
        ]
        for work in given { #expect(queue.give(work) == nil) }
        #expect(
            queue.drain() == [
                "append 3", "picture 7", "page", "append 2", "fetch", "extend 1", "join 2 1",
                "finish 1", "wait"
            ])
        #expect(queue.isIdle)
    }

    @Test func whatComesWhileClipsWaitGoesFirst() {
        var queue = open()
        for _ in 0..<3 { _ = queue.give(part(1)) }
        #expect(queue.nextWords(at: seconds(1)) == "extend 1")
        #expect(queue.give(batch(1)) == nil)
        queue.finished()
        #expect(queue.nextWords(at: seconds(1)) == "append 1")
    }

    private static let kinds: [(work: LedgerQueue.Work, room: LedgerQueue.Room)] = [
        (batch(), .batches), (picture(1), .pictures), (page, .pages), (fetch, .fetches),
        (.clip(.finish(ordinal: 1)), .clips)
    ]

    @Test(arguments: kinds.indices)
    func everyKindHasItsRoomAndWhatIsInHandTakesIt(kind: Int) {
        let (work, room) = Self.kinds[kind]
        var queue = open()
        for _ in 0..<room.countMax { #expect(queue.give(work) == nil) }
        #expect(queue.give(work) == .full(count: room.countMax))
        _ = queue.next(at: seconds(1))
        #expect(queue.give(work) == .full(count: room.countMax), "one is in hand")
        for other in Self.kinds.indices where other != kind {
            #expect(queue.give(Self.kinds[other].work) == nil, "nothing is taken away from others")
        }
        queue.finished()
        #expect(queue.give(work) == nil)
        #expect(queue.give(work) == .full(count: room.countMax))
    }

    @Test func picturesAreLimitedInBytesEvenASingleOne() {
        var queue = open()
        let all = LedgerQueue.Room.pictures.byteCountMax
        #expect(queue.give(picture(all + 1)) == .full(count: 0))
        #expect(queue.give(picture(all - 10)) == nil)
        #expect(queue.give(picture(11)) == .full(count: 1))
        #expect(queue.give(picture(10)) == nil)
        let doneCount = queue.drain().count
        #expect(doneCount == 3)
        #expect(queue.give(picture(all)) == nil)
    }

    /// Or a clip whose one picture is so large would never be written.
    @Test func aPartOfAClipThatIsTooLargeIsTakenByItself() {
        var queue = open()
        let all = LedgerQueue.Room.clips.byteCountMax
        #expect(queue.give(.clip(.join(ordinal: 2, clip: 1))) == nil)
        #expect(queue.give(part(all + 1)) == nil)
        #expect(queue.give(part(1)) == .full(count: 2))
        #expect(queue.give(.clip(.finish(ordinal: 1))) == .full(count: 2))
        let doneCount = queue.drain().count
        #expect(doneCount == 3)
        #expect(queue.give(part(1)) == nil)
        #expect(queue.give(part(all)) == .full(count: 1))
    }

    @Test func afterStopNothingIsTakenAndWhatWasTakenIsDone() {
        var queue = open()
        _ = queue.give(part(1))
        _ = queue.give(batch())
        _ = queue.note(DeliveryCursors(), of: "centre", at: seconds(0))
        queue.stop()
        #expect(queue.give(batch()) == .stopping)
        #expect(queue.give(part(1)) == .stopping)
        #expect(queue.drain() == ["append 1", "extend 1", "close"])
        #expect(queue.takeNames() == ["centre"], "they go with the closing")
        #expect(queue.nextWords(at: seconds(2)) == "wait")
    }

    @Test func aDiskIsSilentFromTheQuestionToTheAnswerWhateverWasAsked() {
        var queue = LedgerQueue(openingSince: seconds(1))
        #expect(queue.silence(at: seconds(9)) == .seconds(8))
        queue.opened()
        #expect(queue.silence(at: seconds(9)) == .zero)
        _ = queue.give(batch())
        #expect(queue.silence(at: seconds(9)) == .zero, "nobody asked it yet")
        _ = queue.next(at: seconds(10))
        #expect(queue.silence(at: seconds(13)) == .seconds(3))
        #expect(queue.silence(at: seconds(8)) == .zero)
        queue.finished()
        #expect(queue.silence(at: seconds(13)) == .zero)
        #expect(queue.nextWords(at: seconds(14)) == "space")
        #expect(queue.silence(at: seconds(16)) == .seconds(2))
    }

    @Test func spaceIsLookedAtAfterWorkAndNotTooOften() {
        var queue = open()
        #expect(queue.nextWords(at: seconds(0)) == "wait")
        var looks: [Int64] = []
        for second in 0..<60 {
            _ = queue.give(second < 50 ? batch() : part(1))
            while true {
                let words = queue.nextWords(at: seconds(Int64(second)))
                if words == "space" { looks.append(Int64(second)) }
                if words == "wait" { break }
                queue.finished()
            }
        }
        #expect(looks == [0, 20, 40])
    }

    @Test func notesGoWithRecordsOrAfterAWhileByThemselves() {
        var queue = open()
        #expect(queue.note(DeliveryCursors(), of: "a", at: seconds(5)) == true)
        let isFirst = queue.note(DeliveryCursors(), of: "b", at: seconds(20))
        #expect(!isFirst, "the thread waits already")
        #expect(queue.nextWords(at: seconds(20)) == "wait until 35000")
        #expect(queue.isIdle, "a note keeps nobody from going")
        // Somebody takes them along with records.
        #expect(queue.takeNames() == ["a", "b"])
        #expect(queue.nextWords(at: seconds(40)) == "wait")
        #expect(queue.note(DeliveryCursors(), of: "a", at: seconds(50)) == true)
        #expect(queue.nextWords(at: seconds(80)) == "notes")
        queue.finished()
        // They could not be taken: not tried at once again, and for ever.
        #expect(queue.nextWords(at: seconds(81)) == "wait until 110000")
        #expect(queue.nextWords(at: seconds(110)) == "notes")
        #expect(queue.takeNames() == ["a"])
        queue.finished()
        #expect(queue.nextWords(at: seconds(111)) == "wait")
    }

    @Test func whatCannotHappenChangesNothing() {
        var queue = LedgerQueue(openingSince: seconds(0))
        _ = queue.give(batch())
        #expect(queue.nextWords(at: seconds(1)) == "wait")
        queue.finished()
        #expect(queue.state == .opening(since: seconds(0)))
        queue.opened()
        queue.finished()
        #expect(!queue.isIdle)
        _ = queue.next(at: seconds(2))
        #expect(queue.nextWords(at: seconds(3)) == "wait")
        queue.opened()
        #expect(queue.state == .busy(since: seconds(2)))
        queue.finished()
        #expect(queue.isIdle)
    }

    /// Whatever is given in whatever order: nothing is lost, doubled or reordered within its lane.
    @Test func nothingIsLostDoubledOrReordered() {
        var state: UInt64 = 7
        func draw(_ bound: UInt64) -> UInt64 {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return (state >> 33) % bound
        }
        var queue = open()
        var (given, done): ([String], [String]) = ([], [])
        for step in 0..<20_000 {
            let now = seconds(Int64(step))
            switch draw(6) {
            case 0:
                if queue.give(picture(Int(draw(1 << 19)), UInt32(step))) == nil {
                    given.append("picture \(step)")
                }
            case 1:
                if queue.give(part(Int(draw(1 << 19)), UInt32(step))) == nil {
                    given.append("extend \(step)")
                }
            case 2:
                let count = 1 + step % 50
                if queue.give(batch(count)) == nil { given.append("append \(count)") }
            default:
                let words = queue.nextWords(at: now)
                if words != "wait", words != "space" { done.append(words) }
                queue.finished()
            }
        }
        done += queue.drain(at: seconds(30_000)).dropLast()
        #expect(done.count > 5_000)
        for lane in [["append", "picture"], ["extend"]] {
            let isOf: (String) -> Bool = { words in lane.contains { words.hasPrefix($0) } }
            #expect(given.filter(isOf) == done.filter(isOf))
        }
    }
}
