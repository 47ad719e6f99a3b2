import Frames
import Station
import Testing

@testable import Camera

/// A device that follows a script, and a clock that moves only when somebody waits.
private final class Venue {
    enum Step {
        case picture(UInt8)
        case damaged
        case silence
        case failure
    }

    var now = Instant.zero
    /// What each attempt to open finds; the last one for ever.
    var attempts: [Result<[Step], CameraError>] = []
    var size = (width: 64, height: 48)
    /// How long the driver takes to open a device, and to close it.
    var openingTakes = Interval.zero
    var closingTakes = Interval.zero
    private var calls: [(due: Instant, body: @Sendable () -> Void)] = []
    private(set) var openCount = 0
    private(set) var opened: [Instant] = []

    var environment: V4L2Camera.Environment {
        .init(
            now: { self.now },
            sleep: { self.pass($0) },
            open: { _ in
                self.opened.append(self.now)
                let attempt =
                    self.attempts.count > 1 ? self.attempts.removeFirst() : self.attempts[0]
                let steps = try attempt.get()
                self.openCount += 1
                return Device(self, steps)
            },
            start: { body in
                let takes = self.openCount > 0 ? self.closingTakes : self.openingTakes
                if takes == .zero { body() } else { self.calls.append((self.now + takes, body)) }
            })
    }

    /// What a driver is busy with is done when its time has come.
    func pass(_ time: Interval) {
        now = now + time
        for call in calls where call.due <= now { call.body() }
        calls.removeAll { $0.due <= now }
    }

    func closed() { openCount -= 1 }
}

private final class Device: CaptureStream {
    let width: Int
    let height: Int
    let advice: [String] = []
    private let venue: Venue
    private var steps: [Venue.Step]
    private var number: UInt32 = 0

    init(_ venue: Venue, _ steps: [Venue.Step]) {
        self.venue = venue
        self.steps = steps
        (width, height) = venue.size
    }

    func wait(milliseconds: Int64) throws -> Bool {
        switch steps.first {
        case .silence, nil:
            venue.pass(.milliseconds(milliseconds))
            return false
        case .picture, .damaged, .failure:
            venue.pass(.milliseconds(100))
            return true
        }
    }

    func take(into frame: inout Frame?, _ sequence: inout CaptureSequence) throws -> CaptureTake {
        var take = CaptureTake()
        let step = steps.removeFirst()
        number += 1
        switch step {
        case .picture(let value):
            frame?.luma.fill(value)
            take.picture = .init(stated: venue.now, sequence: sequence.take(number).number)
        case .damaged: take.damaged("broken")
        case .silence: break
        case .failure: throw failure("take a picture", "no such device (ENODEV)")
        }
        return take
    }

    func close() { venue.closed() }
}

private func failure(_ attempt: String, _ cause: String) -> CameraError {
    CameraError(kind: .unavailable, object: "camera x", attempt: attempt, cause: cause)
}

@Suite struct V4L2CameraTests {
    private func camera(_ venue: Venue) -> V4L2Camera {
        V4L2Camera(CameraSettings(device: "x"), venue.environment)
    }

    /// What the camera says until nothing new comes for a while.
    private func story(_ venue: Venue, _ camera: V4L2Camera, until end: Instant) throws -> [String]
    {
        var said: [String] = []
        while venue.now < end {
            switch try camera.next(timeout: .seconds(1)) {
            case .frame(let frame): said.append("\(frame.luma[0, 0])")
            case .waiting: continue
            case .lost(let cause): said.append("lost: \(cause)")
            case .restored: said.append("restored")
            case .ended: said.append("ended")
            }
        }
        return said
    }

    @Test func aLostDeviceComesBackAndNoPictureOfTheReturnIsSwallowed() throws {
        let venue = Venue()
        venue.attempts = [
            .success([.picture(1), .damaged, .picture(2), .failure]),
            .failure(failure("open", "no such file or directory (ENOENT)")),
            .success([.picture(3), .picture(4)])
        ]
        let camera = camera(venue)
        #expect(
            try story(venue, camera, until: .zero + .seconds(3)) == [
                "1", "2", "lost: camera x: take a picture: no such device (ENODEV)", "restored",
                "3", "4"
            ])
        #expect(camera.counts.delivered == 4)
        #expect(camera.counts.damaged == 1)
        #expect(camera.counts.lost == 1)
        #expect(venue.opened.map { $0.nanoseconds / 1_000_000 } == [0, 900, 1900])
        #expect(venue.openCount == 1)
    }

    @Test func aSilentDeviceIsClosedAndOpenedAgain() throws {
        let venue = Venue()
        venue.attempts = [.success([.picture(1), .silence]), .success([.picture(2)])]
        let camera = camera(venue)
        #expect(
            try story(venue, camera, until: .zero + .seconds(3)) == [
                "1", "lost: camera x: capture: no picture for 2 s", "restored", "2"
            ])
    }

    @Test func aCameraThatIsNotThereIsLostOnceAndTriedForEver() throws {
        let venue = Venue()
        venue.attempts = [.failure(failure("open", "no such file or directory (ENOENT)"))]
        let camera = camera(venue)
        #expect(
            try story(venue, camera, until: .zero + .seconds(3600)) == [
                "lost: camera x: open: no such file or directory (ENOENT)"
            ])
        let gaps = zip(venue.opened, venue.opened.dropFirst()).map { ($1 - $0).milliseconds }
        #expect(gaps.prefix(6) == [500, 1000, 2000, 4000, 8000, 16_000])
        #expect(gaps.dropFirst(6).allSatisfy { $0 == 30_000 })
        #expect(gaps.count > 110)
    }

    /// USB control transfers that time out, five seconds each.
    @Test func aDriverThatTakesItsTimeIsALossAndNobodyWaitsForIt() throws {
        let venue = Venue()
        venue.openingTakes = .milliseconds(25_250)
        venue.attempts = [.success([.picture(1), .picture(2)])]
        let camera = camera(venue)
        var said: [String] = []
        while venue.now < .zero + .seconds(26) {
            let begin = venue.now
            switch try camera.next(timeout: .milliseconds(500)) {
            case .frame(let frame): said.append("\(begin.milliseconds): \(frame.luma[0, 0])")
            case .lost(let cause): said.append("\(venue.now.milliseconds): lost: \(cause)")
            case .restored: said.append("restored")
            case .waiting, .ended: break
            }
            #expect(venue.now - begin <= .milliseconds(500))
        }
        #expect(
            said == [
                "10000: lost: camera x: open: no answer from its driver for 10 s", "restored",
                "25350: 1", "25350: 2"
            ])
        #expect(venue.opened.count == 1, "nothing else is asked of it meanwhile")
    }

    @Test func whatIsStillBeingClosedIsNotOpened() throws {
        let venue = Venue()
        venue.closingTakes = .seconds(7)
        venue.attempts = [.success([.picture(1), .failure]), .success([.picture(2)])]
        let camera = camera(venue)
        #expect(
            try story(venue, camera, until: .zero + .seconds(9)) == [
                "1", "lost: camera x: take a picture: no such device (ENODEV)", "restored", "2"
            ])
        #expect(venue.openCount == 1)
        #expect(venue.opened.map(\.milliseconds) == [0, 7_200])
    }

    @Test func theSizeMayChangeWithTheDevice() throws {
        let venue = Venue()
        venue.attempts = [.success([.picture(1), .failure]), .success([.picture(2)])]
        let camera = camera(venue)
        guard case .frame(let first) = try camera.next(timeout: .seconds(1)) else {
            Issue.record("no picture")
            return
        }
        #expect(first.width == 64)
        venue.size = (128, 96)
        var sizes: [Int] = []
        for _ in 0..<5 {
            if case .frame(let frame) = try camera.next(timeout: .seconds(1)) {
                sizes.append(frame.width)
            }
        }
        #expect(sizes == [128])
    }

    @Test func aWaitIsNeverLongerThanAsked() throws {
        let venue = Venue()
        venue.attempts = [.success([.silence])]
        let camera = camera(venue)
        let start = venue.now
        _ = try camera.next(timeout: .milliseconds(250))
        #expect(venue.now - start == .milliseconds(250))
    }

    @Test func theDeviceIsGivenBackWithTheCamera() throws {
        let venue = Venue()
        venue.attempts = [.success([.picture(1)])]
        do {
            let camera = camera(venue)
            _ = try camera.next(timeout: .seconds(1))
            #expect(venue.openCount == 1)
        }
        #expect(venue.openCount == 0)
    }
}
