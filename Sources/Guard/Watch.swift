import Camera
import Detectors
import Frames
import Linux
import Records
import Station
import Store
import Synchronization
import Watchlist

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
        /// With whom faces are compared from the next frame on.
        var gallery: WatchGallery?
        /// Finds that were confirmed, and of which a picture is to be kept, the oldest first.
        var wantedFinds: [(ordinal: UInt32, subject: UInt32)] = []
        var faces = FaceTally()
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
    private let keepFind: @Sendable (_ sealed: [UInt8], _ ordinal: UInt32) -> Bool
    private let boot: BootID
    private let shared: Mutex<Shared>

    /// Of finds whose incident is not confirmed yet.
    static let findCountMax = 8
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
        },
        boot: BootID = BootID(high: 0, low: 0),
        keepFind: @escaping @Sendable (_ sealed: [UInt8], _ ordinal: UInt32) -> Bool = { _, _ in
            true
        }
    ) {
        self.camera = camera
        ring = ClipRing(policy: clip, ringCount: cameraCount)
        self.queue = queue
        self.looks = looks
        self.keepSnapshot = keepSnapshot
        self.keepFind = keepFind
        self.boot = boot
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

    /// Compares faces with these from the next frame on; nil: with nobody.
    func compare(_ gallery: WatchGallery?) {
        shared.withLock { $0.gallery = gallery }
    }

    /// Has the sealed piece of a picture kept in which somebody like an entry was seen. Never waits.
    func wantFind(ordinal: UInt32, subject: UInt32) {
        let isTaken = shared.withLock { shared in
            guard shared.wantedFinds.count < Self.findCountMax, !shared.isOver else { return false }
            shared.wantedFinds.append((ordinal, subject))
            return true
        }
        guard !isTaken else { return }
        Journal.write(
            Priority.error.rawValue,
            "incident \(ordinal): keep find: camera \(camera) owes too many already")
    }

    /// How many faces could be judged.
    var faceTally: FaceTally { shared.withLock { $0.faces } }

    var aliveAt: Instant { shared.withLock { $0.aliveAt } }
    var counts: FrameCounts { shared.withLock { $0.counts } }
    /// What has happened to looks at its pictures.
    var lookCounts: LookCounts { shared.withLock { $0.looks } }
    /// How often networks look now.
    var paceNow: LookPace { shared.withLock { $0.paceNow } }
    /// Whether its last frame is what is before the camera now.
    var isShowing: Bool { shared.withLock { $0.isShowing && !$0.isOver } }
    /// Somebody was promised a picture and has not got it yet.
    var owesSnapshots: Bool {
        shared.withLock { !($0.wanted.isEmpty && $0.wantedFinds.isEmpty) && !$0.isOver }
    }

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
        /// The newest last; overwritten when they go.
        var finds: [FaceFind] = []
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
            keepWantedFinds(&finds)
            let (isStopping, replacement, heat, pace) = shared.withLock { shared in
                shared.aliveAt = Instant(nanoseconds: Clocks.monotonicNanoseconds())
                shared.counts = counts
                shared.isShowing = !showsNothing
                shared.looks = sight.lookCounts
                shared.paceNow = max(shared.heat.pace, shared.pace)
                shared.faces = sight.faceTally
                if sight.gallery !== shared.gallery {
                    sight.gallery = shared.gallery
                    // Whom nobody looks for any more, nobody gets to see.
                    finds.removeAll()
                }
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
                for find in sight.newFinds { tell(find, &finds) }
                queue.post(
                    .decided(
                        camera: camera, capturedAt: frame.capturedAt,
                        sightings: sight.sightings,
                        measure: Event.FrameMeasure(
                            scores: sight.newScores, people: sight.newCount,
                            droppedCount: counts.dropped)))
            case .lost(let cause):
                showsNothing = true
                sight.abandonLooks()
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

    private func tell(_ find: FaceFind, _ finds: inout [FaceFind]) {
        if finds.count >= Self.findCountMax { finds.removeFirst() }
        finds.append(find)
        queue.post(
            .found(
                camera: camera, FoundEntry(find),
                subject: find.listed.subject, lightsLamp: find.listed.notice.answer == .lamp))
    }

    /// Seals what an officer has to see, bound to its incident. He is told of it also where that fails.
    private func keepWantedFinds(_ finds: inout [FaceFind]) {
        let wanted = shared.withLock { shared in
            defer { shared.wantedFinds.removeAll() }
            return shared.wantedFinds
        }
        for (ordinal, subject) in wanted {
            guard let index = finds.lastIndex(where: { $0.listed.subject == subject }) else {
                Journal.write(
                    Priority.error.rawValue, "incident \(ordinal): keep find: there is none")
                continue
            }
            let find = finds.remove(at: index)
            do throws(SealedFind.Failure) {
                let sealed = try SealedFind.seal(
                    find.crop.frame, to: find.listed.sealingKey,
                    of: IncidentIdentity(boot: boot, ordinal: ordinal))
                guard keepFind(sealed, ordinal) else {
                    throw SealedFind.Failure(
                        description: "find: keep \(sealed.count) bytes: too many pictures wait")
                }
            } catch {
                Journal.write(Priority.error.rawValue, "incident \(ordinal): \(error)")
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
