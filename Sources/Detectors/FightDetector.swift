import Frames
import Models

/// How much the last two seconds look like a fight, and where.
///
///     frame ─▶ every 100 ms: 320 × 240 ─▶ shake taken out ─▶ vectors, change ─▶ one step
///     steps of 2 s ─▶ busiest region ─▶ numbers inside it ─▶ boosted trees ─▶ score
///
/// Pure and integer-only. It works on time: frames at 8 to 30 per second score alike, and after a
/// step back in time or a gap of more than 2.5 s it begins anew.
///
/// - Cost: one search of ± 5 pixels in blocks that change, about 20 000 additions for the region, and
///   one pass over its vectors. All memory, under 1 MB, is taken when it is made; `update` allocates
///   nothing.
/// - Source: `Sources/Models/fights/card.md` says what it was trained on and how well it does.
public final class FightDetector {
    /// 0 until enough was seen, and while nothing moves.
    public private(set) var score = Q15.zero
    /// Where the picture is busiest.
    public private(set) var region = Region.whole
    /// When the score last changed, or could have.
    public private(set) var decidedAt: Instant?
    /// From the first picture that entered the score to the last.
    public private(set) var span = Interval.zero
    /// What the score came from, by `FightNumber`; of the last decision that measured anything.
    public var numbers: UnsafeBufferPointer<Int16> { UnsafeBufferPointer(meter.numbers) }
    /// The numbers are those of the score: something moved.
    public private(set) var isMeasured = false

    /// Two or more people, to a degree that somebody must step in.
    public static let fightMin = Q15.perMille(FightModel.fightPerMille)
    /// Less certain evidence of the same kind: shoving, chasing, a fight's first second.
    public static let aggressionMin = Q15.perMille(FightModel.aggressionPerMille)

    /// Pictures are taken this far apart at the least: 100 ms, less what a camera's clock jitters.
    static let pace = Interval.milliseconds(85)
    /// Two pictures further apart say nothing about motion.
    static let paceMax = Interval.milliseconds(300)
    static let window = Interval.milliseconds(2_020)
    public static let windowMin = Interval.milliseconds(1_450)
    /// Fewer blocks than this that move, over the whole window, are noise.
    static let movingMin = 12

    private let resize: BoxResize
    private var now: Plane
    private var before: Plane
    private let steady: Plane
    private let motion: BlockMotion
    private let meter = FightMeter()
    private let trees = BoostedTrees(FightModel.trees, count: FightModel.treeCount)
    private var clock = FrameClock()
    private var takenAt: Instant?
    /// Oldest first; only the last `stepCount` hold something.
    private var steps: [FightStep]
    private var stepCount = 0

    /// - Parameters: the size of every frame to come, in pixels: one that
    ///   `DetectorBank.accepts(width:height:)`.
    public init(width: Int, height: Int) {
        precondition(
            DetectorBank.accepts(width: width, height: height), "checked when a camera opens")
        resize = BoxResize(
            fromWidth: width, fromHeight: height, toWidth: FightGrid.width,
            toHeight: FightGrid.height)
        now = Plane(width: FightGrid.width, height: FightGrid.height)
        before = Plane(width: FightGrid.width, height: FightGrid.height)
        steady = Plane(width: FightGrid.width, height: FightGrid.height)
        motion = BlockMotion(
            width: FightGrid.width, height: FightGrid.height, range: FightGrid.range,
            step: FightGrid.step, stillDifferenceMax: FightGrid.stillDifferenceMax)
        steps = (0..<FightGrid.stepCountMax).map { _ in FightStep() }
    }

    /// - Returns: whether this frame was taken and decided upon; most frames are passed over.
    @discardableResult
    public func update(_ luma: PlaneView, at capturedAt: Instant) -> Bool {
        clock.advance(to: capturedAt)
        if clock.hasJumped { forget() }
        if let takenAt, clock.now - takenAt < Self.pace { return false }
        swap(&now, &before)
        resize.resize(luma, into: now)
        if let takenAt, clock.now - takenAt <= Self.paceMax { addStep(since: takenAt) }
        takenAt = clock.now
        dropOldSteps()
        decide()
        return true
    }

    private func forget() {
        takenAt = nil
        stepCount = 0
        score = .zero
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

    private func decide() {
        decidedAt = clock.now
        (score, region, isMeasured) = (.zero, .whole, false)
        guard stepCount > 0 else {
            span = .zero
            return
        }
        let held = steps[(steps.count - stepCount)...]
        span = clock.now - (held.first?.start ?? clock.now)
        var moving = 0
        for step in held {
            moving += step.movingCount
        }
        guard span >= Self.windowMin, moving >= Self.movingMin else { return }
        meter.measure(held)
        isMeasured = true
        region = meter.region.region
        score = trees.score(numbers)
    }
}
