import Frames

/// Finds the learned scene again where the camera's aim gave way a little: a pole that sways or
/// settles, a bracket that was knocked against, a ceiling that trembles.
///
/// Where much of the scene is not recognised although the view stands still, it is looked for close
/// by, with a little roll or zoom. It counts only if the scene **is recognised** there: a hand,
/// paint or another view cannot pass for a shift. Then the learned scene follows, so that whoever
/// touches the camera is judged against it a moment later as before.
///
/// The scene may follow by `distanceMax` from where it was taken for usual and no farther: a camera
/// that is turned away step by step is found turned, not followed. What held for `settledAfter` is
/// usual.
///
/// - Units: pixels of the working picture of 160 × 120; one is two of a picture 320 wide.
/// - Cost: nothing while most is recognised; otherwise a search once or twice a second, of at most
///   225 × 1 872 pixels for the whole and 12 × 49 × 600 for the blocks.
final class AimMeter {
    /// The picture in the light in which the scene was learned, and how the scene moved in it, where
    /// `find` found it.
    let lit: Plane
    private(set) var field: AimField
    private let moved: Plane
    private let shifts: UnsafeMutableBufferPointer<RunningBackground.Shift>
    private let cells: UnsafeMutableBufferPointer<CellSums>
    private let states: UnsafeMutableBufferPointer<CellState>
    /// Of each block, from where the aim was last usual to where it is, and to where it may be.
    private var offsets = still
    private var candidate = still
    private var sinceSearch = longSpan
    private var sinceShift = Interval.zero
    private var noteLeft = Interval.zero
    private var isNoteDue = false

    private static let still = Array(
        repeating: RunningBackground.Shift(), count: AimField.blockCount)
    static let distanceMax = GlobalMotion.rangeMax
    /// Between searches: where half is lost and more, someone may be accused in a second.
    private static let shortSpan = Interval.milliseconds(500)
    private static let longSpan = Interval.seconds(1)
    private static let settledAfter = Interval.seconds(600)
    /// A shift of one pixel (0.6 % of the width), or one that swings back, is nobody's business; a
    /// note lasts long enough to become an incident.
    private static let noteMin = 2
    private static let noteAfter = Interval.seconds(2)
    private static let noteTime = Interval.seconds(3)
    private static let ramp = Ramp(none: 0, half: noteMin, full: distanceMax)

    init() {
        lit = Plane(width: CellGrid.width, height: CellGrid.height)
        moved = Plane(width: CellGrid.width, height: CellGrid.height)
        shifts = .allocate(capacity: CellGrid.count)
        shifts.initialize(repeating: RunningBackground.Shift())
        cells = .allocate(capacity: CellGrid.count)
        cells.initialize(repeating: CellSums())
        states = .allocate(capacity: CellGrid.count)
        states.initialize(repeating: .plain)
        field = AimField(cells: shifts)
    }

    deinit {
        shifts.deallocate()
        cells.deallocate()
        states.deallocate()
    }

    /// How far the aim has given way, for the technician; zero where nothing was noticed lately.
    var score: Q15 { noteLeft > .zero ? Self.ramp(Self.distance(offsets)) : .zero }

    /// The scene was forgotten: what is learned next is usual.
    func forget() {
        setOut()
        isNoteDue = false
    }

    private func setOut() {
        for index in offsets.indices { offsets[index] = RunningBackground.Shift() }
    }

    /// - Parameters:
    ///   - view: `picture` against the scene where it is supposed to be.
    ///   - light: what makes the picture look as it was learned.
    /// - Returns: whether the scene was found elsewhere, by `field`. The caller lets it follow.
    func find(
        _ view: ViewSummary, in picture: PlaneView, of scene: LearnedScene,
        hidden: UnsafeMutableBufferPointer<Bool>, light: RunningBackground.Light, isStill: Bool,
        elapsed: Interval
    ) -> Bool {
        sinceSearch = min(sinceSearch + elapsed, Self.longSpan)
        sinceShift = min(sinceShift + elapsed, Self.settledAfter)
        if sinceShift >= Self.settledAfter { setOut() }
        noteLeft = max(noteLeft - elapsed, .zero)
        if isNoteDue && sinceShift >= Self.noteAfter {
            (isNoteDue, noteLeft) = (false, Self.noteTime)
        }
        // Too much is lost to be learned.
        guard scene.isReady, isStill, view.isJudgeable,
            view.lostPerMille >= ViewSummary.learnedLostMax,
            sinceSearch >= (view.lostPerMille >= 500 ? Self.shortSpan : Self.longSpan)
        else { return false }
        sinceSearch = .zero
        relight(picture, light)
        field.find(lit.view, before: scene.picture.view)
        for index in candidate.indices { candidate[index] = offsets[index] }
        field.add(to: &candidate)
        guard field.isShifted, Self.distance(candidate) <= Self.distanceMax else { return false }
        // Of what is lost at least half must be found, and so much that it can be learned again.
        field.draw(scene.picture.view, into: moved)
        CellLikeness.measure(picture, against: moved.view, into: cells)
        let found = ViewReader.read(cells, sharp: scene.sharp, hidden: hidden, states: states)
        guard found.lost * 2 <= view.lost, found.lostPerMille < ViewSummary.learnedLostMax else {
            return false
        }
        swap(&offsets, &candidate)
        sinceShift = .zero
        isNoteDue = Self.distance(offsets) >= Self.noteMin
        return true
    }

    /// By how much a third of the blocks moved at least: guests move single ones.
    private static func distance(_ offsets: [RunningBackground.Shift]) -> Int {
        var distance = 0
        while true {
            var count = 0
            for offset in offsets where max(abs(offset.dx), abs(offset.dy)) > distance {
                count += 1
            }
            if count * 3 < offsets.count { return distance }
            distance += 1
        }
    }

    /// Cannot overflow: 255 · 65 535 + 2¹⁵ < 2²⁴.
    private func relight(_ picture: PlaneView, _ light: RunningBackground.Light) {
        let (gain, offset) = (Int32(light.gain), Int32(light.offset) + 128)
        for y in 0..<CellGrid.height {
            let (from, to) = (picture.row(y), lit.row(y))
            for x in 0..<CellGrid.width {
                let value = (Int32(from[x]) * gain + offset) >> 8
                to[x] = UInt8(truncatingIfNeeded: min(max(value, 0), 255))
            }
        }
    }
}
