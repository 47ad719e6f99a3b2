import Frames
import Linux
import Records
import Station
import Synchronization

/// Carries out what waits for the ledger, on a thread of its own: a disk that hangs delays no lamp
/// and no siren. What is taken, in which order and how much of it, `LedgerQueue` says.
///
/// The station gives batches of records, pictures and parts of clips; what became of them comes
/// back to it as events. It holds every record until one says that it is durable, and raises
/// `storeFailed` where none comes for ten seconds.
package final class LedgerThread: ClipWriter, Sendable {
    private struct Shared {
        var queue: LedgerQueue
        /// What the ledger told; nil where it could not be read.
        var past: LedgerPast?
        /// What is asked again as soon as the ledger could be opened.
        var waitingForLedger: [@Sendable () -> Void] = []
        /// Is told, on this thread, how many records are durable.
        var reached: @Sendable (Int64) -> Void = { _ in }
    }

    private let boot: BootID
    private let answers: EventQueue
    private let shared: Mutex<Shared>
    /// Readable while there may be something to do.
    private let bell: FileDescriptor
    /// Readable for good once the ledger was opened, or could not be.
    private let hasOpened: FileDescriptor
    /// Readable for good once everything is written and the ledger is closed.
    private let hasEnded: FileDescriptor
    private let limits: SpaceLimits
    private let destinations: [String]

    /// - Parameters:
    ///   - queue: where the station is told what became of what it gave.
    ///   - limits: how much evidence may lie on the disk.
    ///   - destinations: who must have been told of a file before it may go without a loss.
    package init(
        boot: BootID, queue: EventQueue, limits: SpaceLimits = SpaceLimits(),
        destinations: [String] = []
    ) throws {
        self.boot = boot
        self.limits = limits
        self.destinations = destinations
        answers = queue
        shared = Mutex(Shared(queue: LedgerQueue(openingSince: Self.now())))
        bell = try FileDescriptor.event()
        hasOpened = try FileDescriptor.event()
        hasEnded = try FileDescriptor.event()
    }

    /// Runs the thread, which opens the ledger at once, until `stop`.
    ///
    /// - Parameter peek: reads the past where the ledger cannot be opened for writing.
    package func start(
        open: @escaping @Sendable () throws -> PersistentLedger.Opened,
        peek: @escaping @Sendable () -> LedgerPast? = { nil }
    ) throws {
        shared.withLock { $0.queue = LedgerQueue(openingSince: Self.now()) }
        try Threads.start("ledger") { [self] in
            work(PersistentLedger(open: open) { [answers] in answers.post(.pastKnown($0)) }, peek)
        }
    }

    // MARK: For couriers' threads; none of these waits for the disk

    /// Calls `told` whenever there are more records, and once at the start.
    package func whenReached(_ told: @escaping @Sendable (Int64) -> Void) {
        shared.withLock { $0.reached = told }
        _ = give(
            .page { ledger in
                if let outbox = try? ledger.outbox() { told(outbox.recordCount) }
            })
    }

    /// Up to where a destination was served; asked again until the ledger can be opened.
    package func cursors(
        of destination: String, _ answer: @escaping @Sendable (DeliveryCursors) -> Void
    ) {
        let askAgain: @Sendable () -> Void = { [self] in
            shared.withLock {
                $0.waitingForLedger.append { self.cursors(of: destination, answer) }
            }
        }
        let refusal = give(
            .page { ledger in
                do { answer(try ledger.outbox().cursors(of: destination)) } catch { askAgain() }
            })
        if case .full = refusal { askAgain() }
    }

    /// - Parameter answer: nil where it cannot be read now.
    package func page(
        _ lane: DeliveryLane, after: Int64, countMax: Int,
        _ answer: @escaping @Sendable (OutboxPage?) -> Void
    ) {
        let refusal = give(
            .page { ledger in
                answer(try? ledger.outbox().page(lane, after: after, countMax: countMax))
            })
        if refusal != nil { answer(nil) }
    }

    package func note(_ cursors: DeliveryCursors, of destination: String) {
        let isFirst = shared.withLock {
            $0.queue.note(cursors, of: destination, at: Self.now())
        }
        if isFirst { ring() }
    }

    // MARK: For the station's thread; none of these waits for the disk, but those that say so.

    package func append(_ records: [LedgerRecord]) -> Duty.Keeping {
        switch give(.append(records)) {
        case nil: .later
        case .full(let count): .failed(cause: "\(count) batches wait for the disk already")
        case .stopping: .failed(cause: "the ledger is being closed")
        }
    }

    /// - Returns: false where too much waits already: the picture is not kept.
    package func keepSnapshot(_ jpeg: [UInt8], ordinal: UInt32) -> Bool {
        give(.picture(jpeg, .snapshot, ordinal: ordinal)) == nil
    }

    /// The same of what is sealed of a find.
    package func keepFind(_ sealed: [UInt8], ordinal: UInt32) -> Bool {
        give(.picture(sealed, .find, ordinal: ordinal)) == nil
    }

    /// Reads evidence where the disk is waited for anyway.
    ///
    /// - Returns: false where too much is asked for already: `read` is not called.
    package func fetch(_ read: @escaping @Sendable () -> Void) -> Bool {
        give(.fetch(read)) == nil
    }

    package func extendClip(_ pictures: ArraySlice<ClipPicture>, ordinal: UInt32) -> Bool {
        give(.clip(.extend(Array(pictures), ordinal: ordinal))) == nil
    }

    package func joinClip(ordinal: UInt32, clip: UInt32) -> Bool {
        give(.clip(.join(ordinal: ordinal, clip: clip))) == nil
    }

    package func finishClip(ordinal: UInt32) -> Bool {
        give(.clip(.finish(ordinal: ordinal))) == nil
    }

    /// Waits until the ledger was opened, at most `limit`.
    ///
    /// - Returns: what it tells of earlier lives; nil where it could not be read. When it can
    ///   be, the station is told by `pastKnown`.
    package func past(within limit: Interval) -> LedgerPast? {
        _ = try? hasOpened.wait(for: .readable, milliseconds: limit.milliseconds)
        return shared.withLock { $0.past }
    }

    /// For how long the disk has not answered; zero while nothing is asked of it.
    package func silence(at instant: Instant) -> Interval {
        shared.withLock { $0.queue.silence(at: instant) }
    }

    package var isIdle: Bool { shared.withLock { $0.queue.isIdle } }

    /// Takes nothing more, closes the ledger after what was taken, and waits for that at most
    /// `limit`.
    ///
    /// - Returns: false where the disk did not answer in time.
    package func stop(within limit: Interval) -> Bool {
        shared.withLock { $0.queue.stop() }
        ring()
        let readiness = try? hasEnded.wait(
            for: .readable, milliseconds: max(limit.milliseconds, 0))
        return !(readiness ?? []).isEmpty
    }

    private func give(_ work: LedgerQueue.Work) -> LedgerQueue.Refusal? {
        let refusal = shared.withLock { $0.queue.give(work) }
        if refusal == nil { ring() }
        return refusal
    }

    /// A full counter is readable too: nothing is lost by not adding to it.
    private func ring() { try? bell.signal() }

    private static func now() -> Instant { Instant(nanoseconds: Clocks.monotonicNanoseconds()) }

    // MARK: The thread itself

    private func work(_ ledger: PersistentLedger, _ peek: () -> LedgerPast?) {
        let past = ledger.past ?? peek()
        shared.withLock { shared in
            shared.past = past
            shared.queue.opened()
        }
        try? hasOpened.signal()
        var losses = ClipLosses()
        while true {
            _ = try? bell.clear()
            switch shared.withLock({ $0.queue.next(at: Self.now()) }) {
            case .carryOut(let work):
                // Before it leaves the queue: who sees an empty one finds the answer.
                for cause in carryOut(work, ledger, &losses) { answers.post(cause) }
            case .lookAtSpace:
                lookAtSpace(ledger)
            case .writeNotes:
                handOverNotes(to: ledger)
                // Where that fails they are noted again with what comes next.
                try? ledger.outbox().settle()
            case .wait(let until):
                let left = until.map { max(($0 - Self.now()).milliseconds + 1, 0) }
                _ = try? bell.wait(for: .readable, milliseconds: left)
                continue
            case .close:
                handOverNotes(to: ledger)
                ledger.close()
                try? hasEnded.signal()
                return
            }
            shared.withLock { $0.queue.finished() }
        }
    }

    /// What must go is said to the station: it goes when that is on record.
    private func lookAtSpace(_ ledger: PersistentLedger) {
        guard
            let due = try? ledger.outbox().dueForDiscard(limits, destinations: destinations),
            !due.isEmpty
        else { return }
        answers.post(.spaceShort(due))
    }

    /// Gives the ledger what couriers noted; it is written with the next records, or when it is
    /// closed.
    private func handOverNotes(to ledger: PersistentLedger) {
        guard let outbox = try? ledger.outbox() else { return }
        let notes = shared.withLock { $0.queue.takeNotes() }
        for (destination, cursors) in notes { outbox.note(cursors, of: destination) }
    }

    private func carryOut(
        _ work: LedgerQueue.Work, _ ledger: PersistentLedger, _ losses: inout ClipLosses
    ) -> [Event.Cause] {
        do {
            switch work {
            case .append(let records):
                handOverNotes(to: ledger)
                try ledger.append(records)
                tellReached(ledger)
                return [.recordsKept(count: records.count)]
            case .picture(let bytes, let kind, let ordinal):
                let sha256 =
                    kind == .find
                    ? try ledger.keepFind(bytes, ordinal: ordinal, boot: boot)
                    : try ledger.keepSnapshot(bytes, ordinal: ordinal, boot: boot)
                return [
                    .evidenceKept(
                        ordinal: ordinal, kind: kind, sha256: sha256,
                        byteCount: UInt32(clamping: bytes.count))
                ]
            case .page(let body): body(ledger)
            case .fetch(let read): read()
            case .clip(let work): return try carryOut(work, ledger, &losses)
            }
        } catch {
            if case .append = work { return [.storeFailed(cause: "\(error)")] }
            // The incident itself stands in the ledger: a lost picture is no more than that.
            Journal.write(Priority.error.rawValue, "\(error)")
        }
        return []
    }

    /// There are more records; and whoever asked while there was no ledger asks again.
    private func tellReached(_ ledger: PersistentLedger) {
        guard let outbox = try? ledger.outbox() else { return }
        let (reached, waiting) = shared.withLock { shared in
            defer { shared.waitingForLedger.removeAll() }
            return (shared.reached, shared.waitingForLedger)
        }
        reached(outbox.recordCount)
        for ask in waiting { ask() }
    }

    /// How many pictures of each clip that is being written were not kept.
    private typealias ClipLosses = [UInt32: Int]

    private func carryOut(
        _ work: LedgerQueue.ClipWork, _ ledger: PersistentLedger, _ losses: inout ClipLosses
    ) throws -> [Event.Cause] {
        switch work {
        case .extend(let pictures, let ordinal):
            let before = losses[ordinal] ?? 0
            do {
                losses[ordinal] =
                    before + (try ledger.extendClip(pictures, ordinal: ordinal, boot: boot))
            } catch {
                losses[ordinal] = before + pictures.count
                // A full disk is full for every part of a clip: said for the first one.
                if before == 0 { throw error }
            }
            return []
        case .join(let ordinal, let clip):
            try ledger.joinClip(ordinal: ordinal, clip: clip, boot: boot)
            return []
        case .finish(let ordinal):
            if let count = losses.removeValue(forKey: ordinal), count > 0 {
                Journal.write(
                    Priority.warning.rawValue,
                    "incident \(ordinal): clip: \(count) pictures could not be kept")
            }
            return try ledger.finishClip(ordinal: ordinal, boot: boot)?.causes ?? []
        }
    }
}

extension KeptClip {
    /// What the station is told of it.
    package var causes: [Event.Cause] {
        ordinals.map {
            .evidenceKept(ordinal: $0, kind: .clip, sha256: sha256, byteCount: byteCount)
        }
    }
}
