import Camera
import Frames
import Station

@testable import Detectors

/// Empty pictures, ten a second.
final class Blank: FrameSource {
    let counts = FrameCounts()
    private let frame = Frame(width: PeopleWorld.width, height: PeopleWorld.height)
    private var left: Int
    private let breaks: Bool
    /// Of as many pictures as it is, one is too small for anybody to look at it.
    private let smallEvery: Int?

    init(_ count: Int, breaks: Bool = false, smallEvery: Int? = nil) {
        left = count
        self.breaks = breaks
        self.smallEvery = smallEvery
    }

    func next(timeout: Interval) throws -> FrameEvent {
        guard left > 0 else {
            guard breaks else { return .ended }
            throw CameraError(
                kind: .badData, object: "recording x", attempt: "read",
                cause: "it breaks\u{1B}[2J off")
        }
        left -= 1
        frame.capturedAt = frame.capturedAt + .milliseconds(100)
        if let smallEvery, left % smallEvery == 0 {
            let small = Frame(width: 16, height: 16)
            small.capturedAt = frame.capturedAt
            return .frame(small)
        }
        return .frame(frame)
    }
}

/// Never shows anything.
final class Dead: FrameSource {
    let counts = FrameCounts()
    func next(timeout: Interval) -> FrameEvent {
        .lost(cause: "camera /dev/video0: set 640×480: device busy (EBUSY); fuser /dev/video0")
    }
}

/// Sees whom a script says there are, in place of networks.
final class FakeLooks: LookWorker, @unchecked Sendable {
    let tasks = [LookTask.people]
    private let see: (Instant) -> [PersonBox]

    init(_ see: @escaping (Instant) -> [PersonBox]) {
        self.see = see
    }

    func begin(_ look: Look) {
        let boxes = see(look.picture.capturedAt)
        look.people.begin(candidateCount: boxes.count)
        for box in boxes { look.people.add(box) }
        look.people.finish()
    }

    func wait(for look: Look) {}

    /// Somebody who walks to and fro for so long; the horizon is in row 200, the camera 3.4 m up.
    static func walker(_ at: Instant, column: Int = 500, far: Int = 400) -> PersonBox {
        let way = Int(at.milliseconds / 20) % 1_000
        let foot = far + (way < 500 ? way : 1_000 - way) * (900 - far) / 500
        let height = (foot - 200) / 2
        return PersonBox(
            region: Region(
                x: UInt16(column - height / 8), y: UInt16(foot - height),
                width: UInt16(height / 4), height: UInt16(height)),
            score: .perMille(800))
    }
}
