import Detectors
import Frames

/// Keeps a copy of the boxes of people that a worker saw and that counted last.
final class NotedLooks: LookWorker, @unchecked Sendable {
    struct Noted {
        var boxes: [PersonBox]
        var takenAt: Instant
    }

    let tasks: [LookTask]
    private let worker: any LookWorker
    /// It counts in this frame; what moved in its boxes is measured before the next is begun.
    private var counting: Look?
    private var takenAt = Instant.zero
    private var noted: Noted?

    init(_ worker: any LookWorker, tasks: [LookTask] = LookTask.always) {
        self.worker = worker
        self.tasks = worker.tasks.filter { tasks.contains($0) }
    }

    func begin(_ look: Look) {
        if look === counting { note(look) }
        worker.begin(look)
    }

    func wait(for look: Look) {
        worker.wait(for: look)
        guard look.task == .people else { return }
        // Its picture is another one when the next is begun.
        (counting, takenAt) = (look, look.picture.capturedAt)
    }

    /// After the frame was decided: what its look saw; nil where none counted.
    func takeNoted() -> Noted? {
        if let counting { note(counting) }
        defer { noted = nil }
        return noted
    }

    private func note(_ look: Look) {
        noted = Noted(boxes: look.people.boxes.map { $0 }, takenAt: takenAt)
        counting = nil
    }
}
