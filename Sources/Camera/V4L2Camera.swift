import Frames
import Linux
import Station

/// A camera that comes and goes: opens its device, shows the newest picture, and when the device
/// is lost keeps trying to get it back, for ever, at growing intervals.
///
/// For one thread. A failure of the device is an event, never an error. The driver is asked to
/// open and to close on other threads, so that `next` comes back in time whatever it does; until
/// it answers nothing else is asked of it.
public final class V4L2Camera: FrameSource {
    /// What of the outside world a camera uses.
    struct Environment {
        var now: () -> Instant
        var sleep: (Interval) -> Void
        var open: (CameraSettings) throws -> any CaptureStream
        /// Runs what may take long on another thread.
        var start: (@escaping @Sendable () -> Void) throws -> Void = { $0() }

        static var real: Environment {
            // Remembers what a `/dev/videoN` was, to find it again under another number.
            let locator = V4L2Locator()
            return Environment(
                now: { Instant(nanoseconds: Clocks.monotonicNanoseconds()) },
                sleep: { Clocks.sleep(milliseconds: ($0.nanoseconds + 999_999) / 1_000_000) },
                open: { try V4L2Stream(settings: $0, locator: locator) },
                start: { try Threads.start("driver", $0) })
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
    private var opening: DriverCall<any CaptureStream>?
    private var closing: DriverCall<Void>?
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
                if let closing, closing.answer == nil {
                    guard looksAgain(by: deadline) else { return .waiting }
                } else if let event = open() {
                    return event
                }
            case .await(let until):
                if let event = takeStream() { return event }
                guard opening != nil else { continue }
                if !looksAgain(by: min(until, deadline)), now >= deadline { return .waiting }
            case .complain(let cause):
                if let event = tell(machine.overdue("camera \(settings.device): open: \(cause)")) {
                    return event
                }
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

    /// How often a driver's answer is looked for.
    private static let look = Interval.milliseconds(10)

    /// Waits a little for a driver.
    ///
    /// - Returns: false where the time is over.
    private func looksAgain(by limit: Instant) -> Bool {
        let now = environment.now()
        guard now < limit else { return false }
        environment.sleep(min(Self.look, limit - now))
        return true
    }

    private func open() -> FrameEvent? {
        closing = nil
        machine.began(at: environment.now())
        let (settings, open) = (settings, environment.open)
        opening = DriverCall({ try open(settings) }, start: environment.start)
        return takeStream()
    }

    /// Goes on with the device that was opened, if the driver has answered.
    private func takeStream() -> FrameEvent? {
        guard let answer = opening?.answer else { return nil }
        opening = nil
        switch answer {
        case .failure(let error):
            return fail("\(error)")
        case .success(let stream):
            self.stream = stream
            advice = stream.advice
            if frame?.width != stream.width || frame?.height != stream.height {
                frame = Frame(width: stream.width, height: stream.height)
            }
            sequence.restart()
            machine.opened(at: environment.now())
            return nil
        }
    }

    private func capture(_ wait: Interval) -> FrameEvent? {
        guard let stream else { return fail("camera \(settings.device): not open") }
        do {
            guard try stream.wait(milliseconds: (wait.nanoseconds + 999_999) / 1_000_000) else {
                return nil
            }
            let take = try stream.take(into: &frame, &sequence)
            counts.dropped += take.droppedCount
            counts.damaged += take.damagedCount
            if let damage = take.damage { machine.damaged(take.damagedCount, damage) }
            guard let picture = take.picture, let frame else { return nil }
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
        if let stream {
            self.stream = nil
            closing = DriverCall({ stream.close() }, start: environment.start)
        }
        return tell(machine.failed(cause, at: environment.now()))
    }

    private func tell(_ notice: CaptureMachine.Notice?) -> FrameEvent? {
        switch notice {
        case .lost(let cause):
            counts.lost += 1
            return .lost(cause: cause)
        case .restored, nil:
            return nil
        }
    }
}
