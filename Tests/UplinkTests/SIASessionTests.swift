import Cryptography
import Frames
import Incidents
import Testing

@testable import Uplink

/// An alarm centre and its line, as far as a session can tell.
private struct Centre {
    let settings: SIASettings
    var session: SIASession
    var clock = Moment(
        monotonic: .zero + .seconds(1_000), wallMilliseconds: Reports.wallMilliseconds)
    /// Everything the session did, in order.
    private(set) var actions: [SIASession.Action] = []

    init(_ settings: SIASettings = Reports.settings(), sequence: UInt16 = 1) {
        self.settings = settings
        session = SIASession(settings: settings, sequence: sequence)
        take(session.connected(at: clock))
    }

    mutating func take(_ made: [SIASession.Action]) { actions += made }

    mutating func offer(_ key: Int64, _ kind: Incident.Kind = .fight) {
        let message = SIAMessage(
            Reports.report(kind), settings: settings, wallMilliseconds: clock.wallMilliseconds)
        take(session.offered(message, key: key, at: clock))
    }

    mutating func wait(_ milliseconds: Int64) {
        clock.monotonic = clock.monotonic + .milliseconds(milliseconds)
        clock.wallMilliseconds += milliseconds
        take(session.timePassed(at: clock))
    }

    mutating func hear(_ bytes: [UInt8]) { take(session.received(bytes, at: clock)) }

    /// - Parameter wallMilliseconds: the centre's own time.
    mutating func reply(
        _ token: SIAFrame.Token, to sequence: UInt16, at wallMilliseconds: Int64 = 0
    ) {
        let isSealed = token == .ack || token == .rsp
        hear(
            SIAFrame(
                token: token, sequence: sequence, account: settings.account,
                wallMilliseconds: wallMilliseconds
            ).encoded(key: isSealed ? settings.key : nil))
    }

    /// The frames that were sent, read as the centre would.
    var sent: [SIAFrame] {
        actions.compactMap {
            guard case .send(let bytes) = $0 else { return nil }
            return try? SIAFrame.decode(bytes, key: settings.key).frame
        }
    }

    var outcomes: [Int64: [SIAOutcome]] {
        actions.reduce(into: [:]) {
            if case .finished(let key, let outcome) = $1 { $0[key, default: []].append(outcome) }
        }
    }

    mutating func forget() { actions = [] }

    var drops: [SIAOutcome.Cause] {
        actions.compactMap { if case .drop(let cause) = $0 { cause } else { nil } }
    }
    var dropCount: Int { drops.count }
}

@Suite struct SIASessionTests {
    @Test(arguments: [nil, "0123456789abcdef", "0123456789abcdef0123456789abcdef"] as [String?])
    func oneMessageAtATimeIsSentAndAcknowledged(key: String?) {
        var centre = Centre(Reports.settings(key: key))
        #expect(centre.session.isReady)
        centre.offer(7)
        #expect(!centre.session.isReady)
        centre.offer(8)
        #expect(centre.outcomes == [8: [.unanswered(.notReady)]])
        centre.reply(.ack, to: 1)
        #expect(centre.session.isReady)
        centre.offer(8)
        centre.reply(.rsp, to: 2)
        #expect(centre.outcomes == [7: [.accepted], 8: [.unanswered(.notReady), .accepted]])
        #expect(centre.sent.map(\.sequence) == [1, 2])
        #expect(centre.sent.map(\.token) == [.siaDCS, .siaDCS])
        #expect(centre.session.answeredAt == centre.clock.monotonic)
    }

    @Test func numbersGoFromOneTo9999AndRound() {
        var centre = Centre(sequence: 9_998)
        for (key, sequence) in [(1, 9_998), (2, 9_999), (3, 1), (4, 2)] as [(Int64, UInt16)] {
            centre.offer(key)
            centre.reply(.ack, to: sequence)
            #expect(centre.outcomes[key] == [.accepted])
        }
        #expect(centre.sent.map(\.sequence) == [9_998, 9_999, 1, 2])
        #expect(Centre(sequence: 0).session.isReady)
        #expect(Centre(sequence: 10_000).session.isReady)
    }

    @Test func withoutAnAnswerItIsTheSameMessageWithANewTime() {
        var centre = Centre()
        centre.offer(7)
        centre.wait(9_999)
        #expect(centre.sent.count == 1)
        centre.wait(1)
        centre.wait(10_000)
        let sent = centre.sent
        #expect(sent.map(\.sequence) == [1, 1, 1])
        #expect(Set(sent.map(\.content)).count == 1)
        let times = sent.compactMap(\.wallMilliseconds).map { $0 - Reports.wallMilliseconds }
        #expect(times == [0, 10_000, 20_000])
        #expect(centre.outcomes.isEmpty)
        centre.wait(10_000)
        #expect(centre.outcomes == [7: [.unanswered(.silence)]])
        #expect(centre.dropCount == 1)
        #expect(centre.session.state == .disconnected)
        #expect(centre.session.deadline == nil)
    }

    /// An outage in which the centre got the message and we did not get its answer.
    @Test func offeredAgainAfterSilenceItKeepsItsNumber() {
        var centre = Centre()
        centre.offer(7)
        centre.take(centre.session.disconnected())
        #expect(centre.outcomes == [7: [.unanswered(.connectionLost)]])
        centre.offer(7)
        #expect(centre.outcomes[7]?.last == .unanswered(.notReady))
        centre.take(centre.session.connected(at: centre.clock))
        centre.offer(7)
        centre.reply(.ack, to: 1)
        centre.offer(8)
        #expect(centre.sent.map(\.sequence) == [1, 1, 2])
        centre.take(centre.session.disconnected())
        centre.take(centre.session.connected(at: centre.clock))
        centre.offer(9)
        #expect(centre.sent.last?.sequence == 3)
    }

    /// A connection alone says nothing of who is behind it: a receiver that hangs behind a port that
    /// is open, or has another key, is not reached until it answers.
    @Test func whoTakesConnectionsAndAnswersNothingDoesNotAnswer() {
        var centre = Centre()
        #expect(centre.session.isAnswering)
        centre.wait(85_000)
        for _ in 0..<3 { centre.wait(10_000) }
        #expect(centre.dropCount == 1)
        for _ in 0..<3 {
            centre.take(centre.session.connected(at: centre.clock))
            #expect(!centre.session.isAnswering)
            // Nothing is to be told: the line is tested soon, not after the usual time.
            centre.wait(1_000)
            #expect(centre.sent.last?.token == .null)
            for _ in 0..<3 { centre.wait(10_000) }
        }
        #expect(centre.dropCount == 4)
        centre.take(centre.session.connected(at: centre.clock))
        centre.wait(1_000)
        // It wants another time, which says nothing of whether it takes what it is told.
        centre.reply(.nak, to: 0, at: Reports.wallMilliseconds)
        #expect(!centre.session.isAnswering)
        centre.reply(.ack, to: 0)
        #expect(centre.session.isAnswering)
        let count = centre.sent.count
        centre.wait(84_999)
        #expect(centre.sent.count == count)
        // It hangs up after an answer, as it may; and without one, as it may not.
        centre.offer(7)
        centre.take(centre.session.disconnected())
        #expect(centre.session.isAnswering && centre.session.hasSettled)
        centre.take(centre.session.connected(at: centre.clock))
        centre.offer(7)
        centre.take(centre.session.disconnected())
        #expect(!centre.session.isAnswering && !centre.session.hasSettled)
        centre.take(centre.session.connected(at: centre.clock))
        centre.offer(7)
        centre.reply(.duh, to: 1)
        #expect(centre.session.isAnswering)
    }

    /// The centre counts from when it heard of us, not from a connection that says nothing.
    @Test func whoHangsUpWhenNothingIsSaidIsTestedInTimeAllTheSame() {
        var centre = Centre()
        centre.offer(7)
        centre.reply(.ack, to: 1)
        for _ in 0..<8 {
            centre.wait(10_000)
            centre.take(centre.session.disconnected())
            centre.take(centre.session.connected(at: centre.clock))
        }
        #expect(centre.sent.map(\.token) == [.siaDCS])
        centre.wait(5_000)
        #expect(centre.sent.map(\.token) == [.siaDCS, .null])
    }

    @Test func aRefusedTimeIsMendedAndTheMessageSentAgain() {
        var centre = Centre()
        let ahead: Int64 = 3_600_000
        centre.offer(7)
        centre.reply(.nak, to: 0, at: Reports.wallMilliseconds + ahead)
        #expect(centre.session.offsetMilliseconds == ahead)
        #expect(centre.sent.map(\.sequence) == [1, 1])
        #expect(centre.sent.last?.wallMilliseconds == Reports.wallMilliseconds + ahead)
        centre.reply(.ack, to: 1)
        #expect(centre.outcomes == [7: [.accepted]])
        // The next one has the centre's time at once, also over another connection.
        centre.take(centre.session.connected(at: centre.clock))
        centre.offer(8)
        #expect(centre.sent.last?.wallMilliseconds == Reports.wallMilliseconds + ahead)
    }

    @Test func aCentreThatNeverLikesTheTimeIsGivenUp() {
        var centre = Centre()
        centre.offer(7)
        for _ in 0..<10 { centre.reply(.nak, to: 0, at: .max) }
        #expect(centre.sent.count == centre.settings.attemptCountMax)
        #expect(centre.outcomes == [7: [.unanswered(.timeRefused)]])
        #expect(centre.drops == [.timeRefused])
    }

    @Test func duhIsTheEndOfThatMessageOnly() {
        var centre = Centre()
        centre.offer(7)
        centre.reply(.duh, to: 1)
        centre.wait(30_000)
        #expect(centre.outcomes == [7: [.refused(.notUnderstood)]])
        #expect(centre.sent.count == 1)
        #expect(centre.dropCount == 0)
        centre.offer(8)
        centre.reply(.ack, to: 2)
        #expect(centre.outcomes[8] == [.accepted])
    }

    @Test func otherAnswersAndGarbageAreNoAnswer() {
        var centre = Centre(Reports.settings(key: "0123456789abcdef"))
        centre.offer(7)
        centre.reply(.ack, to: 2)
        centre.hear(Array("\n\r\"NAK\"".utf8))
        centre.hear(Array("\nAFC90015\"ACK\"0001R1L0#AB12[]\r".utf8))
        centre.hear(
            SIAFrame(token: .ack, sequence: 1, account: "AB12", wallMilliseconds: 0).encoded())
        #expect(centre.outcomes.isEmpty)
        #expect(centre.sent.count == 1)
        #expect(centre.session.answeredAt == nil)
        #expect(centre.session.complaint == .unprotected)
        centre.reply(.ack, to: 1)
        #expect(centre.outcomes == [7: [.accepted]])
        #expect(centre.session.complaint == nil)
        // Once more, late: nobody waits for it.
        centre.reply(.ack, to: 1)
        #expect(centre.outcomes == [7: [.accepted]])
    }

    @Test func aFloodEndsTheConnection() {
        var centre = Centre()
        centre.offer(7)
        for _ in 0...SIASession.strayByteCountMax / 100 {
            centre.hear([UInt8](repeating: 0x0A, count: 100))
        }
        #expect(centre.outcomes == [7: [.unanswered(.silence)]])
        #expect(centre.dropCount == 1)
    }

    @Test func theLineIsTestedWhenNothingElseIsSaid() {
        var centre = Centre()
        centre.wait(84_999)
        #expect(centre.sent.isEmpty)
        centre.wait(1)
        #expect(centre.sent.map(\.token) == [.null])
        #expect(centre.sent.map(\.sequence) == [0])
        centre.reply(.ack, to: 0)
        centre.wait(80_000)
        centre.offer(7)
        centre.reply(.ack, to: 1)
        centre.wait(84_999)
        #expect(centre.sent.count == 2)
        centre.wait(1)
        #expect(centre.sent.last?.token == .null)
        centre.reply(.duh, to: 0)
        #expect(centre.session.isReady)
        centre.wait(85_000)
        // Tests have no outcome, but without an answer the connection is given up.
        for _ in 0..<3 { centre.wait(10_000) }
        #expect(centre.dropCount == 1)
        #expect(centre.outcomes == [7: [.accepted]])
        #expect(centre.sent.map(\.token) == [.null, .siaDCS, .null, .null, .null, .null])
    }

    /// Random events, a centre that does what it likes: every promise of the type is kept.
    @Test func whateverHappensEachOfferHasOneOutcome() {
        var seed: UInt64 = 3
        func random(_ count: Int) -> Int {
            seed = seed &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return Int(seed >> 33) % count
        }
        var centre = Centre(sequence: 9_900)
        var (openCount, sentCount, finishedCount, attemptCount) = (0, 0, 0, 0)
        var last = SIAFrame(token: .null, sequence: 0, account: nil)
        for _ in 0..<20_000 {
            switch random(9) {
            case 0, 1:
                openCount += 1
                centre.offer(Int64(random(5)))
            case 2, 3: centre.reply(.ack, to: last.sequence)
            case 4: centre.reply(.nak, to: 0, at: Int64(random(1 << 30)) << 20)
            case 5: centre.reply(.duh, to: last.sequence)
            case 6: centre.wait(Int64(random(90_000)))
            case 7: centre.hear((0..<random(40)).map { _ in UInt8(random(256)) })
            default:
                if random(3) == 0 { centre.take(centre.session.disconnected()) }
                if random(2) == 0 { centre.take(centre.session.connected(at: centre.clock)) }
            }
            for frame in centre.sent {
                sentCount += 1
                last = frame
                #expect((frame.token == .null) == (frame.sequence == 0))
                #expect(frame.sequence <= 9_999)
            }
            finishedCount += centre.outcomes.values.map(\.count).reduce(0, +)
            openCount -= centre.outcomes.values.map(\.count).reduce(0, +)
            centre.forget()
            attemptCount = 0
            var waits = false
            if case .waiting(let exchange) = centre.session.state {
                waits = exchange.key != nil
                attemptCount = exchange.attemptCount
            }
            #expect(openCount == (waits ? 1 : 0))
            #expect(attemptCount <= centre.settings.attemptCountMax)
        }
        #expect(sentCount > 1_000)
        #expect(finishedCount > 1_000)
    }
}
