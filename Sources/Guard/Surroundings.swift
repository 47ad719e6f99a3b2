import Frames
import Linux
import Synchronization

/// What is looked up around the appliance every two seconds, on a thread of its own: a sensor on a
/// bus that hangs, or a time zone's file on a card that hangs, keeps nobody waiting. Who asks is
/// told what was seen last.
final class Surroundings: Sendable {
    private struct Seen {
        /// Not yet told.
        var celsius: Int?
        var utcOffsetSeconds: Int
        var isStopping = false
    }

    private let seen: Mutex<Seen>
    private let celsius: @Sendable () -> Int?
    private let utcOffsetSeconds: @Sendable () -> Int

    static let period = Interval.seconds(2)

    /// - Parameters:
    ///   - celsius: the processor's temperature; nil where nothing tells it.
    ///   - utcOffsetSeconds: by how much local time is ahead of UTC now; asked for once at once.
    init(
        celsius: @escaping @Sendable () -> Int?, utcOffsetSeconds: @escaping @Sendable () -> Int
    ) {
        self.celsius = celsius
        self.utcOffsetSeconds = utcOffsetSeconds
        seen = Mutex(Seen(utcOffsetSeconds: utcOffsetSeconds()))
    }

    /// Runs the thread until `stop`.
    func start() throws {
        try Threads.start("surroundings") { [self] in
            while !seen.withLock({ $0.isStopping }) {
                let offset = utcOffsetSeconds()
                seen.withLock { $0.utcOffsetSeconds = offset }
                let degrees = celsius()
                seen.withLock { $0.celsius = degrees }
                Clocks.sleep(milliseconds: Self.period.milliseconds)
            }
        }
    }

    func stop() { seen.withLock { $0.isStopping = true } }

    /// Each reading once: a sensor that hangs is one that tells nothing any more.
    func takeCelsius() -> Int? {
        seen.withLock { seen in
            defer { seen.celsius = nil }
            return seen.celsius
        }
    }

    /// By how much local time is ahead of UTC.
    var localOffsetSeconds: Int { seen.withLock { $0.utcOffsetSeconds } }
}
