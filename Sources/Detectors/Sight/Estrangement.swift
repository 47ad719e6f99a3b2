import Frames

/// For how long the view has not been the learned one, and when it is taken for the scene: nothing
/// stays blind for ever that has something to show.
///
/// | the view | is learned anew after |
/// |---|---|
/// | changed, and nobody is accused: a new banner, a lorry, a hall that filled | 60 s |
/// | the same, but hardly anything in it has contrast: fog, snow | 10 min |
/// | turned away, or dazzled: somebody has been there by then | 10 min |
/// | covered, partly covered, sprayed, defocused | 1 h |
///
/// Accusations that take turns count as one. A lens that is covered all the same is found so in the
/// new scene, for it has no outlines; a black one is dark, and nothing is learned in the dark.
/// A frozen picture, a strobe and darkness end by themselves.
struct Estrangement {
    private var lasted = Interval.zero
    /// Since anybody was accused.
    private var unaccused = Interval.zero

    private static let accept = Interval.seconds(60)
    private static let acceptLater = Interval.seconds(600)
    private static let acceptLast = Interval.seconds(3_600)

    /// - Parameters:
    ///   - isStrange: in this frame the view is lit, and too changed to be learned.
    ///   - accused: of what kind of tampering.
    /// - Returns: whether the view is to be learned anew; the time then begins again.
    mutating func isOver(
        _ view: ViewSummary, isStrange: Bool, accused: Sighting.Kind?, _ elapsed: Interval
    ) -> Bool {
        guard isStrange else {
            self = Estrangement()
            return false
        }
        lasted = min(lasted + elapsed, Self.acceptLast)
        unaccused = accused == nil ? min(unaccused + elapsed, Self.acceptLater) : .zero
        let isPlain = view.featureless * 2 > view.visible
        let isMilder = accused == .turned || accused == .glare
        guard
            unaccused >= (isPlain ? Self.acceptLater : Self.accept)
                || isMilder && lasted >= Self.acceptLater || lasted >= Self.acceptLast
        else { return false }
        self = Estrangement()
        return true
    }
}
