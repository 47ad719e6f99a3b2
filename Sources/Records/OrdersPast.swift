import Frames

/// Which orders of centres were obeyed, so that none is obeyed twice: learnt from the records, in an
/// earlier life or in this one.
///
/// - Limits: `centreCountMax` centres are told apart, the last to be obeyed; what others used up is
///   used up for everybody. Of each, the last `recentCountMax` orders are known again.
public struct OrdersPast: Hashable, Sendable {
    public enum Verdict: Hashable, Sendable {
        case fresh
        /// This very order was obeyed before.
        case heard
        case refused(String)
    }

    /// The largest counters that were used up: of commands without an epoch and with one.
    private struct Counters: Hashable, Sendable {
        var plain: UInt64 = 0
        var fresh: UInt64 = 0

        mutating func use(_ ticket: Ticket) {
            if ticket.epoch == nil {
                plain = max(plain, ticket.counter)
            } else {
                fresh = max(fresh, ticket.counter)
            }
        }
    }

    private struct Obeyed: Hashable, Sendable {
        var ticket: Ticket
        /// What the ledger says of it.
        var body: LedgerRecord.Body
    }

    private struct Sender: Hashable, Sendable {
        var centre: Centre
        var counters = Counters()
        var recent: [Obeyed] = []
    }

    public static let centreCountMax = 32
    public static let recentCountMax = 16

    /// nil before the first record.
    public private(set) var epoch: Epoch?
    /// Nothing was lost since the ledger began.
    private var isWhole = true
    /// The last to be obeyed last.
    private var senders: [Sender] = []
    /// Of orders that no record attributes, which is how older programs wrote them, and of centres
    /// beyond the limit.
    private var others = Counters()
    /// Whose the next order on record is.
    private var authority: Authority?

    public init() {}

    // MARK: Learning

    public mutating func learn(_ record: LedgerRecord) {
        if epoch == nil { epoch = Epoch(beginningWith: record.stamp) }
        switch record.body {
        case .siren(.assumed, _):
            begin(Epoch(beginningWith: record.stamp))
        case .authorised(let authority):
            self.authority = authority
        case .commanded(let counter, _, _), .hours(_, let counter, _):
            obeyed(counter, record.body)
        default:
            break
        }
    }

    /// The past was damaged: what was obeyed may be forgotten, so no counter proves anything.
    private mutating func begin(_ epoch: Epoch) {
        self.epoch = epoch
        isWhole = false
        others.fresh = 0
        for index in senders.indices {
            senders[index].counters.fresh = 0
            senders[index].recent.removeAll()
        }
    }

    private mutating func obeyed(_ counter: UInt64, _ body: LedgerRecord.Body) {
        defer { authority = nil }
        guard case .centre(let centre, let ticket)? = authority, ticket.counter == counter else {
            others.use(Ticket(counter: counter))
            return
        }
        let index = senders.firstIndex { $0.centre == centre }
        var sender = index.map { senders.remove(at: $0) } ?? Sender(centre: centre)
        sender.counters.use(ticket)
        sender.recent.append(Obeyed(ticket: ticket, body: body))
        if sender.recent.count > Self.recentCountMax { sender.recent.removeFirst() }
        senders.append(sender)
        if senders.count > Self.centreCountMax {
            let oldest = senders.removeFirst().counters
            others.plain = max(others.plain, oldest.plain)
            others.fresh = max(others.fresh, oldest.fresh)
        }
    }

    /// The same, of the life that learnt `later` before it could read these: of that one's records
    /// none is an order that was obeyed.
    public func followed(by later: OrdersPast) -> OrdersPast {
        var all = self
        all.epoch = epoch ?? later.epoch
        return all
    }

    // MARK: Judging

    /// - Parameter body: what the ledger would say of the order.
    public func judge(_ centre: Centre, _ ticket: Ticket, _ body: LedgerRecord.Body) -> Verdict {
        let sender = senders.first { $0.centre == centre } ?? Sender(centre: centre)
        if sender.recent.contains(Obeyed(ticket: ticket, body: body)) { return .heard }
        let counters = sender.counters
        var used: UInt64
        if let theirs = ticket.epoch {
            guard theirs == epoch else { return .refused("its epoch is not this one") }
            used = max(counters.fresh, others.fresh)
        } else {
            used = max(counters.plain, others.plain)
            if !isWhole {
                guard counters.fresh > 0 else {
                    return .refused(
                        "the ledger was damaged and may have forgotten what was obeyed: "
                            + "sign the epoch with the command")
                }
                // What was signed after this one cannot have been heard before the damage.
                used = max(used, counters.fresh)
            }
        }
        guard ticket.counter > used else {
            return .refused("its counter is not greater than \(used)")
        }
        return .fresh
    }
}
