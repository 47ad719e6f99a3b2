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
    /// The same of aggression: a fight, or what may become one.
    public private(set) var aggressionScore = Q15.zero
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
    /// What the trees alone say of the window that ends now: of a fight, and of aggression.
    public private(set) var treesScores = (fight: Q15.zero, aggression: Q15.zero)
    /// What a network said of a window that ended lately; nil where none did.
    public private(set) var opinion: FightOpinion?
    /// A network should be asked about the window that ends now.
    public private(set) var wantsOpinion = false

    /// Two or more people, to a degree that somebody must step in.
    public static let fightMin = Q15.perMille(FightModel.fightPerMille)
    /// Less certain evidence: shoving, chasing, a blow, a fight's first second.
    public static let aggressionMin = Q15.perMille(FightModel.aggressionPerMille)

    /// What names the trees that score, in the ledger. Networks are named there at each start.
    public static let modelSHA256: [UInt8] = {
        let digits = FightModel.sha256.utf8.map { $0 < 58 ? $0 - 48 : $0 - 87 }
        return stride(from: 0, to: digits.count - 1, by: 2).map { digits[$0] << 4 | digits[$0 + 1] }
    }()

    /// Pictures are taken this far apart at the least: 100 ms, less what a camera's clock jitters.
    static let pace = Interval.milliseconds(85)
    /// Two pictures further apart say nothing about motion: who walks leaves the range of the search.
    static let paceMax = Interval.milliseconds(220)
    static let window = Interval.milliseconds(2_020)
    static let windowMin = Interval.milliseconds(1_450)
    /// The score is a mean of moments this near.
    static let meanSpan = Interval.milliseconds(450)
    /// Codes of one moment that a network looks at, and how many of them it can be shown at once.
    public static let momentCodeCount = FightMoments.momentCount
    public static let momentCountMax = FightMoments.countMax
    /// With a span from here on, the score has all that it ever has behind it.
    public static let spanMin = Interval.milliseconds(1_850)
    /// The trees alone must be so sure that a network is asked; it is asked at times without cause, too,
    /// so that a board is known to be able to.
    static let askMin = Q15.perMille(300)
    static let askAnyway = Interval.seconds(60)
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
    /// What was said of moments in the window.
    private var said: [FightMoment] = []
    /// When the newest moment ended that a network was shown, and how long ago that was wanted.
    private var shownUntil: Instant?
    private var wantedAgo = FightDetector.askAnyway
    private let trees = BoostedTrees(FightModel.trees, count: FightModel.treeCount)
    private let aggressionTrees = BoostedTrees(
        FightModel.aggressionTrees, count: FightModel.aggressionTreeCount)
    private var clock = FrameClock()
    private var takenAt: Instant?
    /// Oldest first; only the last `stepCount` hold something.
    private var steps: [FightStep]
    private var stepCount = 0
    /// Moments of the last `meanSpan`: at `pace` apart, there are six at most.
    private var moments: [Moment] = []
    private static let meanCountMax = 8

    private struct Moment {
        let at: Instant
        let fight: Q15
        let aggression: Q15
    }

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
        moments.reserveCapacity(Self.meanCountMax)
        said.reserveCapacity(Self.meanCountMax)
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

    /// Writes what a network is to look at: moments of the window that ends now, in its region, that
    /// it was not shown before.
    func fill(_ look: Look, countMax: Int = FightMoments.countMax) {
        look.fights.removeAll(keepingCapacity: true)
        show(look.moments, countMax, after: shownUntil) {
            look.fights.append(FightMoment(endedAt: $0))
        }
        if let newest = look.fights.first { shownUntil = newest.endedAt }
    }

    /// What a network has said counts from the picture on that is decided next.
    func take(_ look: Look) {
        for moment in look.fights where said.count < Self.meanCountMax { said.append(moment) }
    }

    /// Writes all moments of the window that ends now, the newest first.
    ///
    /// - Parameter codes: room for `momentCountMax` times `momentCodeCount`.
    /// - Returns: how many there are.
    public func show(_ codes: UnsafeMutableBufferPointer<Int8>) -> Int {
        var count = 0
        show(codes, FightMoments.countMax, after: nil) { _ in count += 1 }
        return count
    }

    private func show(
        _ codes: UnsafeMutableBufferPointer<Int8>, _ countMax: Int, after shown: Instant?,
        ends: (Instant) -> Void
    ) {
        guard let codes = codes.baseAddress else { return }
        filmed.fill(
            codes, from: steps[(steps.count - stepCount)...], in: meter.region,
            countMax: countMax, after: shown, ends: ends)
    }

    /// What is seen now: aggression, and a fight where the score says so.
    func show(into sightings: inout [Sighting]) {
        guard aggressionScore >= Self.aggressionMin else { return }
        sightings.append(
            Sighting(
                kind: .aggression, zone: 0, score: aggressionScore, region: region,
                measure: opinion.map { .opinion(BoostedTrees.probability($0.aggression)) }))
        guard score >= Self.fightMin else { return }
        sightings.append(
            Sighting(
                kind: .fight, zone: 0, score: score, region: region,
                measure: opinion.map { .opinion(BoostedTrees.probability($0.fight)) }))
    }

    private func forget() {
        takenAt = nil
        stepCount = 0
        moments.removeAll(keepingCapacity: true)
        (score, aggressionScore, momentScore) = (.zero, .zero, .zero)
        treesScores = (.zero, .zero)
        opinion = nil
        said.removeAll(keepingCapacity: true)
        shownUntil = nil
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
        hear()
        (momentScore, region, isMeasured) = (.zero, .whole, false)
        treesScores = (.zero, .zero)
        var momentAggression = Q15.zero
        let held = steps[(steps.count - stepCount)...]
        span = clock.now - (held.first?.start ?? clock.now)
        guard span >= Self.windowMin else {
            moments.removeAll(keepingCapacity: true)
            (score, aggressionScore) = (.zero, .zero)
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
            let (fight, aggression) = (trees.sum(numbers), aggressionTrees.sum(numbers))
            treesScores = (Self.fight(fight, nil), Self.aggression(aggression, nil))
            momentScore = Self.fight(fight, opinion?.fight)
            momentAggression = Self.aggression(aggression, opinion?.aggression)
            ask()
        }
        average(Moment(at: clock.now, fight: momentScore, aggression: momentAggression))
    }

    private static func fight(_ trees: Int, _ network: Int?) -> Q15 {
        BoostedTrees.probability(FightWeights.fight.sum(trees, network))
    }

    private static func aggression(_ trees: Int, _ network: Int?) -> Q15 {
        BoostedTrees.probability(FightWeights.aggression.sum(trees, network))
    }

    /// The mean of what was said of moments in the window.
    private func hear() {
        let oldest = clock.now - Self.window
        said.removeAll { $0.endedAt <= oldest || $0.endedAt > clock.now }
        var sum = FightOpinion()
        for moment in said {
            sum.fight += moment.opinion.fight
            sum.aggression += moment.opinion.aggression
        }
        opinion =
            said.isEmpty
            ? nil
            : FightOpinion(
                fight: sum.fight / said.count, aggression: sum.aggression / said.count)
    }

    private func ask() {
        let isAsked =
            max(treesScores.fight, treesScores.aggression) >= Self.askMin
            || wantedAgo >= Self.askAnyway
        guard isAsked else { return }
        wantsOpinion = true
        wantedAgo = .zero
    }

    private func average(_ newest: Moment) {
        let oldest = clock.now - Self.meanSpan
        moments.removeAll { $0.at <= oldest }
        moments.append(newest)
        var (fight, aggression) = (0, 0)
        for moment in moments {
            fight += Int(moment.fight.rawValue)
            aggression += Int(moment.aggression.rawValue)
        }
        score = Q15(rawValue: Int16(fight / moments.count))
        aggressionScore = Q15(rawValue: Int16(aggression / moments.count))
        // A fight is aggression, whatever its own trees say.
        if score >= Self.fightMin { aggressionScore = max(score, aggressionScore) }
    }
}
