import Frames

/// What one destination was told, what it is told next, and what it has yet to confirm.
///
/// The ledger is the outbox: this holds a window of it, however long an outage lasts. Whatever was
/// given and not confirmed is given again after a connection was lost, in the same order, under
/// the same key.
///
/// - Order: alarms before health before evidence; within a lane, that of the ledger.
/// - Limits: `windowCountMax` entries of each lane are held, confirmed or not.
public struct Delivery: Hashable, Sendable {
    /// One lane's part of the ledger.
    ///
    ///     … delivered │ given, not confirmed │ held │ not read yet …
    ///                 cursor            given       readThrough      head
    private struct Window: Hashable, Sendable {
        var entries: [OutboxEntry] = []
        /// How many of `entries` were given, from the front.
        var givenCount = 0
        /// Of those, which were confirmed before an earlier one was.
        var confirmed: Set<Int64> = []
        var readThrough: Int64 = 0
        var isAsked = false
    }

    public static let windowCountMax = 32

    /// What is confirmed: a later life goes on from here.
    public private(set) var cursors: DeliveryCursors
    /// What the destination refused for good, so that it is not told.
    public private(set) var refusedCount: UInt64 = 0
    public private(set) var deliveredCount: UInt64 = 0
    private var windows = [Window](repeating: Window(), count: DeliveryLane.allCases.count)
    private var head: Int64 = 0

    public init(cursors: DeliveryCursors = DeliveryCursors()) {
        self.cursors = cursors
        for lane in DeliveryLane.allCases {
            windows[Int(lane.rawValue)].readThrough = cursors[lane]
        }
    }

    /// The ledger has so many records.
    public mutating func ledgerReached(_ sequence: Int64) {
        head = max(head, sequence)
    }

    /// Which part of the ledger to read next; nil where enough is held, or all was read.
    public mutating func nextRead() -> (lane: DeliveryLane, after: Int64, countMax: Int)? {
        for lane in DeliveryLane.allCases {
            let window = windows[Int(lane.rawValue)]
            // Half a window at a time: reading one by one asks the disk's thread too often.
            guard !window.isAsked, window.readThrough < head,
                window.entries.count <= Self.windowCountMax / 2
            else { continue }
            windows[Int(lane.rawValue)].isAsked = true
            return (lane, window.readThrough, Self.windowCountMax - window.entries.count)
        }
        return nil
    }

    /// What was read. A page that was not asked for is ignored.
    public mutating func read(_ page: OutboxPage) {
        let index = Int(page.lane.rawValue)
        guard windows[index].isAsked else { return }
        windows[index].isAsked = false
        let known = windows[index].readThrough
        windows[index].entries += page.entries.filter { $0.sequence > known }
        windows[index].readThrough = max(known, page.readThrough)
        settle(page.lane)
    }

    /// It could not be read: it is asked for again.
    public mutating func readFailed(_ lane: DeliveryLane) {
        windows[Int(lane.rawValue)].isAsked = false
    }

    /// What to give next; nil where nothing is held that was not given.
    public mutating func next() -> OutboxEntry? {
        for index in windows.indices where windows[index].givenCount < windows[index].entries.count
        {
            defer { windows[index].givenCount += 1 }
            return windows[index].entries[windows[index].givenCount]
        }
        return nil
    }

    /// The destination has it for good.
    public mutating func delivered(_ sequence: Int64) {
        if confirm(sequence) { deliveredCount &+= 1 }
    }

    /// The destination will never take it: telling it again would hold up all that follows.
    public mutating func refused(_ sequence: Int64) {
        if confirm(sequence) { refusedCount &+= 1 }
    }

    /// What was given and not confirmed is given again.
    public mutating func connectionLost() {
        for index in windows.indices {
            windows[index].entries.removeAll { [confirmed = windows[index].confirmed] in
                confirmed.contains($0.sequence)
            }
            windows[index].confirmed.removeAll()
            windows[index].givenCount = 0
        }
    }

    /// How many were given and not confirmed.
    public var givenCount: Int {
        windows.reduce(0) { $0 + $1.givenCount - $1.confirmed.count }
    }

    /// Whether all that the ledger has was confirmed.
    public var isIdle: Bool {
        DeliveryLane.allCases.allSatisfy { cursors[$0] >= head }
    }

    private mutating func confirm(_ sequence: Int64) -> Bool {
        for lane in DeliveryLane.allCases {
            let index = Int(lane.rawValue)
            let given = windows[index].entries.prefix(windows[index].givenCount)
            guard given.contains(where: { $0.sequence == sequence }),
                windows[index].confirmed.insert(sequence).inserted
            else { continue }
            settle(lane)
            return true
        }
        return false
    }

    /// Moves the cursor over everything at the front that was confirmed.
    private mutating func settle(_ lane: DeliveryLane) {
        let index = Int(lane.rawValue)
        while let first = windows[index].entries.first,
            windows[index].confirmed.remove(first.sequence) != nil
        {
            cursors[lane] = first.sequence
            windows[index].entries.removeFirst()
            windows[index].givenCount -= 1
        }
        // Records of other lanes in between need no confirmation.
        if windows[index].entries.isEmpty {
            cursors[lane] = max(cursors[lane], windows[index].readThrough)
        }
    }

    /// Names what is wrong; empty where all is well.
    func brokenInvariants() -> [String] {
        var broken: [String] = []
        for lane in DeliveryLane.allCases {
            let window = windows[Int(lane.rawValue)]
            let sequences = window.entries.map(\.sequence)
            if zip(sequences, sequences.dropFirst()).contains(where: { $0 >= $1 }) {
                broken.append("\(lane): entries out of order")
            }
            if let first = sequences.first, first <= cursors[lane] {
                broken.append(
                    "\(lane): entry \(first) is held, but delivered up to \(cursors[lane])")
            }
            if window.entries.count > Self.windowCountMax {
                broken.append("\(lane): too many held")
            }
            if window.givenCount > window.entries.count { broken.append("\(lane): given unheld") }
        }
        return broken
    }
}
