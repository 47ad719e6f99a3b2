import Frames

/// Messages that a broker has not acknowledged, in order: on their way, waiting to be, or waiting
/// to be again.
///
/// A broker that hangs up does not say at which of them. Then those under way are *suspects*: each
/// goes alone, so that the next time it is known.
///
/// - Limits: `countMax` messages and `byteCountMax` bytes (and one message) that are no suspects,
///   once as many suspects, and what is retained, one for each topic.
struct MQTTFlights: Hashable, Sendable {
    struct Flight: Hashable, Sendable {
        /// nil for what is retained: its topic is its name.
        var key: Int64?
        var publish: MQTTPacket.Publish
        /// Sent on this connection, when.
        var sentAt: Instant?
        /// Sent on this connection or an earlier one.
        var wasSent = false
        var isSuspect = false
        /// By the broker's own word that it was one of them.
        var wasAccused = false
        /// How often the broker hung up at it alone.
        var hangUpCount = 0
        /// How often it refused it, or hung up at it alone after it had taken others.
        var refusalCount = 0
        /// How many others had been taken when it was refused first.
        var takenCount: UInt64?
        /// Not sent again before.
        var restsUntil: Instant?
        /// A PINGREQ was sent behind it.
        var isPinged = false
    }

    static let countMax = 16
    /// All of them are sent at once when a connection is back, so they must fit what may wait for
    /// the network.
    static let byteCountMax = 1 << 20

    private(set) var all: [Flight] = []
    private var nextID: UInt16 = 1

    /// How many more may be added where `window` may be under way at once.
    func freeCount(window: Int) -> Int {
        let plain = all.filter { !$0.isSuspect }
        guard plain.reduce(0, { $0 + $1.publish.payload.count }) < Self.byteCountMax else {
            return 0
        }
        return max(
            min(min(window, Self.countMax) - plain.count, 2 * Self.countMax - all.count), 0)
    }

    // MARK: What is to be said

    mutating func add(_ message: MQTTPacket.Publish, key: Int64) {
        all.append(Flight(key: key, publish: numbered(message)))
    }

    /// What is retained on its topic from now on; takes the place of an earlier one that was not
    /// sent.
    mutating func add(retained message: MQTTPacket.Publish) {
        all.removeAll {
            $0.key == nil && $0.sentAt == nil && $0.publish.topic == message.topic
        }
        all.append(Flight(publish: numbered(message)))
    }

    /// What is retained is said anew, before anything else: nobody knows what became of it.
    mutating func begin(retained messages: [MQTTPacket.Publish]) {
        let earlier = all.filter { $0.key == nil }
        all.removeAll { $0.key == nil }
        let first = messages.map { message in
            var flight =
                earlier.first { $0.publish.topic == message.topic } ?? Flight(publish: message)
            flight.publish = numbered(message)
            return flight
        }
        all.insert(contentsOf: first, at: 0)
    }

    /// A connection begins: nothing is under way on it.
    mutating func opened() {
        for index in all.indices {
            (all[index].sentAt, all[index].restsUntil, all[index].isPinged) = (nil, nil, false)
        }
    }

    /// Whether the broker still knows what was under way, so that it is a duplicate to it.
    mutating func mark(duplicates: Bool) {
        for index in all.indices {
            all[index].publish.isDuplicate = duplicates && all[index].wasSent
        }
    }

    // MARK: What is sent

    var underWay: [Int] { all.indices.filter { all[$0].sentAt != nil } }

    /// What to send now, at most `window` with what is under way.
    func due(window: Int, at instant: Instant) -> [Int] {
        let underWay = underWay
        guard !underWay.contains(where: { all[$0].isSuspect }) else { return [] }
        let waiting = all.indices.filter {
            all[$0].sentAt == nil && (all[$0].restsUntil ?? instant) <= instant
        }
        let plain = waiting.filter { !all[$0].isSuspect }
        // A way that breaks accuses many and means none of them: then in order, and what is retained
        // before. Once a broker said that it was one of them, or hung up twice at one alone, what
        // is new goes first: an alarm waits for no search.
        if !all.contains(where: { $0.wasAccused || $0.hangUpCount > 1 }),
            let next = waiting.first(where: { all[$0].isSuspect }),
            plain.allSatisfy({ all[$0].key != nil })
        {
            return underWay.isEmpty ? [next] : []
        }
        guard plain.isEmpty, underWay.isEmpty else {
            return Array(plain.prefix(max(min(window, Self.countMax) - underWay.count, 0)))
        }
        // Another one each time, so that one at which the broker hangs up holds up no other.
        return waiting.min { all[$0].hangUpCount < all[$1].hangUpCount }.map { [$0] } ?? []
    }

    mutating func sent(_ index: Int, at instant: Instant) {
        (all[index].sentAt, all[index].wasSent) = (instant, true)
    }

    /// - Returns: whether there is anything that the next PINGRESP is an answer to.
    mutating func pinged() -> Bool {
        for index in underWay { all[index].isPinged = true }
        return !underWay.isEmpty
    }

    // MARK: What became of it

    func index(ofID id: UInt16) -> Int? {
        all.firstIndex { $0.publish.id == id && $0.sentAt != nil }
    }

    mutating func remove(_ index: Int) -> Flight { all.remove(at: index) }

    mutating func removePinged() -> [Flight] {
        defer { all.removeAll { $0.isPinged } }
        return all.filter(\.isPinged)
    }

    /// - Parameter takenCount: how many messages the broker has taken by now.
    /// - Returns: whether it took others since this one was refused first.
    mutating func refused(_ index: Int, takenCount: UInt64) -> Bool {
        all[index].refusalCount += 1
        let first = all[index].takenCount ?? takenCount
        all[index].takenCount = first
        return takenCount > first
    }

    /// As another message: an acknowledged one, refused or not, is not sent again (4.4).
    mutating func rest(_ index: Int, until instant: Instant) {
        all[index].publish.id = takeID()
        all[index].wasSent = false
        all[index].publish.isDuplicate = false
        all[index].sentAt = nil
        all[index].restsUntil = instant
    }

    /// The broker hung up at this one.
    ///
    /// - Parameter isTaking: it had taken others on the same connection.
    mutating func hungUp(at index: Int, isTaking: Bool) {
        (all[index].isSuspect, all[index].hangUpCount) = (true, all[index].hangUpCount + 1)
        if isTaking { all[index].refusalCount += 1 }
    }

    /// - Parameter isSaid: the broker said that it was one of them; without, it or the way broke.
    mutating func suspectUnderWay(isSaid: Bool) {
        for index in underWay {
            all[index].isSuspect = true
            all[index].wasAccused = all[index].wasAccused || isSaid
        }
    }

    private mutating func numbered(_ message: MQTTPacket.Publish) -> MQTTPacket.Publish {
        var message = message
        message.qos = 1
        message.id = takeID()
        return message
    }

    /// An identifier that no message under way has. Ends: fewer than 65,535 are under way.
    mutating func takeID() -> UInt16 {
        while true {
            let id = nextID
            nextID = nextID == .max ? 1 : nextID + 1
            if !all.contains(where: { $0.publish.id == id }) { return id }
        }
    }
}
