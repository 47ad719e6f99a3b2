import Detectors
import Frames
import Linux
import Synchronization

/// The slow lane's one thread: networks look at the pictures of all cameras, in the order in which
/// they come.
///
/// - Limit: one look of each task and camera waits; `SlowLane` begins no more.
package final class LookThread: LookWorker {
    private struct Shared {
        /// Oldest first.
        var waiting: [Look] = []
        /// How long it worked since `load` was read last, and when that was.
        var busy = Interval.zero
        var readAt = Clocks.now
    }

    package let tasks: [LookTask]
    private let networks: LookNetworks
    private let shared = Mutex(Shared())
    /// Posted for each look that is begun.
    private let wake = Semaphore()

    /// What takes longer is too slow with caches, too.
    private static let enough = Interval.milliseconds(500)

    /// Kernels that are not optimised have a place of their own for each of their vectors.
    private static let stackByteCount = 4 << 20

    /// Starts the thread, which lives as long as the process.
    package init(_ networks: LookNetworks) throws {
        tasks = networks.tasks
        self.networks = networks
        try Threads.start("networks", stackByteCount: Self.stackByteCount) { [self] in
            while true { work() }
        }
    }

    /// How long a look of each task takes here: one for the caches and one that counts, unless the
    /// first says enough. Before cameras are opened, so that a board that is too slow for networks
    /// never keeps a frame waiting.
    package static func costs(of networks: LookNetworks) -> [LookTask: Interval] {
        var costs: [LookTask: Interval] = [:]
        for task in networks.tasks {
            let look = Look(task, picture: Frame(width: 640, height: 480))
            for _ in 0..<2 {
                let start = Clocks.now
                networks.work(at: look)
                costs[task] = Clocks.now - start
                if (costs[task] ?? .zero) > Self.enough { break }
            }
        }
        return costs
    }

    package func begin(_ look: Look) {
        if look.mark == nil { look.mark = Semaphore() }
        shared.withLock { $0.waiting.append(look) }
        wake.post()
    }

    package func wait(for look: Look) {
        (look.mark as? Semaphore)?.wait()
    }

    /// The share of time that it worked since this was read last.
    package func load() -> Q15 {
        let now = Clocks.now
        return shared.withLock { shared in
            defer { (shared.busy, shared.readAt) = (.zero, now) }
            return .ratio(
                Int(shared.busy.milliseconds), of: Int((now - shared.readAt).milliseconds))
        }
    }

    private func work() {
        wake.wait()
        let look = shared.withLock { $0.waiting.removeFirst() }
        let start = Clocks.now
        networks.work(at: look)
        let end = Clocks.now
        shared.withLock { $0.busy = $0.busy + (end - start) }
        (look.mark as? Semaphore)?.post()
    }
}

extension Clocks {
    fileprivate static var now: Instant { Instant(nanoseconds: monotonicNanoseconds()) }
}
