import Frames
import Station

/// What a courier carries from one connection to the next: what is delivered, and the dialects
/// with what they have under way.
struct CourierRound {
    /// While so many bytes wait for the network, nothing further is given to it.
    static let pendingByteCountMax = 64 << 10

    private let name: String
    private let ports: CourierPorts
    /// For a page of the ledger, which comes with `read` or `readFailed`.
    private let ask: (_ lane: DeliveryLane, _ after: Int64, _ countMax: Int) -> Void
    private let tells: @Sendable (OutboxEntry) -> Bool
    private var delivery: Delivery
    private var dialects: [any Dialect]
    private var path = 0
    private var answers = AnswerQueue()
    /// The last of each camera that was not told yet.
    private var counts: [UInt8: CountReport] = [:]
    private var isAnswersTurn = true
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

    mutating func answer(_ text: String) {
        if !answers.add(text) {
            ports.log(
                .warning,
                "destination \(name): answer: \(AnswerQueue.countMax) wait already: whoever asked "
                    + "asks again")
        }
    }

    mutating func take(_ reports: some Sequence<CountReport>) {
        for report in reports { counts[report.camera] = report }
    }

    enum Message: Hashable {
        case answer(String)
        case entry(OutboxEntry)
    }

    /// What to give next: answers and the ledger by turns, so that whoever asks much, or plays much
    /// again, keeps no alarm waiting.
    mutating func next() -> Message? {
        defer { isAnswersTurn.toggle() }
        if isAnswersTurn, let answer = answers.next() { return .answer(answer) }
        while let entry = delivery.next() {
            if tells(entry) { return .entry(entry) }
            delivery.delivered(entry.sequence)
        }
        return answers.next().map(Message.answer)
    }

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
        let before = connection.sentCount
        connection.flush()
        if connection.sentCount != before { dialects[path].sending(at: moment) }
        do throws(LinkError) {
            // Asked whatever the socket shows: TLS may hold bytes that it no longer does.
            let bytes = try connection.receive()
            if !bytes.isEmpty,
                let failure = carryOut(dialects[path].received(bytes, at: moment), connection)
            {
                return failure
            }
        } catch {
            let meaning = error.isHangUp ? dialects[path].whyHungUp : nil
            return meaning ?? "\(error.attempt): \(error.cause)"
        }
        if let failure = carryOut(dialects[path].passed(at: moment), connection) { return failure }
        guard isOpen else { return nil }
        return give(connection, at: moment)
    }

    private mutating func give(_ connection: Connection, at moment: Moment) -> String? {
        if connection.pendingCount < Self.pendingByteCountMax {
            for count in counts.values.sorted(by: { $0.camera < $1.camera }) {
                let actions = dialects[path].tell(count, at: moment)
                if let failure = carryOut(actions, connection) { return failure }
            }
            counts.removeAll(keepingCapacity: true)
        }
        // While much waits for the network, more of it only takes memory, and the next alarm
        // stands behind it.
        while connection.pendingCount < Self.pendingByteCountMax, dialects[path].freeCount > 0,
            let message = next()
        {
            let actions =
                switch message {
                case .answer(let text): dialects[path].answer(text, at: moment)
                case .entry(let entry): dialects[path].tell(entry, at: moment)
                }
            if let failure = carryOut(actions, connection) { return failure }
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

    /// The connection is gone.
    ///
    /// - Returns: when the next one is due, where this one ended in order: it brought something
    ///   forward, or nothing is left to tell; nil where it failed.
    mutating func end(at instant: Instant) -> Instant? {
        for action in dialects[path].closed() { settle(action) }
        isOpen = false
        let dueAt = behindCount == 0 ? dialects[path].isDueAt : nil
        guard dialects[path].hasSettled || dueAt.map({ $0 > instant }) ?? false else { return nil }
        return dueAt ?? instant
    }

    /// What concerns no connection.
    private mutating func settle(_ action: DialectAction) {
        switch action {
        case .delivered(let sequence): delivery.delivered(sequence)
        case .refused(let sequence, let cause):
            delivery.refused(sequence)
            ports.log(.error, "destination \(name): record \(sequence): refused: \(cause)")
        case .warned(let text): ports.log(.warning, "destination \(name): \(text)")
        case .command(let bytes): ports.command(bytes)
        case .send, .opened, .failed: break
        }
        noteCursors()
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
            case .opened: isOpen = true
            case .failed(let cause): return cause
            case .delivered, .refused, .warned, .command: settle(action)
            }
        }
        return nil
    }

    private mutating func noteCursors() {
        guard delivery.cursors != noted else { return }
        noted = delivery.cursors
        ports.note(noted)
    }
}
