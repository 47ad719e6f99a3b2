import Frames

/// The cells of one frame, counted: how much of the learned scene can be recognised.
struct ViewSummary {
    /// Cells outside privacy masks.
    var visible = 0
    /// Of those, cells whose learned outlines are strong enough to be recognised.
    var textured = 0
    /// Of the textured: outlines gone and nothing instead; gone and something else instead.
    var flat = 0
    var replaced = 0
    /// Of those that are not textured: outlines have come.
    var novel = 0
    /// Of the visible: white and was not; nearly black; without any contrast; both.
    var saturated = 0
    var dark = 0
    var featureless = 0
    var black = 0
    /// Of the textured: nearly black and without any contrast.
    var blackTextured = 0
    /// Textured cells that are recognised in usual light and were not among the brighter half:
    /// a lamp or a screen that shines on in a dark room does not count.
    var seenInUsualLight = 0

    /// Light now relative to learned light, Q10, over textured cells; at most 1.
    var lightQ10 = 1024
    /// Sharpness relative to the learned one, in the light there is; per mille.
    var sharpness = 1000
    /// The coarse picture (one value for each cell) against the learned one.
    var correlationSquaredPerMille = 1000
    var gainPerMille = 1000
    /// Mean of the visible cells; code values × 16.
    var meanQ4 = 0
    /// The same of the learned scene.
    var learnedMeanQ4 = 0
    /// Pixels that leave the learned scene, in the light there is, of those that may be looked at;
    /// per mille. Of the frame before: found after the health of a frame is known.
    var foreignPerMille = 0

    var lost: Int { flat + replaced }
    var lostPerMille: Int { Self.perMille(lost, of: textured) }
    var flatPerMille: Int { Self.perMille(flat, of: textured) }
    var saturatedPerMille: Int { Self.perMille(saturated, of: visible) }
    var darkPerMille: Int { Self.perMille(dark, of: visible) }
    /// How much of what could be recognised is lost in darkness. A dim room in which outlines are
    /// still seen is not dark.
    var blackPerMille: Int {
        isJudgeable ? Self.perMille(blackTextured, of: textured) : Self.perMille(black, of: visible)
    }

    /// Enough outlines to judge by.
    var isJudgeable: Bool { textured * 100 >= visible * Self.texturedMinPercent && textured > 0 }
    static let texturedMinPercent = 4

    /// Whether most of the picture is something else than was learned, so that somebody can be
    /// accused of it.
    ///
    /// Outlines alone do not tell: on a white floor, on snow or sand it is the guests who have
    /// them, and guests walk away. There the floor between them stays as it was. Where contrast is
    /// too faint for pixels, outlines lost over two thirds of the whole picture will do: a floor has
    /// none to lose.
    ///
    /// - Parameter isAccused: somebody is already, and less will do.
    func isForeign(isAccused: Bool) -> Bool {
        foreignPerMille * 4 >= foreignMin * (isAccused ? 3 : 4)
            || Self.perMille(lost, of: visible) >= (isAccused ? 500 : 650)
    }

    /// From which share of foreign pixels on the view is another; per mille. In little light fewer
    /// pixels of another view differ by more than noise does.
    ///
    /// Measured on footage, in its own light (about 90 code values above black) and darkened, where
    /// most outlines were lost: cameras that nobody touched, with people before plain ground; the
    /// same places from elsewhere; drawn tampering.
    ///
    /// | code values above black | untouched, at most | elsewhere, at least | tampered, at least | limit |
    /// |---|---|---|---|---|
    /// | 70 and more | 317 | 444 | 504 | 400 |
    /// | 40 … 65 | 216 | – | 512 | 280 … 380 |
    /// | 20 … 35 | 174 | – | 393 | 200 … 260 |
    /// | 10 | 129 | – | 196 | 160 |
    var foreignMin: Int { min(120 + 4 * max(learnedMeanQ4 / 16 - 16, 0), 400) }

    /// A view that has lost so much, per mille, is not learned.
    static let learnedLostMax = 350

    /// As bright as it was learned, within a fifth.
    var isUsuallyBright: Bool { abs(meanQ4 - learnedMeanQ4) * 5 <= learnedMeanQ4 }

    /// Part of the scene stands in its usual light, so that a black rest is no blackout.
    var isUneven: Bool { seenInUsualLight * 100 >= textured * 4 && seenInUsualLight > 0 }

    static func perMille(_ part: Int, of whole: Int) -> Int {
        whole > 0 ? part * 1000 / whole : 0
    }
}

/// Sorts the cells of a frame into `CellState`s.
///
/// A cell's learned outlines are recognised by their covariance with the picture, as a share of
/// their own variance and of the light: 1 is the scene as learned in whatever light, 0 something
/// else. Lamps that go down take variance and light away together and leave the share; a hand,
/// paint or another view takes the outlines and leaves the light.
struct ViewReader {
    /// A cell whose learned standard deviation is below 5 code values is plain.
    private static let texturedScatterMin = 24 * 4096
    /// A cell whose standard deviation is below 2 code values shows nothing.
    private static let flatScatterMax = 4 * 4096
    /// Noise with a standard deviation of more than 8 code values is not taken for noise.
    private static let noiseScatterMax = 64 * 4096
    /// Less than this share of the learned outlines is lost.
    private static let lostPercent = 35
    /// Less than this share of the learned variance, in the light there is, is flat.
    private static let flatPercent = 15
    /// Video black; a camera that uses the full range only gives more margin.
    private static let black = 16 * 64
    private static let darkMax: Int32 = 32 * 64
    private static let saturatedMin: Int32 = 228 * 64
    private static let saturatedBeforeMax: Int32 = 212 * 64

    /// Cannot overflow: scatters are below 2²⁸, times 2²⁰ · 100 below 2⁵⁵; sums over 300 cells of
    /// products of two sums below 300 · 2²⁸ < 2³⁷, times 300 below 2⁴⁶, times 1000 below 2⁵⁶.
    static func read(
        _ cells: UnsafeMutableBufferPointer<CellSums>, sharp: UnsafeMutableBufferPointer<Int32>,
        hidden: UnsafeMutableBufferPointer<Bool>, states: UnsafeMutableBufferPointer<CellState>
    ) -> ViewSummary {
        var view = ViewSummary()
        var (sum, referenceSum, squares, referenceSquares, products) = (0, 0, 0, 0, 0)
        for index in cells.indices where !hidden[index] {
            let (now, before) = (Int(cells[index].sum), Int(cells[index].referenceSum))
            view.visible += 1
            sum += now
            referenceSum += before
            squares += now * now
            referenceSquares += before * before
            products += now * before
        }
        guard view.visible > 0 else { return view }
        let referenceMean = referenceSum / view.visible
        var (light, referenceLight, detail, referenceDetail) = (0, 0, 0, 0)
        for index in cells.indices {
            guard !hidden[index] else {
                states[index] = .hidden
                continue
            }
            let cell = cells[index]
            let (now, before) = (aboveBlack(cell.sum), aboveBlack(cell.referenceSum))
            let lightQ10 = min(max(now * 1024 / before, 51), 1024)
            let (scatter, learned) = (cell.scatter, cell.referenceScatter)
            let isDark = cell.sum < darkMax
            let isFeatureless = scatter < flatScatterMax || isNoise(cell, scatter)
            view.dark += isDark ? 1 : 0
            view.featureless += isFeatureless ? 1 : 0
            view.black += isDark && isFeatureless ? 1 : 0
            let isSaturated = cell.sum >= saturatedMin && cell.referenceSum < saturatedBeforeMax
            view.saturated += isSaturated ? 1 : 0
            states[index] = isSaturated ? .saturated : .plain
            guard learned >= texturedScatterMin else {
                view.novel += scatter >= texturedScatterMin ? 1 : 0
                continue
            }
            view.textured += 1
            view.blackTextured += isDark && isFeatureless ? 1 : 0
            light += now
            referenceLight += before
            detail += Int(cell.laplacianSum)
            referenceDetail += Int(sharp[index])
            if cell.coscatter * 1024 * 100 >= lostPercent * learned * lightQ10 {
                if !isSaturated { states[index] = .seen }
                let isUsual = lightQ10 >= 614 && Int(cell.referenceSum) <= referenceMean
                view.seenInUsualLight += isUsual ? 1 : 0
            } else {
                let isFlat =
                    isFeatureless
                    || (scatter * 100) << 20 < flatPercent * learned * lightQ10 * lightQ10
                view.flat += isFlat ? 1 : 0
                view.replaced += isFlat ? 0 : 1
                if !isSaturated { states[index] = isFlat ? .flat : .replaced }
            }
        }
        if view.textured > 0 {
            view.lightQ10 = min(max(light * 1024 / max(referenceLight, 1), 51), 1024)
            view.sharpness = min(
                detail * 1024 * 16 / max(referenceDetail, 1) * 1000 / view.lightQ10, 100_000)
        }
        let count = view.visible
        let scatter = count * squares - sum * sum
        let learned = max(count * referenceSquares - referenceSum * referenceSum, 1)
        let coscatter = count * products - sum * referenceSum
        // Both in units of a thousandth first, so that the square of the covariance fits.
        let (root, other) = (coscatter >> 16, max((scatter >> 16) * (learned >> 16), 1))
        view.correlationSquaredPerMille =
            coscatter > 0 ? min(root * root / max(other / 1000, 1), 1000) : 0
        view.gainPerMille = min(max(coscatter / max(learned / 1000, 1), -10_000), 10_000)
        view.meanQ4 = sum * 16 / (count * CellGrid.pixelsPerCell)
        view.learnedMeanQ4 = referenceSum * 16 / (count * CellGrid.pixelsPerCell)
        return view
    }

    /// Faint and as rough as white noise, whose mean |Laplacian| is 3.6 σ: a sensor that looks into
    /// a hand. Outlines of things are smoother, one σ or so.
    ///
    /// Cannot overflow: the Laplacian's sum squared is below 2³².
    private static func isNoise(_ cell: CellSums, _ scatter: Int) -> Bool {
        let rough = Int(cell.laplacianSum) * Int(cell.laplacianSum)
        return scatter < noiseScatterMax && rough >= 7 * scatter
    }

    /// Code values above black, with a little added so that black itself can be divided by.
    private static func aboveBlack(_ sum: Int32) -> Int { max(Int(sum) - black, 0) + 256 }
}
