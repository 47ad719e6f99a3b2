import Frames
import Incidents
import Records
import Station
import Testing

@testable import Guard

@Suite struct EventQueueTests {
    private func decided(_ camera: UInt8, _ time: Int) -> Event.Cause {
        .decided(camera: camera, capturedAt: Instant(nanoseconds: Int64(time)), sightings: [])
    }

    private func times(_ causes: [Event.Cause], of camera: UInt8) -> [Int64] {
        causes.compactMap { cause in
            guard case .decided(camera, let capturedAt, _, _) = cause else { return nil }
            return capturedAt.nanoseconds
        }
    }

    @Test func aFullQueueDropsTheOldestDecisionAndNothingElse() throws {
        let queue = try EventQueue()
        queue.post(.cameraLost(camera: 0, cause: "first"))
        for index in 0..<(EventQueue.decidedCountMax + 5) { queue.post(decided(0, index)) }
        queue.post(.cameraRestored(camera: 0))
        let causes = queue.take()
        #expect(
            times(causes, of: 0) == (5..<Int64(EventQueue.decidedCountMax + 5)).map { $0 })
        #expect(causes.count == EventQueue.decidedCountMax + 2)
        #expect(queue.droppedCount(of: 0) == 5)
        #expect(queue.take().isEmpty)
    }

    @Test func theFloodOfOneCameraPushesOutNothingOfAnother() throws {
        let queue = try EventQueue()
        for index in 0..<3 { queue.post(decided(1, index)) }
        for index in 0..<10_000 {
            queue.post(decided(0, index))
            queue.post(.cameraLost(camera: 0, cause: "\(index)"))
        }
        queue.post(.cameraLost(camera: 1, cause: "once"))
        for index in 3..<6 { queue.post(decided(1, index)) }
        let causes = queue.take()
        #expect(times(causes, of: 1) == [0, 1, 2, 3, 4, 5])
        #expect(times(causes, of: 0).last == 9_999)
        #expect(queue.droppedCount(of: 1) == 0)
        #expect(queue.droppedCount(of: 0) == 10_000 - UInt64(EventQueue.decidedCountMax))
        let lost = causes.compactMap { cause in
            if case .cameraLost(let camera, let cause) = cause { "\(camera) \(cause)" } else { nil }
        }
        #expect(lost.suffix(2) == ["0 9999", "1 once"])
        #expect(
            causes.count
                == EventQueue.decidedCountMax + EventQueue.noticeCountMax + 7)
    }

    @Test func anOrderTooManyIsNotTaken() throws {
        let queue = try EventQueue()
        let order = Event.Cause.ordered(
            Order(actor: "a", authority: .technician, action: .silence))
        for _ in 0..<EventQueue.orderCountMax {
            #expect(queue.post(order))
        }
        #expect(!queue.post(order))
        #expect(queue.post(.recordsKept(count: 1)), "what the station waits for always finds room")
        #expect(queue.take().count == EventQueue.orderCountMax + 1)
        #expect(queue.post(order))
    }

    @Test func theBellIsReadableExactlyWhileSomethingWaits() throws {
        let queue = try EventQueue()
        #expect(try queue.bell.wait(for: .readable, milliseconds: 0).isEmpty)
        queue.post(.tick)
        #expect(try !queue.bell.wait(for: .readable, milliseconds: 0).isEmpty)
        _ = queue.take()
        #expect(try queue.bell.wait(for: .readable, milliseconds: 0).isEmpty)
    }
}
