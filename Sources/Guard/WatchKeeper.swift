import Cryptography
import Detectors
import Frames
import Linux
import Records
import Station
import Store
import Synchronization
import Watchlist

/// Documents for looking at faces: takes them over where they are right, keeps them, ends them in time,
/// and tells cameras with whom to compare. On a thread of its own, because signatures and the disk take
/// time.
///
/// - Limit: `waitingCountMax` documents wait; one more is refused.
package final class WatchKeeper: Sendable {
    private struct Shared {
        var waiting: [(document: [UInt8], order: Order)] = []
    }

    private let shared = Mutex(Shared())
    /// Readable while a document waits.
    private let wake: FileDescriptor
    private let folder: LedgerFolder
    private let device: String
    private let authorities: [ListAuthority]
    private let boot: BootID
    private let post: @Sendable (Event.Cause) -> Void
    private let compare: @Sendable (WatchGallery?) -> Void

    static let waitingCountMax = 4
    /// Time is looked at so often.
    private static let period = Interval.seconds(1)
    /// The latest moment known is written down so often, for a board that is switched off: so much of
    /// the time that it ran may be missing afterwards.
    private static let notePeriod = Interval.seconds(60)

    /// - Parameters:
    ///   - authorities: whose signatures count; nobody: nothing is ever looked for.
    ///   - post: tells the station.
    ///   - compare: tells every camera, nil for nobody.
    package init(
        _ folder: LedgerFolder, device: String, authorities: [ListAuthority], boot: BootID,
        post: @escaping @Sendable (Event.Cause) -> Void,
        compare: @escaping @Sendable (WatchGallery?) -> Void
    ) throws {
        wake = try FileDescriptor.event()
        self.folder = folder
        self.device = device
        self.authorities = authorities
        self.boot = boot
        self.post = post
        self.compare = compare
    }

    /// What makes templates here, as lists have to name it.
    package static let model = SHA256.digest(Array(LookTask.faces.model.bytes))

    /// Starts the thread, which lives as long as the process.
    package func start() throws {
        try Threads.start("watch lists") { [self] in
            var work = Work(self)
            while true {
                work.round()
                // What was kept is gone; nothing else comes.
                if authorities.isEmpty, work.isOpen { return }
                _ = try? wake.wait(for: .readable, milliseconds: Self.period.milliseconds)
                _ = try? wake.clear()
            }
        }
    }

    /// Never waits. The station hears what became of it.
    package func take(_ document: [UInt8], _ order: Order) {
        let refusal: String? =
            authorities.isEmpty
            ? "this appliance knows no authority: its configuration has no [[watchlist.authority]]"
            : shared.withLock { shared in
                guard shared.waiting.count < Self.waitingCountMax else {
                    return "\(Self.waitingCountMax) documents wait already: give it again"
                }
                shared.waiting.append((document, order))
                return nil
            }
        guard let refusal else {
            try? wake.signal()
            return
        }
        post(.watched(WatchNews(words: [], order: order, refusal: refusal)))
    }

    /// What the thread has.
    private struct Work {
        private let keeper: WatchKeeper
        private var files: WatchFiles?
        private var state: WatchState
        private var clock: WatchClock
        private var candidates: [WatchGallery.Candidate] = []
        private var watching: String?
        private var notedAt: Instant?
        /// Documents that hold and are not written yet.
        private var unkept: [(document: [UInt8], isList: Bool, key: [UInt8])] = []
        private var complaint: String?

        init(_ keeper: WatchKeeper) {
            self.keeper = keeper
            state = WatchState(
                device: keeper.device, model: WatchKeeper.model, authorities: keeper.authorities)
            clock = WatchClock(latest: 0, at: Self.instant)
        }

        var isOpen: Bool { files != nil }

        private static var instant: Instant {
            Instant(nanoseconds: Clocks.monotonicNanoseconds())
        }

        private mutating func now() -> WatchTime {
            let stamp = Clocks.stamp(boot: keeper.boot)
            let wall = stamp.trust == .synchronised ? stamp.wallMilliseconds / 1_000 : nil
            return clock.now(Self.instant, clock: wall)
        }

        mutating func round() {
            if files == nil { open() }
            let waiting = keeper.shared.withLock { shared in
                defer { shared.waiting.removeAll() }
                return shared.waiting
            }
            for (document, order) in waiting { take(document, order) }
            passTime()
        }

        /// What was kept is taken over again, by the same rules; what they refuse now goes.
        private mutating func open() {
            do {
                guard let files = try WatchFiles(keeper.folder) else { return }
                guard !keeper.authorities.isEmpty else {
                    // Nobody may ask any more.
                    files.removeAll()
                    self.files = files
                    return
                }
                var words: [String] = []
                var floors = WatchFloors()
                do { floors = try files.readFloors() } catch let error as StoreError
                    where error.kind == .damaged
                {
                    words.append(
                        "\(error): lists are forgotten: the authorities must send them anew")
                    files.removeAll()
                }
                state = WatchState(
                    device: keeper.device, model: WatchKeeper.model,
                    authorities: keeper.authorities, floors: floors)
                clock.learn(floors.latest)
                self.files = files
                for (name, document) in files.readDocuments() {
                    do {
                        let admission = try state.admit(
                            try document.get(), at: now(), verifiedBy: PublicKey.verify)
                        clock.learn(admission.issued)
                    } catch {
                        words.append("\(error)")
                        files.remove(name)
                    }
                }
                if !words.isEmpty { tell(words) }
            } catch {
                complain("\(error): nobody is looked for")
            }
        }

        private mutating func complain(_ words: String) {
            guard complaint != words else { return }
            complaint = words
            Journal.write(Priority.error.rawValue, words)
        }

        private mutating func take(_ document: [UInt8], _ order: Order) {
            guard files != nil else {
                let cause = complaint ?? "the board has no key of its own yet: try later"
                return tell([], order, refusal: cause)
            }
            do throws(WatchRefusal) {
                let admission = try state.admit(
                    document, at: now(), verifiedBy: PublicKey.verify)
                clock.learn(admission.issued)
                let key = keeper.authorities.first { $0.name == admission.authority }?.key ?? []
                if let kept = admission.document {
                    unkept.removeAll {
                        $0.key == key && $0.isList == (admission.kind != .authorisation)
                    }
                    unkept.append((kept, admission.kind != .authorisation, key))
                }
                // It holds whatever the disk says: a full one must not keep anybody on a list.
                refresh()
                let failure = keep()
                tell(
                    ["\(admission.words), brought by \(order.actor)"]
                        + (failure.map { ["it holds, and is not kept yet: \($0)"] } ?? []), order)
            } catch {
                tell(["\(error), brought by \(order.actor)"], order, refusal: "\(error)")
            }
        }

        /// Writes what is not written yet, the documents before the floors.
        ///
        /// - Returns: why not, where that fails. What it is in place of is then removed: at a start
        ///   nobody is looked for rather than whoever was revoked.
        private mutating func keep() -> String? {
            guard let files, !keeper.authorities.isEmpty else { return nil }
            do {
                while let next = unkept.first {
                    do { try files.write(next.document, isList: next.isList, of: next.key) } catch {
                        files.remove(isList: next.isList, of: next.key)
                        throw error
                    }
                    unkept.removeFirst()
                }
                try files.write(state.floors)
                notedAt = Self.instant
                return nil
            } catch { return "\(error)" }
        }

        private mutating func passTime() {
            let time = now()
            let endings = state.end(at: time)
            // First that it is over, then the file: or the same document would begin anew.
            if !endings.isEmpty, let failure = keep() { complain(failure) }
            for ending in endings {
                switch ending {
                case .list(let name, _): remove(isList: true, of: name)
                case .authorisation(let name, _): remove(isList: false, of: name)
                case .entry: break
                }
            }
            let before = watching
            refresh()
            if !endings.isEmpty || watching != before { tell(endings.map(\.words)) }
            let isDue = notedAt.map { Self.instant - $0 >= WatchKeeper.notePeriod } ?? true
            if isDue || !unkept.isEmpty, let failure = keep() { complain(failure) }
        }

        private func remove(isList: Bool, of name: String) {
            guard let key = keeper.authorities.first(where: { $0.name == name })?.key else {
                return
            }
            files?.remove(isList: isList, of: key)
        }

        /// Cameras compare with whoever is to be looked for now.
        private mutating func refresh() {
            let time = now()
            let next = state.entries(at: time)
            if next != candidates {
                candidates = next
                keeper.compare(next.isEmpty ? nil : WatchGallery(next, table: .faces))
            }
            let rights = state.authorisations.filter { $0.authorisation.holds(at: time.seconds) }
                .map(\.authorisation.words)
            let count = next.count
            watching =
                next.isEmpty
                ? nil
                : "\(count) \(count == 1 ? "entry" : "entries"); " + rights.joined(separator: "; ")
        }

        private func tell(_ words: [String], _ order: Order? = nil, refusal: String? = nil) {
            keeper.post(
                .watched(
                    WatchNews(
                        words: words, order: order, refusal: refusal,
                        watching: watching.map { .entries($0) } ?? .nobody)))
        }
    }
}
