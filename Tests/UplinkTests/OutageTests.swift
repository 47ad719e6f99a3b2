import Detectors
import Frames
import Incidents
import Records
import Simulation
import Station
import Testing

@testable import Uplink

/// One appliance's ledger and courier in virtual time, in front of a broker that is there or not.
private struct World {
    let ledger = MemoryLedger()
    let speaker = Speaker(device: "board", cameras: ["hall"])
    var now = Instant.zero
    var delivery = Delivery()
    var dialect: MQTTDialect
    var backoff = Backoff(seed: 7)
    var isBrokerThere = false
    var isSessionKept = false

    /// What the broker acknowledged, in the order in which it came.
    var told: [MQTTPacket.Publish] = []
    var attemptCount = 0
    /// Entries that were in memory at one time, at most.
    var heldCountMax = 0

    init() {
        dialect = MQTTDialect(MQTTDialect.Settings(), speaker: speaker) { _, _ in nil }
    }

    var moment: Moment { Moment(monotonic: now, wallMilliseconds: now.milliseconds) }

    func keep(_ record: LedgerRecord) throws { try ledger.append([record]) }

    /// Tries to connect until `end`, with the pauses that a courier makes.
    mutating func tryInVain(until end: Instant, each: (Instant) throws -> Void) throws {
        while now < end {
            attemptCount += 1
            now = now + backoff.failed(at: now)
            try each(min(now, end))
            delivery.ledgerReached(ledger.recordCount)
        }
    }

    /// One connection, until all is delivered or `countMax` messages were acknowledged.
    mutating func serve(countMax: Int = .max) throws {
        backoff.connected(at: now)
        if !dialect.keepsEntries { delivery.connectionLost() }
        var waiting = dialect.opened(at: moment)
        var acknowledgedCount = 0
        delivery.ledgerReached(ledger.recordCount)
        while !delivery.isIdle {
            try answer(&waiting, &acknowledgedCount, countMax: countMax)
            if acknowledgedCount >= countMax { break }
            while let (lane, after, count) = delivery.nextRead() {
                delivery.read(try ledger.page(lane, after: after, countMax: count))
            }
            while dialect.freeCount > 0, let entry = delivery.next() {
                waiting += dialect.tell(entry, at: moment)
            }
            heldCountMax = max(heldCountMax, delivery.givenCount)
            now = now + .milliseconds(10)
            waiting += dialect.passed(at: moment)
        }
        dialect.closed()
    }

    /// The broker reads what was sent and answers it, so far as it lives to.
    private mutating func answer(
        _ waiting: inout [DialectAction], _ count: inout Int, countMax: Int
    ) throws {
        while !waiting.isEmpty {
            switch waiting.removeFirst() {
            case .send(let bytes):
                switch try MQTTPacket(bytes[...]) {
                case .connect:
                    let ack = MQTTPacket.ConnectAck(isSessionPresent: isSessionKept, reason: 0)
                    waiting += dialect.received(MQTTPacket.connectAck(ack).encoded, at: moment)
                case .publish(let publish) where publish.isRetained:
                    let ack = MQTTPacket.publishAck(id: publish.id, reason: 0)
                    waiting += dialect.received(ack.encoded, at: moment)
                case .publish(let publish) where publish.qos == 1:
                    guard count < countMax else { continue }
                    count += 1
                    told.append(publish)
                    let ack = MQTTPacket.publishAck(id: publish.id, reason: 0)
                    waiting += dialect.received(ack.encoded, at: moment)
                case .pingRequest:
                    waiting += dialect.received(MQTTPacket.pingResponse.encoded, at: moment)
                default: break
                }
            case .delivered(let sequence): delivery.delivered(sequence)
            case .refused(let sequence, let cause):
                Issue.record("\(sequence) was refused: \(cause)")
                delivery.refused(sequence)
            case .failed(let cause): Issue.record("failed: \(cause)")
            case .opened, .command, .warned: break
            }
        }
    }

    /// Sequence numbers of incidents' messages, as they came.
    var incidentSequences: [Int] {
        get throws {
            try told.filter { $0.topic.hasSuffix("/incident") }.map { publish in
                let text = String(decoding: publish.payload, as: UTF8.self)
                let number = text.split(separator: "\"sequence\":").last.map { $0.dropLast() }
                return try #require(number.flatMap { Int($0) })
            }
        }
    }

    static func incident(_ ordinal: Int, _ state: Incident.State, at: Instant) -> LedgerRecord {
        var incident = Incident(
            ordinal: UInt32(ordinal), camera: 0, kind: .fight, zone: 1, openedAt: at)
        incident.state = state
        if state != .suspected { incident.confirmedAt = at }
        if state == .closed { incident.closedAt = at }
        return LedgerRecord(
            stamp: Stamp(
                boot: BootID(high: 1, low: 2),
                monotonic: at + .nanoseconds(Int64(state.rawValue) + 1),
                wallMilliseconds: at.milliseconds, trust: .synchronised),
            body: .incident(incident))
    }
}

extension Interval {
    fileprivate static func nanoseconds(_ count: Int64) -> Interval { Interval(nanoseconds: count) }
}

@Suite struct OutageTests {
    /// The broker is away for a week, and every ten minutes there is an incident.
    @Test func aWeekWithoutABrokerCostsFewAttemptsAndNoMemoryAndLosesNothing() throws {
        var world = World()
        let week = Interval.seconds(7 * 86_400)
        var ordinal = 0
        let ledger = world.ledger
        try world.tryInVain(until: .zero + week) { instant in
            while .zero + .seconds(Int64(ordinal + 1) * 600) <= instant {
                ordinal += 1
                let at = Instant.zero + .seconds(Int64(ordinal) * 600)
                for state in [Incident.State.suspected, .confirmed, .closed] {
                    try ledger.append([World.incident(ordinal, state, at: at)])
                }
            }
        }
        #expect(ordinal == 1_008)
        // Pauses are of 150 s at least, once they have doubled to their bound.
        #expect(world.attemptCount < 7 * 86_400 / 150 + 12)
        #expect(world.attemptCount > 7 * 86_400 / 300)
        // The broker dies again and again while all of it is told.
        for countMax in [1, 15, 16, 17, 100, 1_000] { try world.serve(countMax: countMax) }
        world.isSessionKept = true
        try world.serve()
        #expect(try world.incidentSequences.removingRepeats == Array(1...3_024))
        #expect(world.heldCountMax <= 3 * Delivery.windowCountMax)
        // What was under way when a connection broke came again, and nothing else.
        #expect(world.told.count <= 3_024 + 6 * MQTTFlights.countMax)
    }

    /// Ten thousand incidents wait; a window of them is all that is in memory.
    @Test func tenThousandIncidentsAreToldInOrderThroughAWindow() throws {
        var world = World()
        for ordinal in 1...10_000 {
            let at = Instant.zero + .seconds(Int64(ordinal))
            for state in [Incident.State.suspected, .confirmed, .closed] {
                try world.keep(World.incident(ordinal, state, at: at))
            }
        }
        try world.serve()
        #expect(try world.incidentSequences == Array(1...30_000))
        #expect(world.heldCountMax <= Delivery.windowCountMax)
        #expect(world.delivery.isIdle && world.delivery.refusedCount == 0)
    }
}

extension [Int] {
    /// Each number where it came first.
    fileprivate var removingRepeats: [Int] {
        var seen: Set<Int> = []
        return filter { seen.insert($0).inserted }
    }
}
