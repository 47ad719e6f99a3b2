import Glibc

/// Threads that share one piece of work after the other with the thread that asks.
///
/// They sleep in between, but not at once: the layers of a network follow one another in less time
/// than it takes to wake a thread. `run` does not allocate.
public final class WorkerThreads: @unchecked Sendable {
    /// With the thread that calls `run`.
    public let count: Int
    private let wake: UnsafeMutablePointer<sem_t>
    private let done: UnsafeMutablePointer<sem_t>
    /// Written while all sleep, read between `wake` and `done`: the semaphores order both.
    private var part: (@Sendable (Int) -> Void)?
    private let ended: UnsafeMutablePointer<sem_t>
    private var isStopped = false

    /// - Error: of the thread that could not be started; those before it run on.
    public init(count: Int) throws(Errno) {
        self.count = max(count, 1)
        wake = .allocate(capacity: self.count)
        for index in 0..<self.count { sem_init(wake + index, 0, 0) }
        done = .allocate(capacity: 1)
        ended = .allocate(capacity: 1)
        sem_init(done, 0, 0)
        sem_init(ended, 0, 0)
        for index in 1..<self.count {
            try Threads.start("worker \(index)", stackByteCount: Self.stackByteCount) {
                [self] in work(index)
            }
        }
    }

    /// Taken up as far as it is used. Kernels take little of it, unless they are not optimised: then
    /// each of their vectors has a place of its own, a megabyte in all.
    private static let stackByteCount = 4 << 20

    private func work(_ index: Int) {
        while doPart(index) { sem_post(done) }
        sem_post(ended)
    }

    /// Apart, so that nothing of `part` is held any more when the caller hears that it is done.
    ///
    /// - Returns: false when it is time to end.
    @inline(never)
    private func doPart(_ index: Int) -> Bool {
        wait(wake + index)
        guard let part else { return false }
        part(index)
        return true
    }

    /// Calls `part` with 0 ..< `count`, each on a thread of its own, and waits for all. One caller
    /// at a time.
    public func run(_ part: @Sendable (Int) -> Void) {
        precondition(!isStopped, "nothing is run after stop")
        withoutActuallyEscaping(part) { part in
            self.part = part
            for index in 1..<count { sem_post(wake + index) }
            part(0)
            for _ in 1..<count { wait(done) }
            self.part = nil
        }
    }

    /// Ends the threads and waits for them; nothing may be run afterwards. Once is enough.
    public func stop() {
        guard !isStopped else { return }
        isStopped = true
        for index in 1..<count { sem_post(wake + index) }
        for _ in 1..<count { wait(ended) }
    }

    /// Tries, a dozen microseconds: longer than the thread that asks is busy alone between two layers.
    private static let patience = 5_000
    /// After that the processor is offered to the other, which may be waiting for this very one, some
    /// hundred microseconds long: waking from sleep takes as long as many layers.
    private static let offers = 200

    private func wait(_ semaphore: UnsafeMutablePointer<sem_t>) {
        for _ in 0..<Self.patience where sem_trywait(semaphore) == 0 { return }
        for _ in 0..<Self.offers {
            sched_yield()
            if sem_trywait(semaphore) == 0 { return }
        }
        // Only a signal ends a wait before its time.
        while sem_wait(semaphore) != 0 {}
    }

    deinit {
        wake.deallocate()
        done.deallocate()
        ended.deallocate()
    }
}
