import Frames
import Watchlist

/// Every detector of one camera: a frame goes in, sightings come out.
///
///     frame ─▶ working picture ─▶ cells against the learned scene ─▶ health ─▶ tamper, dark, blind
///        │            └─▶ background ─▶ foreground ─▶ regions ─▶ presence
///        ├─▶ steps of motion ─▶ fight, aggression
///        ├─▶ slow lane ─▶ boxes, density ─▶ tracks, counts ─▶ people
///        └─▶ sampled rows ─▶ stillness
///
/// Pure and integer-only: the same frames and settings give the same sightings on every machine.
/// All memory is taken when the bank is made; `decide` allocates nothing once `sightings` has
/// grown to what a frame needs.
final class DetectorBank {
    let width: Int
    let height: Int
    private(set) var settings: DetectorSettings
    /// What the last frame scored, sighting or not, where a score over time decides.
    private(set) var newScores = NewScores()
    /// What is seen of fights counts: nothing is wrong with the picture.
    private var judgesFights = false
    /// The same of faces.
    private var judgesFaces = false
    /// How many people there are, where that was counted anew for the last frame.
    private(set) var newCount: CameraCount?

    /// The smallest picture that is judged.
    static let widthMin = 64
    static let heightMin = 48

    /// Whether a bank can be made for pictures of this size.
    static func accepts(width: Int, height: Int) -> Bool {
        width >= widthMin && height >= heightMin && width <= Plane.sideMax
            && height <= Plane.sideMax
    }

    /// The cells of the last frame, counted.
    private(set) var view = ViewSummary()

    private var map: ZoneMap
    /// 255 where the next frame is hidden otherwise than the scene was learned; nil where it is not.
    private var hiddenOtherwise: Plane?
    private let resize: BoxResize
    private let picture: Plane
    private let foreground: Plane
    private let scene: LearnedScene
    private var rows: SampledRows
    private let cells: UnsafeMutableBufferPointer<CellSums>
    private let states: UnsafeMutableBufferPointer<CellState>
    private let bins: UnsafeMutableBufferPointer<Int32>
    private var presence: PresenceDetector
    private(set) var fights: FightDetector
    private var people: PeopleDetector
    private(set) var faces = FaceDetector()
    /// What a network counted last.
    private var crowd: CrowdCount?
    private var isCounted = false
    /// Where the last look saw people, and when its picture was taken.
    private var seenPeople: [PersonBox] = []
    private var seenAt: Instant?
    /// Presence asks a look that is no older than this.
    private static let seenAgoMax = Interval.milliseconds(1_500)
    /// So sure a network must be for somebody to be there at all.
    private static let seenScoreMin = Q15.perMille(250)
    private let stillness: StillnessMeter
    private let aim: AimMeter
    private var blindness: BlindnessDetector
    private var clock = FrameClock()
    private var light = LightMeter()
    private var freeze = FreezeDetector()
    private var strobe = StrobeDetector()
    private var health = CameraHealth()
    private var estrangement = Estrangement()
    /// Pixels of the last frame that do not belong to the scene; per mille.
    private var foreignPerMille = 0
    /// How long the light did not jump.
    private var steadyFor = Interval.zero
    /// A fight is not judged for this long after the light jumped: what moved then moved in light.
    private static let steadyMin = Interval.milliseconds(1_200)

    /// - Parameters: the size of every frame to come, in pixels: one that `accepts(width:height:)`.
    init(width: Int, height: Int, settings: DetectorSettings) {
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
        people = PeopleDetector(
            settings: settings.people, zones: settings.zones, width: width, height: height,
            furniture: settings.people.furniture)
        seenPeople.reserveCapacity(PersonBox.countMax)
        stillness = StillnessMeter()
        aim = AimMeter()
        blindness = BlindnessDetector(zoneCount: map.zones.count)
    }

    deinit {
        cells.deallocate()
        states.deallocate()
        bins.deallocate()
    }

    /// Forgets the learned scene: after the camera was moved on purpose.
    func relearn() {
        forgetScene()
        health.relearn()
    }

    private func forgetScene() {
        scene.forget()
        aim.forget()
    }

    /// Watches other zones, or hides other parts of the picture, from the next frame on.
    ///
    /// What was learned of the scene stays, and what is known of the camera's health: a lens that
    /// is covered now is seen to be covered afterwards, too. Only what was hidden and is not any
    /// more is taken as the next frame shows it. Other zones begin without what was seen in the
    /// old ones; other masks begin a fight's two seconds anew, for its pictures were hidden
    /// otherwise.
    func replace(_ settings: DetectorSettings) {
        let old = (settings: self.settings, map: map)
        guard settings != old.settings else { return }
        self.settings = settings
        map = ZoneMap(settings)
        if settings.zones != old.settings.zones {
            presence = PresenceDetector(zoneCount: map.zones.count)
            blindness = BlindnessDetector(zoneCount: map.zones.count)
        }
        if settings.zones != old.settings.zones || settings.people != old.settings.people {
            // What was shown by hand goes first, for there is room for so many; what was shown and is
            // not any more has to be learned.
            let shown = settings.people.furniture
            let learned = people.furniture.learned.filter {
                !shown.contains($0) && !old.settings.people.furniture.contains($0)
            }
            people = PeopleDetector(
                settings: settings.people, zones: settings.zones, width: width, height: height,
                furniture: shown + learned)
        }
        guard settings.privacyMasks != old.settings.privacyMasks else { return }
        rows = SampledRows(width: width, height: height, hidden: settings.privacyMasks)
        freeze.lookAnew()
        seenPeople.removeAll(keepingCapacity: true)
        seenAt = nil
        fights = FightDetector(width: width, height: height, privacyMasks: settings.privacyMasks)
        faces.forget()
        let other = hiddenOtherwise ?? Plane(width: CellGrid.width, height: CellGrid.height)
        for y in 0..<CellGrid.height {
            for x in 0..<CellGrid.width where map.shown[x, y] != old.map.shown[x, y] {
                other[x, y] = 255
            }
        }
        hiddenOtherwise = other
    }

    /// What a network saw in a picture of a while ago counts from the next frame on.
    ///
    /// - Parameter now: of the frame at which it counts.
    func take(_ look: Look, takenAt: Instant, at now: Instant) {
        switch look.task {
        case .people:
            look.people.measure { moved(in: $0) }
            look.people.boxes.withUnsafeBufferPointer {
                people.take($0, takenAt: takenAt, at: now)
            }
            isCounted = true
            seenPeople.removeAll(keepingCapacity: true)
            for box in look.people.boxes where box.score >= Self.seenScoreMin {
                seenPeople.append(box)
            }
            seenAt = takenAt
        case .crowd:
            var count = CrowdCount(takenAt: takenAt, tenths: look.crowd.countTenths)
            for zone in map.zones {
                count[zone.number] = look.crowd.countTenths { zone.holds($0) }
            }
            crowd = count
        case .fights:
            fights.take(look)
        case .faces:
            faces.take(look, takenAt: takenAt) { scene.isReady ? moved(in: $0) : .one }
        }
    }

    /// Whether something is asked about the frame that was decided last, beside what is looked at all
    /// the time.
    func wants(_ task: LookTask) -> Bool {
        switch task {
        case .people, .crowd: false
        case .fights: fights.wantsOpinion && judgesFights
        case .faces: judgesFaces && faces.wantsLook
        }
    }

    /// Writes what is to be looked at, of the frame that was decided last.
    func fill(_ look: Look, _ pace: LookPace, from frame: Frame) {
        switch look.task {
        case .people, .crowd: break
        case .fights: fights.fill(look, countMax: pace.momentCountMax)
        case .faces: faces.fill(look, from: frame)
        }
    }

    /// Compares faces with these from now on; nil: with nobody.
    func watch(_ gallery: WatchGallery?) { faces.gallery = gallery }

    private func hasLooked(at now: Instant) -> Bool {
        seenAt.map { .zero...Self.seenAgoMax ~= now - $0 } ?? false
    }

    var followed: [TrackedPerson] { people.people }
    var followedAt: Instant? { people.tracker.takenAt }

    func count(zone: UInt8) -> PeopleCount { people.count(zone: zone) }

    func crossings(line: Int) -> (ins: UInt32, outs: UInt32) { people.crossings(line: line) }

    /// The share of a box that is not as the scene usually is.
    private func moved(in region: Region) -> Q15 {
        let box = region.rectangle(inWidth: CellGrid.width, height: CellGrid.height)
        var count = 0
        for y in box.y..<box.y + box.height {
            let row = foreground.row(y)
            for x in box.x..<box.x + box.width { count += row[x] == 0 ? 0 : 1 }
        }
        return .ratio(count, of: max(box.area, 1))
    }

    /// Replaces the contents of `sightings` with what is seen in `frame`.
    ///
    /// Frames come in order of `capturedAt`, at 2 to 60 per second; decisions depend on the times,
    /// not on the number of frames. After a step back in time or a gap of more than 2.5 s nothing
    /// that was counted before holds any more, but the learned scene does.
    func decide(_ frame: Frame, into sightings: inout [Sighting]) {
        precondition(
            frame.width == width && frame.height == height, "a bank is made for one size")
        sightings.removeAll(keepingCapacity: true)
        clock.advance(to: frame.capturedAt)
        if clock.hasJumped { seenAt = nil }
        resize.resize(frame.luma.view, into: picture)
        if map.isMasked { mask() }
        if scene.isEmpty {
            scene.begin(with: picture.view, cells: cells)
        } else if let hiddenOtherwise {
            scene.begin(with: picture.view, where: hiddenOtherwise.view, cells: cells)
        }
        hiddenOtherwise = nil
        look()
        let isStill = stillness.update(cells, hidden: map.hidden, clock: clock)
        followAim(isStill: isStill)
        light.update(
            LightReading(cells: cells, hidden: map.hidden, bins: bins), clock: clock)
        let strobeScore = strobe.update(mean: view.meanQ4, clock: clock)
        let frozenScore = freeze.update(rows, frame.luma.view, clock: clock)
        health.update(
            view, isReady: scene.isReady, isStill: isStill, frozenScore: frozenScore,
            strobeScore: strobeScore, clock: clock)
        let tamper = health.tamper
        learn(view, tamper?.kind)
        newScores = NewScores()
        newCount = nil
        steadyFor = light.isSteady ? steadyFor + clock.elapsed : .zero
        let canSee = tamper == nil && !health.dark.isShown && !health.strobe.isSure
        for detector in Self.order {
            switch detector {
            case .health:
                showHealth(tamper, &sightings)
                blindness.update(
                    health, states: states, map: map, foreground: foreground.view,
                    foreignMin: view.foreignMin, clock: clock, into: &sightings)
            case .presence:
                presence.update(
                    foreground.view, map: map,
                    isTrusted: canSee && scene.isReady && light.isSteady
                        && view.lostPerMille < 600,
                    people: hasLooked(at: frame.capturedAt) ? seenPeople : nil,
                    clock: clock, into: &sightings)
            case .fights:
                let isNew = fights.update(
                    frame.luma.view, at: frame.capturedAt,
                    people: hasLooked(at: frame.capturedAt) ? seenPeople : nil)
                if isNew {
                    newScores[.fights] = fights.score
                    newScores[.aggression] = fights.aggressionScore
                }
                // A hand before the lens and lamps that flash change the whole picture: that is
                // no fight, and no question.
                judgesFights = canSee && steadyFor >= Self.steadyMin
                if judgesFights { fights.show(into: &sightings) }
            case .aggression: continue  // Shown beside fights.
            case .people:
                people.update(clock: clock, crowd: crowd, into: &sightings)
                guard isCounted else { continue }
                isCounted = false
                // Whom nobody can see is not nobody. Beside a covered corner people are seen.
                if canSee || tamper?.kind == .partlyCovered { newCount = CameraCount(people) }
            case .faces:
                judgesFaces = canSee || tamper?.kind == .partlyCovered
                faces.update(
                    clock: clock, at: frame.capturedAt, people: people.people, width: width,
                    height: height)
                if judgesFaces { faces.show(into: &sightings) }
            }
        }
    }

    private static let order = Detector.allCases

    /// What of the learned scene is in the picture.
    private func look() {
        CellLikeness.measure(picture.view, against: scene.picture.view, into: cells)
        view = ViewReader.read(cells, sharp: scene.sharp, hidden: map.hidden, states: states)
        view.foreignPerMille = foreignPerMille
    }

    private func followAim(isStill: Bool) {
        let isElsewhere = aim.find(
            view, in: picture.view, of: scene, hidden: map.hidden, light: light.compensation,
            isStill: isStill, elapsed: clock.elapsed)
        guard isElsewhere else { return }
        scene.follow(
            aim.field, filling: aim.lit.view, within: map.isMasked ? map.shown.view : nil)
        look()
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

    private func learn(_ view: ViewSummary, _ tamper: Sighting.Kind?) {
        let isLit = view.blackPerMille < 800 && !health.strobe.isSure
        let isClear =
            view.lostPerMille < ViewSummary.learnedLostMax && view.saturatedPerMille < 150
            && view.sharpness > 650
        let mayLearn = isLit && tamper == nil && (isClear || !scene.isReady)
        let foreignCount = scene.absorb(
            picture.view, cells: cells, states: states, light: light,
            elapsed: clock.elapsed, mayLearn: mayLearn,
            within: map.isMasked ? map.shown.view : nil, foreground: foreground)
        foreignPerMille = ViewSummary.perMille(foreignCount, of: map.whole.pixelCount)
        let isStrange = scene.isReady && isLit && !isClear
        guard estrangement.isOver(view, isStrange: isStrange, accused: tamper, clock.elapsed)
        else { return }
        forgetScene()
        if tamper != nil { health.relearn() }
    }

    private func showHealth(
        _ tamper: (kind: Sighting.Kind, score: Q15)?, _ sightings: inout [Sighting]
    ) {
        if let tamper {
            sightings.append(
                Sighting(
                    kind: tamper.kind, zone: 0, score: tamper.score, region: region(tamper.kind)))
        }
        let change = max(aim.score, health.unclear.isShown ? health.unclear.score : .zero)
        if tamper == nil && change > .zero {
            sightings.append(
                Sighting(kind: .viewChanged, zone: 0, score: change, region: .whole))
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

    /// The part of the picture that is lost.
    private func region(_ kind: Sighting.Kind) -> Region {
        let wanted: CellState
        switch kind {
        case .glare: wanted = .saturated
        case .partlyCovered: wanted = .flat
        default: return .whole
        }
        let bounds = CellGrid.bounds { states[$0] == wanted }
        return bounds.isEmpty
            ? .whole : Region(bounds, inWidth: CellGrid.width, height: CellGrid.height)
    }
}
