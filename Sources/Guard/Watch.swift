import Camera
import Detectors
import Frames
import Linux
import Station
import Store
import Synchronization

/// One camera's thread: takes pictures, masks them, decides, and tells the station.
///
/// - Limit: `wantedCountMax` incidents wait for a picture; one more gets none.
package final class Watch: Sendable {
    private struct Shared {
        /// Incidents that want a picture of what is shown, oldest first.
        var wanted: [UInt32] = []
        /// Replaces the detectors' settings before the next frame.
        var settings: DetectorSettings?
        /// When the thread last came round, decided or waiting.
        var aliveAt: Instant
        var counts = FrameCounts()
        var looks = LookCounts()
        /// What of `pace` and `heat` holds.
        var paceNow = LookPace.full
        var heat = Heat.normal
        var pace = LookPace.full
        var isStopping = false
        var isShowing = false
        /// The thread has ended: nothing is shown any more.
        var isOver = false
    }

    let camera: UInt8
    /// What it showed lately, for clips.
    let ring: ClipRing
    private let queue: EventQueue
    /// Where networks look at its pictures; nil where none does.
    private let looks: (any LookWorker)?
    private let keepSnapshot: @Sendable (_ jpeg: [UInt8], _ ordinal: UInt32) -> Bool
    private let shared: Mutex<Shared>

    static let wantedCountMax = 32
    /// The longest that the thread waits for a picture before it says that it is alive.
    private static let patience = Interval.milliseconds(500)

    /// - Parameters:
    ///   - cameraCount: how many there are, to share the memory for clips.
    ///   - keepSnapshot: hands a JPEG to the ledger without waiting for the disk; false where too
    ///     much waits for it already.
    init(
        camera: UInt8, queue: EventQueue, clip: ClipPolicy = ClipPolicy(), cameraCount: Int = 1,
        looks: (any LookWorker)? = nil,
        keepSnapshot: @escaping @Sendable (_ jpeg: [UInt8], _ ordinal: UInt32) -> Bool = { _, _ in
            true
        }
    ) {
        self.camera = camera
        ring = ClipRing(policy: clip, ringCount: cameraCount)
        self.queue = queue
        self.looks = looks
        self.keepSnapshot = keepSnapshot
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
            shared.withLock { $0.isOver = true }
        }
    }

    func stop() {
        shared.withLock { $0.isStopping = true }
    }

    /// From the next frame on; what was learned of the scene stays.
    func replace(_ settings: DetectorSettings) {
        shared.withLock { $0.settings = settings }
    }

    /// What is left undone from the next frame on.
    func rest(_ heat: Heat) {
        shared.withLock { $0.heat = heat }
    }

    /// How often networks look, from the next look on.
    func look(_ pace: LookPace) {
        shared.withLock { $0.pace = pace }
    }

    var aliveAt: Instant { shared.withLock { $0.aliveAt } }
    var counts: FrameCounts { shared.withLock { $0.counts } }
    /// What has happened to looks at its pictures.
    var lookCounts: LookCounts { shared.withLock { $0.looks } }
    /// How often networks look now.
    var paceNow: LookPace { shared.withLock { $0.paceNow } }
    /// Whether its last frame is what is before the camera now.
    var isShowing: Bool { shared.withLock { $0.isShowing && !$0.isOver } }
    /// Somebody was promised a picture and has not got it yet.
    var owesSnapshots: Bool { shared.withLock { !$0.wanted.isEmpty && !$0.isOver } }

    /// Has the frame that was decided last kept for an incident, masks applied: encoded on the
    /// camera's thread when it comes round, and not at all where it shows nothing. Never waits.
    func wantSnapshot(ordinal: UInt32) {
        let isTaken = shared.withLock { shared in
            guard shared.wanted.count < Self.wantedCountMax, !shared.isOver else { return false }
            shared.wanted.append(ordinal)
            return true
        }
        guard !isTaken else { return }
        Journal.write(
            Priority.error.rawValue,
            "incident \(ordinal): keep snapshot: camera \(camera) owes too many already")
    }

    private func watch(_ source: any FrameSource, settings: DetectorSettings) {
        let clips = ClipEncoder(ring: ring)
        let sight = Sight(settings, looks: looks)
        /// The last frame that was decided; nobody but this thread sees it.
        var shown: Frame?
        var showsNothing = true
        /// What was refused, and told.
        var refused: Sight.Refusal?
        var frames = Pace()
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
            counts.dropped += frames.passedCount
            keepWanted(showsNothing ? nil : shown)
            let (isStopping, replacement, heat, pace) = shared.withLock { shared in
                shared.aliveAt = Instant(nanoseconds: Clocks.monotonicNanoseconds())
                shared.counts = counts
                shared.isShowing = !showsNothing
                shared.looks = sight.lookCounts
                shared.paceNow = max(shared.heat.pace, shared.pace)
                defer { shared.settings = nil }
                return (shared.isStopping, shared.settings, shared.heat, shared.pace)
            }
            clips.isResting = heat >= .hot
            sight.pace = max(heat.pace, pace)
            if isStopping { return }
            if let replacement {
                if replacement.privacyMasks != sight.settings.privacyMasks {
                    ring.forget()
                    showsNothing = true
                }
                sight.replace(replacement)
            }
            switch event {
            case .frame(let frame):
                if heat >= .veryHot,
                    !frames.takes(frame.capturedAt, perSecond: Heat.framesPerSecond)
                {
                    continue
                }
                // Before anything is kept: what is masked never existed.
                do throws(Sight.Refusal) {
                    try sight.decide(frame)
                } catch {
                    if refused != error {
                        refused = error
                        queue.post(.cameraLost(camera: camera, cause: "\(error)"))
                    }
                    continue
                }
                refused = nil
                if shown?.width != frame.width || shown?.height != frame.height {
                    shown = Frame(width: frame.width, height: frame.height)
                }
                shown?.copy(from: frame)
                showsNothing = false
                clips.take(frame, own: source.ownJPEG, isMasked: sight.isMasked)
                queue.post(
                    .decided(
                        camera: camera, capturedAt: frame.capturedAt,
                        sightings: sight.sightings,
                        measure: Event.FrameMeasure(
                            scores: sight.newScores, people: sight.newCount,
                            droppedCount: counts.dropped)))
            case .lost(let cause):
                showsNothing = true
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

    /// - Parameter frame: what is shown; nil where that is nothing.
    private func keepWanted(_ frame: Frame?) {
        let wanted = shared.withLock { $0.wanted }
        guard !wanted.isEmpty else { return }
        do {
            // One picture for all that happens at once.
            if let jpeg = try frame.map({ try Snapshot.encode($0) }) {
                for ordinal in wanted where !keepSnapshot(jpeg, ordinal) {
                    Journal.write(
                        Priority.error.rawValue,
                        "incident \(ordinal): keep snapshot: \(jpeg.count) bytes: too many "
                            + "pictures wait for the disk already")
                }
            }
        } catch {
            // The incident itself stands in the ledger: a lost picture must not stop the alarm.
            Journal.write(Priority.error.rawValue, "\(error)")
        }
        shared.withLock { $0.wanted.removeFirst(wanted.count) }
    }
}
