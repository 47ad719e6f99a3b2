import Frames
import Incidents
import Station

/// What a courier carries from one connection to the next: what is delivered, and the dialects
/// with what they have under way.
struct CourierRound {
    private let name: String
    private let ports: CourierPorts
    /// For a page of the ledger, which comes with `read` or `readFailed`.
    private let ask: (_ lane: DeliveryLane, _ after: Int64, _ countMax: Int) -> Void
    private let tells: @Sendable (OutboxEntry) -> Bool
    private var delivery: Delivery
    private var dialects: [any Dialect]
    private var path = 0
    private var answers: [String] = []
    private var failedReads = FailedReads()
    private var head: Int64 = 0
    private var noted: DeliveryCursors
    /// Whether messages can be given on the present connection.
    private(set) var isOpen = false
    /// Whether somebody answers on it, as far as is known.
    var isReached: Bool { isOpen && dialects[path].isAnswered }

    init(
        name: String, delivery: Delivery, ports: CourierPorts,
        ask: @escaping (_ lane: DeliveryLane, _ after: Int64, _ countMax: Int) -> Void,
        dialects: [any Dialect], tells: @escaping @Sendable (OutboxEntry) -> Bool
    ) {
        self.name = name
        self.tells = tells
        self.delivery = delivery
        self.ports = ports
        self.ask = ask
        self.dialects = dialects
        noted = delivery.cursors
    }

    mutating func ledgerReached(_ sequence: Int64) {
        head = max(head, sequence)
        delivery.ledgerReached(sequence)
    }

    mutating func read(_ page: OutboxPage) {
        delivery.read(page)
        noteCursors()
    }

    mutating func readFailed(_ lane: DeliveryLane) { failedReads.add(lane) }
    mutating func answer(_ text: String) { answers.append(text) }

    /// How many records the ledger has behind the first that is not confirmed.
    var behindCount: Int64 {
        head - (DeliveryLane.allCases.map { delivery.cursors[$0] }.min() ?? 0)
    }

    func status(_ before: Courier.Status, path: Int) -> Courier.Status {
        var status = before
        status.isConnected = isOpen
        status.isReached = isReached
        status.path = path
        status.deliveredCount = delivery.deliveredCount
        status.refusedCount = delivery.refusedCount
        status.behindCount = behindCount
        return status
    }

    // MARK: On one connection

    /// - Returns: why the connection is of no use; nil while it is.
    mutating func begin(on path: Int, _ connection: Connection, at moment: Moment) -> String? {
        if path != self.path || !dialects[path].keepsEntries { delivery.connectionLost() }
        self.path = path
        isOpen = false
        return carryOut(dialects[path].opened(at: moment), connection)
    }

    /// Takes what came, gives what can be given.
    mutating func turn(_ connection: Connection, at moment: Moment) -> String? {
        do throws(LinkError) {
            try connection.flush()
            // Asked whatever the socket shows: TLS may hold bytes that it no longer does.
            let bytes = try connection.receive()
            if !bytes.isEmpty,
                let failure = carryOut(dialects[path].received(bytes, at: moment), connection)
            {
                return failure
            }
        } catch {
            return "\(error.attempt): \(error.cause)"
        }
        if let failure = carryOut(dialects[path].passed(at: moment), connection) { return failure }
        guard isOpen else { return nil }
        return give(connection, at: moment)
    }

    private mutating func give(_ connection: Connection, at moment: Moment) -> String? {
        for answer in answers {
            if let failure = carryOut(dialects[path].answer(answer, at: moment), connection) {
                return failure
            }
        }
        answers.removeAll()
        // While much waits for the network, more of it only takes memory.
        while connection.pendingCount < 256 << 10, dialects[path].freeCount > 0,
            let entry = delivery.next()
        {
            guard tells(entry) else {
                delivery.delivered(entry.sequence)
                continue
            }
            if let failure = carryOut(dialects[path].tell(entry, at: moment), connection) {
                return failure
            }
        }
        noteCursors()
        for lane in failedReads.due(at: moment.monotonic) { delivery.readFailed(lane) }
        while let (lane, after, countMax) = delivery.nextRead() {
            ask(lane, after, countMax)
        }
        return nil
    }

    mutating func leave(_ connection: Connection, at moment: Moment) {
        _ = carryOut(dialects[path].leave(at: moment), connection)
    }

    mutating func end() {
        dialects[path].closed()
        isOpen = false
    }

    private mutating func carryOut(
        _ actions: [DialectAction], _ connection: Connection
    ) -> String? {
        for action in actions {
            switch action {
            case .send(let bytes):
                do throws(LinkError) { try connection.send(bytes) } catch {
                    return "\(error.attempt): \(error.cause)"
                }
            case .opened:
                isOpen = true
                ports.log(.notice, "destination \(name): connected")
            case .delivered(let sequence): delivery.delivered(sequence)
            case .refused(let sequence, let cause):
                delivery.refused(sequence)
                ports.log(.error, "destination \(name): record \(sequence): refused: \(cause)")
            case .command(let bytes): ports.command(bytes)
            case .warned(let text): ports.log(.warning, "destination \(name): \(text)")
            case .failed(let cause): return cause
            }
        }
        noteCursors()
        return nil
    }

    private mutating func noteCursors() {
        guard delivery.cursors != noted else { return }
        noted = delivery.cursors
        ports.note(noted)
    }
}
