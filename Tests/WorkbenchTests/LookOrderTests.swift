import Camera
import Frames
import Linux
import Simulation
import Station
import Synchronization
import Testing

@testable import Detectors
@testable import Guard
@testable import Workbench

/// Works at each look on a thread of its own, which begins late, as it happens.
private final class DawdlingWorker: LookWorker {
    private let networks: Mutex<LookNetworks>
    private let chance: Mutex<SplitMix64>
    let tasks: [LookTask]

    init(seed: UInt64) throws {
        let networks = try LookNetworks()
        tasks = networks.tasks
        self.networks = Mutex(networks)
        chance = Mutex(SplitMix64(seed: seed))
    }

    func begin(_ look: Look) {
        if look.mark == nil { look.mark = Semaphore() }
        let delay = chance.withLock { $0.whole(in: 0...20) }
        do {
            try Threads.start("dawdles", stackByteCount: 4 << 20) { [self] in
                Clocks.sleep(milliseconds: Int64(delay))
                networks.withLock { $0.work(at: look) }
                (look.mark as? Semaphore)?.post()
            }
        } catch {
            Issue.record("\(error)")
        }
    }

    func wait(for look: Look) { (look.mark as? Semaphore)?.wait() }
}

/// Everything that is decided of a rendered scene, in one digest.
private func digest(_ worker: any LookWorker) throws -> String {
    let camera = VenueCamera(
        width: 320, height: 240, framesPerSecond: 10,
        script: .scene(.crowd, seconds: 6, seed: 3, on: .room), seed: 3)
    let (sight, trace) = (Sight(looks: worker), Trace())
    var hash = StableHash()
    while case .frame(let frame) = camera.next(timeout: .seconds(1)) {
        try sight.decide(frame)
        trace.add(sight.sightings, at: frame.capturedAt)
        for person in sight.people {
            hash.combine(UInt64(person.number))
            hash.combine(UInt64(person.region.x))
            hash.combine(UInt64(person.region.height))
        }
        if let count = sight.newCount {
            hash.combine(UInt64(count.count))
            hash.combine(UInt64(count.high))
        }
    }
    #expect(sight.lookCounts.begun >= 30)
    return trace.finish() + "\(hash.value)"
}

@Suite struct LookOrderTests {
    @Test func aWorkerThatIsLateDecidesNothing() throws {
        let wanted = try digest(PromptWorker(try LookNetworks()))
        #expect(try digest(try DawdlingWorker(seed: 1)) == wanted)
        #expect(try digest(try LookThread(try LookNetworks())) == wanted)
        let workers = try WorkerThreads(count: 2)
        defer { workers.stop() }
        #expect(try digest(PromptWorker(try LookNetworks(workers: workers))) == wanted)
    }
}
