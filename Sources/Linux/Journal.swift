import Glibc
import Synchronization

/// Log lines as journald reads them from standard error: a priority in front, "<4>…".
public enum Journal {
    /// - Parameter priority: 0 (emergency) ... 7 (debug), as in syslog(3).
    public static func line(_ priority: UInt8, _ text: String) -> String {
        "<\(min(priority, 7))>\(text.replacingControls())\n"
    }

    /// Under a terminal, or anything but journald, the line comes without the priority.
    public static let isReader: Bool = Process.environment("JOURNAL_STREAM") != nil

    private static let writer = LineWriter(to: .standardError) { count in
        let text = "journal: \(count) lines left out: it took none for too long"
        return isReader ? line(4, text) : text + "\n"
    }

    /// Never waits: a log that cannot be written stops nothing. `LineWriter` says what becomes of
    /// lines that nobody takes.
    public static func write(_ priority: UInt8, _ text: String) {
        writer.write(isReader ? line(priority, text) : text.replacingControls() + "\n")
    }

    /// Before the process ends: waits until everything is written, at most so long.
    public static func flush(within milliseconds: Int64) {
        writer.flush(within: milliseconds)
    }
}

/// Lines on their way into a descriptor, which a thread of its own writes: whoever reads there may
/// hang (journald on a card that hangs, a terminal that was stopped), and delays nobody.
///
/// - Order: as given, whole lines.
/// - Limit: `byteCountMax` bytes wait, and as many may be in hand. Lines that come then are left
///   out, and in their place stands how many they were.
public final class LineWriter: @unchecked Sendable {
    private struct Waiting {
        var bytes: [UInt8] = []
        var leftOutCount = 0
        var isInHand = false
        var hasThread = false
    }

    public static let byteCountMax = 64 << 10

    private let descriptor: FileDescriptor
    private let leftOut: @Sendable (_ count: Int) -> String
    private let waiting = Mutex(Waiting())
    /// Counts what there is to do; made once and never freed, for the thread may be in it.
    private let work: UnsafeMutablePointer<sem_t>

    /// - Parameter leftOut: the line that stands for so many that were left out.
    public init(to descriptor: FileDescriptor, leftOut: @escaping @Sendable (Int) -> String) {
        self.descriptor = descriptor
        self.leftOut = leftOut
        work = .allocate(capacity: 1)
        sem_init(work, 0, 0)
    }

    /// Never waits for whoever reads.
    ///
    /// - Parameter line: with its end.
    public func write(_ line: String) {
        let needsThread = waiting.withLock { waiting in
            let bytes = line.utf8
            if waiting.leftOutCount > 0
                || waiting.bytes.count + bytes.count > Self.byteCountMax
            {
                // All that come until the reader takes something: a gap, not a sieve.
                waiting.leftOutCount += 1
            } else {
                waiting.bytes += bytes
            }
            defer { waiting.hasThread = true }
            return !waiting.hasThread
        }
        if needsThread { startThread() }
        sem_post(work)
    }

    /// - Returns: false where not everything was written in time.
    @discardableResult
    public func flush(within milliseconds: Int64) -> Bool {
        let end = Clocks.monotonicNanoseconds() + milliseconds * 1_000_000
        while true {
            let isDone = waiting.withLock {
                $0.bytes.isEmpty && $0.leftOutCount == 0 && !$0.isInHand
            }
            if isDone { return true }
            guard Clocks.monotonicNanoseconds() < end else { return false }
            Clocks.sleep(milliseconds: 2)
        }
    }

    private func startThread() {
        do throws(Errno) {
            try Threads.start("journal") { [self] in
                while true { writeNext() }
            }
        } catch {
            // Tried again with the next line; what waits until then is within the limit.
            waiting.withLock { $0.hasThread = false }
        }
    }

    private func writeNext() {
        // Only a signal ends a wait before its time: there is nothing to write then.
        _ = sem_wait(work)
        let bytes = waiting.withLock { waiting in
            var bytes = waiting.bytes
            if waiting.leftOutCount > 0 { bytes += Array(leftOut(waiting.leftOutCount).utf8) }
            (waiting.bytes, waiting.leftOutCount) = ([], 0)
            waiting.isInHand = !bytes.isEmpty
            return bytes
        }
        // A descriptor that takes nothing any more is no reason to stop.
        if !bytes.isEmpty { try? descriptor.writeAll(bytes) }
        waiting.withLock { $0.isInHand = false }
    }
}
