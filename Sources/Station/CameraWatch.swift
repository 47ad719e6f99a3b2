import Frames

/// Whether one camera is being decided.
struct CameraWatch: Hashable, Sendable {
    /// ```
    ///           first frame                    no frame in time, or its driver says so
    ///  awaited ─────────────▶ watched ─────────────────────────────────▶ lost
    ///     │                      ▲                                       │ ▲
    ///     │ none in time         │ frames for long enough    frame, told │ │ again
    ///     └──────▶ lost          └───────────────────────── returning ◀──┘─┘
    ///
    ///  absent ── first frame ──▶ watched
    /// ```
    /// Not from lost to watched: a camera that flaps is one loss, not a hundred.
    enum State: Hashable, Sendable {
        /// Not configured, and never heard of.
        case absent
        case awaited(since: Interval)
        case watched(last: Interval)
        case lost(at: Instant)
        case returning(since: Interval, last: Interval)
    }

    enum Action: Hashable, Sendable {
        case none
        /// It cannot be seen through any more.
        case lost
        /// It can again.
        case returned
    }

    private(set) var state = State.absent

    /// Frames must come for this long before a lost camera counts as restored.
    static let returnMin = Interval.seconds(2)

    var isAbsent: Bool { state == .absent }

    /// Whether decisions of frames are believed.
    var isSeen: Bool {
        switch state {
        case .watched, .returning: true
        case .absent, .awaited, .lost: false
        }
    }

    var isHealthy: Bool {
        switch state {
        case .watched: true
        case .absent, .awaited, .lost, .returning: false
        }
    }

    /// It stands in the configuration.
    mutating func configured(at uptime: Interval) {
        if isAbsent { state = .awaited(since: uptime) }
    }

    /// It stands there no longer.
    mutating func removed() {
        state = .absent
    }

    /// A frame was decided.
    /// - Parameter capturedAt: frames from before the loss may still come out of a queue.
    mutating func decided(at uptime: Interval, capturedAt: Instant) -> Action {
        switch state {
        case .absent, .awaited, .watched:
            state = .watched(last: uptime)
            return .none
        case .lost(let lostAt):
            if capturedAt > lostAt { state = .returning(since: uptime, last: uptime) }
            return .none
        case .returning(let since, _):
            guard uptime - since >= Self.returnMin else {
                state = .returning(since: since, last: uptime)
                return .none
            }
            state = .watched(last: uptime)
            return .returned
        }
    }

    /// Its driver says that it is gone.
    mutating func failed(at now: Instant) -> Action {
        switch state {
        case .absent, .awaited, .watched:
            state = .lost(at: now)
            return .lost
        case .lost:
            return .none
        case .returning:
            state = .lost(at: now)
            return .none
        }
    }

    /// Its driver says that it is back; frames have to prove it.
    mutating func restored(at uptime: Interval) {
        switch state {
        case .absent, .awaited, .watched, .returning: break
        case .lost: state = .returning(since: uptime, last: uptime)
        }
    }

    /// Time has passed.
    mutating func passed(at uptime: Interval, now: Instant, timeout: Interval) -> Action {
        let limit = max(timeout, .seconds(1))
        switch state {
        case .absent, .lost:
            return .none
        case .awaited(let since):
            guard uptime - since >= limit else { return .none }
            state = .lost(at: now)
            return .lost
        case .watched(let last):
            guard uptime - last >= limit else { return .none }
            state = .lost(at: now)
            return .lost
        case .returning(_, let last):
            if uptime - last >= limit { state = .lost(at: now) }
            return .none
        }
    }
}
