import Frames

/// Which pictures networks look at, and at which later frames what they saw counts.
///
/// Both are fixed by capture times and the pace alone: a picture that was taken at t counts from
/// the first frame at or after t + latency, and that frame waits for the worker if it must. So the
/// same pictures are decided alike on any machine, with any number of threads, live and replayed.
///
/// Each task has one look at a time, and one copy of a picture for it.
struct SlowLane {
    private struct Slot {
        var look: Look?
        var isBegun = false
        /// When the look in hand was taken.
        var takenAt = Instant.zero
        /// When the look in hand counts.
        var dueAt = Instant.zero
        /// When the next is taken, and when it would be at full pace.
        var nextAt: Instant?
        var nextFullAt: Instant?
    }

    /// The pace from the next look on.
    var pace = LookPace.full
    private(set) var counts = LookCounts()
    private let worker: any LookWorker
    private var slots = [Slot](repeating: Slot(), count: LookTask.allCases.count)
    private var last: Instant?

    init(_ worker: any LookWorker) {
        self.worker = worker
    }

    /// - Parameter arrived: is told each look that counts from this frame on, with the time when its
    ///   picture was taken; it may be read until this returns.
    mutating func step(_ frame: Frame, arrived: (Look, Instant) -> Void) {
        let now = frame.capturedAt
        let hasJumped = last.map { now < $0 || now - $0 > FrameClock.gapMax } ?? true
        last = now
        for task in worker.tasks {
            if hasJumped { abandon(task) }
            if slots[task.slot].isBegun, now >= slots[task.slot].dueAt, let look = finish(task) {
                arrived(look, slots[task.slot].takenAt)
                look.forgetFaces()
            }
            if !task.isOnDemand { takeIfTime(task, frame) }
        }
    }

    /// Begins a look that somebody asks for, unless one of its task is in hand or the last one was
    /// less than a period ago.
    ///
    /// - Parameter fill: writes what is looked at.
    mutating func ask(_ task: LookTask, at now: Instant, fill: (Look) -> Void) {
        guard worker.tasks.contains(task) else { return }
        if Self.mayAsk(&slots[task.slot].nextFullAt, now, period: LookPace.full.period(of: task)) {
            counts[task].due += 1
        }
        guard !slots[task.slot].isBegun,
            Self.mayAsk(&slots[task.slot].nextAt, now, period: pace.period(of: task))
        else { return }
        let look = slots[task.slot].look ?? Look(task, picture: Frame(width: 2, height: 2))
        slots[task.slot].look = look
        fill(look)
        begin(look, at: now)
    }

    /// Waits for whatever was begun: before the lane is let go, or its pictures are hidden otherwise.
    mutating func abandonAll() {
        for task in worker.tasks { abandon(task) }
    }

    private mutating func finish(_ task: LookTask) -> Look? {
        guard slots[task.slot].isBegun, let look = slots[task.slot].look else { return nil }
        worker.wait(for: look)
        slots[task.slot].isBegun = false
        return look
    }

    private mutating func abandon(_ task: LookTask) {
        finish(task)?.forgetFaces()
        slots[task.slot].nextAt = nil
        slots[task.slot].nextFullAt = nil
    }

    private mutating func takeIfTime(_ task: LookTask, _ frame: Frame) {
        let now = frame.capturedAt
        let isTime = Self.passes(&slots[task.slot].nextAt, now, period: pace.period(of: task))
        let wouldBe = Self.passes(
            &slots[task.slot].nextFullAt, now, period: LookPace.full.period(of: task))
        if wouldBe { counts[task].due += 1 }
        guard isTime, !slots[task.slot].isBegun else { return }
        let look: Look
        if let present = slots[task.slot].look, present.picture.width == frame.width,
            present.picture.height == frame.height
        {
            look = present
        } else {
            look = Look(
                task, picture: Frame(width: frame.width, height: frame.height))
            slots[task.slot].look = look
        }
        look.picture.copy(from: frame)
        begin(look, at: now)
    }

    private mutating func begin(_ look: Look, at now: Instant) {
        slots[look.task.slot].takenAt = now
        slots[look.task.slot].dueAt = now + pace.latency(of: look.task)
        slots[look.task.slot].isBegun = true
        counts[look.task].begun += 1
        worker.begin(look)
    }

    private static func mayAsk(_ next: inout Instant?, _ now: Instant, period: Interval?) -> Bool {
        guard let period, next.map({ now >= $0 }) ?? true else { return false }
        next = now + period
        return true
    }

    /// Whether it is time, or will be within an eighth of a period, and when the next time is: in step
    /// with the times before, so that frames which come a little early or late change nothing.
    private static func passes(_ next: inout Instant?, _ now: Instant, period: Interval?) -> Bool {
        guard let period else {
            next = nil
            return false
        }
        guard let due = next else {
            next = now + period
            return true
        }
        guard now + Interval(nanoseconds: period.nanoseconds / 8) >= due else { return false }
        next = due + period > now ? due + period : now + period
        return true
    }
}

/// What has happened to a camera's looks so far.
public struct LookCounts: Hashable, Sendable {
    /// Of one task.
    public struct Tally: Hashable, Sendable {
        public var begun = 0
        /// How many the full pace would have begun.
        public var due = 0
        /// What heat or a slow processor cost.
        public var skipped: Int { max(due - begun, 0) }

        public init(begun: Int = 0, due: Int = 0) {
            (self.begun, self.due) = (begun, due)
        }
    }

    // A copy of it takes no memory: a camera's thread makes one with each frame.
    private var people = Tally()
    private var crowd = Tally()
    private var fights = Tally()
    private var faces = Tally()

    public init() {}

    public subscript(task: LookTask) -> Tally {
        get {
            switch task {
            case .people: people
            case .crowd: crowd
            case .fights: fights
            case .faces: faces
            }
        }
        set {
            switch task {
            case .people: people = newValue
            case .crowd: crowd = newValue
            case .fights: fights = newValue
            case .faces: faces = newValue
            }
        }
    }

    /// Of all tasks.
    public var begun: Int { people.begun + crowd.begun + fights.begun + faces.begun }
    public var skipped: Int { people.skipped + crowd.skipped + fights.skipped + faces.skipped }

    /// What there is something to tell of: who only answers may never have been asked.
    public var tasks: [LookTask] {
        LookTask.allCases.filter { !$0.isOnDemand || self[$0] != Tally() }
    }

    /// "people 160 begun, 0 skipped; crowd 32 begun, 0 skipped".
    public var words: String {
        tasks.map { "\($0) \(self[$0].begun) begun, \(self[$0].skipped) skipped" }
            .joined(separator: "; ")
    }

    /// What has happened since `before`.
    public func since(_ before: LookCounts) -> LookCounts {
        var counts = self
        for task in LookTask.allCases {
            counts[task].begun -= before[task].begun
            counts[task].due -= before[task].due
        }
        return counts
    }
}
