import Frames

/// When a camera is opened, given up and tried again. Pure: it is told the time, touches nothing,
/// and so is tested whole without a camera.
///
/// The caller asks `wake` what to do, does it, and says how it went.
struct CaptureMachine {
    /// A picture that is whole counts as life; a damaged one does not.
    ///
    ///                  began              opened                pictured
    ///     ┌─────────┐ ──────▶ ┌─────────┐ ──────▶ ┌─────────┐ ──────────▶ ┌────────────┐
    ///     │ waiting │         │ opening │         │ proving │             │ delivering │ ◀─┐
    ///     └─────────┘         └─────────┘         └─────────┘             └────────────┘ ──┘
    ///          ▲                   │ failed            │ failed, or no          │      pictured
    ///          └───────────────────┴───────────────────┴── picture for 2 s ─────┘
    ///
    /// `began` outside of `waiting`, `opened` outside of `opening` and `pictured` in these two
    /// cannot happen: the caller has no device in them, and has one already elsewhere. They change
    /// nothing.
    enum State: Hashable {
        /// No device is open; the next attempt is due at `until`.
        case waiting(until: Instant)
        /// The driver was asked for the device, and takes its time: seconds over USB, or for ever.
        case opening(since: Instant)
        /// The device streams but has not shown a picture yet.
        case proving(since: Instant)
        case delivering(since: Instant, last: Instant)
    }

    enum Action: Hashable {
        case open
        /// Nothing to do until then.
        case sleep(until: Instant)
        /// Wait for the driver's answer, at most until then.
        case await(until: Instant)
        /// Say `overdue` with this cause, and wait on: a driver cannot be called back.
        case complain(cause: String)
        /// Wait for a picture until then.
        case poll(until: Instant)
        /// Close the device, which is silent, and say `failed` with this cause.
        case giveUp(cause: String)
    }

    /// What the owner of the camera must be told.
    enum Notice: Hashable {
        case lost(cause: String)
        case restored
    }

    private(set) var state: State
    /// How long the next failure waits.
    private(set) var backoff = CaptureMachine.backoffMin
    /// Whether the owner was told that the camera is lost.
    private(set) var isLost = false
    /// Damaged pictures since the last whole one.
    private(set) var damagedCount: UInt64 = 0
    /// What was wrong with the last of them.
    private var damage = ""

    static let backoffMin = Interval.milliseconds(500)
    static let backoffMax = Interval.seconds(30)
    /// A driver that takes longer to open a device is told as a loss.
    static let openingMax = Interval.seconds(10)
    /// Longest time without a whole picture.
    static let silenceMax = Interval.seconds(2)
    /// A camera that delivered for this long failed anew, not again: the backoff starts over.
    static let stableAfter = Interval.seconds(10)

    init(at now: Instant) {
        state = .waiting(until: now)
    }

    func wake(at now: Instant) -> Action {
        switch state {
        case .waiting(let until):
            return now >= until ? .open : .sleep(until: until)
        case .opening(let since):
            let limit = since + CaptureMachine.openingMax
            guard now >= limit else { return .await(until: limit) }
            guard isLost else {
                return .complain(
                    cause: "no answer from its driver for "
                        + "\(CaptureMachine.openingMax.milliseconds / 1_000) s")
            }
            return .await(until: now + CaptureMachine.openingMax)
        case .proving(let since):
            return judge(lastPicture: since, at: now)
        case .delivering(_, let last):
            return judge(lastPicture: last, at: now)
        }
    }

    mutating func began(at now: Instant) {
        switch state {
        case .waiting: state = .opening(since: now)
        case .opening, .proving, .delivering: return
        }
    }

    mutating func opened(at now: Instant) {
        switch state {
        case .opening:
            state = .proving(since: now)
            damagedCount = 0
        case .waiting, .proving, .delivering:
            return
        }
    }

    /// The driver has not answered in time; it may yet.
    mutating func overdue(_ cause: String) -> Notice? {
        guard !isLost else { return nil }
        isLost = true
        return .lost(cause: cause)
    }

    mutating func pictured(at now: Instant) -> Notice? {
        damagedCount = 0
        switch state {
        case .waiting, .opening:
            return nil
        case .proving:
            state = .delivering(since: now, last: now)
        case .delivering(let since, _):
            if now - since >= CaptureMachine.stableAfter { backoff = CaptureMachine.backoffMin }
            state = .delivering(since: since, last: now)
        }
        guard isLost else { return nil }
        isLost = false
        return .restored
    }

    mutating func damaged(_ count: UInt64, _ cause: String) {
        damagedCount += count
        damage = cause
    }

    /// - Returns: a notice for the first failure only: a camera is lost once, however long.
    mutating func failed(_ cause: String, at now: Instant) -> Notice? {
        state = .waiting(until: now + backoff)
        backoff = min(backoff * 2, CaptureMachine.backoffMax)
        guard !isLost else { return nil }
        isLost = true
        return .lost(cause: cause)
    }

    private func judge(lastPicture last: Instant, at now: Instant) -> Action {
        let until = last + CaptureMachine.silenceMax
        guard now >= until else { return .poll(until: until) }
        return .giveUp(
            cause: damagedCount > 0
                ? "no whole picture for 2 s, \(damagedCount) damaged ones: \(damage)"
                : "no picture for 2 s")
    }
}

/// Makes times of pictures trustworthy: as the driver says, where that can be.
struct CaptureClock {
    private var last: Instant?
    /// Pictures whose stated time could not be, and which got the time of their arrival.
    private(set) var implausibleCount: UInt64 = 0

    /// A driver states the start of exposure: no earlier than this before arrival.
    static let delayMax = Interval.seconds(2)
    /// Clocks are read at different moments: a picture may seem this much ahead of its arrival.
    static let leadMax = Interval.milliseconds(20)

    /// - Parameters:
    ///   - stated: on the monotonic clock; nil where the driver uses another one.
    ///   - arrival: when the picture was taken out of the driver.
    /// - Returns: a time after that of every picture before.
    mutating func time(stated: Instant?, arrival: Instant) -> Instant {
        var time = arrival
        if let stated {
            let isPlausible =
                stated >= arrival - CaptureClock.delayMax
                && stated <= arrival + CaptureClock.leadMax
                && (last.map { stated > $0 } ?? true)
            if isPlausible { time = stated } else { implausibleCount += 1 }
        }
        if let last, time <= last { time = last + Interval(nanoseconds: 1) }
        last = time
        return time
    }
}

/// Numbers pictures without gaps of its own making, and counts those that the driver dropped.
struct CaptureSequence {
    private var last: UInt32?
    private var number: UInt32 = 0

    /// A larger gap is a driver that counts anew, not that many lost pictures.
    static let gapMax: UInt32 = 10_000

    /// After a reconnection the driver starts anew, and what was missed meanwhile is not known.
    mutating func restart() {
        last = nil
    }

    /// - Parameter stated: the driver's number; wraps past 2³² − 1.
    /// - Returns: our number, and how many pictures were lost before this one.
    mutating func take(_ stated: UInt32) -> (number: UInt32, lostCount: UInt64) {
        defer { last = stated }
        guard let last else {
            number &+= 1
            return (number, 0)
        }
        let step = stated &- last
        guard step >= 1, step <= CaptureSequence.gapMax else {
            number &+= 1
            return (number, 0)
        }
        number &+= step
        return (number, UInt64(step - 1))
    }
}
