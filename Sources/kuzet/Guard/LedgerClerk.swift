import Frames
import Incidents
import Linux
import Station
import Synchronization

/// The ledger on a thread of its own: a disk that hangs delays no lamp and no siren.
///
/// The station gives batches of records and pictures; what became of them comes back to it as
/// events. It holds every record until one says that it is durable, and raises `storeFailed`
/// where none comes for ten seconds.
///
/// - Order: as given, but records and pictures before clips. A file is written before the record
///   that vouches for it, because the station makes that record of `evidenceKept`.
/// - Limits: `batchCountMax` batches (of at most 64 records), `pictureCountMax` pictures and
///   `pictureByteCountMax` bytes of them, what is in hand included. The station gives one batch
///   at a time; one too many is answered with a failure, and given again later. A picture too many
///   is refused, and whoever gave it is told. Of clips `clipByteCountMax` bytes wait; more is
///   refused, and given again later.
final class LedgerClerk: ClipDesk, Sendable {
    private enum Order {
        case append([LedgerRecord])
        case picture([UInt8], ordinal: UInt32)
        /// For those who deliver; answered without delay by whoever gave it.
        case read(@Sendable (PersistentLedger) -> Void)
    }

    private enum ClipWork {
        case extend([ClipPicture], ordinal: UInt32)
        case join(ordinal: UInt32, clip: UInt32)
        case finish(ordinal: UInt32)
    }

    private struct Desk {
        /// Oldest first; the first stays here while it is in hand.
        var orders: [Order] = []
        /// The same for clips.
        var clipWork: [ClipWork] = []
        var clipByteCount = 0
        /// Since when the first of either, or the opening, is in hand.
        var busySince: Instant?
        var isStopping = false
        /// What the ledger told; nil where it could not be read.
        var past: LedgerPast?

        /// What is asked again as soon as the ledger could be opened.
        var waitingForLedger: [@Sendable () -> Void] = []
        /// How far destinations were served, since that was last made durable.
        var noted: [String: DeliveryCursors] = [:]

        /// Bytes of each picture that waits.
        var pictures: [Int] {
            orders.compactMap {
                if case .picture(let jpeg, _) = $0 { jpeg.count } else { nil }
            }
        }
        var batchCount: Int {
            orders.count { if case .append = $0 { true } else { false } }
        }
    }

    static let batchCountMax = 2
    static let pictureCountMax = 32
    static let readCountMax = 64
    /// How far destinations were served is written with the next records, or after so long.
    static let noteDelayMilliseconds: Int64 = 30_000
    static let pictureByteCountMax = 8 << 20
    static let clipByteCountMax = 4 << 20
    /// Beginnings and ends have no bytes.
    static let clipWorkCountMax = 64

    private let boot: BootID
    private let queue: EventQueue
    private let desk = Mutex(Desk())
    /// Readable while there may be something to do.
    private let bell: FileDescriptor
    /// Readable for good once the ledger was opened, or could not be.
    private let hasOpened: FileDescriptor
    /// Readable for good once everything is written and the ledger is closed.
    private let hasEnded: FileDescriptor

    init(boot: BootID, queue: EventQueue) throws {
        self.boot = boot
        self.queue = queue
        bell = try FileDescriptor.event()
        hasOpened = try FileDescriptor.event()
        hasEnded = try FileDescriptor.event()
    }

    /// Runs the thread, which opens the ledger at once, until `stop`.
    ///
    /// - Parameter peek: reads the past where the ledger cannot be opened for writing.
    func start(
        open: @escaping @Sendable () throws -> PersistentLedger.Opened,
        peek: @escaping @Sendable () -> LedgerPast? = { nil }
    ) throws {
        desk.withLock { $0.busySince = Self.now() }
        try Threads.start("ledger") { [self] in
            work(PersistentLedger(open: open) { [queue] in queue.post(.pastKnown($0)) }, peek)
        }
    }

    /// Is told, on the ledger's thread, how many records are durable.
    private let reached = Mutex<@Sendable (Int64) -> Void>({ _ in })

    // MARK: For couriers' threads; none of these waits for the disk

    /// Calls `told` whenever there are more records, and once at the start.
    func whenReached(_ told: @escaping @Sendable (Int64) -> Void) {
        reached.withLock { $0 = told }
        read { ledger in
            if let outbox = try? ledger.outbox() { told(outbox.recordCount) }
        }
    }

    /// Up to where a destination was served; asked again until the ledger can be opened.
    func cursors(
        of destination: String, _ answer: @escaping @Sendable (DeliveryCursors) -> Void
    ) {
        read { [self] ledger in
            do {
                answer(try ledger.outbox().cursors(of: destination))
            } catch {
                desk.withLock {
                    $0.waitingForLedger.append { self.cursors(of: destination, answer) }
                }
            }
        }
    }

    /// - Parameter answer: nil where it cannot be read now.
    func page(
        _ lane: DeliveryLane, after: Int64, countMax: Int,
        _ answer: @escaping @Sendable (OutboxPage?) -> Void
    ) {
        let isTaken = read { ledger in
            answer(try? ledger.outbox().page(lane, after: after, countMax: countMax))
        }
        if !isTaken { answer(nil) }
    }

    func note(_ cursors: DeliveryCursors, of destination: String) {
        let isFirst = desk.withLock { desk in
            defer { desk.noted[destination] = cursors }
            return desk.noted.isEmpty
        }
        if isFirst { ring() }
    }

    @discardableResult
    private func read(_ body: @escaping @Sendable (PersistentLedger) -> Void) -> Bool {
        let isTaken = desk.withLock { desk in
            let count = desk.orders.count { if case .read = $0 { true } else { false } }
            guard count < Self.readCountMax, !desk.isStopping else { return false }
            desk.orders.append(.read(body))
            return true
        }
        if isTaken { ring() }
        return isTaken
    }

    // MARK: For the station's thread; none of these waits for the disk, but those that say so.

    func append(_ records: [LedgerRecord]) -> Duty.Keeping {
        let isTaken = desk.withLock { desk in
            guard desk.batchCount < Self.batchCountMax, !desk.isStopping else { return false }
            desk.orders.append(.append(records))
            return true
        }
        guard isTaken else {
            return .failed(cause: "\(Self.batchCountMax) batches wait for the disk already")
        }
        ring()
        return .later
    }

    /// - Returns: false where too much waits already: the picture is not kept.
    func keepSnapshot(_ jpeg: [UInt8], ordinal: UInt32) -> Bool {
        let isTaken = desk.withLock { desk in
            let waiting = desk.pictures
            guard waiting.count < Self.pictureCountMax,
                waiting.reduce(jpeg.count, +) <= Self.pictureByteCountMax, !desk.isStopping
            else { return false }
            desk.orders.append(.picture(jpeg, ordinal: ordinal))
            return true
        }
        if isTaken { ring() }
        return isTaken
    }

    func extendClip(_ pictures: ArraySlice<ClipPicture>, ordinal: UInt32) -> Bool {
        let byteCount = Self.byteCount(pictures)
        return take(.extend(Array(pictures), ordinal: ordinal), byteCount: byteCount)
    }

    func joinClip(ordinal: UInt32, clip: UInt32) -> Bool {
        take(.join(ordinal: ordinal, clip: clip), byteCount: 0)
    }

    func finishClip(ordinal: UInt32) -> Bool { take(.finish(ordinal: ordinal), byteCount: 0) }

    private func take(_ work: ClipWork, byteCount: Int) -> Bool {
        let isTaken = desk.withLock { desk in
            guard desk.clipWork.count < Self.clipWorkCountMax, !desk.isStopping,
                desk.clipByteCount == 0 || desk.clipByteCount + byteCount <= Self.clipByteCountMax
            else { return false }
            desk.clipWork.append(work)
            desk.clipByteCount += byteCount
            return true
        }
        if isTaken { ring() }
        return isTaken
    }

    private static func byteCount(_ pictures: some Sequence<ClipPicture>) -> Int {
        pictures.reduce(0) { $0 + $1.jpeg.count }
    }

    /// Waits until the ledger was opened, at most `limit`.
    ///
    /// - Returns: what it tells of earlier lives; nil where it could not be read. When it can
    ///   be, the station is told by `pastKnown`.
    func past(within limit: Interval) -> LedgerPast? {
        _ = try? hasOpened.wait(for: .readable, milliseconds: limit.milliseconds)
        return desk.withLock { $0.past }
    }

    /// For how long the disk has not answered; zero while nothing is asked of it.
    func silence(at instant: Instant) -> Interval {
        desk.withLock { $0.busySince }.map { max(instant - $0, .zero) } ?? .zero
    }

    var isIdle: Bool { desk.withLock { $0.orders.isEmpty && $0.clipWork.isEmpty } }

    /// Takes no more orders, closes the ledger after the last one, and waits for that at most
    /// `limit`.
    ///
    /// - Returns: false where the disk did not answer in time.
    func stop(within limit: Interval) -> Bool {
        desk.withLock { $0.isStopping = true }
        ring()
        let readiness = try? hasEnded.wait(
            for: .readable, milliseconds: max(limit.milliseconds, 0))
        return !(readiness ?? []).isEmpty
    }

    /// A full counter is readable too: nothing is lost by not adding to it.
    private func ring() { try? bell.signal() }

    private static func now() -> Instant { Instant(nanoseconds: Clocks.monotonicNanoseconds()) }

    // MARK: The clerk's own thread

    private func work(_ ledger: PersistentLedger, _ peek: () -> LedgerPast?) {
        let past = ledger.past ?? peek()
        desk.withLock { desk in
            desk.past = past
            desk.busySince = nil
        }
        try? hasOpened.signal()
        var leftOut: [UInt32: Int] = [:]
        while let work = next(ledger) {
            switch work {
            case .order(let order):
                let cause = carryOut(order, ledger)
                // Before it leaves the desk: who sees an empty one finds the answer in the queue.
                if let cause { queue.post(cause) }
                desk.withLock { desk in
                    desk.orders.removeFirst()
                    desk.busySince = nil
                }
            case .clip(let work):
                for cause in carryOut(work, ledger, &leftOut) { queue.post(cause) }
                desk.withLock { desk in
                    if case .extend(let pictures, _) = desk.clipWork.removeFirst() {
                        desk.clipByteCount -= Self.byteCount(pictures)
                    }
                    desk.busySince = nil
                }
            }
        }
        ledger.close()
        try? hasEnded.signal()
    }

    private enum Work {
        case order(Order)
        case clip(ClipWork)
    }

    /// Waits for the next order; nil when there will be none.
    private func next(_ ledger: PersistentLedger) -> Work? {
        var notedSince: Instant?
        while true {
            _ = try? bell.clear()
            let (work, isStopping, isNoted) = desk.withLock { desk -> (Work?, Bool, Bool) in
                let work =
                    desk.orders.first.map(Work.order) ?? desk.clipWork.first.map(Work.clip)
                if work != nil { desk.busySince = Self.now() }
                return (work, desk.isStopping, !desk.noted.isEmpty)
            }
            if let work { return work }
            if isStopping {
                handOverNotes(to: ledger)
                return nil
            }
            guard isNoted else {
                notedSince = nil
                _ = try? bell.wait(for: .readable, milliseconds: nil)
                continue
            }
            let since = notedSince ?? Self.now()
            notedSince = since
            let left = Self.noteDelayMilliseconds - (Self.now() - since).milliseconds
            if left > 0 {
                _ = try? bell.wait(for: .readable, milliseconds: left)
            } else {
                handOverNotes(to: ledger)
                // Where that fails they are noted again with what comes next.
                try? ledger.outbox().settle()
                notedSince = nil
            }
        }
    }

    /// Gives the ledger what couriers noted; it is written with the next records, or when it is
    /// closed.
    private func handOverNotes(to ledger: PersistentLedger) {
        guard let outbox = try? ledger.outbox() else { return }
        let noted = desk.withLock { desk in
            defer { desk.noted.removeAll() }
            return desk.noted
        }
        for (destination, cursors) in noted { outbox.note(cursors, of: destination) }
    }

    private func carryOut(_ order: Order, _ ledger: PersistentLedger) -> Event.Cause? {
        do {
            switch order {
            case .append(let records):
                handOverNotes(to: ledger)
                try ledger.append(records)
                tellReached(ledger)
                return .recordsKept(count: records.count)
            case .picture(let jpeg, let ordinal):
                let sha256 = try ledger.keepSnapshot(jpeg, ordinal: ordinal, boot: boot)
                return .evidenceKept(
                    ordinal: ordinal, sha256: sha256, byteCount: UInt32(clamping: jpeg.count))
            case .read(let body):
                body(ledger)
                return nil
            }
        } catch {
            if case .append = order { return .storeFailed(cause: "\(error)") }
            // The incident itself stands in the ledger: a lost picture is no more than that.
            Journal.write(Priority.error.rawValue, "\(error)")
            return nil
        }
    }

    /// There are more records; and whoever asked while there was no ledger asks again.
    private func tellReached(_ ledger: PersistentLedger) {
        guard let outbox = try? ledger.outbox() else { return }
        reached.withLock { $0 }(outbox.recordCount)
        let waiting = desk.withLock { desk in
            defer { desk.waitingForLedger.removeAll() }
            return desk.waitingForLedger
        }
        for ask in waiting { ask() }
    }

    /// - Parameter leftOut: how many pictures of each clip that is being written were not kept.
    private func carryOut(
        _ work: ClipWork, _ ledger: PersistentLedger, _ leftOut: inout [UInt32: Int]
    ) -> [Event.Cause] {
        switch work {
        case .extend(let pictures, let ordinal):
            let before = leftOut[ordinal] ?? 0
            do {
                let count = try ledger.extendClip(pictures, ordinal: ordinal, boot: boot)
                leftOut[ordinal] = before + count
            } catch {
                // A full disk is full for every part of a clip: said for the first one.
                if before == 0 { Journal.write(Priority.error.rawValue, "\(error)") }
                leftOut[ordinal] = before + pictures.count
            }
            return []
        case .join(let ordinal, let clip):
            do {
                try ledger.joinClip(ordinal: ordinal, clip: clip, boot: boot)
            } catch {
                Journal.write(Priority.error.rawValue, "\(error)")
            }
            return []
        case .finish(let ordinal):
            if let count = leftOut.removeValue(forKey: ordinal), count > 0 {
                Journal.write(
                    Priority.warning.rawValue,
                    "incident \(ordinal): clip: \(count) pictures could not be kept")
            }
            do {
                guard let kept = try ledger.finishClip(ordinal: ordinal, boot: boot) else {
                    return []
                }
                return kept.causes
            } catch {
                Journal.write(Priority.error.rawValue, "\(error)")
                return []
            }
        }
    }
}

extension KeptClip {
    /// What the station is told of it.
    var causes: [Event.Cause] {
        ordinals.map {
            .evidenceKept(ordinal: $0, kind: .clip, sha256: sha256, byteCount: byteCount)
        }
    }
}
