import Frames

/// What became of one message.
public enum SIAOutcome: Hashable, Sendable {
    /// The centre has it.
    case accepted
    /// The centre cannot do anything with it, and will not be asked again.
    case refused(Refusal)
    /// Nobody knows whether the centre has it: offer it again, with the same key.
    case unanswered(Cause)

    public enum Refusal: String, Sendable {
        /// DUH.
        case notUnderstood
    }

    public enum Cause: String, Sendable {
        /// Nothing valid came back, however often it was sent.
        case silence
        /// NAK at last, although the centre's own time was told to it.
        case timeRefused
        case connectionLost
        /// Offered while another message waited, or without a connection.
        case notReady
    }
}

/// The conversation with one alarm centre over one connection at a time: one message, its answer,
/// the next.
///
/// It reads no clock and no socket: bytes and times come with events, bytes leave as actions. What
/// is not accepted is kept by whoever offers it.
///
/// - Invariants: at most one message waits. A message is sent at most `attemptCountMax` times in
///   one connection, always with the same sequence number and a new time. Each offered message has
///   exactly one outcome. Whatever the centre sends, memory stays within one frame.
/// - Source: ANSI/SIA DC-09-2013, sections 5.5.1 to 5.5.3.
public struct SIASession: Sendable {
    ///                connected                     offered, supervision over: send
    ///     disconnected ──────► idle ───────────────────────────────────────────► waiting
    ///          ▲                ▲                                                 │ │ ▲
    ///          │                └───────────── ACK, RSP, DUH: outcome ────────────┘ │ │
    ///          │ disconnected: outcome             NAK: take its time, send again ──┤ │
    ///          │ too often, or stray bytes: outcome, drop     no answer: send again ─┴─┘
    ///          └──────────────────────────────── from idle and waiting
    ///
    /// Nothing else changes the state: an answer nobody waits for, an answer to another message and
    /// bytes that are no answer are ignored; a message offered when not idle is handed back.
    public enum State: Hashable, Sendable {
        case disconnected
        case idle
        case waiting(Exchange)
    }

    /// A message that waits for its answer.
    public struct Exchange: Hashable, Sendable {
        var message: SIAMessage
        /// nil for link tests.
        var key: Int64?
        var sequence: UInt16
        var sentAt: Instant
        var attemptCount: Int
    }

    public enum Action: Hashable, Sendable {
        case send([UInt8])
        case finished(key: Int64, SIAOutcome)
        /// Close the connection, and open another one.
        case drop(SIAOutcome.Cause)
    }

    /// Who did not answer before a new connection, and is told nothing on it, is tested after so long.
    static let doubt = Interval.seconds(1)
    static let strayByteCountMax = 8 * SIAFrame.byteCountMax

    public private(set) var state = State.disconnected
    public let settings: SIASettings
    /// When the centre last answered, whatever it said: the path works.
    public private(set) var answeredAt: Instant?
    /// Whether the last that was asked of the centre was taken or refused; true before anything was
    /// asked. A connection alone says nothing of who is behind it.
    public private(set) var isAnswering = true
    /// Whether something was taken or refused on this connection: a receiver may hang up after
    /// each answer (5.5.2), and calling it again is no repetition of what failed.
    public private(set) var hasSettled = false
    /// Why the last frame that came was no answer, for whoever looks for the fault: a wrong key, a
    /// wrong receiver. nil once there is an answer.
    public private(set) var complaint: SIAFrameError?
    /// What the centre's clock is ahead of ours, by its last NAK.
    public private(set) var offsetMilliseconds: Int64 = 0

    private let padding: @Sendable (Int) -> [UInt8]
    private var buffer = SIAReplyBuffer()
    private var strayByteCount = 0
    /// nil before anything was.
    private var lastSentAt: Instant?
    private var nextSequence: UInt16
    /// The last message without an answer, so that it can be known as the same one if offered again.
    private var unanswered: (key: Int64, sequence: UInt16)?

    /// - Parameter sequence: the number of the first message; the one after the last one that was
    ///   given before a restart, where that is known.
    public init(
        settings: SIASettings, sequence: UInt16 = 1,
        padding: @escaping @Sendable (Int) -> [UInt8] = SIAPadding.random
    ) {
        self.settings = settings
        self.padding = padding
        nextSequence = (1...9_999).contains(sequence) ? sequence : 1
    }

    /// Whether a message can be offered now.
    public var isReady: Bool { state == .idle }

    /// When `timePassed` is due; nil without a connection.
    public var deadline: Instant? {
        switch state {
        case .disconnected: nil
        case .idle: supervisedAt
        case .waiting(let exchange): exchange.sentAt + settings.answerTimeout
        }
    }

    /// When the centre wants to hear of us, with or without a connection until then; nil before
    /// the first one.
    public var supervisedAt: Instant? {
        lastSentAt.map {
            $0 + (isAnswering ? settings.supervision : min(settings.supervision, Self.doubt))
        }
    }

    /// A connection was made.
    public mutating func connected(at time: Moment) -> [Action] {
        let actions = disconnected()
        (state, hasSettled, buffer) = (.idle, false, SIAReplyBuffer())
        // Who hangs up when nothing is said is called again in time; who did not answer is given a
        // moment in which it may be told something.
        if lastSentAt == nil || !isAnswering { lastSentAt = time.monotonic }
        return actions
    }

    /// The connection is gone.
    public mutating func disconnected() -> [Action] { end(.connectionLost) }

    /// A message is to be sent. Offered again after no answer, it keeps its sequence number, by
    /// which the centre knows that it is not another one.
    public mutating func offered(_ message: SIAMessage, key: Int64, at time: Moment) -> [Action] {
        switch state {
        case .disconnected, .waiting:
            return [.finished(key: key, .unanswered(.notReady))]
        case .idle:
            let sequence: UInt16
            if let unanswered, unanswered.key == key {
                sequence = unanswered.sequence
            } else {
                sequence = nextSequence
                nextSequence = sequence == 9_999 ? 1 : sequence + 1
            }
            unanswered = nil
            return begin(message, key: key, sequence: sequence, at: time)
        }
    }

    /// Something came from the centre.
    public mutating func received(_ bytes: [UInt8], at time: Moment) -> [Action] {
        var actions: [Action] = []
        strayByteCount += bytes.count
        for frame in buffer.frames(in: bytes) {
            guard case .waiting(let exchange) = state, let reply = reply(frame),
                reply.answers(sequence: exchange.sequence, account: settings.account)
            else { continue }
            (answeredAt, strayByteCount, complaint) = (time.monotonic, 0, nil)
            actions += answered(reply, exchange, at: time)
        }
        if strayByteCount > Self.strayByteCountMax, state != .disconnected {
            actions += end(.silence) + [.drop(.silence)]
        }
        return actions
    }

    /// `deadline` is reached.
    public mutating func timePassed(at time: Moment) -> [Action] {
        guard let deadline, time.monotonic >= deadline else { return [] }
        switch state {
        case .disconnected: return []
        case .idle: return begin(.linkTest, key: nil, sequence: 0, at: time)
        case .waiting(let exchange): return sendAgain(exchange, after: .silence, at: time)
        }
    }

    private mutating func reply(_ frame: [UInt8]) -> SIAReply? {
        do throws(SIAFrameError) {
            return try SIAReply.read(frame, key: settings.key)
        } catch {
            complaint = error
            return nil
        }
    }

    private mutating func answered(
        _ reply: SIAReply, _ exchange: Exchange, at time: Moment
    ) -> [Action] {
        switch reply.kind {
        case .accepted:
            (state, isAnswering, hasSettled) = (.idle, true, true)
            return exchange.key.map { [.finished(key: $0, .accepted)] } ?? []
        case .refused:
            (state, isAnswering, hasSettled) = (.idle, true, true)
            return exchange.key.map { [.finished(key: $0, .refused(.notUnderstood))] } ?? []
        case .outOfTime(let wallMilliseconds):
            // Both lie within 253 402 300 799 999, so that no sum of them overflows.
            offsetMilliseconds = wallMilliseconds - SIATime.clamped(time.wallMilliseconds)
            return sendAgain(exchange, after: .timeRefused, at: time)
        }
    }

    private mutating func begin(
        _ message: SIAMessage, key: Int64?, sequence: UInt16, at time: Moment
    ) -> [Action] {
        send(
            Exchange(
                message: message, key: key, sequence: sequence, sentAt: time.monotonic,
                attemptCount: 0),
            at: time)
    }

    private mutating func sendAgain(
        _ exchange: Exchange, after cause: SIAOutcome.Cause, at time: Moment
    ) -> [Action] {
        guard exchange.attemptCount < settings.attemptCountMax else {
            return end(cause) + [.drop(cause)]
        }
        return send(exchange, at: time)
    }

    private mutating func send(_ exchange: Exchange, at time: Moment) -> [Action] {
        var exchange = exchange
        exchange.attemptCount += 1
        exchange.sentAt = time.monotonic
        lastSentAt = time.monotonic
        strayByteCount = 0
        state = .waiting(exchange)
        let frame = SIAFrame(
            token: exchange.message.token, sequence: exchange.sequence,
            receiver: settings.receiver, line: settings.line, account: settings.account,
            content: exchange.message.content, extensions: exchange.message.extensions,
            wallMilliseconds: SIATime.clamped(time.wallMilliseconds) + offsetMilliseconds)
        return [.send(frame.encoded(key: settings.key, padding: padding))]
    }

    private mutating func end(_ cause: SIAOutcome.Cause) -> [Action] {
        defer { state = .disconnected }
        guard case .waiting(let exchange) = state else { return [] }
        // Said while the centre hung up after its answer to the one before: that is no silence.
        if cause != .connectionLost || !hasSettled { isAnswering = false }
        guard let key = exchange.key else { return [] }
        unanswered = (key, exchange.sequence)
        return [.finished(key: key, .unanswered(cause))]
    }
}
