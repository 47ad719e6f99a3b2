import Detectors
import Frames

/// One kind of incident in one zone, or one subject of it: a machine that frames drive from the
/// first sign to the end.
struct IncidentTrack: Hashable, Sendable {
    /// ```
    ///             enough seen                  more seen, clearly
    ///    quiet ────────────────▶ suspected ─────────────────────▶ confirmed
    ///     ▲ ▲                     │      │                            │
    ///     │ └──── not seen ───────┘      │ never confirmed   not seen │
    ///     │                              ▼                            │
    ///     └──── cool-down over ────── cooling ◀───────────────────────┘
    /// ```
    /// There is no way from quiet to confirmed: amber comes before red. There is none from
    /// cooling to suspected: what is still there after the cool-down passes through quiet, in the
    /// same frame.
    enum State: Hashable, Sendable {
        case quiet
        case suspected(Incident)
        case confirmed(Incident)
        /// - Parameter until: tracker time, milliseconds.
        case cooling(until: Int64)
    }

    /// One frame, in the tracker's own time.
    struct Tick {
        /// Milliseconds of tracker time that the frame stands for: `from` ..< `to`.
        var from: Int64
        var to: Int64
        /// The frame's own time.
        var at: Instant
        var camera: UInt8
        var slot: TrackSlot
        var subject: Subject?
        /// Whether one more incident may open.
        var mayOpen: Bool
        /// What an incident that opens now is called.
        var ordinal: UInt32
    }

    enum Action: Hashable, Sendable {
        case none
        case opened(Incident)
        case confirmed(Incident)
        case closed(Incident)
    }

    private(set) var state: State = .quiet
    private var window = EvidenceWindow()
    /// What this frame showed, merged.
    private var isSeen = false
    private var seenScore = Q15.zero
    private var seenRegion = Region.whole
    private var seenMeasure: Measure?
    /// The run of frames that show it: it ends when nothing was seen for a suspect window.
    private var runStart = Instant.zero
    private var runPeak = Q15.zero
    private var runPeakAt = Instant.zero
    private var runRegion = Region.whole
    private var runMeasure: Measure?
    private var runCount: UInt32 = 0
    /// Tracker time, milliseconds.
    private(set) var lastSeen: Int64 = 0
    private var openedAtTime: Int64 = 0

    /// One frame, however strong, never suspects; two never confirm: a flash, a torn buffer.
    static let suspectCountMin: UInt32 = 2
    static let confirmCountMin: UInt32 = 3

    /// Whether frames still matter to it.
    private(set) var isActive = false

    var isOpen: Bool {
        switch state {
        case .suspected, .confirmed: true
        case .quiet, .cooling: false
        }
    }

    /// It is over, and only keeps the next one of its kind and zone from opening too soon.
    var isCooling: Bool {
        if case .cooling = state { true } else { false }
    }

    /// A sighting of this frame; several of one frame count as one, with what was measured of the
    /// one that is most sure.
    mutating func note(_ sighting: Sighting) {
        isActive = true
        if !isSeen || sighting.score > seenScore { seenMeasure = sighting.measure }
        seenScore = isSeen ? max(seenScore, sighting.score) : sighting.score
        seenRegion = isSeen ? seenRegion.union(sighting.region) : sighting.region
        isSeen = true
    }

    /// The frame is over: everything it showed was noted.
    mutating func absorb(_ tick: Tick, rule: IncidentRule) -> Action {
        let score = isSeen ? seenScore : nil
        let region = seenRegion
        isSeen = false
        let enters = score.map { $0 >= rule.enterScore } ?? false
        window.absorb(from: tick.from, to: tick.to, isSeen: enters)
        updateRun(tick, score: score, region: region, enters: enters, rule: rule)

        switch state {
        case .quiet:
            return whileQuiet(tick, rule: rule)
        case .suspected(var incident):
            extend(&incident, at: tick, score: score, region: region, rule: rule)
            state = .suspected(incident)
            if isGone(tick, rule) {
                return close(incident, tick, coolDown: .zero)
            }
            if isConfirmed(incident, rule) {
                incident.state = .confirmed
                incident.confirmedAt = max(tick.at, incident.openedAt)
                state = .confirmed(incident)
                return .confirmed(incident)
            }
            if tick.to - openedAtTime >= rule.suspicionMax.milliseconds {
                return close(incident, tick, coolDown: rule.coolDown)
            }
            return .none
        case .confirmed(var incident):
            extend(&incident, at: tick, score: score, region: region, rule: rule)
            state = .confirmed(incident)
            if isGone(tick, rule) {
                return close(incident, tick, coolDown: rule.coolDown)
            }
            return .none
        case .cooling(let until):
            guard tick.to >= until else { return .none }
            state = .quiet
            return whileQuiet(tick, rule: rule)
        }
    }

    /// Ends an open incident whatever the frames show: the camera is gone, or the kind is no
    /// longer asked for. Forgets what was seen.
    mutating func end(at: Instant, time: Int64) -> Action {
        let open: Incident? =
            switch state {
            case .suspected(let incident), .confirmed(let incident): incident
            case .quiet, .cooling: nil
            }
        state = .quiet
        isActive = false
        isSeen = false
        runCount = 0
        window.clear(at: time)
        guard var incident = open else { return .none }
        incident.state = .closed
        incident.closedAt = max(at, incident.confirmedAt ?? incident.openedAt)
        return .closed(incident)
    }

    private mutating func whileQuiet(_ tick: Tick, rule: IncidentRule) -> Action {
        if tick.to - lastSeen > EvidenceWindow.lengthMax.milliseconds {
            isActive = false
            return .none
        }
        guard tick.mayOpen, runCount >= Self.suspectCountMin,
            window.perMille(over: rule.suspectWindow) >= max(rule.suspectPerMille, 1)
        else { return .none }
        // The first sign, but no older than what the share was taken over.
        let openedAt = min(max(runStart, tick.at - rule.suspectWindow), tick.at)
        var incident = Incident(
            ordinal: tick.ordinal, camera: tick.camera, kind: Incident.Kind(tick.slot.kind),
            zone: tick.slot.zone, openedAt: openedAt, score: runPeak, region: runRegion,
            subject: tick.subject, measure: runMeasure)
        incident.peakAt = max(runPeakAt, openedAt)
        incident.sightingCount = runCount
        openedAtTime = tick.to
        state = .suspected(incident)
        return .opened(incident)
    }

    private mutating func updateRun(
        _ tick: Tick, score: Q15?, region: Region, enters: Bool, rule: IncidentRule
    ) {
        if !isOpen, tick.to - lastSeen > max(rule.suspectWindow.milliseconds, 1_000) {
            runCount = 0
        }
        guard let score, score >= (isOpen ? rule.leaveScore : rule.enterScore) else { return }
        lastSeen = tick.to
        if runCount == 0 {
            runStart = tick.at
            runPeak = .zero
        }
        if runCount == 0 || score > runPeak {
            runPeak = score
            runPeakAt = tick.at
            runRegion = region
            runMeasure = seenMeasure
        }
        // A frame that repeats an earlier time is no new evidence.
        if tick.to > tick.from || runCount == 0 { runCount &+= 1 }
        if runCount == 0 { runCount = .max }
    }

    private func extend(
        _ incident: inout Incident, at tick: Tick, score: Q15?, region: Region, rule: IncidentRule
    ) {
        guard let score, score >= rule.leaveScore else { return }
        incident.sightingCount = max(incident.sightingCount, runCount)
        if score > incident.peakScore {
            incident.peakScore = score
            incident.peakAt = max(tick.at, incident.openedAt)
            incident.region = region
            incident.measure = seenMeasure
        }
    }

    private func isConfirmed(_ incident: Incident, _ rule: IncidentRule) -> Bool {
        incident.peakScore >= rule.confirmScore && runCount >= Self.confirmCountMin
            && window.perMille(over: rule.confirmWindow) >= rule.confirmPerMille
    }

    private func isGone(_ tick: Tick, _ rule: IncidentRule) -> Bool {
        tick.to > lastSeen && tick.to - lastSeen >= rule.closeAfter.milliseconds
    }

    private mutating func close(_ incident: Incident, _ tick: Tick, coolDown: Interval) -> Action {
        var closed = incident
        closed.state = .closed
        closed.closedAt = max(tick.at, closed.confirmedAt ?? closed.openedAt)
        let pause = min(max(coolDown.milliseconds, 0), 7 * 86_400_000)
        state = pause > 0 ? .cooling(until: tick.to + pause) : .quiet
        runCount = 0
        return .closed(closed)
    }
}

extension Region {
    /// The smallest region that holds both.
    func union(_ other: Region) -> Region {
        let left = min(x, other.x)
        let top = min(y, other.y)
        // In 32 bits: a hostile region may reach 131 070.
        let right = max(UInt32(x) + UInt32(width), UInt32(other.x) + UInt32(other.width))
        let bottom = max(UInt32(y) + UInt32(height), UInt32(other.y) + UInt32(other.height))
        return Region(
            x: left, y: top, width: UInt16(min(right - UInt32(left), 65_535)),
            height: UInt16(min(bottom - UInt32(top), 65_535)))
    }
}
