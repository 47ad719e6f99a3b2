import Linux
import Synchronization

/// Reads the configuration anew on a thread of its own, because the card may hang.
///
/// Limit: one reading at a time. Who asks during one gets another when it is over, and once.
final class ReloadThread: Sendable {
    private enum State {
        case idle
        case reading
        /// Somebody asked since it began: what was read may be older than that.
        case readingAndAsked
    }

    private let state = Mutex(State.idle)
    private let read: @Sendable () -> Void

    /// - Parameter read: reads it, and tells whoever is to know.
    init(read: @escaping @Sendable () -> Void) {
        self.read = read
    }

    /// Never waits.
    ///
    /// - Error: where there can be no thread: nothing is read.
    func begin() throws {
        let isFirst = state.withLock { state in
            switch state {
            case .idle:
                state = .reading
                return true
            case .reading, .readingAndAsked:
                state = .readingAndAsked
                return false
            }
        }
        guard isFirst else { return }
        do {
            try Threads.start("configuration") { [self] in
                repeat { read() } while isAskedAgain()
            }
        } catch {
            state.withLock { $0 = .idle }
            throw error
        }
    }

    private func isAskedAgain() -> Bool {
        state.withLock { state in
            switch state {
            case .idle, .reading:
                state = .idle
                return false
            case .readingAndAsked:
                state = .reading
                return true
            }
        }
    }
}
