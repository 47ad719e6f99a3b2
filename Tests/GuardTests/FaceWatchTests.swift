import Cryptography
import Detectors
import Frames
import Linux
import Records
import Simulation
import Station
import Synchronization
import Testing
import Watchlist

@testable import Guard

/// An evening of drawn people as fast as it is asked for, for a camera's thread.
private final class EveningCamera: FrameSource, @unchecked Sendable {
    let counts = FrameCounts()
    let evening: FaceEvening
    private var time = 0
    private let end: Int

    init(_ evening: FaceEvening, until end: Int) {
        self.evening = evening
        self.end = end
    }

    func next(timeout: Interval) throws -> FrameEvent {
        guard time < end else {
            Clocks.sleep(milliseconds: 20)
            return .waiting
        }
        defer { time += FaceEvening.period }
        return .frame(evening.picture(at: time))
    }
}

/// Says who is there as the evening does; networks look for faces.
private final class EveningWorker: LookWorker, @unchecked Sendable {
    let tasks: [LookTask] = [.people, .faces]
    private let networks: LookNetworks
    private let evening: FaceEvening

    init(_ evening: FaceEvening) throws {
        self.evening = evening
        networks = try LookNetworks([], looksForFaces: true)
    }

    func begin(_ look: Look) {
        guard look.task == .faces else {
            look.note(evening.boxes(at: Int(look.picture.capturedAt.milliseconds)))
            return
        }
        networks.work(at: look)
    }

    func wait(for look: Look) {}
}

/// From a camera's thread to a picture that an authority alone can open.
@Suite struct FaceWatchTests {
    private final class Kept: Sendable {
        let sealed = Mutex<[(ordinal: UInt32, bytes: [UInt8])]>([])
    }

    @Test func whoIsListedIsToldAndHisPictureIsSealedForTheListsAuthorityAlone() throws {
        let (own, other) = (try key(), try key())
        func walkers() -> [FaceEvening.Walker] {
            [
                FaceEvening.Walker(
                    seed: 77, from: (120, 200), to: (500, 220), height: 120,
                    milliseconds: 0..<9_000)
            ]
        }
        let evening = FaceEvening(walkers(), seed: 5)
        let portrait = Frame(width: 240, height: 240)
        RenderedFace(seed: 77).draw(into: portrait, x: 120, y: 120, height: 150)
        let template = try #require(
            try LookNetworks([], looksForFaces: true).portrait(of: portrait)?.template)
        let notice = WatchNotice(
            number: 17, category: .wanted, answer: .lamp, reference: "case 4711", law: "a law",
            from: 0, until: 1 << 40)
        let gallery = WatchGallery(
            [
                WatchGallery.Candidate(
                    WatchGallery.Listed(
                        authority: "city", issuer: own.publicKey, sealingKey: own.publicKey,
                        listVersion: 3, notice: notice), templates: [template])
            ], table: .faces)
        let queue = try EventQueue()
        let kept = Kept()
        let boot = BootID(high: 7, low: 8)
        let watch = Watch(
            camera: 2, queue: queue, looks: try EveningWorker(evening), boot: boot,
            keepFind: { sealed, ordinal in
                kept.sealed.withLock { $0.append((ordinal, sealed)) }
                return true
            })
        watch.compare(gallery)
        let camera = EveningCamera(FaceEvening(walkers(), seed: 5), until: 9_000)
        try watch.start(settings: DetectorSettings()) { camera }
        defer { watch.stop() }
        var found: [(camera: UInt8, entry: FoundEntry, lightsLamp: Bool)] = []
        var sighted = 0
        for _ in 0..<600 where found.isEmpty || sighted == 0 {
            for cause in queue.take() {
                switch cause {
                case .found(let camera, let entry, _, let lamp): found.append((camera, entry, lamp))
                case .decided(_, _, let sightings, _):
                    sighted += sightings.count { $0.subject == .entry(17) }
                default: break
                }
            }
            Clocks.sleep(milliseconds: 50)
        }
        let find = try #require(found.first)
        #expect(found.count == 1 && find.camera == 2 && find.lightsLamp && sighted > 0)
        #expect(find.entry.number == 17 && find.entry.listVersion == 3)
        #expect(find.entry.similarity >= find.entry.threshold)
        watch.wantFind(ordinal: 4, subject: 17)
        for _ in 0..<200 where kept.sealed.withLock({ $0.isEmpty }) {
            Clocks.sleep(milliseconds: 20)
        }
        let sealed = try #require(kept.sealed.withLock { $0.first })
        let name = IncidentIdentity(boot: boot, ordinal: 4).full
        let jpeg = try #require(own.open(sealed.bytes, bound: Array(name.utf8)))
        #expect(sealed.ordinal == 4 && jpeg.starts(with: [0xFF, 0xD8]))
        #expect(other.open(sealed.bytes, bound: Array(name.utf8)) == nil)
        // Of another incident it is nothing.
        let wrong = IncidentIdentity(boot: boot, ordinal: 5).full
        #expect(own.open(sealed.bytes, bound: Array(wrong.utf8)) == nil)
        // A second wish finds nothing more to keep.
        watch.wantFind(ordinal: 5, subject: 17)
        Clocks.sleep(milliseconds: 200)
        #expect(kept.sealed.withLock { $0.count } == 1)
    }

    private func key() throws -> SealingKey {
        try #require(SealingKey.newSecret().flatMap { SealingKey(secret: $0) })
    }
}
