import Frames

/// What stops the camera from seeing: judged from the cells of the working picture against the
/// learned scene, from stillness and from flashing.
///
/// Of the kinds that mean tampering at most one is shown in a frame: the first that holds, in the
/// order of `tamperKinds`. Darkness, strobe and blindness are inability, not tampering, and are
/// shown beside. Where outlines are lost and yet most of the picture is as it was learned, it cannot
/// be told whether anybody did anything: `unclear`, in place of an accusation.
struct CameraHealth {
    static let tamperKinds: [Sighting.Kind] = [
        .glare, .defocused, .sprayed, .covered, .turned, .partlyCovered, .frozen
    ]

    private(set) var glare = Evidence()
    private(set) var defocused = Evidence()
    private(set) var sprayed = Evidence()
    private(set) var covered = Evidence()
    private(set) var turned = Evidence()
    private(set) var partlyCovered = Evidence()
    private(set) var frozen = Evidence()
    private(set) var dark = Evidence()
    private(set) var strobe = Evidence()
    private(set) var unclear = Evidence()

    /// Something with outlines was seen through this lens, so that a view without any is no sign of
    /// a lens that was covered before the start.
    private var hasSeenOutlines = false
    /// When most of the scene was last recognised, and whether the loss since then came fast, and
    /// left part of the scene in its usual light.
    private var sinceClear = Interval.zero
    private var lossTook: Interval?
    private var wasUneven = false

    /// Fog thickens over seconds; a hand or a spray can needs less.
    private static let fastLossMax = Interval.seconds(3)

    private static let glareRamp = Ramp(none: 100, half: 300, full: 600)
    private static let blurRamp = Ramp(none: 700, half: 500, full: 200)
    private static let coverRamp = Ramp(none: 600, half: 850, full: 950)
    private static let veilRamp = Ramp(none: 500, half: 750, full: 950)
    private static let turnRamp = Ramp(none: 400, half: 600, full: 800)
    private static let partRamp = Ramp(none: 300, half: 500, full: 700)
    private static let darkRamp = Ramp(none: 600, half: 800, full: 950)

    /// - Parameters:
    ///   - isReady: the scene was seen for long enough to judge by it.
    ///   - isStill: most cells are as bright as half a second ago.
    mutating func update(
        _ view: ViewSummary, isReady: Bool, isStill: Bool, frozenScore: Q15, strobeScore: Q15,
        clock: FrameClock
    ) {
        if clock.hasJumped { forgetTimes() }
        let elapsed = clock.elapsed
        strobe.update(strobeScore, elapsed: elapsed, needed: .milliseconds(500))
        if view.featureless * 100 < view.visible * 80 { hasSeenOutlines = true }
        let isBlack = view.darkPerMille >= 900
        let canJudge = isReady && view.isJudgeable
        if canJudge {
            followLoss(
                view, elapsed, isClear: view.lostPerMille < 150 && view.sharpness > 750,
                isLost: view.lostPerMille >= 500)
        } else if isReady {
            followLoss(
                view, elapsed, isClear: view.foreignPerMille < 150,
                isLost: view.isForeign(isAccused: false))
        }
        let scores =
            canJudge
            ? judge(view, isStill: isStill, isBlack: isBlack)
            : blank(view, isReady: isReady, isStill: isStill)
        glare.update(scores.glare, elapsed: elapsed, needed: .milliseconds(300))
        defocused.update(scores.defocused, elapsed: elapsed, needed: .seconds(1))
        sprayed.update(scores.sprayed, elapsed: elapsed, needed: .milliseconds(500))
        covered.update(
            scores.covered, elapsed: elapsed,
            needed: canJudge ? .milliseconds(500) : .seconds(5))
        turned.update(scores.turned, elapsed: elapsed, needed: .seconds(1))
        partlyCovered.update(scores.partlyCovered, elapsed: elapsed, needed: .seconds(1))
        // Guests walk on within seconds.
        unclear.update(scores.unclear, elapsed: elapsed, needed: .seconds(5))
        dark.update(Self.darkRamp(view.blackPerMille), elapsed: elapsed, needed: .seconds(2))
        let isStrange =
            scores.strongest >= Evidence.leave || dark.score >= Evidence.enter || tamper != nil
        frozen.update(
            isStrange && !frozen.isSure ? .zero : frozenScore, elapsed: elapsed, needed: .zero)
    }

    /// The kind of tampering that this frame shows.
    var tamper: (kind: Sighting.Kind, score: Q15)? {
        for kind in Self.tamperKinds {
            let evidence = self[kind]
            if evidence.isShown { return (kind, evidence.score) }
        }
        return nil
    }

    subscript(kind: Sighting.Kind) -> Evidence {
        switch kind {
        case .glare: glare
        case .defocused: defocused
        case .sprayed: sprayed
        case .covered: covered
        case .turned: turned
        case .partlyCovered: partlyCovered
        case .frozen: frozen
        case .dark: dark
        case .strobe: strobe
        case .viewChanged: unclear
        default: Evidence()
        }
    }

    private struct Scores {
        var glare = Q15.zero
        var defocused = Q15.zero
        var sprayed = Q15.zero
        var covered = Q15.zero
        var turned = Q15.zero
        var partlyCovered = Q15.zero
        var unclear = Q15.zero

        var strongest: Q15 { max(max(glare, defocused), max(ofLoss, unclear)) }

        /// Of the kinds that take outlines away.
        var ofLoss: Q15 { max(max(sprayed, covered), max(turned, partlyCovered)) }
    }

    private func judge(_ view: ViewSummary, isStill: Bool, isBlack: Bool) -> Scores {
        var scores = Scores()
        scores.glare = Self.glareRamp(view.saturatedPerMille)
        if scores.glare >= Evidence.leave { return scores }
        // The coarse picture is still there, in its own light, but no fine detail.
        let isCoarseSeen =
            view.correlationSquaredPerMille >= 640
            && view.gainPerMille * 1024 >= 500 * view.lightQ10
        if isCoarseSeen { scores.defocused = Self.blurRamp(view.sharpness) }
        if scores.defocused >= Evidence.leave { return scores }
        let isFast = lossTook.map { $0 <= Self.fastLossMax } ?? true
        guard isFast else { return scores }
        accuse(view, isStill: isStill, isBlack: isBlack, &scores)
        let isAccused =
            sprayed.isSure || covered.isSure || turned.isSure || partlyCovered.isSure
        // In the dark no pixel can leave the scene by much. What turned black while part of it stood
        // in its usual light was no lamp.
        let isBlackedOut = isBlack && wasUneven
        if !isBlackedOut && !view.isForeign(isAccused: isAccused) {
            scores.unclear = scores.ofLoss
            (scores.sprayed, scores.covered) = (.zero, .zero)
            (scores.turned, scores.partlyCovered) = (.zero, .zero)
        }
        return scores
    }

    /// Who took the outlines, if anybody did.
    private func accuse(
        _ view: ViewSummary, isStill: Bool, isBlack: Bool, _ scores: inout Scores
    ) {
        // What is black may be a blackout, unless part of the scene stood in its usual light.
        let isOcclusion = !isBlack || wasUneven
        if isOcclusion && view.flatPerMille >= 500 {
            if view.correlationSquaredPerMille >= 360 && view.gainPerMille >= 25 {
                scores.sprayed = Self.veilRamp(view.flatPerMille)
            } else {
                scores.covered = Self.coverRamp(view.flatPerMille)
            }
        }
        // Beside `covered` and `sprayed`, which go before: where a lens is just about wholly
        // covered, one of the two holds in every frame.
        guard isStill else { return }
        if view.replaced * 5 >= view.lost {
            scores.turned = Self.turnRamp(view.lostPerMille)
        } else if view.isUneven || view.darkPerMille < 300 {
            // Lamps that go down over part of a room leave black, and nothing in its usual light
            // but what shines itself.
            scores.partlyCovered = Self.partRamp(view.flatPerMille)
        }
    }

    /// Nothing to recognise: a lens that was covered before the camera started shows no contrast
    /// anywhere, in any light. Where guests were seen since, it is an empty floor; one that is not
    /// as it was, pixel by pixel, is covered now, and one that is only in another light may be.
    ///
    /// Where outlines stand all over a floor that had none, and came within seconds, the camera
    /// looks elsewhere; a floor that fills with guests needs longer, and they move.
    private func blank(_ view: ViewSummary, isReady: Bool, isStill: Bool) -> Scores {
        var scores = Scores()
        let isFast = lossTook.map { $0 <= Self.fastLossMax } ?? false
        // Lamps show outlines, too, where it was dim.
        let isDimBefore = view.meanQ4 > 2 * view.learnedMeanQ4
        if isReady && isStill && isFast && !isDimBefore
            && view.isForeign(isAccused: turned.isSure)
        {
            scores.turned = Self.turnRamp(
                ViewSummary.perMille(view.lost + view.novel, of: view.visible))
        }
        if isReady && view.darkPerMille < 500 && view.visible > 0
            && view.featureless * 100 >= view.visible * 95
        {
            if !hasSeenOutlines || view.isForeign(isAccused: covered.isSure) {
                scores.covered = .perMille(600)
            } else if !view.isUsuallyBright {
                scores.unclear = .perMille(600)
            }
        }
        return scores
    }

    private mutating func followLoss(
        _ view: ViewSummary, _ elapsed: Interval, isClear: Bool, isLost: Bool
    ) {
        if isClear {
            (sinceClear, lossTook, wasUneven) = (.zero, nil, false)
            return
        }
        sinceClear = min(sinceClear + elapsed, .seconds(3_600))
        if view.lostPerMille >= 150 && view.isUneven { wasUneven = true }
        if lossTook == nil && isLost { lossTook = sinceClear }
    }

    /// The scene is learned anew through a lens that may be covered.
    mutating func relearn() {
        hasSeenOutlines = false
    }

    private mutating func forgetTimes() {
        unclear.forget()
        glare.forget()
        defocused.forget()
        sprayed.forget()
        covered.forget()
        turned.forget()
        partlyCovered.forget()
        frozen.forget()
        dark.forget()
        strobe.forget()
    }
}
