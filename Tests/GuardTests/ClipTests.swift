import Camera
import Detectors
import Frames
import Linux
import Records
import Station
import Store
import Synchronization
import Testing

@testable import Guard

/// A camera before a wall of one grey value with one bright corner, which gives JPEGs of its own.
private final class MotionCamera: FrameSource, @unchecked Sendable {
    enum Step {
        case picture(milliseconds: Int64)
        case lost
        case restored
    }

    private var steps: [Step]
    private let frame = Frame(width: 320, height: 240)
    private let encoder: JPEGEncoder
    private var jpeg: [UInt8] = []
    private var copy = UnsafeMutableRawBufferPointer(start: nil, count: 0)
    private(set) var counts = FrameCounts()
    let hasEnded: FileDescriptor

    init(_ steps: [Step]) throws {
        self.steps = steps
        encoder = try JPEGEncoder()
        hasEnded = try FileDescriptor.event()
    }

    deinit { copy.deallocate() }

    var ownJPEG: UnsafeRawBufferPointer? { UnsafeRawBufferPointer(copy) }

    func next(timeout: Interval) throws -> FrameEvent {
        guard !steps.isEmpty else {
            try? hasEnded.signal()
            Clocks.sleep(milliseconds: 5)
            return .waiting
        }
        switch steps.removeFirst() {
        case .lost: return .lost(cause: "gone")
        case .restored: return .restored
        case .picture(let milliseconds):
            frame.capturedAt = .zero + .milliseconds(milliseconds)
            frame.luma.base.update(repeating: 60, count: frame.luma.stride * frame.height)
            for y in 0..<120 { for x in 0..<160 { frame.luma[x, y] = 230 } }
            jpeg = try encoder.encode(frame, quality: 90)
            copy.deallocate()
            copy = .allocate(byteCount: jpeg.count, alignment: 1)
            copy.copyBytes(from: jpeg)
            counts.delivered += 1
            return .frame(frame)
        }
    }
}

@Suite struct ClipTests {
    private let boot = BootID(high: 3, low: 4)

    /// Runs a camera's thread over all that `source` has.
    private func watch(
        _ source: MotionCamera, masks: [Polygon] = [], policy: ClipPolicy = ClipPolicy()
    ) throws -> Watch {
        let watch = Watch(camera: 0, queue: try EventQueue(), clip: policy)
        try watch.start(settings: DetectorSettings(privacyMasks: masks)) { source }
        _ = try source.hasEnded.wait(for: .readable, milliseconds: 60_000)
        watch.stop()
        return watch
    }

    private func pictures(_ ring: ClipRing) -> [ClipPicture] {
        ring.open(1, from: .zero)
        defer { _ = ring.close(1) }
        return Array(ring.waiting(for: 1).pictures)
    }

    /// The luma of one place in each picture of a recording, and its times in milliseconds.
    private func play(_ path: String, x: Int, y: Int) throws -> (luma: [UInt8], times: [Int64]) {
        let recording = try Recording.open(path)
        var luma: [UInt8] = []
        var times: [Int64] = []
        while case .frame(let frame) = try recording.next(timeout: .zero) {
            luma.append(frame.luma[x, y])
            times.append(frame.capturedAt.milliseconds)
        }
        #expect(recording.counts.damaged == 0)
        return (luma, times)
    }

    private func ledger() throws -> (ledger: SQLiteLedger, folder: String) {
        let folder = "/tmp/kuzet-clips-\(Process.pid)-\(Clocks.monotonicNanoseconds())"
        let stamp = Stamp(boot: boot, monotonic: .zero, wallMilliseconds: 0, trust: .unset)
        return (try SQLiteLedger(directory: folder, stamp: stamp), folder)
    }

    private func steps(_ range: Range<Int64>) -> [MotionCamera.Step] {
        range.map { .picture(milliseconds: $0 * 100) }
    }

    private static let corner = Polygon(corners: [
        .init(x: 0, y: 0), .init(x: 500, y: 0), .init(x: 500, y: 500), .init(x: 0, y: 500)
    ])

    @Test func theCamerasOwnJPEGIsKeptByteForByteWhereNothingIsMasked() throws {
        let source = try MotionCamera(steps(0..<5))
        let kept = pictures(try watch(source).ring)
        #expect(kept.count == 5)
        let own = source.ownJPEG.map { Array($0) }
        #expect(kept.allSatisfy { $0.jpeg == own })
    }

    /// The camera's JPEG shows what is masked: it must be in nothing that is kept.
    @Test func masksAreBurnedInAlsoWhereTheCameraGivesAJPEG() throws {
        let source = try MotionCamera(steps(0..<5))
        let watch = try watch(source, masks: [Self.corner])
        let kept = pictures(watch.ring)
        #expect(kept.count == 5)
        let own = source.ownJPEG.map { Array($0) }
        #expect(kept.allSatisfy { $0.jpeg != own })
        let (ledger, folder) = try ledger()
        defer { _ = try? Child(["rm", "-r", folder]).wait() }
        #expect(try ledger.extendClip(kept, ordinal: 1, boot: boot) == 0)
        #expect(try ledger.finishClip(ordinal: 1, boot: boot) != nil)
        let file = try #require(
            try Files.names(in: folder + "/evidence").first { $0.hasSuffix(".mkv") })
        let masked = try play(folder + "/evidence/" + file, x: 80, y: 60)
        #expect(masked.luma.count == 5)
        #expect(masked.luma.allSatisfy { $0 < 40 }, "\(masked.luma)")
        let open = try play(folder + "/evidence/" + file, x: 240, y: 180)
        #expect(open.luma.allSatisfy { abs(Int($0) - 60) <= 3 }, "\(open.luma)")
    }

    /// It is too hot to encode: what the camera encoded itself costs nothing, and is kept.
    @Test func whileItIsHotNothingIsEncoded() {
        let ring = ClipRing(policy: ClipPolicy())
        let encoder = ClipEncoder(ring: ring)
        encoder.isResting = true
        let frame = Frame(width: 64, height: 48)
        encoder.take(frame, own: nil, isMasked: false)
        frame.capturedAt = .zero + .seconds(1)
        [UInt8](repeating: 0, count: 10).withUnsafeBytes {
            encoder.take(frame, own: $0, isMasked: true)
            #expect(ring.pictureCount == 0)
            frame.capturedAt = .zero + .seconds(2)
            encoder.take(frame, own: $0, isMasked: false)
        }
        #expect(pictures(ring).map(\.capturedAt) == [.zero + .seconds(2)])
        encoder.isResting = false
        frame.capturedAt = .zero + .seconds(3)
        encoder.take(frame, own: nil, isMasked: false)
        #expect(ring.pictureCount == 2)
    }

    /// The thread of a camera that brings fifteen frames a second.
    @Test func whileItIsVeryHotTenFramesASecondAreDecidedAndTheOthersCounted() throws {
        let source = try MotionCamera((0..<150).map { .picture(milliseconds: $0 * 1_000 / 15) })
        let watch = Watch(camera: 0, queue: try EventQueue())
        watch.rest(.veryHot)
        try watch.start(settings: DetectorSettings()) { source }
        _ = try source.hasEnded.wait(for: .readable, milliseconds: 60_000)
        watch.stop()
        #expect(watch.counts.delivered - watch.counts.dropped == 100)
    }

    @Test func aNewMaskForgetsWhatWasRememberedWithoutIt() throws {
        let ring = ClipRing(policy: ClipPolicy())
        let encoder = ClipEncoder(ring: ring)
        let frame = Frame(width: 64, height: 48)
        encoder.take(frame, own: nil, isMasked: false)
        ring.open(1, from: .zero)
        ring.forget()
        #expect(ring.pictureCount == 0)
        frame.capturedAt = .zero + .seconds(1)
        encoder.take(frame, own: nil, isMasked: true)
        #expect(ring.waiting(for: 1).pictures.map(\.capturedAt) == [frame.capturedAt])
    }

    @Test func aJPEGTooLargeToRememberIsEncodedAnew() {
        let ring = ClipRing(policy: ClipPolicy(before: .seconds(30), picturesPerSecond: 30))
        let encoder = ClipEncoder(ring: ring)
        let large = [UInt8](repeating: 0, count: ring.pictureByteCountMax + 1)
        large.withUnsafeBytes {
            encoder.take(Frame(width: 64, height: 48), own: $0, isMasked: false)
        }
        let kept = pictures(ring)
        #expect(kept.count == 1)
        #expect(kept[0].jpeg.count < 5_000)
    }

    /// A clip over a loss of the camera, read back by the program's own reader.
    @Test func timesIncreaseOverALossOfTheCameraAndInBothOfTwoClips() throws {
        let source = try MotionCamera(
            steps(0..<30) + [.lost, .restored] + steps(90..<120))
        let ring = try watch(source, policy: ClipPolicy(before: .seconds(30))).ring
        let (ledger, folder) = try ledger()
        defer { _ = try? Child(["rm", "-r", folder]).wait() }
        ring.open(1, from: .zero + .seconds(1))
        ring.open(2, from: .zero + .seconds(2))
        for ordinal: UInt32 in [1, 2] {
            let batch = ring.waiting(for: ordinal)
            _ = try ledger.extendClip(Array(batch.pictures), ordinal: ordinal, boot: boot)
            _ = try #require(try ledger.finishClip(ordinal: ordinal, boot: boot))
        }
        let files = try Files.names(in: folder + "/evidence").filter { $0.hasSuffix(".mkv") }
        #expect(files.count == 2)
        let first = try play(folder + "/evidence/" + files[0], x: 0, y: 0).times
        let shown = (Array(10..<30) + Array(90..<120)) as [Int64]
        #expect(first == shown.map { ($0 - 10) * 100 })
        let second = try play(folder + "/evidence/" + files[1], x: 0, y: 0).times
        #expect(second == shown.dropFirst(10).map { ($0 - 20) * 100 })
    }

    /// As a power cut leaves it: whatever is missing at the end, the rest is played.
    @Test func aClipThatWasCutAnywhereIsPlayedUpToThere() throws {
        let ring = try watch(try MotionCamera(steps(0..<30))).ring
        let kept = pictures(ring)
        let (ledger, folder) = try ledger()
        defer { _ = try? Child(["rm", "-r", folder]).wait() }
        var ends: [Int] = []
        var path = ""
        for part in 0..<3 {
            _ = try ledger.extendClip(
                Array(kept[part * 10..<part * 10 + 10]), ordinal: 1, boot: boot)
            let file = try #require(
                try Files.names(in: folder + "/evidence").first { $0.hasSuffix(".mkv") })
            path = folder + "/evidence/" + file
            ends.append(Int(try Files.facts(path).byteCount))
        }
        let bytes = try Files.read(path, byteCountMax: 1 << 24)
        let cuts = ends + ends.map { $0 - 1 } + (1...9).map { ends[0] + $0 * ends[0] / 5 }
        for cut in cuts where cut <= bytes.count {
            let whole = ends.filter { $0 <= cut }.count * 10
            try Files.replace(folder + "/cut.mkv", with: Array(bytes[..<cut]))
            let times = try play(folder + "/cut.mkv", x: 0, y: 0).times
            #expect((whole..<whole + 10).contains(times.count) || times.count == 30, "at \(cut)")
            #expect(times == (0..<times.count).map { Int64($0) * 100 })
        }
    }

    // MARK: On their way to the disk

    private func picture(_ milliseconds: Int64, byteCount: Int = 30_000) -> ClipPicture {
        ClipPicture(
            width: 64, height: 48, capturedAt: .zero + .milliseconds(milliseconds),
            jpeg: [UInt8](repeating: 0, count: byteCount))
    }

    private func answers(_ queue: EventQueue) -> [String] {
        queue.take().compactMap { cause in
            guard case .evidenceKept(let ordinal, .clip, _, let byteCount) = cause else {
                return nil
            }
            return "clip \(ordinal) \(byteCount)"
        }
    }

    @Test func aClipIsWrittenInFewLargeParts() throws {
        let queue = try EventQueue()
        let ledger = try HangingLedger()
        let thread = try LedgerThread(boot: boot, queue: queue)
        try thread.start(open: ledger.opened)
        let ring = ClipRing(policy: ClipPolicy())
        let pump = ClipPump(writer: thread) { $0 == 0 ? ring : nil }
        for index in Int64(0)..<200 {
            ring.add(picture(index * 100))
            if index == 60 {
                pump.handle(.begin(camera: 0, ordinal: 4, from: .zero + .seconds(1)))
                pump.handle(.begin(camera: 9, ordinal: 5, from: .zero))
            }
            if index == 70 { pump.handle(.join(ordinal: 6, clip: 4)) }
            pump.pump(at: .zero + .milliseconds(index * 100))
            #expect(try eventually { thread.isIdle })
        }
        pump.handle(.end(ordinal: 4))
        pump.pump(at: .zero + .seconds(20))
        #expect(pump.isIdle)
        #expect(thread.stop(within: .seconds(20)))
        let contents = ledger.contents
        let written = contents.clips[4]?.map { $0.capturedAt.milliseconds } ?? []
        #expect(written == Array(10..<200).map { Int64($0) * 100 })
        // What is remembered at once; then two seconds each; then the rest.
        #expect(contents.clipParts.first == 51)
        #expect(contents.clipParts.dropFirst().dropLast().allSatisfy { $0 == 21 })
        #expect(contents.clipParts.count <= 8)
        #expect(answers(queue) == ["clip 4 190", "clip 6 190"])
    }

    /// The station is not kept waiting, memory stays bounded, and what was lost is known.
    @Test func aDiskThatHangsCostsPicturesAndNothingElse() throws {
        let queue = try EventQueue()
        let ledger = try HangingLedger(isHanging: true)
        let thread = try LedgerThread(boot: boot, queue: queue)
        try thread.start(open: ledger.opened)
        let ring = ClipRing(policy: ClipPolicy())
        let pump = ClipPump(writer: thread) { _ in ring }
        pump.handle(.begin(camera: 0, ordinal: 1, from: .zero))
        for index in Int64(0)..<600 {
            ring.add(picture(index * 100, byteCount: 100_000))
            pump.pump(at: .zero + .milliseconds(index * 100))
            #expect(ring.byteCount <= ring.byteCountMax)
        }
        pump.handle(.end(ordinal: 1))
        pump.pump(at: .zero + .seconds(60))
        #expect(!pump.isIdle, "it waits for the disk")
        // Records pass what waits.
        let stamp = Stamp(boot: boot, monotonic: .zero, wallMilliseconds: 0, trust: .unset)
        _ = thread.append([LedgerRecord(stamp: stamp, body: .operated("panic"))])
        ledger.answer()
        #expect(
            try eventually {
                pump.pump(at: .zero + .seconds(61))
                return pump.isIdle
            })
        #expect(thread.stop(within: .seconds(20)))
        let times = ledger.contents.clips[1]?.map(\.capturedAt) ?? []
        #expect(zip(times, times.dropFirst()).allSatisfy { $0 < $1 })
        #expect((80...600).contains(times.count), "\(times.count)")
        #expect(ledger.contents.records.count == 1)
        #expect(answers(queue).count == 1)
    }
}
