import Frames
import Incidents
import Records

/// Whoever wants something of the appliance comes through here.
extension Appliance {
    mutating func ordered(_ order: Order) {
        let verdict = judge(order)
        let name = "order \(order.words), by \(order.actor), \(order.authority.words)"
        let refusal: String?
        switch verdict {
        case .fresh:
            obey(order)
            refusal = nil
        case .heard:
            log(.notice, "\(name): heard again: it was obeyed before")
            refusal = nil
        case .refused(let why):
            log(.warning, "\(name): refused: \(why)")
            refusal = why
        }
        switch order.authority {
        case .centre, .technician:
            if verdict == .fresh { log(.notice, name) }
            // Answered when it is known what the document is worth; heard again, it may not have been.
            if case .watch(let document) = order.action, verdict != .fresh, refusal == nil {
                notes.append(.watch(document: document, order))
            }
            if case .watch = order.action, refusal == nil { return }
            notes.append(
                .answer(
                    OrderAnswer(
                        order: order, refusal: refusal, epoch: past == nil ? nil : orders.epoch)))
        case .button: break
        }
    }

    /// A refused order uses up no counter.
    private func judge(_ order: Order) -> OrdersPast.Verdict {
        guard order.authority.permits(order.action) else {
            return .refused("it is not for \(order.authority.words) to order")
        }
        switch (order.authority, order.action) {
        case (.centre, _), (_, .acknowledge), (_, .judge), (_, .resetCaution), (_, .hours):
            // What was obeyed, what there is to acknowledge, and what holds, stands there.
            guard past != nil else { return .refused("the ledger cannot be read yet") }
        case (.technician, _), (.button, _): break
        }
        if case .centre(let centre, let ticket) = order.authority {
            let verdict = orders.judge(centre, ticket, order.body)
            guard verdict == .fresh else { return verdict }
        }
        switch order.action {
        case .acknowledge(let identity) where !isKnown(identity):
            return .refused("no such incident")
        case .judge(let judgement) where !isKnown(judgement.identity):
            return .refused("no such incident")
        case .resetCaution(let camera) where self.camera(called: camera) == nil:
            return .refused("no such camera")
        case .acknowledge, .judge, .resetCaution, .silence, .hours, .fetch, .watch, .panic:
            return .fresh
        }
    }

    /// What it does is on record before that it was ordered: a power cut between the two may make it
    /// be done again, but never heard as done and not be.
    private mutating func obey(_ order: Order) {
        switch order.action {
        case .acknowledge(let identity):
            record(
                .acknowledged(boot: identity.boot, ordinal: identity.ordinal, by: order.actor))
            askForAnswers()
        case .judge(let judgement):
            let identity = judgement.identity
            record(
                .acknowledged(boot: identity.boot, ordinal: identity.ordinal, by: order.actor))
            askForAnswers()
            judge(judgement, by: order.actor)
        case .resetCaution(let name):
            guard let camera = camera(called: name) else { break }
            resetCaution(of: camera, by: order.actor)
        case .silence: silence()
        case .hours(let hours): self.order(hours, by: order.actor)
        case .fetch: break
        case .watch(let document): notes.append(.watch(document: document, order))
        case .panic: press(.panic)
        }
        switch order.authority {
        case .centre, .technician:
            record(.authorised(order.authority))
            record(order.body)
        // Pressed: recorded as such, and not as often as somebody can press.
        case .button: break
        }
    }

    /// Whether the ledger has, or is about to have, an incident of that name.
    private func isKnown(_ identity: IncidentIdentity) -> Bool {
        let ordinal = identity.ordinal
        if identity.boot == clock.boot, ordinal >= firstOrdinal, ordinal < nextOrdinal {
            return true
        }
        return ordinal > 0 && ordinal <= past?.lastOrdinal(of: identity.boot) ?? 0
    }

    /// Which orders of earlier lives were obeyed counts in this one.
    mutating func takeUpOrders(_ past: LedgerPast) {
        orders = past.orders.followed(by: orders)
    }
}
