import Linux
import Station
import Synchronization

/// What cameras tell the station, from their threads to its own.
///
/// Bounded: beyond `decidedCountMax` waiting decisions the oldest is dropped and counted, because
/// the newest frame is what matters; everything else is rare and is never dropped.
final class EventQueue: Sendable {
    private struct Waiting {
        var causes: [Event.Cause] = []
        var decidedCount = 0
        var droppedCount: UInt64 = 0
    }

    private let waiting = Mutex(Waiting())
    /// Readable while something waits.
    let bell: FileDescriptor

    static let decidedCountMax = 64

    init() throws {
        bell = try FileDescriptor.event()
    }

    func post(_ cause: Event.Cause) {
        waiting.withLock { waiting in
            if case .decided = cause {
                waiting.decidedCount += 1
                if waiting.decidedCount > Self.decidedCountMax,
                    let oldest = waiting.causes.firstIndex(where: isDecided)
                {
                    waiting.causes.remove(at: oldest)
                    waiting.decidedCount -= 1
                    waiting.droppedCount += 1
                }
            }
            waiting.causes.append(cause)
        }
        // A full counter is readable too: nothing is lost by not adding to it.
        try? bell.signal()
    }

    /// Everything that waits, oldest first.
    func take() -> [Event.Cause] {
        _ = try? bell.clear()
        return waiting.withLock { waiting in
            let causes = waiting.causes
            waiting.causes.removeAll(keepingCapacity: true)
            waiting.decidedCount = 0
            return causes
        }
    }

    var droppedCount: UInt64 { waiting.withLock { $0.droppedCount } }
}

private func isDecided(_ cause: Event.Cause) -> Bool {
    if case .decided = cause { return true }
    return false
}
