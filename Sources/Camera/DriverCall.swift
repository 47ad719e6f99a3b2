import Synchronization

/// What a driver is asked for on a thread of its own: opening and closing a device may take
/// seconds (USB control transfers), and with a broken driver for ever.
final class DriverCall<Answer>: @unchecked Sendable {
    private let body: () throws -> Answer
    /// Written before `isAnswered` is set, read after it was seen.
    private var result: Result<Answer, any Error>?
    private let isAnswered = Mutex(false)

    /// - Parameters:
    ///   - body: what it takes with it nobody else uses until there is an answer.
    ///   - start: runs something on another thread; where it cannot, that is the answer.
    init(
        _ body: @escaping () throws -> Answer,
        start: (@escaping @Sendable () -> Void) throws -> Void
    ) {
        self.body = body
        do {
            try start { self.run() }
        } catch {
            result = .failure(error)
            isAnswered.withLock { $0 = true }
        }
    }

    private func run() {
        result = Result { try body() }
        isAnswered.withLock { $0 = true }
    }

    /// nil while there is none.
    var answer: Result<Answer, any Error>? {
        isAnswered.withLock { $0 } ? result : nil
    }
}
