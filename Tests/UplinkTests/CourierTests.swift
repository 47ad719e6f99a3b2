import Frames
import Glibc
import Incidents
import Linux
import Loopback
import Records
import Station
import Synchronization
import Testing

@testable import Uplink

/// A courier on its thread, in front of a peer on loopback, with a ledger in memory.
private final class Board: Sendable {
    let courier: Courier
    private let lines: Lines

    private final class Lines: Sendable {
        let all = Mutex<[String]>([])
    }

    static let speaker = Speaker(device: "bar", cameras: ["hall"])

    /// - Parameter count: of confirmed incidents that are to be told.
    init(
        _ port: UInt16, incidents count: Int, _ dialect: @escaping @Sendable () -> any Dialect
    ) throws {
        let lines = Lines()
        self.lines = lines
        let entries = (1...count).map { Self.entry(Int64($0)) }
        let ports = CourierPorts(
            read: { lane, after, countMax, answer in
                let entries = lane == .alarm ? entries.filter { $0.sequence > after } : []
                let page = entries.prefix(countMax)
                answer(
                    OutboxPage(
                        lane: lane, entries: Array(page),
                        readThrough: page.count < entries.count
                            ? page.last?.sequence ?? after : Int64(count)))
            },
            note: { _ in }, command: { _ in },
            log: { _, text in lines.all.withLock { $0.append(text) } },
            clock: { CertificateClock(wallMilliseconds: 0, isUnset: true) })
        courier = try Courier(
            name: "c",
            paths: [
                Path(endpoint: Endpoint(host: "127.0.0.1", port: port), makeDialect: dialect)
            ],
            failoverAfter: .seconds(60), seed: 1, ports: ports)
        courier.begin(at: DeliveryCursors())
        courier.ledgerReached(Int64(count))
        try courier.start()
    }

    var log: [String] { lines.all.withLock { $0 } }

    func stop() { courier.stop(within: .seconds(5)) }

    /// - Returns: whether it came to hold within `seconds`.
    func waits(_ seconds: Int64, until holds: () -> Bool) -> Bool {
        let end = Clocks.monotonicNanoseconds() + seconds * 1_000_000_000
        while Clocks.monotonicNanoseconds() < end {
            if holds() { return true }
            usleep(5_000)
        }
        return false
    }

    private static func entry(_ sequence: Int64) -> OutboxEntry {
        var incident = Incident(
            ordinal: UInt32(sequence), camera: 0, kind: .fight, zone: 0, openedAt: .zero)
        incident.state = .confirmed
        incident.confirmedAt = .zero
        let stamp = Stamp(
            boot: BootID(high: 1, low: 2), monotonic: .zero, wallMilliseconds: 3,
            trust: .synchronised)
        return OutboxEntry(
            sequence: sequence, record: LedgerRecord(stamp: stamp, body: .incident(incident)),
            at: Dating.Date(wallMilliseconds: 4, source: .clock))
    }
}

@Suite struct CourierTests {
    private static func mqtt() -> MQTTDialect {
        MQTTDialect(MQTTDialect.Settings(), speaker: Board.speaker) { _, _ in nil }
    }

    private static func ack(_ property: MQTTProperties.Name? = nil, _ value: UInt32 = 0) -> [UInt8]
    {
        var ack = MQTTPacket.ConnectAck(isSessionPresent: false, reason: 0)
        if let property { ack.properties?[number: property] = value }
        return MQTTPacket.connectAck(ack).encoded
    }

    /// As DC-09 allows: each message costs a connection, and no pause, and no line in the log.
    @Test func aReceiverThatHangsUpAfterEachAnswerIsCalledAgainAtOnce() throws {
        let told = Mutex<[String]>([])
        let peer = try LoopbackPeer { connection, _ in
            var bytes: [UInt8] = []
            while !bytes.contains(0x0D), let more = connection.read() { bytes += more }
            guard let end = bytes.firstIndex(of: 0x0D),
                let frame = try? SIAFrame.decode(Array(bytes[...end]), key: nil).frame
            else { return }
            told.withLock { $0.append(frame.content) }
            connection.write(
                SIAFrame(token: .ack, sequence: frame.sequence, account: frame.account).encoded())
            // By then the next message was sent, and is lost with the connection.
            usleep(20_000)
        }
        let settings = Reports.settings()
        let board = try Board(peer.port, incidents: 40) {
            SIADialect(settings, speaker: Board.speaker)
        }
        // With pauses of half a second, and doubled, it would be minutes.
        #expect(board.waits(15) { board.courier.status.deliveredCount == 40 })
        let contents = told.withLock { $0 }
        #expect(Set(contents).count == 40)
        #expect(contents.count <= 41)
        #expect(peer.connectionCount <= 42)
        #expect(board.log == ["destination c: connected"])
        #expect(board.courier.status.isReached)
        board.stop()
        peer.stop()
    }

    /// It takes every connection, reads, and hangs up: that is a failure, and pauses grow (U6).
    @Test func aReceiverThatHangsUpWithoutAnAnswerIsNotStormed() throws {
        let peer = try LoopbackPeer { connection, _ in _ = connection.read() }
        let settings = Reports.settings()
        let board = try Board(peer.port, incidents: 1) {
            SIADialect(settings, speaker: Board.speaker)
        }
        usleep(3_000_000)
        // The first pause is half a second at least, the next half a second more.
        #expect(peer.connectionCount <= 5)
        #expect(!board.courier.status.isReached)
        board.stop()
        peer.stop()
    }

    @Test func aReceiverThatRefusesTheTimeIsSaidToDoSo() throws {
        let peer = try LoopbackPeer { connection, _ in
            while connection.read() != nil {
                connection.write(
                    SIAFrame(
                        token: .nak, sequence: 0, account: nil,
                        wallMilliseconds: Clocks.wallMilliseconds() - 7_200_000
                    ).encoded())
            }
        }
        let settings = Reports.settings()
        let board = try Board(peer.port, incidents: 1) {
            SIADialect(settings, speaker: Board.speaker)
        }
        let words = "it refuses the time (NAK), even its own, 7200 s behind ours"
        #expect(board.waits(10) { board.log.contains { $0.hasSuffix(words) } }, "\(board.log)")
        board.stop()
        peer.stop()
    }

    @Test func aBrokerThatTakesUsAndKicksIsNotStormed() throws {
        let peer = try LoopbackPeer { connection, _ in
            connection.packets { packet in
                switch packet {
                case .connect: connection.write(Self.ack())
                case .publish(let publish) where publish.isRetained:
                    connection.write(MQTTPacket.publishAck(id: publish.id, reason: 0).encoded)
                default: return false
                }
                return true
            }
        }
        let board = try Board(peer.port, incidents: 1) { Self.mqtt() }
        usleep(3_000_000)
        #expect(peer.connectionCount <= 5)
        board.stop()
        peer.stop()
    }

    /// The broker says why and resets the connection while more is on its way to it.
    @Test func theReasonThatLiesInTheSocketIsSaid() throws {
        let peer = try LoopbackPeer { connection, _ in
            connection.packets { packet in
                guard case .publish(let publish) = packet else {
                    connection.write(Self.ack())
                    return true
                }
                guard !publish.isRetained else { return true }
                connection.write(MQTTPacket.disconnect(reason: 0x98).encoded)
                usleep(20_000)
                return false
            }
        }
        let board = try Board(peer.port, incidents: 500) { Self.mqtt() }
        let words = "the broker ended it: administrative action (0x98)"
        #expect(board.waits(10) { board.log.contains { $0.hasSuffix(words) } }, "\(board.log)")
        board.stop()
        peer.stop()
    }

    @Test(arguments: [[0x20, 2, 0, 1], [0x20, 2, 0, 0], []] as [[UInt8]])
    func aBrokerOfMQTT3IsNamedAsThat(answer: [UInt8]) throws {
        let peer = try LoopbackPeer { connection, _ in
            _ = connection.read()
            connection.write(answer)
        }
        let board = try Board(peer.port, incidents: 1) { Self.mqtt() }
        #expect(
            board.waits(10) { board.log.contains { $0.contains("MQTT 5 is not spoken there") } },
            "\(board.log)")
        board.stop()
        peer.stop()
    }

    /// As the standard wants it: 0x9A to a will that is retained, and to each retained message.
    @Test(arguments: [true, false])
    func aBrokerThatRetainsNothingIsToldEverythingAllTheSame(isSaid: Bool) throws {
        let violations = Mutex(0)
        let peer = try LoopbackPeer { connection, _ in
            connection.packets { packet in
                switch packet {
                case .connect(let connect):
                    guard connect.will?.isRetained != true else {
                        violations.withLock { $0 += 1 }
                        var ack = MQTTPacket.ConnectAck(isSessionPresent: false, reason: 0x9A)
                        ack.properties?[text: .reasonText] = "no"
                        connection.write(MQTTPacket.connectAck(ack).encoded)
                        return false
                    }
                    connection.write(isSaid ? Self.ack(.retainAvailable) : Self.ack())
                case .publish(let publish) where publish.isRetained:
                    violations.withLock { $0 += 1 }
                    connection.write(MQTTPacket.disconnect(reason: 0x9A).encoded)
                    return false
                case .publish(let publish):
                    connection.write(MQTTPacket.publishAck(id: publish.id, reason: 0).encoded)
                default: break
                }
                return true
            }
        }
        let board = try Board(peer.port, incidents: 20) { Self.mqtt() }
        #expect(board.waits(5) { board.courier.status.deliveredCount == 20 }, "\(board.log)")
        #expect(violations.withLock { $0 } == 1)
        board.stop()
        peer.stop()
    }
}
