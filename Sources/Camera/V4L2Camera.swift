import Frames
import Linux
import Station

/// A camera that comes and goes: opens its device, shows the newest picture, and when the device
/// is lost keeps trying to get it back, for ever, at growing intervals.
///
/// For one thread. A failure of the device is an event, never an error.
public final class V4L2Camera: FrameSource {
    /// What of the outside world a camera uses.
    struct Environment {
        var now: () -> Instant
        var sleep: (Interval) -> Void
        var open: (CameraSettings) throws -> any CaptureStream

        static var real: Environment {
            // Remembers what a `/dev/videoN` was, to find it again under another number.
            let locator = V4L2Locator()
            return Environment(
                now: { Instant(nanoseconds: Clocks.monotonicNanoseconds()) },
                sleep: { Clocks.sleep(milliseconds: ($0.nanoseconds + 999_999) / 1_000_000) },
                open: { try V4L2Stream(settings: $0, locator: locator) })
        }
    }

    public let settings: CameraSettings
    public private(set) var counts = FrameCounts()
    /// What could not be set on the device now open: for the log and for `doctor`.
    public private(set) var advice: [String] = []
    /// Pictures whose stated time was impossible, and which got that of their arrival.
    public var implausibleTimeCount: UInt64 { clock.implausibleCount }

    public var ownJPEG: UnsafeRawBufferPointer? { stream?.ownJPEG }

    private let environment: Environment
    private var machine: CaptureMachine
    private var stream: (any CaptureStream)?
    private var frame: Frame?
    private var clock = CaptureClock()
    private var sequence = CaptureSequence()
    /// Whether `frame` was announced by `.restored` and is shown next.
    private var hasFrameInHand = false

    public convenience init(_ settings: CameraSettings) {
        self.init(settings, .real)
    }

    init(_ settings: CameraSettings, _ environment: Environment) {
        self.settings = settings
        self.environment = environment
        machine = CaptureMachine(at: environment.now())
    }

    deinit {
        stream?.close()
    }

    public func next(timeout: Interval) throws -> FrameEvent {
        if hasFrameInHand, let frame {
            hasFrameInHand = false
            counts.delivered += 1
            return .frame(frame)
        }
        let deadline = environment.now() + timeout
        while true {
            let now = environment.now()
            switch machine.wake(at: now) {
            case .open:
                if let event = open() { return event }
            case .sleep(let until):
                let wake = min(until, deadline)
                if wake > now { environment.sleep(wake - now) }
                if environment.now() >= deadline { return .waiting }
            case .giveUp(let cause):
                if let event = fail("camera \(settings.device): capture: \(cause)") { return event }
            case .poll(let until):
                let wait = max(min(until, deadline) - now, .zero)
                if let event = capture(wait) { return event }
                if environment.now() >= deadline { return .waiting }
            }
        }
    }

    private func open() -> FrameEvent? {
        do {
            let stream = try environment.open(settings)
            self.stream = stream
            advice = stream.advice
            if frame?.width != stream.width || frame?.height != stream.height {
                frame = Frame(width: stream.width, height: stream.height)
            }
            sequence.restart()
            machine.opened(at: environment.now())
            return nil
        } catch {
            return fail("\(error)")
        }
    }

    private func capture(_ wait: Interval) -> FrameEvent? {
        guard let stream, let frame else { return fail("camera \(settings.device): not open") }
        do {
            guard try stream.wait(milliseconds: (wait.nanoseconds + 999_999) / 1_000_000) else {
                return nil
            }
            let take = try stream.take(into: frame, &sequence)
            counts.dropped += take.droppedCount
            counts.damaged += take.damagedCount
            for _ in 0..<take.damagedCount { machine.damaged() }
            guard let picture = take.picture else { return nil }
            let now = environment.now()
            frame.capturedAt = clock.time(stated: picture.stated, arrival: now)
            frame.sequence = picture.sequence
            if machine.pictured(at: now) == .restored {
                hasFrameInHand = true
                return .restored
            }
            counts.delivered += 1
            return .frame(frame)
        } catch {
            return fail("\(error)")
        }
    }

    private func fail(_ cause: String) -> FrameEvent? {
        stream?.close()
        stream = nil
        switch machine.failed(cause, at: environment.now()) {
        case .lost(let cause):
            counts.lost += 1
            return .lost(cause: cause)
        case .restored, nil:
            return nil
        }
    }
}
