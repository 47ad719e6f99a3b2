import Frames
import Station
import Testing

@testable import kuzet

@Test func aFullQueueDropsTheOldestDecisionAndNothingElse() throws {
    let queue = try EventQueue()
    queue.post(.cameraLost(camera: 0, cause: "first"))
    for index in 0..<(EventQueue.decidedCountMax + 5) {
        queue.post(
            .decided(
                camera: 0, capturedAt: Instant(nanoseconds: Int64(index)), sightings: []))
    }
    queue.post(.cameraRestored(camera: 0))
    let causes = queue.take()
    var times: [Int64] = []
    for case .decided(_, let capturedAt, _, _) in causes { times.append(capturedAt.nanoseconds) }
    #expect(times == (5..<Int64(EventQueue.decidedCountMax + 5)).map { $0 })
    #expect(causes.count == EventQueue.decidedCountMax + 2)
    #expect(queue.droppedCount == 5)
    #expect(queue.take().isEmpty)
}

@Test func theBellIsReadableExactlyWhileSomethingWaits() throws {
    let queue = try EventQueue()
    #expect(try queue.bell.wait(for: .readable, milliseconds: 0).isEmpty)
    queue.post(.tick)
    #expect(try !queue.bell.wait(for: .readable, milliseconds: 0).isEmpty)
    _ = queue.take()
    #expect(try queue.bell.wait(for: .readable, milliseconds: 0).isEmpty)
}
