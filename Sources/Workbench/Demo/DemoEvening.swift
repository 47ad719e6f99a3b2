import Camera
import Cryptography
import Detectors
import Frames
import Guard
import Incidents
import Models
import Records
import Simulation
import Station
import Store

/// The whole product on one thread and a virtual clock: the simulated venue before a real chain of
/// detectors, station, ledger and evidence.
final class DemoEvening {
    private let camera: VenueCamera
    private let sight: Sight
    private let duty: Duty
    private let board: DemoBoard
    private let trace: Trace
    private let ring: ClipRing
    private let encoder: ClipEncoder
    private var trails = Trails()
    private let clips: ClipPump

    static let width = 640
    static let height = 480
    static let framesPerSecond = 10
    /// What a small laptop draws and decides at the same time.
    static let pace = LookPace.reduced

    static let zones = [
        Zone(name: "behind the bar", polygon: Venue.behindBar),
        Zone(name: "dance floor", polygon: Venue.danceFloor)
    ]

    /// Nobody may stand behind the bar, and who does hears the siren: everything else goes by the
    /// standard rules. Times are short because an evening lasts minutes.
    static var policy: StationPolicy {
        var policy = StationPolicy(
            cameras: [
                CameraPolicy(
                    name: "hall",
                    incidents: IncidentPolicy(zoneHours: [.init(zone: 1, openHours: .never)]))
            ],
            lamps: LampPolicy(redHold: .seconds(5)),
            siren: SirenPolicy(onMax: .seconds(4), rest: .seconds(10), preAlarm: .seconds(2)))
        policy[.presence] = .siren
        return policy
    }

    /// - Parameters:
    ///   - ledger: where records and snapshots go.
    ///   - wallStart: what the wall clock showed at the beginning, milliseconds since 1970.
    ///   - looks: where networks look; nil where none does, and nobody is counted.
    init(
        seconds: Int, seed: UInt64, boot: BootID, ledger: any Ledger, wallStart: Int64,
        looks: (any LookWorker)? = nil
    ) {
        camera = VenueCamera(
            width: Self.width, height: Self.height, framesPerSecond: Self.framesPerSecond,
            script: .evening(seconds: seconds, seed: seed), seed: seed)
        sight = Sight(DetectorSettings(zones: Self.zones), looks: looks)
        sight.pace = Self.pace
        let trace = Trace()
        let board = DemoBoard(boot: boot, ledger: ledger, trace: trace, clock: camera)
        let ring = ClipRing(policy: Self.policy.clip)
        let clips = ClipPump(writer: board) { _ in ring }
        self.ring = ring
        self.clips = clips
        encoder = ClipEncoder(ring: ring)
        duty = Duty(
            appliance: Appliance(
                policy: Self.policy, boot: boot, networks: looks.map(Self.names) ?? []),
            lines: board,
            keep: board.keep, snapshot: board.keepSnapshot, clip: clips.handle,
            log: { _, _ in })
        self.trace = trace
        board.evening.zoneNames = Self.zones.map(\.name)
        self.board = board
        step(.clock(wallMilliseconds: wallStart, trust: .synchronised, weekMinute: 4 * 1440 + 1320))
    }

    /// Which networks look, as the ledger of an appliance has it.
    private static func names(of looks: any LookWorker) -> [LookNetworkName] {
        looks.tasks.map { task in
            LookNetworkName(task: task, sha256: SHA256.digest(Array(task.model.bytes)))
        }
    }

    var now: Instant { camera.now }
    var evening: Evening { board.evening }
    /// The newest picture; nil before the first and while the camera is lost.
    var frame: Frame? { board.frame }
    /// What is drawn over it.
    var overlay: Overlay { board.overlay }
    var isLit: [Output: Bool] { board.isLit }
    var clipCount: Int { board.clipCount }

    /// What happened since it was last asked for, a line each, oldest first.
    func takeNews() -> [String] { board.takeNews() }

    /// One frame's length of the evening.
    ///
    /// - Returns: false when it is over.
    func advance() -> Bool {
        switch camera.next(timeout: .zero) {
        case .frame(let frame):
            board.frame = frame
            // The room is never refused: it has one size.
            try? sight.decide(frame)
            trace.add(sight.sightings, at: frame.capturedAt)
            encoder.take(frame, own: camera.ownJPEG, isMasked: false)
            board.evening.saw(sight.sightings, scores: sight.newScores, at: camera.now)
            board.evening.counted(by: sight, at: camera.now)
            if sight.newCount != nil, let seenAt = sight.peopleSeenAt {
                trails.looked(sight.people, at: seenAt)
                board.evening.looked(trails.overlay(of: sight.people, zones: Self.zones))
            }
            board.overlay = trails.overlay(
                of: sight.people, zones: Self.zones, at: frame.capturedAt)
            board.evening.strip.pass(frame, board.overlay)
            step(
                .decided(
                    camera: 0, capturedAt: frame.capturedAt, sightings: sight.sightings,
                    measure: Event.FrameMeasure(
                        scores: sight.newScores, people: sight.newCount)))
        case .lost(let cause):
            (board.frame, board.overlay) = (nil, Overlay())
            step(.cameraLost(camera: 0, cause: cause))
        case .restored:
            step(.cameraRestored(camera: 0))
        case .waiting:
            break
        case .ended:
            step(.stopping)
            board.evening.counts = camera.counts
            return false
        }
        step(.tick)
        board.evening.counts = camera.counts
        return true
    }

    private func step(_ cause: Event.Cause) {
        duty.handle(Event(at: camera.now, cause: cause))
        clips.pump(at: camera.now)
        for cause in board.takeAnswers() { duty.handle(Event(at: camera.now, cause: cause)) }
    }

    func finish(facts: [(name: String, value: String)]) -> (report: String, digest: String) {
        board.evening.end = camera.now
        board.evening.facts = facts
        let digest = trace.finish()
        board.evening.facts.append(
            ("Looks of networks", "\(sight.lookCounts.words): every second one, on purpose"))
        board.evening.facts.append(("Digest of every sighting and incident", digest))
        return (Report(evening: board.evening).html(), digest)
    }
}
