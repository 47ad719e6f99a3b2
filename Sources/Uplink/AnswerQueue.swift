/// Answers on their way to one destination, the oldest first. Each waits for as long as the way is
/// down or full.
///
/// - Limits: `countMax`, each with a chunk of a file at most. One too many is not taken, and said
///   once: the same command, sent again, hears the same.
struct AnswerQueue {
    static let countMax = 16

    private var texts: [String] = []
    private var isFull = false

    /// - Returns: false where one is refused for the first time since there was room.
    mutating func add(_ text: String) -> Bool {
        guard texts.count >= Self.countMax else {
            texts.append(text)
            return true
        }
        defer { isFull = true }
        return isFull
    }

    mutating func next() -> String? {
        guard !texts.isEmpty else { return nil }
        isFull = false
        return texts.removeFirst()
    }
}
