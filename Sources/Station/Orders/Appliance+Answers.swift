import Frames
import Incidents
import Records

/// A confirmed incident that a person is asked to see to.
struct Asked: Hashable, Sendable {
    var identity: IncidentIdentity
    /// Uptime.
    var escalatesAt: Interval
}

extension StationPolicy {
    /// Whether somebody has to say that they saw to a confirmed incident of that kind.
    ///
    /// The one rule for what this life saw and what earlier ones left: `Response` is settled by kind,
    /// and `sirenAfterHours` is red or more at any hour.
    func asksForAnswer(to kind: Incident.Kind) -> Bool {
        acknowledgeWithin != nil && self[kind] >= .red
    }
}

/// What happens when nobody is there.
extension Appliance {
    /// So many wait for somebody; beyond it the oldest escalates at once.
    static let askedCountMax = 64

    /// Asks about every incident that is unanswered, of this life or another, and that policy wants
    /// answered: from now on, unless it is asked already.
    mutating func askForAnswers() {
        guard let limit = policy.acknowledgeWithin else {
            asked.removeAll()
            return
        }
        let wanted = unanswered.entries.filter { policy.asksForAnswer(to: $0.kind) }
        asked.removeAll { each in !wanted.contains { $0.identity == each.identity } }
        let new = wanted.filter { entry in
            !asked.contains { $0.identity == entry.identity }
        }
        // So many at once only where policy begins to ask: nobody was asked about the rest.
        for entry in new.dropLast(Self.askedCountMax) { unanswered.forget(entry.identity) }
        for entry in new.suffix(Self.askedCountMax) {
            asked.append(Asked(identity: entry.identity, escalatesAt: clock.uptime + limit))
        }
        while asked.count > Self.askedCountMax { escalate(asked.removeFirst()) }
    }

    /// What earlier lives left unanswered has its time anew. More than may wait is left only by a
    /// life that asked for no answers: then the newest are asked about.
    mutating func takeUpUnanswered(_ past: LedgerPast) {
        unanswered = past.unanswered.followed(by: unanswered)
        let wanted = unanswered.entries.filter { policy.asksForAnswer(to: $0.kind) }
        for entry in wanted.dropLast(Self.askedCountMax) { unanswered.forget(entry.identity) }
        askForAnswers()
    }

    mutating func escalateDue() {
        let uptime = clock.uptime
        guard asked.contains(where: { $0.escalatesAt <= uptime }) else { return }
        let due = asked.filter { $0.escalatesAt <= uptime }
        asked.removeAll { $0.escalatesAt <= uptime }
        for each in due { escalate(each) }
    }

    private mutating func escalate(_ each: Asked) {
        let identity = each.identity
        record(.escalated(boot: identity.boot, ordinal: identity.ordinal))
        log(.alert, "incident \(identity.ordinal): nobody acknowledged it: escalated")
        guard policy.escalationSounds, identity.boot == clock.boot,
            let index = open.firstIndex(where: { $0.incident.ordinal == identity.ordinal }),
            open[index].isConfirmed, open[index].call == .none
        else { return }
        open[index].call = .wanted
    }
}
