import Frames
import Watchlist

/// The way from a picture to what is seen in it: what nobody may see is hidden, then every detector
/// decides. A live camera, a recording, the demo, measurements and the self-test all see through it,
/// so that the same pictures and settings are decided alike wherever they come from.
///
/// Not thread-safe: one thread owns it. All memory is taken with the first picture of a size;
/// `decide` allocates nothing once `sightings` has grown to what a frame needs.
public final class Sight {
    /// Why a picture is not decided.
    public struct Refusal: Error, Hashable, CustomStringConvertible {
        public var width: Int
        public var height: Int

        public var description: String {
            let most = Plane.sideMax
            return width < DetectorBank.widthMin || height < DetectorBank.heightMin
                ? "pictures of \(width)×\(height) are too small: ask for "
                    + "\(DetectorBank.widthMin)×\(DetectorBank.heightMin) or more"
                : "pictures of \(width)×\(height) are too large: ask for \(most)×\(most) or less"
        }
    }

    public private(set) var settings: DetectorSettings
    /// What is seen in the last frame that was decided.
    public private(set) var sightings: [Sighting] = []
    private var bank: DetectorBank?
    /// 255 where a picture is hidden; nil where nothing is, and before the first picture.
    private var mask: Plane?
    /// nil where no network looks.
    private var lane: SlowLane?

    /// - Parameter worker: where networks look at pictures; nil where none does, and people are
    ///   neither counted nor followed.
    public init(
        _ settings: DetectorSettings = DetectorSettings(), looks worker: (any LookWorker)? = nil
    ) {
        self.settings = settings
        lane = worker.map { SlowLane($0) }
        sightings.reserveCapacity(64)
    }

    /// Whether anything is hidden.
    public var isMasked: Bool { !settings.privacyMasks.isEmpty }

    /// What the last frame scored, sighting or not, where a score over time decides.
    public var newScores: NewScores { bank?.newScores ?? NewScores() }

    /// Who looks for fights, to be measured; nil before the first picture.
    public var fights: FightDetector? { bank?.fights }

    /// How often networks look, from the next look on.
    public var pace: LookPace {
        get { lane?.pace ?? .none }
        set { lane?.pace = newValue }
    }

    /// What has happened to looks so far.
    public var lookCounts: LookCounts { lane?.counts ?? LookCounts() }

    /// How many people there are, where that was counted anew for the last frame.
    public var newCount: CameraCount? { bank?.newCount }

    /// How many people there are in a zone, 0 the whole picture, by the looks up to now; nobody
    /// before the first picture.
    public func count(zone: UInt8) -> PeopleCount { bank?.count(zone: zone) ?? PeopleCount() }

    /// Who has crossed each line of the settings so far, in their order: in, and out.
    public var crossings: [(ins: UInt32, outs: UInt32)] {
        settings.people.lines.indices.map { bank?.crossings(line: $0) ?? (0, 0) }
    }

    /// Everybody who is followed, to be drawn.
    public var people: [TrackedPerson] { bank?.followed ?? [] }

    /// When the picture was taken in which they were looked for last: a little before the last frame.
    public var peopleSeenAt: Instant? { bank?.followedAt }

    /// Why pictures of this size are not decided; nil where they are.
    public static func refusal(width: Int, height: Int) -> Refusal? {
        DetectorBank.accepts(width: width, height: height)
            ? nil : Refusal(width: width, height: height)
    }

    /// Hides what nobody may see, before anything is decided, kept or shown: what is masked never
    /// existed. `decide` does it by itself.
    public func hide(in frame: Frame) {
        guard isMasked else { return }
        let drawn: Plane
        if let mask, mask.width == frame.width, mask.height == frame.height {
            drawn = mask
        } else {
            drawn = Plane(width: frame.width, height: frame.height)
            PolygonMask.draw(settings.privacyMasks, into: drawn)
            mask = drawn
        }
        PolygonMask.hide(drawn.view, in: frame)
    }

    /// Replaces `sightings` with what is seen in `frame`, which is masked afterwards.
    ///
    /// Pictures of another size than the one before are another view: it is learned anew.
    public func decide(_ frame: Frame) throws(Refusal) {
        if let refusal = Self.refusal(width: frame.width, height: frame.height) { throw refusal }
        hide(in: frame)
        let bank: DetectorBank
        if let present = self.bank, present.width == frame.width, present.height == frame.height {
            bank = present
        } else {
            // What was seen in the view before is no answer about this one.
            lane?.abandonAll()
            bank = DetectorBank(width: frame.width, height: frame.height, settings: settings)
            bank.watch(gallery)
            self.bank = bank
        }
        lane?.step(frame) { look, takenAt in
            bank.take(look, takenAt: takenAt, at: frame.capturedAt)
        }
        bank.decide(frame, into: &sightings)
        guard let pace = lane?.pace else { return }
        for task in LookTask.onDemand where bank.wants(task) {
            lane?.ask(task, at: frame.capturedAt) { bank.fill($0, pace, from: frame) }
        }
    }

    /// Compares faces with these from the next frame on; nil, as at the start: with nobody.
    public var gallery: WatchGallery? {
        didSet { bank?.watch(gallery) }
    }

    /// Whom to look at since the last frame.
    public var newFinds: [FaceFind] { bank?.faces.newFinds ?? [] }

    /// How many faces could be judged since the first picture.
    public var faceTally: FaceTally { bank?.faces.tally ?? FaceTally() }

    /// Lets go of pictures that networks have in hand: the camera is gone.
    public func abandonLooks() { lane?.abandonAll() }

    /// Forgets the learned scene: after the camera was moved on purpose.
    public func relearn() { bank?.relearn() }

    /// Watches other zones, or hides other parts of the picture, from the next frame on; what was
    /// learned stays.
    public func replace(_ settings: DetectorSettings) {
        if settings.privacyMasks != self.settings.privacyMasks {
            mask = nil
            // What was seen where nobody may look any more never was.
            lane?.abandonAll()
        }
        self.settings = settings
        bank?.replace(settings)
    }
}
