import Frames
import Linux
import Station
import Synchronization

/// One way to a destination: where, and in which tongue.
public struct Path: Sendable {
    public var endpoint: Endpoint
    public var makeDialect: @Sendable () -> any Dialect

    public init(endpoint: Endpoint, makeDialect: @escaping @Sendable () -> any Dialect) {
        self.endpoint = endpoint
        self.makeDialect = makeDialect
    }
}

/// What a courier needs of the rest of the appliance. Called from its thread; nothing here may
/// wait for the network.
public struct CourierPorts: Sendable {
    /// Reads a page of the ledger and answers with it, from any thread, sooner or later; with nil
    /// where it cannot be read now.
    public typealias Read =
        @Sendable (
            _ lane: DeliveryLane, _ after: Int64, _ countMax: Int,
            _ answer: @escaping @Sendable (OutboxPage?) -> Void
        ) -> Void
    public var read: Read
    /// Up to where all is delivered.
    public var note: @Sendable (DeliveryCursors) -> Void
    public var command: @Sendable ([UInt8]) -> Void
    public var log: @Sendable (Priority, String) -> Void
    public var clock: @Sendable () -> CertificateClock

    public init(
        read: @escaping Read,
        note: @escaping @Sendable (DeliveryCursors) -> Void,
        command: @escaping @Sendable ([UInt8]) -> Void,
        log: @escaping @Sendable (Priority, String) -> Void,
        clock: @escaping @Sendable () -> CertificateClock
    ) {
        self.read = read
        self.note = note
        self.command = command
        self.log = log
        self.clock = clock
    }
}

/// Carries the ledger to one destination, on a thread of its own, for as long as the appliance
/// runs: over the first of its paths, and over the second while the first is down.
///
/// - Limits: `Delivery`'s windows; a connection is given up where nothing moves.
public final class Courier: Sendable {
    /// How it fares, for whoever asks.
    public struct Status: Hashable, Sendable {
        public var isConnected = false
        /// Connected, and somebody answers there.
        public var isReached = false
        /// Which path is in use, from 0.
        public var path = 0
        public var deliveredCount: UInt64 = 0
        public var refusedCount: UInt64 = 0
        /// Records that the ledger has and the destination has not confirmed.
        public var behindCount: Int64 = 0
        public var failure = ""
    }

    private struct Mail {
        var head: Int64 = 0
        var cursors: DeliveryCursors?
        var pages: [OutboxPage] = []
        var failedReads: [DeliveryLane] = []
        var answers: [String] = []
        /// The last of each camera.
        var counts: [UInt8: CountReport] = [:]
        /// By then it leaves, whatever was told; nil while it stays.
        var leavesBy: Instant?
        var status = Status()
    }

    public static let connectLimit = Interval.seconds(15)
    /// While the second path is in use, the first is tried every so often.
    static let returnPeriod = Interval.seconds(300)

    public let name: String
    private let paths: [Path]
    private let failoverAfter: Interval
    private let tells: @Sendable (OutboxEntry) -> Bool
    private let seed: UInt64
    private let ports: CourierPorts
    private let mail = Mutex(Mail())
    private let bell: FileDescriptor
    /// Readable for good once it is to stop.
    private let hasToGo: FileDescriptor
    private let hasEnded: FileDescriptor

    /// - Parameters:
    ///   - paths: one or two.
    ///   - failoverAfter: the second path is taken when the first was down for so long.
    ///   - tells: which entries are for this destination; it counts as served with the others.
    ///   - seed: another one on every appliance, so that pauses differ.
    public init(
        name: String, paths: [Path], failoverAfter: Interval,
        tells: @escaping @Sendable (OutboxEntry) -> Bool = { _ in true }, seed: UInt64,
        ports: CourierPorts
    ) throws {
        precondition(!paths.isEmpty, "a destination has at least one path")
        self.name = name
        self.paths = paths
        self.failoverAfter = failoverAfter
        self.tells = tells
        self.seed = seed
        self.ports = ports
        bell = try FileDescriptor.event()
        hasToGo = try FileDescriptor.event()
        hasEnded = try FileDescriptor.event()
    }

    /// Runs the thread until `stop`. It delivers nothing before it was told the cursors.
    public func start() throws {
        try Threads.start("uplink \(name)") { [self] in
            work()
            try? hasEnded.signal()
        }
    }

    // MARK: For other threads

    /// Up to where this destination was served in earlier lives.
    public func begin(at cursors: DeliveryCursors) { post { $0.cursors = cursors } }

    /// The ledger has so many records.
    public func ledgerReached(_ sequence: Int64) { post { $0.head = max($0.head, sequence) } }

    /// Tells the destination what became of its command.
    public func answer(_ text: String) {
        post { mail in
            // One more than is kept: what does not fit is said.
            if mail.answers.count <= AnswerQueue.countMax { mail.answers.append(text) }
        }
    }

    /// Tells how many people a camera saw, if a connection stands.
    public func tell(_ count: CountReport) { post { $0.counts[count.camera] = count } }

    public var status: Status { mail.withLock { $0.status } }

    /// Tells what the ledger has by now, as far as a connection stands, says goodbye and ends; waits
    /// at most `limit`.
    public func stop(within limit: Interval) {
        try? hasToGo.signal()
        // The rest of it is for the goodbye.
        let leavesBy = Self.now().monotonic + .milliseconds(limit.milliseconds / 4 * 3)
        post { $0.leavesBy = leavesBy }
        _ = try? hasEnded.wait(for: .readable, milliseconds: max(limit.milliseconds, 0))
    }

    private func post(_ change: (inout sending Mail) -> Void) {
        mail.withLock { change(&$0) }
        try? bell.signal()
    }

    // MARK: The courier's own thread

    private static func now() -> Moment {
        Moment(
            monotonic: Instant(nanoseconds: Clocks.monotonicNanoseconds()),
            wallMilliseconds: Clocks.wallMilliseconds())
    }

    private func read(_ lane: DeliveryLane, _ after: Int64, _ countMax: Int) {
        ports.read(lane, after, countMax) { [self] page in
            post { mail in
                if let page { mail.pages.append(page) } else { mail.failedReads.append(lane) }
            }
        }
    }

    private func work() {
        guard let cursors = waitForCursors() else { return }
        var round = CourierRound(
            name: name, delivery: Delivery(cursors: cursors), ports: ports,
            ask: { [self] in read($0, $1, $2) },
            dialects: paths.map { $0.makeDialect() }, tells: tells)
        var backoff = Backoff(seed: seed)
        /// When somebody last answered on the first path.
        var reachedAt = Self.now().monotonic
        /// The first path took the last connection, and nobody answered on it.
        var isMute = false
        while true {
            let start = Self.now().monotonic
            let isBackupDue = paths.count > 1 && start - reachedAt >= failoverAfter
            var connected: (path: Int, connection: Connection)?
            for path in !isBackupDue ? [0] : isMute ? [1, 0] : [0, 1] where connected == nil {
                connected = connect(path).map { (path, $0) }
            }
            if let (path, connection) = connected {
                backoff.connected(at: Self.now().monotonic)
                var answeredAt: Instant?
                let end = serve(connection, path, &round, &answeredAt)
                isMute = path == 0 && answeredAt == nil
                if path == 0, let answeredAt { reachedAt = answeredAt }
                switch end {
                case .left: return
                case .ordered(let dueAt):
                    backoff.succeeded()
                    if rest(until: dueAt, orNews: true, &round) { return }
                    continue
                case .failed: break
                }
            }
            let now = Self.now().monotonic
            if rest(until: now + backoff.failed(at: now), orNews: false, &round) { return }
        }
    }

    /// How a connection ends.
    private enum End {
        case failed
        /// The receiver hung up when it had answered; it is called again at that time, or when
        /// there is something to tell.
        case ordered(dueAt: Instant)
        /// It is time to go.
        case left
    }

    private func waitForCursors() -> DeliveryCursors? {
        while true {
            _ = try? bell.clear()
            let (cursors, leavesBy) = mail.withLock { ($0.cursors, $0.leavesBy) }
            if leavesBy != nil { return nil }
            if let cursors { return cursors }
            _ = try? bell.wait(for: .readable, milliseconds: nil)
        }
    }

    private func connect(_ path: Int) -> Connection? {
        do throws(LinkError) {
            return try Connection(
                to: paths[path].endpoint, clock: ports.clock(), within: Self.connectLimit,
                bell: hasToGo)
        } catch {
            note(failure: error.description)
            return nil
        }
    }

    /// Says each cause once: an outage of a week is not a million lines.
    private func note(failure: String) {
        let isNew = mail.withLock { mail in
            defer {
                mail.status.failure = failure
                mail.status.isConnected = false
                mail.status.isReached = false
            }
            return mail.status.failure != failure
        }
        if isNew { ports.log(.warning, "destination \(name): \(failure)") }
    }

    /// Speaks over a connection until it fails.
    ///
    /// - Parameter answeredAt: is set to when somebody last answered there.
    private func serve(
        _ connection: Connection, _ path: Int, _ round: inout CourierRound,
        _ answeredAt: inout Instant?
    ) -> End {
        let startedAt = Self.now().monotonic
        var failure = round.begin(on: path, connection, at: Self.now())
        // What is to be told already waits for no event.
        var patience: Int64 = 0
        while failure == nil {
            var poll = Poll()
            poll.add(bell, for: .readable)
            poll.add(connection.socket, for: connection.wanted)
            _ = try? poll.wait(milliseconds: patience)
            patience = 500
            _ = try? bell.clear()
            let leavesBy = takeMail(&round)
            let moment = Self.now()
            failure = round.turn(connection, at: moment)
            if round.isReached { answeredAt = moment.monotonic }
            let isNew = mail.withLock { mail in
                let wasConnected = mail.status.isConnected
                mail.status = round.status(mail.status, path: path)
                if round.isOpen { mail.status.failure = "" }
                return round.isOpen && !wasConnected
            }
            if isNew { ports.log(.notice, "destination \(name): connected") }
            if let leavesBy, round.behindCount == 0 || moment.monotonic >= leavesBy {
                round.leave(connection, at: moment)
                _ = round.end(at: moment.monotonic)
                return .left
            }
            if path > 0, failure == nil, moment.monotonic - startedAt >= Self.returnPeriod {
                failure = "back to the first path"
            }
        }
        if let dueAt = round.end(at: Self.now().monotonic) { return .ordered(dueAt: dueAt) }
        note(failure: "\(paths[path].endpoint.name): \(failure ?? "")")
        return .failed
    }

    /// Waits; pages that come meanwhile are kept.
    ///
    /// - Parameter orNews: no longer than until there is something to tell.
    /// - Returns: true when it is time to go.
    private func rest(until end: Instant, orNews: Bool, _ round: inout CourierRound) -> Bool {
        while !orNews || round.behindCount == 0 {
            let left = (end - Self.now().monotonic).milliseconds
            guard left > 0 else { return false }
            _ = try? bell.wait(for: .readable, milliseconds: left)
            _ = try? bell.clear()
            if takeMail(&round) != nil { return true }
            mail.withLock { $0.status.behindCount = round.behindCount }
        }
        return false
    }

    /// - Returns: when it has to leave.
    private func takeMail(_ round: inout CourierRound) -> Instant? {
        let taken = mail.withLock { mail in
            defer {
                mail.pages.removeAll()
                mail.failedReads.removeAll()
                mail.answers.removeAll()
                mail.counts.removeAll()
            }
            return mail
        }
        round.ledgerReached(taken.head)
        for page in taken.pages { round.read(page) }
        for lane in taken.failedReads { round.readFailed(lane) }
        for answer in taken.answers { round.answer(answer) }
        round.take(taken.counts.values)
        return taken.leavesBy
    }
}
