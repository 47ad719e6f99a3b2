import Frames
import Records
import Station

/// What waits for the ledger's disk, in which order it goes there, and what finds no room. Pure: it
/// is told the time and touches no disk.
///
/// - Order: records, pictures and pages as they were given; behind them parts of evidence that a
///   centre fetches; behind these clips, each lane as given. A file is written before the record
///   that vouches for it, because the station makes that record of `evidenceKept`.
/// - Limits, what is in hand included; `Room` has the numbers. What finds no room is refused, and
///   whoever gave it is told: the station gives a batch of records or a part of a clip again, a
///   snapshot is lost and said to be, whoever delivers asks for a page again, and a centre hears
///   that it may fetch later.
/// - Notes of how far destinations were served wait for the next records, or `noteDelay`: one for
///   each destination, the newest.
struct LedgerQueue {
    ///              opened                next               finished
    ///     ┌─────────┐      ┌──────┐ ─────────────▶ ┌──────┐
    ///     │ opening │ ───▶ │ idle │                │ busy │
    ///     └─────────┘      └──────┘ ◀───────────── └──────┘
    ///                          │ next, asked to stop, nothing left
    ///                          ▼
    ///                      ┌────────┐
    ///                      │ closed │
    ///                      └────────┘
    ///
    /// `opened` outside of `opening`, `next` outside of `idle` and `finished` outside of `busy`
    /// cannot happen: one thread does one thing after the other. They change nothing, and `next`
    /// then says to wait.
    enum State: Hashable {
        /// The disk was asked for the ledger.
        case opening(since: Instant)
        case idle
        /// The disk was asked for something.
        case busy(since: Instant)
        case closed
    }

    enum Work: Sendable {
        case append([LedgerRecord])
        case picture([UInt8], LedgerRecord.EvidenceKind, ordinal: UInt32)
        /// For those who deliver; answered without delay by whoever gave it.
        case page(@Sendable (PersistentLedger) -> Void)
        /// Reads a part of a file of evidence.
        case fetch(@Sendable () -> Void)
        case clip(ClipWork)
    }

    enum ClipWork: Sendable {
        case extend([ClipPicture], ordinal: UInt32)
        case join(ordinal: UInt32, clip: UInt32)
        case finish(ordinal: UInt32)
    }

    /// What the thread does next.
    enum Action: Sendable {
        case carryOut(Work)
        /// Look whether evidence has to go.
        case lookAtSpace
        /// Make durable how far destinations were served: no records came that would have taken it
        /// along.
        case writeNotes
        /// Nothing to do until somebody gives something, or until then.
        case wait(until: Instant?)
        case close
    }

    /// Why something was not taken.
    enum Refusal: Hashable, Sendable {
        case stopping
        case full(count: Int)
    }

    /// How much of one kind may wait.
    struct Room {
        let countMax: Int
        var byteCountMax = Int.max
        /// What is larger than all the room is taken where no other byte of its kind waits.
        var takesTooLarge = false

        /// Of at most 64 records; the station gives one at a time.
        static let batches = Room(countMax: 2)
        static let pictures = Room(countMax: 32, byteCountMax: 8 << 20)
        static let pages = Room(countMax: 64)
        static let fetches = Room(countMax: 16)
        /// Beginnings and ends have no bytes.
        static let clips = Room(countMax: 64, byteCountMax: 4 << 20, takesTooLarge: true)
    }

    /// How far destinations were served is written with the next records, or after so long.
    static let noteDelay = Interval.seconds(30)
    /// Space is looked at this often, when there was something to do.
    static let spacePeriod = Interval.seconds(20)

    private(set) var state: State
    private(set) var isStopping = false
    private var orders: [Work] = []
    private var fetches: [Work] = []
    private var clips: [Work] = []
    private var inHand: Work?
    private var taken = [Taken](repeating: Taken(), count: Kind.allCases.count)
    private var notes: [String: DeliveryCursors] = [:]
    private var notedAt: Instant?
    private var spaceSeenAt: Instant?
    private var mayNeedSpace = false

    /// What was taken of a kind and is not finished.
    private struct Taken {
        var count = 0
        var byteCount = 0
    }

    private enum Kind: Int, CaseIterable {
        case batch, picture, page, fetch, clip

        var room: Room {
            switch self {
            case .batch: .batches
            case .picture: .pictures
            case .page: .pages
            case .fetch: .fetches
            case .clip: .clips
            }
        }
    }

    init(openingSince now: Instant) {
        state = .opening(since: now)
    }

    // MARK: What those who have something for the ledger tell

    /// - Returns: nil where it was taken.
    mutating func give(_ work: Work) -> Refusal? {
        guard !isStopping else { return .stopping }
        let (kind, byteCount) = Self.measure(work)
        let (before, room) = (taken[kind.rawValue], kind.room)
        let fits =
            before.byteCount + byteCount <= room.byteCountMax
            || room.takesTooLarge && before.byteCount == 0
        guard before.count < room.countMax, fits else { return .full(count: before.count) }
        taken[kind.rawValue].count += 1
        taken[kind.rawValue].byteCount += byteCount
        switch kind {
        case .batch, .picture, .page: orders.append(work)
        case .fetch: fetches.append(work)
        case .clip: clips.append(work)
        }
        return nil
    }

    /// - Returns: whether it is the first since notes were taken: the thread must be woken then.
    mutating func note(_ cursors: DeliveryCursors, of destination: String, at now: Instant) -> Bool
    {
        notes[destination] = cursors
        guard notedAt == nil else { return false }
        notedAt = now
        return true
    }

    /// Nothing more is taken; what was taken is carried out.
    mutating func stop() { isStopping = true }

    /// Nothing waits and nothing is in hand, but for notes.
    var isIdle: Bool { taken.allSatisfy { $0.count == 0 } }

    /// For how long the disk has not answered; zero while nothing is asked of it.
    func silence(at now: Instant) -> Interval {
        switch state {
        case .opening(let since), .busy(let since): max(now - since, .zero)
        case .idle, .closed: .zero
        }
    }

    // MARK: What the thread tells

    /// The ledger was opened, or cannot be now.
    mutating func opened() {
        switch state {
        case .opening: state = .idle
        case .idle, .busy, .closed: return
        }
    }

    mutating func next(at now: Instant) -> Action {
        switch state {
        case .idle: break
        case .opening, .busy, .closed: return .wait(until: nil)
        }
        if mayNeedSpace, spaceSeenAt.map({ now - $0 >= Self.spacePeriod }) ?? true {
            (mayNeedSpace, spaceSeenAt) = (false, now)
            state = .busy(since: now)
            return .lookAtSpace
        }
        if let work = takeFirst() {
            inHand = work
            state = .busy(since: now)
            return .carryOut(work)
        }
        if isStopping {
            state = .closed
            return .close
        }
        guard let notedAt else { return .wait(until: nil) }
        let due = notedAt + Self.noteDelay
        guard now >= due else { return .wait(until: due) }
        // Where they cannot be taken now, that is tried again after as long.
        self.notedAt = now
        state = .busy(since: now)
        return .writeNotes
    }

    /// What `next` said is done, well or not, and whoever asked for it was told.
    mutating func finished() {
        guard case .busy = state else { return }
        state = .idle
        guard let work = inHand else { return }
        inHand = nil
        let (kind, byteCount) = Self.measure(work)
        taken[kind.rawValue].count -= 1
        taken[kind.rawValue].byteCount -= byteCount
        if kind != .clip { mayNeedSpace = true }
    }

    /// What is to be written along with records, or when it is due.
    mutating func takeNotes() -> [String: DeliveryCursors] {
        defer { (notes, notedAt) = ([:], nil) }
        return notes
    }

    private mutating func takeFirst() -> Work? {
        if !orders.isEmpty { return orders.removeFirst() }
        if !fetches.isEmpty { return fetches.removeFirst() }
        return clips.isEmpty ? nil : clips.removeFirst()
    }

    private static func measure(_ work: Work) -> (Kind, byteCount: Int) {
        switch work {
        case .append: (.batch, 0)
        case .picture(let bytes, _, _): (.picture, bytes.count)
        case .page: (.page, 0)
        case .fetch: (.fetch, 0)
        case .clip(.extend(let pictures, _)): (.clip, pictures.reduce(0) { $0 + $1.jpeg.count })
        case .clip(.join), .clip(.finish): (.clip, 0)
        }
    }
}
