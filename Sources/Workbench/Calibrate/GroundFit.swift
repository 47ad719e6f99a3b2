import Detectors

/// The floor, from how high one person looked wherever he walked.
///
/// His height in the picture is taken for a straight line over the row of his feet, as
/// `GroundPlane` takes it. The line goes through the medians of all pairs; what lies far from it (a
/// bow, feet behind a table) is left out, and the rest is fitted once more.
///
/// - Units: rows and heights in thousandths of the picture's height.
/// - Error: stands up to 29 % of samples that are wrong altogether.
/// - Source: Theil, 1950; Sen, "Estimates of the regression coefficient based on Kendall's tau",
///   JASA 63, 1968.
struct GroundFit: Hashable, Sendable {
    /// Somebody upright, in one look.
    struct Sample: Hashable, Sendable {
        var footRow: Int
        var height: Int
    }

    /// Why there is no floor to be had from what was seen.
    enum Refusal: Error, Hashable, CustomStringConvertible {
        case nobody(lookCount: Int)
        case several(lookCount: Int, of: Int)
        case tooFew(count: Int)
        case tooNear(from: Int, to: Int)
        case noPerspective(near: Int, far: Int)
        case scattered(perMille: Int)
        case impossible(GroundPlane.Fault)

        var description: String {
            switch self {
            case .nobody(let count):
                "ground: look for a person: nobody was seen upright and whole in \(count) looks: "
                    + "one person walks where the camera sees him from head to feet"
            case .several(let count, let whole):
                "ground: follow one person: two or more were seen in \(count) of the \(whole) "
                    + "looks that saw anybody: only one may be in the picture; send others away"
            case .tooFew(let count):
                "ground: fit: \(count) places are too few, \(sampleCountMin) are needed: walk on "
                    + "for longer, upright, with head and feet in the picture"
            case .tooNear(let from, let to):
                "ground: fit: did not walk far enough: feet from row \(from) to row \(to), and "
                    + "\(spanMin) rows are needed: walk up to the camera and far away from it"
            case .noPerspective(let near, let far):
                "ground: fit: looks \(near) high when near and \(far) when far: near must be "
                    + "larger by a twentieth; a camera that looks straight down needs four marks"
            case .scattered(let perMille):
                "ground: fit: half of the heights are off by more than \(perMille) thousandths, "
                    + "and \(errorMax) are allowed: was he hidden, did he bend, or stand on stairs?"
            case .impossible(let fault): "\(fault)"
            }
        }
    }

    /// Of the person, at both ends of the rows that were covered.
    let near: GroundPlane.Figure
    let far: GroundPlane.Figure
    /// By how much heights are off in the middle, and at nine in ten; thousandths of them.
    let errorPerMille: Int
    let worstPerMille: Int
    /// Of the samples, …
    let count: Int
    /// … so many lie near the line.
    let keptCount: Int
    /// Where people would have no height: the horizon. Rows may lie above the picture.
    let horizonRow: Int
    /// How high the camera hangs, if it looks level.
    let cameraMillimetres: Int

    static let sampleCountMin = 12
    /// Rows that feet must have covered.
    static let spanMin = 150
    static let errorMax = 80
    /// Kept of each ten rows: who stands for long counts no more than who walks by.
    private static let binCountMax = 6
    private static let binRows = 10

    /// - Parameter millimetres: how tall the person is.
    init(_ samples: [Sample], millimetres: Int) throws(Refusal) {
        let chosen = Self.thinned(samples)
        guard chosen.count >= Self.sampleCountMin else { throw .tooFew(count: chosen.count) }
        let (least, most) = Self.span(chosen)
        guard most - least >= Self.spanMin else { throw .tooNear(from: least, to: most) }
        let first = Line(chosen)
        let off = chosen.map { first.offPerMille($0) }.sorted()
        let limit = max(3 * off[off.count / 2], 60)
        let kept = chosen.filter { first.offPerMille($0) <= limit }
        let line = Line(kept)
        let errors = kept.map { line.offPerMille($0) }.sorted()
        errorPerMille = errors[errors.count / 2]
        worstPerMille = errors[errors.count * 9 / 10]
        guard errorPerMille <= Self.errorMax else { throw .scattered(perMille: errorPerMille) }
        let (from, to) = Self.span(kept)
        guard to - from >= Self.spanMin else { throw .tooNear(from: from, to: to) }
        near = GroundPlane.Figure(
            footRow: to, height: line.height(at: to), millimetres: millimetres)
        far = GroundPlane.Figure(
            footRow: from, height: line.height(at: from), millimetres: millimetres)
        guard line.slope > 0, near.height * 20 >= far.height * 21 else {
            throw .noPerspective(near: near.height, far: far.height)
        }
        do throws(GroundPlane.Fault) {
            // The shape does not matter for whether there is one.
            _ = try GroundPlane(near, far, width: 4, height: 3)
        } catch {
            throw .impossible(error)
        }
        (count, keptCount) = (chosen.count, kept.count)
        horizonRow = -line.intercept / line.slope
        cameraMillimetres = (millimetres << 16) / line.slope
    }

    /// A height over rows, both times 2¹⁶.
    private struct Line {
        let slope: Int
        let intercept: Int

        /// Cannot overflow: rows and heights are below 2¹⁰.
        init(_ samples: [Sample]) {
            var slopes: [Int] = []
            for (index, one) in samples.enumerated() {
                for other in samples[..<index] where abs(one.footRow - other.footRow) >= 30 {
                    slopes.append(
                        ((one.height - other.height) << 16) / (one.footRow - other.footRow))
                }
            }
            slopes.sort()
            let slope = slopes.isEmpty ? 0 : slopes[slopes.count / 2]
            let starts = samples.map { ($0.height << 16) - slope * $0.footRow }.sorted()
            self.slope = slope
            intercept = starts.isEmpty ? 0 : starts[starts.count / 2]
        }

        func height(at row: Int) -> Int { (slope * row + intercept + (1 << 15)) >> 16 }

        func offPerMille(_ sample: Sample) -> Int {
            let expected = max(height(at: sample.footRow), 1)
            return abs(sample.height - expected) * 1000 / expected
        }
    }

    /// Evenly over time, at most `binCountMax` of each bin of rows; what no picture holds goes.
    private static func thinned(_ samples: [Sample]) -> [Sample] {
        var bins = [[Sample]](repeating: [], count: 1000 / binRows + 1)
        for sample in samples
        where (0...1000).contains(sample.footRow) && (20...1000).contains(sample.height) {
            bins[sample.footRow / binRows].append(sample)
        }
        return bins.flatMap { bin in
            let count = min(bin.count, binCountMax)
            return (0..<count).map { bin[$0 * bin.count / count] }
        }
    }

    /// Rows between which nine tenths of the feet were.
    private static func span(_ samples: [Sample]) -> (Int, Int) {
        let rows = samples.map(\.footRow).sorted()
        return (rows[rows.count / 20], rows[rows.count - 1 - rows.count / 20])
    }
}
