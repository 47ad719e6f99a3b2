import Detectors
import Frames
import Linux
import Station
import Store
import Synchronization
import Testing

@testable import Guard

/// A camera that shows a picture, is lost or hangs when it is told to.
private final class ToldCamera: FrameSource, @unchecked Sendable {
    enum Step {
        case picture(UInt8)
        case lost
        case hang
    }

    let counts = FrameCounts()
    /// Readable where there is something to show, and where it hangs no more.
    private let bell: FileDescriptor
    private let steps = Mutex<[Step]>([])
    private let frame = Frame(width: 64, height: 48)
    private let time = Mutex<Int64>(0)

    init() throws { bell = try FileDescriptor.event() }

    func tell(_ step: Step) {
        steps.withLock { $0.append(step) }
        try? bell.signal()
    }

    func next(timeout: Interval) throws -> FrameEvent {
        _ = try bell.wait(for: .readable, milliseconds: 20)
        _ = try bell.clear()
        let step = steps.withLock { $0.isEmpty ? nil : $0.removeFirst() }
        switch step {
        case .picture(let luma):
            frame.luma.base.update(repeating: luma, count: frame.luma.stride * frame.height)
            frame.capturedAt =
                .zero
                + .milliseconds(
                    100
                        * time.withLock {
                            $0 += 1
                            return $0
                        })
            return .frame(frame)
        case .lost: return .lost(cause: "gone")
        case .hang:
            _ = try bell.wait(for: .readable, milliseconds: nil)
            return .waiting
        case nil: return .waiting
        }
    }
}

/// What was kept: the incident, and the luma of the even picture that the JPEG is of.
private final class Kept: Sendable {
    private let pictures = Mutex<[String]>([])
    private let known: [(luma: UInt8, jpeg: [UInt8])]

    init(_ lumas: [UInt8]) throws {
        known = try lumas.map { luma in
            let frame = Frame(width: 64, height: 48)
            frame.luma.base.update(repeating: luma, count: frame.luma.stride * frame.height)
            return (luma, try Snapshot.encode(frame))
        }
    }

    var all: [String] { pictures.withLock { $0 } }

    func keep(_ jpeg: [UInt8], _ ordinal: UInt32) -> Bool {
        let luma = known.first { $0.jpeg == jpeg }.map { "\($0.luma)" } ?? "unknown"
        pictures.withLock { $0.append("\(ordinal): \(luma)") }
        return true
    }
}

/// Sees nothing, at once.
private final class IdleWorker: LookWorker {
    let tasks = [LookTask.people]

    func begin(_ look: Look) {}
    func wait(for look: Look) {}
}

@Suite struct WatchTests {
    private let camera: ToldCamera
    private let queue: EventQueue
    private let watch: Watch
    private let kept: Kept

    init() throws {
        camera = try ToldCamera()
        queue = try EventQueue()
        kept = try Kept([16, 100, 160])
        watch = Watch(camera: 0, queue: queue, keepSnapshot: kept.keep)
        let camera = camera
        try watch.start(settings: DetectorSettings()) { camera }
    }

    private func decidedCount(_ count: Int) throws -> Bool {
        var seen = 0
        return try eventually {
            for case .decided in queue.take() { seen += 1 }
            return seen >= count
        }
    }

    @Test func aSnapshotIsOfTheFrameThatWasDecidedAndOnePictureServesAll() throws {
        defer { watch.stop() }
        camera.tell(.picture(100))
        #expect(try decidedCount(1))
        watch.wantSnapshot(ordinal: 1)
        watch.wantSnapshot(ordinal: 2)
        #expect(try eventually { !watch.owesSnapshots })
        #expect(kept.all == ["1: 100", "2: 100"])
        camera.tell(.picture(160))
        #expect(try decidedCount(1))
        watch.wantSnapshot(ordinal: 3)
        #expect(try eventually { kept.all.last == "3: 160" })
    }

    @Test func aCameraThatShowsNothingGivesNoPicture() throws {
        defer { watch.stop() }
        camera.tell(.picture(100))
        camera.tell(.lost)
        let isLost = try eventually {
            queue.take().contains { if case .cameraLost = $0 { true } else { false } }
        }
        #expect(isLost)
        watch.wantSnapshot(ordinal: 1)
        #expect(try eventually { !watch.owesSnapshots })
        #expect(kept.all.isEmpty)
    }

    @Test func looksAreCountedAndThoseThatASlowPaceCostToo() throws {
        watch.stop()
        let camera = try ToldCamera()
        let looking = Watch(camera: 1, queue: queue, looks: IdleWorker(), keepSnapshot: kept.keep)
        try looking.start(settings: DetectorSettings()) { camera }
        defer { looking.stop() }
        // Ten pictures a second, and a look at every other one.
        for _ in 0..<10 { camera.tell(.picture(100)) }
        #expect(try eventually { looking.lookCounts[.people].begun >= 5 })
        #expect(looking.lookCounts.skipped == 0 && looking.paceNow == .full)
        looking.look(.none)
        #expect(try eventually { looking.paceNow == .none })
        let before = looking.lookCounts
        for _ in 0..<10 { camera.tell(.picture(100)) }
        #expect(try eventually { looking.lookCounts.since(before).skipped >= 4 })
        #expect(looking.lookCounts.since(before).begun == 0)
    }

    /// What was masked must not come out by a picture from before.
    @Test func noPictureIsKeptThatWasMaskedOtherwise() throws {
        defer { watch.stop() }
        camera.tell(.picture(100))
        #expect(try decidedCount(1))
        let all = Polygon(corners: [
            .init(x: 0, y: 0), .init(x: 1000, y: 0), .init(x: 1000, y: 1000), .init(x: 0, y: 1000)
        ])
        watch.replace(DetectorSettings(privacyMasks: [all]))
        Clocks.sleep(milliseconds: 100)
        watch.wantSnapshot(ordinal: 1)
        #expect(try eventually { !watch.owesSnapshots })
        #expect(kept.all.isEmpty)
        camera.tell(.picture(100))
        #expect(try decidedCount(1))
        watch.wantSnapshot(ordinal: 2)
        #expect(try eventually { kept.all == ["2: 16"] })
    }

    @Test func aCameraThatHangsKeepsNobodyWaitingAndOwesNoMoreThanItMay() throws {
        defer {
            watch.stop()
            camera.tell(.lost)
        }
        camera.tell(.picture(100))
        #expect(try decidedCount(1))
        camera.tell(.hang)
        Clocks.sleep(milliseconds: 100)
        let begin = Clocks.monotonicNanoseconds()
        for ordinal in 1...UInt32(Watch.wantedCountMax + 5) { watch.wantSnapshot(ordinal: ordinal) }
        #expect(Clocks.monotonicNanoseconds() - begin < 1_000_000_000)
        #expect(kept.all.isEmpty)
        camera.tell(.picture(100))
        #expect(try eventually { !watch.owesSnapshots })
        #expect(kept.all.count == Watch.wantedCountMax)
    }
}
