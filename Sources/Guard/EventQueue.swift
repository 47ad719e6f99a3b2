import Linux
import Station
import Synchronization

/// What cameras, ledger and centres tell the station, from their threads to its own.
///
/// - Order: as posted.
/// - Limits, so that nobody's flood pushes out what others have to say:
///   - `decidedCountMax` decisions of each camera; beyond that the camera's oldest is dropped and
///     counted, because its newest frame is what matters;
///   - `noticeCountMax` times lost and restored for each camera; beyond that its oldest is dropped:
///     the newest says how it is;
///   - `orderCountMax` orders; one more is not taken, and whoever sent it asks again;
///   - everything else answers what the station itself has asked for, and is as many as that.
package final class EventQueue: Sendable {
    private struct Waiting {
        var causes: [Event.Cause] = []
        /// By camera.
        var decidedCounts = [Int](repeating: 0, count: 256)
        var noticeCounts = [Int](repeating: 0, count: 256)
        var droppedCounts = [UInt64](repeating: 0, count: 256)
        var orderCount = 0

        mutating func removeOldest(_ lane: Lane) {
            if let index = causes.firstIndex(where: { Lane($0) == lane }) {
                causes.remove(at: index)
            }
        }
    }

    private enum Lane: Equatable {
        case decided(camera: UInt8)
        case notice(camera: UInt8)
        case order
        case answer

        package init(_ cause: Event.Cause) {
            switch cause {
            case .decided(let camera, _, _, _): self = .decided(camera: camera)
            case .cameraLost(let camera, _), .cameraRestored(let camera):
                self = .notice(camera: camera)
            case .ordered: self = .order
            case .tick, .clock, .input, .recordsKept, .storeFailed, .storeRestored, .pastKnown,
                .evidenceKept, .destination, .temperature, .lookLoad, .spaceShort, .configured,
                .stopping, .found, .watched:
                self = .answer
            }
        }
    }

    private let waiting = Mutex(Waiting())
    /// Readable while something waits.
    package let bell: FileDescriptor

    static let decidedCountMax = 64
    static let noticeCountMax = 8
    static let orderCountMax = 16

    package init() throws {
        bell = try FileDescriptor.event()
    }

    /// - Returns: false where it was not taken: an order too many.
    @discardableResult
    package func post(_ cause: Event.Cause) -> Bool {
        let isTaken = waiting.withLock { waiting in
            let lane = Lane(cause)
            switch lane {
            case .decided(let camera):
                if waiting.decidedCounts[Int(camera)] == Self.decidedCountMax {
                    waiting.removeOldest(lane)
                    waiting.droppedCounts[Int(camera)] += 1
                } else {
                    waiting.decidedCounts[Int(camera)] += 1
                }
            case .notice(let camera):
                if waiting.noticeCounts[Int(camera)] == Self.noticeCountMax {
                    waiting.removeOldest(lane)
                } else {
                    waiting.noticeCounts[Int(camera)] += 1
                }
            case .order:
                guard waiting.orderCount < Self.orderCountMax else { return false }
                waiting.orderCount += 1
            case .answer: break
            }
            waiting.causes.append(cause)
            return true
        }
        // A full counter is readable too: nothing is lost by not adding to it.
        try? bell.signal()
        return isTaken
    }

    /// Everything that waits, oldest first.
    package func take() -> [Event.Cause] {
        _ = try? bell.clear()
        return waiting.withLock { waiting in
            let causes = waiting.causes
            waiting.causes.removeAll(keepingCapacity: true)
            for index in waiting.decidedCounts.indices {
                waiting.decidedCounts[index] = 0
                waiting.noticeCounts[index] = 0
            }
            waiting.orderCount = 0
            return causes
        }
    }

    /// Decisions of a camera that were dropped.
    package func droppedCount(of camera: UInt8) -> UInt64 {
        waiting.withLock { $0.droppedCounts[Int(camera)] }
    }
}
