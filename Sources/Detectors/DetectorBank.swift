import Frames

/// Every detector of one camera: a frame goes in, sightings come out.
///
///     frame ─▶ working picture ─▶ cells against the learned scene ─▶ health ─▶ tamper, dark, blind
///        │            └─▶ background ─▶ foreground ─▶ regions ─▶ presence
///        ├─▶ steps of motion ─▶ fight, aggression
///        └─▶ sampled rows ─▶ stillness
///
/// Pure and integer-only: the same frames and settings give the same sightings on every machine.
/// All memory is taken when the bank is made; `decide` allocates nothing once `sightings` has
/// grown to what a frame needs.
public final class DetectorBank {
    public let width: Int
    public let height: Int
    public let settings: DetectorSettings
    /// What the last frame scored, sighting or not.
    public private(set) var scores = DetectorScores()

    /// The smallest picture that is judged.
    public static let widthMin = 64
    public static let heightMin = 48

    /// Whether a bank can be made for pictures of this size.
    public static func accepts(width: Int, height: Int) -> Bool {
        width >= widthMin && height >= heightMin && width <= Plane.sideMax
            && height <= Plane.sideMax
    }

    /// The cells of the last frame, counted.
    private(set) var view = ViewSummary()

    private let map: ZoneMap
    private let resize: BoxResize
    private let picture: Plane
    private let foreground: Plane
    private let scene: LearnedScene
    private let rows: SampledRows
    private let cells: UnsafeMutableBufferPointer<CellSums>
    private let states: UnsafeMutableBufferPointer<CellState>
    private let bins: UnsafeMutableBufferPointer<Int32>
    /// What the last frame scored as a fight; nil where the detector passed it over.
    public private(set) var newFightScore: Q15?
    private let presence: PresenceDetector
    private let fights: FightDetector
    private let stillness: StillnessMeter
    private let blindness: BlindnessDetector
    private var clock = FrameClock()
    private var light = LightMeter()
    private var freeze = FreezeDetector()
    private var strobe = StrobeDetector()
    private var health = CameraHealth()
    /// How long the view was too changed to be learned, and yet no tampering was seen.
    private var estrangedFor = Interval.zero
    /// How long the light did not jump.
    private var steadyFor = Interval.zero
    /// A fight is not judged for this long after the light jumped: what moved then moved in light.
    private static let steadyMin = Interval.milliseconds(1_200)

    /// A view that is neither the learned one nor tampered with is accepted after this time, one
    /// that was turned away after the longer one: somebody has been there by then.
    private static let acceptAfter = Interval.seconds(60)
    private static let acceptTurnedAfter = Interval.seconds(600)

    /// - Parameters: the size of every frame to come, in pixels: one that `accepts(width:height:)`.
    public init(width: Int, height: Int, settings: DetectorSettings) {
        precondition(Self.accepts(width: width, height: height), "checked when a camera opens")
        self.width = width
        self.height = height
        self.settings = settings
        map = ZoneMap(settings)
        resize = BoxResize(
            fromWidth: width, fromHeight: height, toWidth: CellGrid.width,
            toHeight: CellGrid.height)
        picture = Plane(width: CellGrid.width, height: CellGrid.height)
        foreground = Plane(width: CellGrid.width, height: CellGrid.height)
        scene = LearnedScene()
        rows = SampledRows(width: width, height: height, hidden: settings.privacyMasks)
        cells = .allocate(capacity: CellGrid.count)
        cells.initialize(repeating: CellSums())
        states = .allocate(capacity: CellGrid.count)
        states.initialize(repeating: .plain)
        bins = .allocate(capacity: LightReading.binCount)
        bins.initialize(repeating: 0)
        fights = FightDetector(
            width: width, height: height, privacyMasks: settings.privacyMasks)
        presence = PresenceDetector(zoneCount: map.zones.count)
        stillness = StillnessMeter()
        blindness = BlindnessDetector(zoneCount: map.zones.count)
    }

    deinit {
        cells.deallocate()
        states.deallocate()
        bins.deallocate()
    }

    /// Forgets the learned scene: after the camera was moved on purpose.
    public func relearn() {
        scene.forget()
    }

    /// Replaces the contents of `sightings` with what is seen in `frame`.
    ///
    /// Frames come in order of `capturedAt`, at 2 to 60 per second; decisions depend on the times,
    /// not on the number of frames. After a step back in time or a gap of more than 2.5 s nothing
    /// that was counted before holds any more, but the learned scene does.
    public func decide(_ frame: Frame, into sightings: inout [Sighting]) {
        precondition(
            frame.width == width && frame.height == height, "a bank is made for one size")
        sightings.removeAll(keepingCapacity: true)
        clock.advance(to: frame.capturedAt)
        resize.resize(frame.luma.view, into: picture)
        if map.isMasked { mask() }
        if scene.isEmpty { scene.begin(with: picture.view, cells: cells) }
        CellLikeness.measure(picture.view, against: scene.picture.view, into: cells)
        view = ViewReader.read(cells, sharp: scene.sharp, hidden: map.hidden, states: states)
        light.update(
            LightReading(cells: cells, hidden: map.hidden, bins: bins), clock: clock)
        let strobeScore = strobe.update(mean: view.meanQ4, clock: clock)
        let frozenScore = freeze.update(rows, frame.luma.view, clock: clock)
        let isStill = stillness.update(cells, hidden: map.hidden, clock: clock)
        health.update(
            view, isReady: scene.isReady, isStill: isStill, frozenScore: frozenScore,
            strobeScore: strobeScore, clock: clock)
        let tamper = health.tamper
        learn(view, isTampered: tamper != nil)
        showHealth(tamper, &sightings)
        blindness.update(
            health, states: states, map: map, clock: clock, into: &sightings)
        presence.update(
            foreground.view, map: map,
            isTrusted: scene.isReady && light.isSteady && tamper == nil
                && !health.dark.isShown && !health.strobe.isSure && view.lostPerMille < 600,
            clock: clock, into: &sightings)
        let isNew = fights.update(frame.luma.view, at: frame.capturedAt)
        newFightScore = isNew ? fights.score : nil
        steadyFor = light.isSteady ? steadyFor + clock.elapsed : .zero
        showFight(
            isTrusted: tamper == nil && !health.dark.isShown && !health.strobe.isSure
                && steadyFor >= Self.steadyMin, &sightings)
        keepScores()
    }

    /// What is masked is black in the working picture, always, and so never differs.
    private func mask() {
        for y in 0..<CellGrid.height {
            let (row, shown) = (picture.row(y), map.shown.row(y))
            for x in 0..<CellGrid.width where shown[x] == 0 {
                row[x] = 16
            }
        }
    }

    private func learn(_ view: ViewSummary, isTampered: Bool) {
        let isLit = view.blackPerMille < 800 && !health.strobe.isSure
        let isClear =
            view.lostPerMille < 350 && view.saturatedPerMille < 150 && view.sharpness > 650
        let mayLearn = isLit && !isTampered && (isClear || !scene.isReady)
        scene.absorb(
            picture.view, cells: cells, states: states, light: light,
            elapsed: clock.elapsed, mayLearn: mayLearn,
            within: map.isMasked ? map.shown.view : nil, foreground: foreground)
        let isTurned = health.turned.isSure
        guard scene.isReady, isLit, !isClear, isTurned || !isTampered else {
            estrangedFor = .zero
            return
        }
        estrangedFor = estrangedFor + clock.elapsed
        if estrangedFor >= (isTurned ? Self.acceptTurnedAfter : Self.acceptAfter) {
            estrangedFor = .zero
            scene.forget()
        }
    }

    private func showHealth(
        _ tamper: (kind: Sighting.Kind, score: Q15)?, _ sightings: inout [Sighting]
    ) {
        if let tamper {
            sightings.append(
                Sighting(
                    kind: tamper.kind, zone: 0, score: tamper.score, region: region(tamper.kind)))
        }
        if health.dark.isShown && tamper?.kind != .covered {
            sightings.append(
                Sighting(kind: .dark, zone: 0, score: health.dark.score, region: .whole))
        }
        if health.strobe.isShown {
            sightings.append(
                Sighting(kind: .strobe, zone: 0, score: health.strobe.score, region: .whole))
        }
    }

    /// A hand before the lens and lamps that flash change the whole picture: that is no fight.
    private func showFight(isTrusted: Bool, _ sightings: inout [Sighting]) {
        guard isTrusted, fights.score >= FightDetector.aggressionMin else { return }
        show(.aggression, &sightings)
        if fights.score >= FightDetector.fightMin { show(.fight, &sightings) }
    }

    private func show(_ kind: Sighting.Kind, _ sightings: inout [Sighting]) {
        sightings.append(Sighting(kind: kind, zone: 0, score: fights.score, region: fights.region))
    }

    /// The part of the picture that is lost.
    private func region(_ kind: Sighting.Kind) -> Region {
        let wanted: CellState
        switch kind {
        case .glare: wanted = .saturated
        case .partlyCovered: wanted = .flat
        case .presence, .fight, .aggression, .covered, .defocused, .sprayed, .turned, .frozen,
            .dark,
            .strobe, .blind:
            return .whole
        }
        let bounds = CellGrid.bounds { states[$0] == wanted }
        return bounds.isEmpty
            ? .whole : Region(bounds, inWidth: CellGrid.width, height: CellGrid.height)
    }

    private func keepScores() {
        scores.presence = presence.score
        scores.fight = fights.score
        scores.covered = health.covered.score
        scores.partlyCovered = health.partlyCovered.score
        scores.defocused = health.defocused.score
        scores.sprayed = health.sprayed.score
        scores.turned = health.turned.score
        scores.glare = health.glare.score
        scores.frozen = health.frozen.score
        scores.dark = health.dark.score
        scores.strobe = health.strobe.score
        scores.blind = blindness.score
    }
}
