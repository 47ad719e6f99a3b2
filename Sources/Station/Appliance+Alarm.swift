import Detectors
import Frames
import Incidents
import Records

extension Appliance {
    // MARK: Incidents of cameras

    mutating func apply(_ change: IncidentChange) {
        switch change {
        case .opened(let incident):
            open.append(OpenIncident(incident, response: response(to: incident.kind)))
            record(.incident(incident))
            if !isScored(incident.kind), !isListed(incident.kind) {
                notes.append(.snapshot(camera: incident.camera, ordinal: incident.ordinal))
            }
            log(.notice, "\(describe(incident)): suspected")
        case .confirmed(let incident):
            guard let index = open.firstIndex(where: { $0.incident.ordinal == incident.ordinal })
            else { return }
            open[index].incident = incident
            open[index].response = response(to: incident.kind)
            record(.incident(incident))
            if isScored(incident.kind) {
                notes.append(.snapshot(camera: incident.camera, ordinal: incident.ordinal))
            }
            if isListed(incident.kind) {
                tellFinds(at: index)
            } else {
                beginClip(incident, camera: incident.camera, opened: incident.openedAt)
            }
            explain(incident)
            askForAnswers()
            log(.warning, "\(describe(incident)): confirmed")
            if open[index].response == .siren {
                open[index].call = .preAlarm(until: clock.uptime + policy.siren.preAlarm)
            }
        case .closed(let incident):
            guard let index = open.firstIndex(where: { $0.incident.ordinal == incident.ordinal })
            else { return }
            open[index].incident = incident
            finish(at: index)
        }
    }

    /// Whether a score over time decides: the picture is then taken where it is sure, which is near
    /// its peak. Of people who were suspected and did nothing none is kept.
    private func isScored(_ kind: Incident.Kind) -> Bool {
        kind.row.detector?.scoresOverTime ?? false
    }

    /// Of somebody who is like an entry of a list nothing is kept that venue staff could look at.
    private func isListed(_ kind: Incident.Kind) -> Bool { kind.row.category == .list }

    /// Begins the clip of a confirmed incident, which reaches back to before it opened: of what was
    /// suspected and given up, nothing is written.
    mutating func beginClip(_ incident: Incident, camera: UInt8, opened: Instant) {
        guard policy.clip.isEnabled else { return }
        switch clips.begin(
            incident.ordinal, camera: camera, opened: opened, now: clock.now, at: clock.uptime,
            policy: policy.clip)
        {
        case .begun(let order): notes.append(.clip(order))
        case .refused(let count):
            log(.warning, "\(describe(incident)): clip: not kept: \(count) are being written")
        }
    }

    /// Records why, where a score over time decided, or people were counted.
    private mutating func explain(_ incident: Incident) {
        explainByCounts(incident)
        guard let kind = incident.kind.seen, let detector = incident.kind.row.detector,
            detector.scoresOverTime, scores.indices.contains(Int(incident.camera)),
            let rule = trackers[Int(incident.camera)]?.policy[kind]
        else { return }
        let history = scores[Int(incident.camera)]
        record(
            .explained(
                Explanation(
                    ordinal: incident.ordinal, detector: detector, model: detector.model,
                    enterScore: rule.enterScore, confirmScore: rule.confirmScore,
                    droppedFrameCount: history.droppedCount(of: detector),
                    series: history.series(of: detector))))
    }

    private mutating func explainByCounts(_ incident: Incident) {
        guard let detector = incident.kind.row.detector,
            case let networks = networks.filter({ detector.countsBy.contains($0.task) }),
            !networks.isEmpty, countHistories.indices.contains(Int(incident.camera))
        else { return }
        // Counts lag by seconds, and presence does not go by them: it only asks who was there.
        let series =
            detector == .people
            ? countHistories[Int(incident.camera)].series(zone: incident.zone) : CountSeries()
        record(
            .explainedByCounts(
                CountExplanation(
                    ordinal: incident.ordinal, detector: detector, networks: networks,
                    zone: incident.zone, series: series)))
    }

    /// `sirenAfterHours` becomes what it means now.
    private func response(to kind: Incident.Kind) -> Response {
        // A likeness lights no lamp by itself: only an authority's entry does, see `tellFinds`.
        if isListed(kind) { return .record }
        return switch policy[kind] {
        case .sirenAfterHours:
            openHours.isOpen(weekMinute: clock.weekMinute) ? .red : .siren
        case .record, .amber, .red, .siren:
            policy[kind]
        }
    }

    private func describe(_ incident: Incident) -> String {
        var text = "incident \(incident.ordinal): \(incident.kind)"
        if incident.camera != Incident.noCamera { text += ", camera \(name(incident.camera))" }
        if incident.zone > 0 { text += ", zone \(incident.zone)" }
        if let subject = incident.subject { text += ", \(subject.words)" }
        return text
    }

    // MARK: Incidents of the station

    /// Opens an incident of the station's own; it needs no confirmation.
    mutating func raise(_ kind: Incident.Kind, camera: UInt8 = Incident.noCamera) {
        var incident = Incident(
            ordinal: nextOrdinal, camera: camera, kind: kind, zone: 0, openedAt: clock.now)
        nextOrdinal = nextOrdinal == .max ? 1 : nextOrdinal + 1
        incident.state = .confirmed
        incident.confirmedAt = clock.now
        var entry = OpenIncident(incident, response: response(to: kind))
        if entry.response == .siren {
            entry.call =
                entry.isStaff ? .wanted : .preAlarm(until: clock.uptime + policy.siren.preAlarm)
        }
        open.append(entry)
        record(.incident(incident))
        askForAnswers()
        log(kind == .panic ? .alert : .warning, "\(describe(incident)): confirmed")
    }

    /// A button or switch says that something is so.
    mutating func press(_ kind: Incident.Kind) {
        if let index = open.firstIndex(where: { $0.incident.kind == kind }) {
            open[index].closesAt = nil
            // Somebody presses again: once more, within the interlock.
            if open[index].isStaff, open[index].response == .siren { open[index].call = .wanted }
            return
        }
        raise(kind)
        guard let incident = open.last?.incident,
            let index = watches.firstIndex(where: { $0.isSeen })
        else { return }
        let camera = UInt8(truncatingIfNeeded: index)
        notes.append(.snapshot(camera: camera, ordinal: incident.ordinal))
        beginClip(incident, camera: camera, opened: incident.openedAt)
    }

    /// A button or switch says that it is so no longer.
    mutating func hold(_ kind: Incident.Kind, for length: Interval) {
        guard let index = open.firstIndex(where: { $0.incident.kind == kind }) else { return }
        open[index].closesAt = clock.uptime + max(length, .zero)
    }

    mutating func close(where isMeant: (Incident) -> Bool) {
        for index in open.indices.reversed() where isMeant(open[index].incident) {
            close(at: index)
        }
    }

    mutating func close(at index: Int) {
        let incident = open[index].incident
        open[index].incident.state = .closed
        open[index].incident.closedAt = max(
            clock.now, incident.confirmedAt ?? incident.openedAt)
        finish(at: index)
    }

    /// The incident at `index` is closed: it is recorded and leaves the table.
    private mutating func finish(at index: Int) {
        let entry = open.remove(at: index)
        record(.incident(entry.incident))
        clips.closed(entry.incident.ordinal, at: clock.uptime, policy: policy.clip)
        log(.info, "\(describe(entry.incident)): closed")
        if entry.incident.confirmedAt != nil, entry.response >= .red {
            let until = clock.uptime + max(policy.lamps.redHold, .zero)
            redUntil = max(redUntil ?? .zero, until)
        }
    }

    // MARK: Siren

    mutating func silence() {
        redUntil = nil
        note(
            interlock.silenced(at: clock.uptime, policy: policy.siren), why: "silenced by staff")
        for index in open.indices {
            switch open[index].call {
            case .preAlarm, .wanted: open[index].call = .withheld
            case .none, .answered, .withheld: break
            }
        }
    }

    mutating func updateSiren() {
        let uptime = clock.uptime
        note(
            interlock.passed(at: uptime, isQuietHour: isQuietHour, policy: policy.siren),
            why: "sounded as long as it may")
        if interlock.isSounding, !open.contains(where: { $0.call == .answered }) {
            note(
                interlock.released(at: uptime, policy: policy.siren),
                why: "nothing calls for it any more")
        }
        for index in open.indices {
            if case .preAlarm(let until) = open[index].call, uptime >= until {
                open[index].call = .wanted
            }
        }
        // A person's call first: it may pass where a detector's is withheld.
        callSiren(isStaff: true)
        callSiren(isStaff: false)
    }

    /// Without a set clock the hour is unknown, and not quiet.
    private var isQuietHour: Bool {
        clock.weekMinute.map { policy.siren.quietHours.contains(weekMinute: $0) } ?? false
    }

    private mutating func callSiren(isStaff: Bool) {
        for index in open.indices
        where open[index].call == .wanted && open[index].isStaff == isStaff {
            let wasSounding = interlock.isSounding
            let verdict = interlock.called(
                at: clock.uptime, isStaff: isStaff, isQuietHour: isQuietHour, policy: policy.siren)
            switch verdict {
            case .sounds:
                open[index].call = .answered
                if !wasSounding {
                    // Its end is recorded too; but who loses power now has used all of this.
                    recordSiren(.began, interlock.allowance ?? SirenPolicy.onHardMax)
                    log(.alert, "siren: on: \(describe(open[index].incident))")
                }
            case .waits:
                break
            case .withheld(let reason):
                open[index].call = .withheld
                log(
                    .warning,
                    "siren: withheld: \(reason.rawValue): \(describe(open[index].incident))")
            }
        }
    }

    mutating func note(_ action: SirenInterlock.Action, why: String) {
        switch action {
        case .none:
            break
        case .hush(let length, let isFalseAlarm):
            recordSiren(isFalseAlarm ? .silenced : .ended, length)
            log(.notice, "siren: off: \(why)")
        }
    }

    private mutating func recordSiren(_ step: LedgerRecord.SirenStep, _ length: Interval) {
        record(.siren(step, milliseconds: UInt32(clamping: length.milliseconds)))
    }

    /// The night goes on where earlier lives left it.
    mutating func takeUpSiren(_ past: LedgerPast) {
        interlock.adopt(
            past.soundings(at: clock.now, of: clock.boot), boot: clock.boot, at: clock.uptime)
        dateSiren()
        let used = interlock.nightlyOn(at: clock.uptime)
        if used > .zero {
            log(.notice, "siren: \(used.milliseconds / 1_000) s of tonight are used up already")
        }
        guard past.isIncomplete else { return }
        interlock.assumeWorst(at: clock.uptime)
        recordSiren(.assumed, SirenPolicy.nightlyOnHardMax)
        log(.warning, "siren: withheld for 12 h: the ledger was damaged, and may not tell all")
    }

    mutating func dateSiren() {
        guard let wall = clock.trustedWall else { return }
        interlock.dated(wallMilliseconds: wall, at: clock.uptime)
    }

    // MARK: Lamps

    mutating func showLamps() {
        let uptime = clock.uptime
        guard phase != .stopped else {
            for output in Output.allCases { lamps.show(.dark, on: output, at: uptime) }
            return
        }
        var amber = LampPattern.dark
        var red = redUntil == nil ? LampPattern.dark : policy.lamps.confirmed
        var isPreAlarm = false
        for entry in open {
            if entry.isConfirmed, entry.response >= .red {
                red = policy.lamps.confirmed
            } else if entry.response >= .amber {
                amber = policy.lamps.suspected
            }
            switch entry.call {
            case .preAlarm, .wanted, .withheld: isPreAlarm = true
            case .none, .answered: break
            }
        }
        if isPreAlarm { amber = policy.lamps.preAlarm }
        let isWell =
            !queue.isFailing && watches.contains { $0.isHealthy }
            && watches.allSatisfy { $0.isAbsent || $0.isHealthy }
        let well = watching == nil ? policy.lamps.alive : policy.lamps.watching
        lamps.show(isWell ? well : policy.lamps.impaired, on: .green, at: uptime)
        lamps.show(amber, on: .amber, at: uptime)
        lamps.show(red, on: .red, at: uptime)
        lamps.show(interlock.isSounding ? .steady : .dark, on: .siren, at: uptime)
    }
}
