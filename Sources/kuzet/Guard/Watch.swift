import Camera
import Detectors
import Frames
import Linux
import Station
import Store
import Synchronization

/// One camera's thread: takes pictures, masks them, decides, and tells the station.
final class Watch: Sendable {
    private struct Shared {
        /// The newest masked picture, a copy that only lock holders touch; nil while there is none.
        var picture: Frame?
        /// Replaces the detectors' settings before the next frame.
        var settings: DetectorSettings?
        /// When the thread last came round, decided or waiting.
        var aliveAt: Instant
        var counts = FrameCounts()
        var heat = Heat.normal
        var isStopping = false
    }

    let camera: UInt8
    /// What it showed lately, for clips.
    let ring: ClipRing
    private let queue: EventQueue
    private let shared: Mutex<Shared>

    /// The longest that the thread waits for a picture before it says that it is alive.
    private static let patience = Interval.milliseconds(500)

    /// - Parameter cameraCount: how many there are, to share the memory for clips.
    init(
        camera: UInt8, queue: EventQueue, clip: ClipPolicy = ClipPolicy(), cameraCount: Int = 1
    ) {
        self.camera = camera
        ring = ClipRing(policy: clip, ringCount: cameraCount)
        self.queue = queue
        shared = Mutex(Shared(aliveAt: Instant(nanoseconds: Clocks.monotonicNanoseconds())))
    }

    /// Runs the thread until `stop`.
    ///
    /// - Parameter open: makes the source on the thread that will use it.
    func start(
        settings: DetectorSettings, open: @escaping @Sendable () -> any FrameSource
    ) throws {
        try Threads.start("camera \(camera)") { [self] in
            watch(open(), settings: settings)
        }
    }

    func stop() {
        shared.withLock { $0.isStopping = true }
    }

    func replace(_ settings: DetectorSettings, clip: ClipPolicy = ClipPolicy()) {
        ring.replace(clip)
        shared.withLock { $0.settings = settings }
    }

    /// What is left undone from the next frame on.
    func rest(_ heat: Heat) {
        shared.withLock { $0.heat = heat }
    }

    var aliveAt: Instant { shared.withLock { $0.aliveAt } }
    var counts: FrameCounts { shared.withLock { $0.counts } }

    /// The JPEG of what the camera shows now, masks applied; nil where it shows nothing.
    func snapshot() throws -> [UInt8]? {
        try shared.withLock { shared in try shared.picture.map { try Snapshot.encode($0) } }
    }

    private func watch(_ source: any FrameSource, settings: DetectorSettings) {
        let clips = ClipTaker(ring: ring)
        var settings = settings
        var bank: DetectorBank?
        var mask: Plane?
        var sightings: [Sighting] = []
        var pace = Pace()
        while true {
            let event: FrameEvent
            do {
                event = try source.next(timeout: Self.patience)
            } catch {
                // Only a source that can never come back throws: say so once and end.
                queue.post(.cameraLost(camera: camera, cause: "\(error)"))
                return
            }
            var counts = source.counts
            counts.dropped += pace.passedCount
            let (isStopping, replacement, heat) = shared.withLock { [counts] shared in
                shared.aliveAt = Instant(nanoseconds: Clocks.monotonicNanoseconds())
                shared.counts = counts
                defer { shared.settings = nil }
                return (shared.isStopping, shared.settings, shared.heat)
            }
            clips.isResting = heat >= .hot
            if isStopping { return }
            if let replacement {
                if replacement.privacyMasks != settings.privacyMasks {
                    ring.forget()
                    shared.withLock { $0.picture = nil }
                }
                settings = replacement
                bank = nil
            }
            switch event {
            case .frame(let frame):
                if heat >= .veryHot,
                    !pace.takes(frame.capturedAt, perSecond: Heat.framesPerSecond)
                {
                    continue
                }
                guard DetectorBank.accepts(width: frame.width, height: frame.height) else {
                    queue.post(
                        .cameraLost(
                            camera: camera,
                            cause: "pictures of \(frame.width)×\(frame.height) are too small: "
                                + "ask for \(DetectorBank.widthMin)×\(DetectorBank.heightMin) "
                                + "or more"))
                    continue
                }
                if bank?.width != frame.width || bank?.height != frame.height {
                    bank = DetectorBank(
                        width: frame.width, height: frame.height, settings: settings)
                    mask = Self.mask(of: settings, width: frame.width, height: frame.height)
                }
                // Before anything is decided or kept: what is masked never existed.
                if let mask { PolygonMask.hide(mask.view, in: frame) }
                bank?.decide(frame, into: &sightings)
                publish(frame)
                clips.take(frame, own: source.ownJPEG, isMasked: mask != nil)
                queue.post(
                    .decided(
                        camera: camera, capturedAt: frame.capturedAt, sightings: sightings,
                        measure: Event.FrameMeasure(
                            fightScore: bank?.newFightScore, droppedCount: counts.dropped)))
            case .lost(let cause):
                shared.withLock { $0.picture = nil }
                queue.post(.cameraLost(camera: camera, cause: cause))
            case .restored:
                queue.post(.cameraRestored(camera: camera))
            case .waiting:
                continue
            case .ended:
                queue.post(.cameraLost(camera: camera, cause: "the recording is over"))
                return
            }
        }
    }

    /// nil where nothing is masked.
    static func mask(of settings: DetectorSettings, width: Int, height: Int) -> Plane? {
        guard !settings.privacyMasks.isEmpty else { return nil }
        let mask = Plane(width: width, height: height)
        PolygonMask.draw(settings.privacyMasks, into: mask)
        return mask
    }

    private func publish(_ frame: Frame) {
        shared.withLock { shared in
            if shared.picture?.width != frame.width || shared.picture?.height != frame.height {
                shared.picture = Frame(width: frame.width, height: frame.height)
            }
            shared.picture?.copy(from: frame)
        }
    }
}
