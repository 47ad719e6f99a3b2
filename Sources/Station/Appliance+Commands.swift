import Detectors
import Frames
import Incidents

/// A confirmed incident that nobody saw to yet.
struct Unanswered: Hashable, Sendable {
    var identity: IncidentIdentity
    /// Uptime.
    var escalatesAt: Interval
}

/// A person at the centre: what they want, and what happens when nobody is there.
extension Appliance {
    /// So many wait for somebody; beyond it the oldest escalates at once.
    static let unansweredCountMax = 64

    mutating func commanded(_ command: Command, destination: UInt8) {
        let refusal = obey(command)
        if let refusal {
            log(.warning, "command \(command.words), by \(command.by): refused: \(refusal)")
        } else {
            record(Self.recording(command))
            log(.notice, "command \(command.words), by \(command.by)")
        }
        notes.append(.answer(command, refusal: refusal, destination: destination))
    }

    /// Also what is only looked at: every look at evidence is on record.
    private static func recording(_ command: Command) -> LedgerRecord.Body {
        switch command.action {
        case .hours(let order): .hours(order, counter: command.counter, by: command.by)
        case .acknowledge, .silence, .fetch:
            .commanded(counter: command.counter, by: command.by, words: command.words)
        }
    }

    /// - Returns: why nothing is done.
    private mutating func obey(_ command: Command) -> String? {
        guard let past else { return "the ledger cannot be read yet" }
        guard command.counter > max(commandCounter, past.commandCounter) else {
            return "its counter is not greater than \(max(commandCounter, past.commandCounter))"
        }
        switch command.action {
        case .acknowledge(let identity):
            let isKnown =
                unanswered.contains { $0.identity == identity }
                || identity.boot == clock.boot && identity.ordinal < nextOrdinal
                || past.unanswered.contains(identity)
            guard isKnown else { return "no such incident" }
            unanswered.removeAll { $0.identity == identity }
            record(
                .acknowledged(boot: identity.boot, ordinal: identity.ordinal, by: command.by))
        case .silence: silence()
        case .hours(let order): self.order(order, by: command.by)
        case .fetch: break
        }
        commandCounter = command.counter
        return nil
    }

    // MARK: Acknowledgement

    /// An incident was confirmed: from now on somebody should see to it.
    mutating func expectAnswer(to incident: Incident, _ response: Response) {
        guard let limit = policy.acknowledgeWithin, response >= .red else { return }
        let identity = IncidentIdentity(boot: clock.boot, ordinal: incident.ordinal)
        if unanswered.count >= Self.unansweredCountMax { escalate(unanswered.removeFirst()) }
        unanswered.append(
            Unanswered(identity: identity, escalatesAt: clock.uptime + limit))
    }

    /// What an earlier life left unanswered has its time anew.
    mutating func takeUpUnanswered(_ past: LedgerPast) {
        guard let limit = policy.acknowledgeWithin else { return }
        for identity in past.unanswered
        where !unanswered.contains(where: { $0.identity == identity }) {
            unanswered.append(
                Unanswered(identity: identity, escalatesAt: clock.uptime + limit))
        }
    }

    mutating func escalateDue() {
        let uptime = clock.uptime
        guard unanswered.contains(where: { $0.escalatesAt <= uptime }) else { return }
        let due = unanswered.filter { $0.escalatesAt <= uptime }
        unanswered.removeAll { $0.escalatesAt <= uptime }
        for each in due { escalate(each) }
    }

    private mutating func escalate(_ each: Unanswered) {
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
