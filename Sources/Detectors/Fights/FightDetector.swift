import Frames
import Models

/// How much the last two seconds look like a fight, and where.
///
///     frame ─▶ every 100 ms: 320 × 240 ─▶ shake taken out ─▶ vectors, change ─▶ one step
///     steps of 2 s ─▶ busiest region ─▶ numbers inside it ─▶ boosted trees ─▶ score
///                           └─▶ moments of change ─▶ slow lane ─▶ opinion ─┘
///
/// Pure and integer-only. It works on time: frames at 8 to 30 per second score alike, and after a
/// step back in time or a gap of more than 2.5 s it begins anew.
///
/// - Cost: one search of ± 5 pixels in blocks that change, about 20 000 additions for the region, and
///   one pass over its vectors. All memory, under 3 MB, two of them for what a network may be shown,
///   is taken when it is made; `update` allocates nothing.
/// - Source: `Sources/Models/fights/card.md` says what it was trained on and how well it does.
public final class FightDetector {
    /// Mean of `momentScore` over half a second: one moment alone is not believed.
    public private(set) var score = Q15.zero
    /// Of the window that ends now; 0 until enough was seen, and while nothing moves.
    public private(set) var momentScore = Q15.zero
    /// Where the picture is busiest.
    public private(set) var region = Region.whole
    /// When the score was last decided upon, on the detector's own clock.
    public private(set) var decidedAt: Instant?
    /// From the first picture that entered the score to the last.
    public private(set) var span = Interval.zero
    /// What the score came from, by `FightNumber`; of the last decision that measured anything.
    public var numbers: UnsafeBufferPointer<Int16> { UnsafeBufferPointer(meter.numbers) }
    /// The numbers are those of the score: something moved.
    public private(set) var isMeasured = false
    /// What the trees alone say of the window that ends now.
    public private(set) var treesScore = Q15.zero
    /// What a network said of a window that ended lately; nil where none did.
    public private(set) var opinion: FightOpinion?
    /// A network should be asked about the window that ends now.
    public private(set) var wantsOpinion = false

    /// Two or more people, to a degree that somebody must step in.
    public static let fightMin = Q15.perMille(FightModel.fightPerMille)
    /// Less certain evidence of the same kind: shoving, chasing, a fight's first second.
    public static let aggressionMin = Q15.perMille(FightModel.aggressionPerMille)

    /// What names the weights that score, in the ledger.
    public static let modelSHA256: [UInt8] = {
        let digits = FightModel.sha256.utf8.map { $0 < 58 ? $0 - 48 : $0 - 87 }
        return stride(from: 0, to: digits.count - 1, by: 2).map { digits[$0] << 4 | digits[$0 + 1] }
    }()

    /// Pictures are taken this far apart at the least: 100 ms, less what a camera's clock jitters.
    static let pace = Interval.milliseconds(85)
    /// Two pictures further apart say nothing about motion.
    static let paceMax = Interval.milliseconds(300)
    static let window = Interval.milliseconds(2_020)
    static let windowMin = Interval.milliseconds(1_450)
    /// The score is a mean of moments this near.
    static let meanSpan = Interval.milliseconds(450)
    /// Of all that a network looks at, once: six pictures.
    public static let momentsCodeCount = FightMoments.codeCount
    /// With a span from here on, the score has all that it ever has behind it.
    public static let spanMin = Interval.milliseconds(1_850)
    /// The trees alone must be so sure that a network is asked; it is asked at times without cause, too,
    /// so that a board is known to be able to.
    static let askMin = Q15.perMille(300)
    static let askAnyway = Interval.seconds(10)
    /// What was said longer ago says nothing about now.
    static let opinionAgeMax = Interval.milliseconds(1_500)
    /// Fewer blocks than this that move, over the whole window, are noise.
    static let movingMin = 12

    private let resize: BoxResize
    private var now: Plane
    private var before: Plane
    private let steady: Plane
    /// 255 where nothing may be looked at; nil where everything may.
    private let hidden: Plane?
    private let motion: BlockMotion
    private let meter = FightMeter()
    private let filmed = FightMoments()
    /// How old the opinion is, and how long ago one was wanted.
    private var opinionAge = Interval.zero
    private var wantedAgo = FightDetector.askAnyway
    private let trees = BoostedTrees(FightModel.trees, count: FightModel.treeCount)
    private var clock = FrameClock()
    private var takenAt: Instant?
    /// Oldest first; only the last `stepCount` hold something.
    private var steps: [FightStep]
    private var stepCount = 0
    /// Moments of the last `meanSpan`: at `pace` apart, there are six at most.
    private var moments: [(at: Instant, score: Q15)] = []
    private static let momentCountMax = 8

    /// - Parameters:
    ///   - width, height: of every frame to come, in pixels, as `DetectorBank.accepts` them.
    ///   - privacyMasks: what lies in them enters no decision.
    public init(width: Int, height: Int, privacyMasks: [Polygon] = []) {
        precondition(
            DetectorBank.accepts(width: width, height: height), "checked when a camera opens")
        resize = BoxResize(
            fromWidth: width, fromHeight: height, toWidth: FightGrid.width,
            toHeight: FightGrid.height)
        now = Plane(width: FightGrid.width, height: FightGrid.height)
        before = Plane(width: FightGrid.width, height: FightGrid.height)
        steady = Plane(width: FightGrid.width, height: FightGrid.height)
        let masks = privacyMasks.prefix(DetectorSettings.privacyMaskCountMax)
        hidden =
            masks.isEmpty ? nil : Plane(width: FightGrid.width, height: FightGrid.height)
        if let hidden { PolygonMask.draw(Array(masks), into: hidden) }
        motion = BlockMotion(
            width: FightGrid.width, height: FightGrid.height, range: FightGrid.range,
            step: FightGrid.step, stillDifferenceMax: FightGrid.stillDifferenceMax)
        steps = (0..<FightGrid.stepCountMax).map { _ in FightStep() }
        moments.reserveCapacity(Self.momentCountMax)
        // Makes the table of shifts, so that no frame has to.
        _ = GlobalMotion.find(now.view, before: before.view)
    }

    /// - Parameter people: who was seen lately; nil where nobody looked.
    /// - Returns: whether this frame was taken and decided upon; most frames are passed over.
    @discardableResult
    public func update(
        _ luma: PlaneView, at capturedAt: Instant, people: [PersonBox]? = nil
    ) -> Bool {
        clock.advance(to: capturedAt)
        wantsOpinion = false
        if clock.hasJumped { forget() }
        opinionAge = opinionAge + clock.elapsed
        if opinionAge > Self.opinionAgeMax { opinion = nil }
        wantedAgo = min(wantedAgo + clock.elapsed, Self.askAnyway)
        if let takenAt, clock.now - takenAt < Self.pace { return false }
        swap(&now, &before)
        resize.resize(luma, into: now)
        if let hidden { PolygonMask.hide(hidden.view, in: now) }
        if let takenAt, clock.now - takenAt <= Self.paceMax { addStep(since: takenAt) }
        takenAt = clock.now
        dropOldSteps()
        decide(people)
        return true
    }

    /// What a network has said counts from the next picture on.
    ///
    /// - Parameter age: since the window ended that it looked at.
    func take(_ opinion: FightOpinion, age: Interval) {
        (self.opinion, opinionAge) = (opinion, age)
    }

    /// Writes what a network is to look at of the window that ends now, where anything moves.
    ///
    /// - Parameter moments: `FightDetector.momentsCodeCount` codes.
    public func fill(_ moments: UnsafeMutableBufferPointer<Int8>) {
        guard let codes = moments.baseAddress, moments.count == FightMoments.codeCount,
            stepCount >= FightMoments.stepCountMin
        else { return }
        filmed.fill(codes, from: steps[(steps.count - stepCount)...], in: meter.region)
    }

    /// What is seen now: aggression, and a fight where the score says so.
    func show(into sightings: inout [Sighting]) {
        guard score >= Self.aggressionMin else { return }
        sightings.append(Sighting(kind: .aggression, zone: 0, score: score, region: region))
        guard score >= Self.fightMin else { return }
        sightings.append(Sighting(kind: .fight, zone: 0, score: score, region: region))
    }

    private func forget() {
        takenAt = nil
        stepCount = 0
        moments.removeAll(keepingCapacity: true)
        score = .zero
        momentScore = .zero
        treesScore = .zero
        opinion = nil
        wantedAgo = Self.askAnyway
        region = .whole
        span = .zero
        isMeasured = false
    }

    private func addStep(since start: Instant) {
        let step = steps.removeFirst()
        let shift = GlobalMotion.find(now.view, before: before.view)
        if shift == (0, 0) {
            step.measure(
                now.view, before: before.view, motion: motion, from: start, to: clock.now)
        } else {
            GlobalMotion.shift(before.view, dx: shift.dx, dy: shift.dy, into: steady)
            step.measure(
                now.view, before: steady.view, motion: motion, from: start, to: clock.now)
        }
        steps.append(step)
        stepCount = min(stepCount + 1, steps.count)
    }

    private func dropOldSteps() {
        let oldest = clock.now - Self.window
        while stepCount > 0, steps[steps.count - stepCount].start < oldest {
            stepCount -= 1
        }
    }

    private func decide(_ people: [PersonBox]?) {
        decidedAt = clock.now
        (momentScore, treesScore, region, isMeasured) = (.zero, .zero, .whole, false)
        let held = steps[(steps.count - stepCount)...]
        span = clock.now - (held.first?.start ?? clock.now)
        guard span >= Self.windowMin else {
            moments.removeAll(keepingCapacity: true)
            score = .zero
            return
        }
        var moving = 0
        for step in held {
            moving += step.movingCount
        }
        if moving >= Self.movingMin {
            meter.measure(held)
            meter.conclude(people: people)
            isMeasured = true
            region = meter.region.region
            let sum = trees.sum(numbers)
            treesScore = BoostedTrees.probability(sum)
            momentScore = opinion.map { Self.weighed(sum, $0) } ?? treesScore
            ask()
        }
        average()
    }

    /// Equal parts of what both say.
    private static func weighed(_ sum: Int, _ opinion: FightOpinion) -> Q15 {
        BoostedTrees.probability((sum + opinion.fight) / 2)
    }

    private func ask() {
        let isAsked = treesScore >= Self.askMin || wantedAgo >= Self.askAnyway
        guard isAsked, stepCount >= FightMoments.stepCountMin else { return }
        wantsOpinion = true
        wantedAgo = .zero
    }

    private func average() {
        let oldest = clock.now - Self.meanSpan
        moments.removeAll { $0.at <= oldest }
        moments.append((clock.now, momentScore))
        var sum = 0
        for moment in moments {
            sum += Int(moment.score.rawValue)
        }
        score = Q15(rawValue: Int16(sum / moments.count))
    }
}
