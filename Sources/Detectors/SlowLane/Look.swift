import Frames

/// One look of a network at one picture: a copy of it, and what was seen in it.
///
/// It belongs to one thread at a time: the camera's until it is begun, the worker's until it was
/// waited for, then the camera's again.
public final class Look: @unchecked Sendable {
    public let task: LookTask
    /// Set before it is begun.
    public internal(set) var picture: Frame
    /// Set by whoever works at it.
    public internal(set) var people = PeopleReading()
    public internal(set) var crowd = CrowdReading()
    /// Those of `moments`, in order.
    public internal(set) var fights: [FightMoment] = []
    /// What is asked of faces, and what was seen of them.
    var faces = FaceReading()
    /// What is looked at in place of a picture, where the task is `fights`: codes of `FightMoments`.
    let moments: UnsafeMutableBufferPointer<Int8>
    /// The worker's own.
    public var mark: AnyObject?

    public init(_ task: LookTask, picture: Frame) {
        self.task = task
        self.picture = picture
        moments = .allocate(capacity: task == .fights ? FightMoments.codeCount : 0)
        moments.initialize(repeating: -128)
        guard task == .fights else { return }
        fights.reserveCapacity(FightMoments.countMax)
        // One, of nothing that changes: what most looks are like, to whoever times one.
        fights.append(FightMoment(endedAt: .zero))
    }

    deinit {
        forgetFaces()
        moments.deallocate()
    }

    /// What was said of each face that was asked for, until the look counts or is abandoned.
    public var faceAnswers: [FaceAnswer] { faces.answers }

    /// Leaves nothing of faces, nor of the picture that they were looked for in: a list that ends
    /// may let no other look follow.
    func forgetFaces() {
        guard task == .faces else { return }
        faces.forget()
        picture.overwrite()
    }

    /// Writes down who is there by other means than a network: to measure what is made of boxes.
    ///
    /// - Parameter boxes: one for each person, in any order; those that lie over others go, as always.
    public func note(_ boxes: [PersonBox]) {
        people.begin(candidateCount: boxes.count)
        for box in boxes { people.add(box) }
        people.finish()
    }
}

/// Where looks are worked at, one after the other: on a thread of its own, or at once.
public protocol LookWorker: AnyObject, Sendable {
    /// What there is a network for.
    var tasks: [LookTask] { get }
    /// Begins a look; what is begun ends.
    func begin(_ look: Look)
    /// Returns when a look that was begun is done. Each is waited for once.
    func wait(for look: Look)
}

/// Works at a look as soon as it is begun, on the caller's thread.
public final class PromptWorker: LookWorker, @unchecked Sendable {
    private let networks: LookNetworks

    public init(_ networks: LookNetworks) {
        self.networks = networks
    }

    public var tasks: [LookTask] { networks.tasks }
    public func begin(_ look: Look) { networks.work(at: look) }
    public func wait(for look: Look) {}
}
