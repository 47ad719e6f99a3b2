import Synchronization
import Testing

@testable import Linux

@Suite struct WorkerThreadsTests {
    @Test(arguments: 1...4)
    func eachDoesItsPartAndTheyStopOnce(count: Int) throws {
        let workers = try WorkerThreads(count: count)
        let done = Mutex([Int](repeating: 0, count: count))
        for _ in 0..<100 { workers.run { worker in done.withLock { $0[worker] += 1 } } }
        #expect(done.withLock { $0 } == [Int](repeating: 100, count: count))
        workers.stop()
        // Whoever stops in a `defer` and before it waits for nobody.
        workers.stop()
    }
}
