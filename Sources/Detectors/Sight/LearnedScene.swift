import Frames

/// The scene as it usually is: the running background, its picture, and how sharp it is.
///
/// Learns fast for the first `firstLook`, then slowly, and only while the caller says that the
/// camera sees well: a hand over the lens is never learned.
final class LearnedScene {
    private(set) var background: RunningBackground
    /// Takes the background's place when the scene follows a camera that gave way.
    private var spare: RunningBackground
    /// The background as a picture, redrawn at every step of learning.
    let picture: Plane
    /// Mean Σ |Laplacian| of each cell; sixteenths of a code value.
    let sharp: UnsafeMutableBufferPointer<Int32>
    private let moved: UnsafeMutableBufferPointer<Int32>
    private(set) var isEmpty = true
    /// Time learned so far.
    private(set) var learnedFor = Interval.zero
    private var sinceStep = Interval.zero
    private var stepCount = 0

    /// Nothing is judged by a scene that was seen for less than this.
    static let firstLook = Interval.milliseconds(2_500)
    /// Steps while the scene is new, and later.
    private static let shortStep = Interval.milliseconds(100)
    private static let longStep = Interval.milliseconds(500)
    /// What is forgotten to 1/e in this time, by background and by foreground pixels.
    private static let memory = Interval.seconds(30)
    private static let foregroundMemory = Interval.seconds(300)

    var isReady: Bool { learnedFor >= Self.firstLook }

    init() {
        background = RunningBackground(width: CellGrid.width, height: CellGrid.height)
        spare = RunningBackground(width: CellGrid.width, height: CellGrid.height)
        picture = Plane(width: CellGrid.width, height: CellGrid.height)
        sharp = .allocate(capacity: CellGrid.count)
        sharp.initialize(repeating: 0)
        moved = .allocate(capacity: CellGrid.count)
        moved.initialize(repeating: 0)
    }

    deinit {
        sharp.deallocate()
        moved.deallocate()
    }

    /// Forgets everything; the next picture begins a new scene.
    func forget() {
        isEmpty = true
    }

    func begin(with luma: PlaneView, cells: UnsafeMutableBufferPointer<CellSums>) {
        background.begin(with: luma)
        background.draw(into: picture)
        (isEmpty, learnedFor, sinceStep, stepCount) = (false, .zero, .zero, 1)
        CellLikeness.measure(luma, against: picture.view, into: cells)
        for index in sharp.indices {
            sharp[index] = cells[index].laplacianSum << 4
        }
    }

    /// Takes the part of the scene where `part` is not 0 as it is in `luma`; the rest stays as it
    /// was learned.
    func begin(
        with luma: PlaneView, where part: PlaneView, cells: UnsafeMutableBufferPointer<CellSums>
    ) {
        background.begin(with: luma, where: part)
        background.draw(into: picture)
        CellLikeness.measure(luma, against: picture.view, into: cells)
        for index in CellGrid.cells(near: part) { sharp[index] = cells[index].laplacianSum << 4 }
    }

    /// Follows a camera that gave way. What comes into view is learned from `luma`.
    func follow(_ field: AimField, filling luma: PlaneView, within shown: PlaneView?) {
        spare.take(
            background, shifts: field.shifts, side: CellLikeness.side, filling: luma,
            within: shown)
        swap(&background, &spare)
        background.draw(into: picture)
        for index in sharp.indices { moved[index] = sharpness(index, field.shifts[index]) }
        for index in sharp.indices { sharp[index] = moved[index] }
    }

    /// Of the four cells that lie about the place where a cell was, each by its part of it.
    ///
    /// Cannot overflow: 1020 · 64 · 16 < 2²⁰, times 64 parts.
    private func sharpness(_ index: Int, _ shift: RunningBackground.Shift) -> Int32 {
        let side = CellLikeness.side
        let x = index % CellGrid.columns * side + Int(shift.dx)
        let y = index / CellGrid.columns * side + Int(shift.dy)
        let (left, top) = (x >> 3, y >> 3)
        let (right, below) = (x & 7, y & 7)
        func cell(_ column: Int, _ row: Int) -> Int {
            let column = min(max(column, 0), CellGrid.columns - 1)
            return Int(sharp[min(max(row, 0), CellGrid.rows - 1) * CellGrid.columns + column])
        }
        let near = cell(left, top) * (side - right) + cell(left + 1, top) * right
        let far = cell(left, top + 1) * (side - right) + cell(left + 1, top + 1) * right
        return Int32((near * (side - below) + far * below) / (side * side))
    }

    /// Finds what does not belong to the scene, and learns if it is time and `mayLearn`.
    ///
    /// - Returns: the number of pixels that do not belong to it.
    func absorb(
        _ luma: PlaneView, cells: UnsafeMutableBufferPointer<CellSums>,
        states: UnsafeMutableBufferPointer<CellState>, light: LightMeter,
        elapsed: Interval, mayLearn: Bool, within shown: PlaneView?, foreground: Plane
    ) -> Int {
        var learning = RunningBackground.Learning.frozen
        let isNew = !isReady
        if mayLearn {
            sinceStep = sinceStep + elapsed
            if sinceStep >= (isNew ? Self.shortStep : Self.longStep) {
                learning = rates(isNew)
                learnedFor = min(learnedFor + sinceStep, .seconds(3_600))
                sinceStep = .zero
            }
        }
        let compensation = isNew ? .unchanged : light.compensation
        let foreignCount = background.absorb(
            luma, light: compensation, sensitivity: Self.sensitivity(at: compensation),
            learning: learning, within: shown, foreground: foreground)
        guard learning != .frozen else { return foreignCount }
        // Light that has changed for long becomes the usual light, with each step a little: a third
        // in a minute.
        if compensation != .unchanged { background.relight(light.adaptation) }
        background.draw(into: picture)
        let rate = Int32(learning.rate.rawValue)
        for index in sharp.indices where isNew || states[index] == .seen || states[index] == .plain
        {
            // Cannot overflow: |distance| ≤ 65 280 · 16 < 2²⁰, halved to 2¹⁹ · rate < 2³⁴ in Int.
            let distance = Int(cells[index].laplacianSum << 4) - Int(sharp[index])
            sharp[index] += Int32((distance * Int(rate)) >> 15)
        }
        return foreignCount
    }

    /// 10 code values or 3 σ, and more where the sensor's noise is amplified with the picture: 16 in
    /// a quarter of the light.
    private static func sensitivity(at light: RunningBackground.Light)
        -> RunningBackground.Sensitivity
    {
        RunningBackground.Sensitivity(
            floor: Int16(4 * max(Int(light.gain), 640)), inverseDeviations: Q15(rawValue: 8_738),
            deviationMax: 20 << 8)
    }

    /// A plain mean of all steps at first, an exponential one later.
    private func rates(_ isNew: Bool) -> RunningBackground.Learning {
        stepCount = min(stepCount + 1, 1 << 20)
        if isNew {
            let rate = Q15.ratio(1, of: stepCount)
            return RunningBackground.Learning(rate: rate, foregroundRate: rate)
        }
        return RunningBackground.Learning(
            rate: .ratio(Int(sinceStep.milliseconds), of: Int(Self.memory.milliseconds)),
            foregroundRate: .ratio(
                Int(sinceStep.milliseconds), of: Int(Self.foregroundMemory.milliseconds)))
    }
}
