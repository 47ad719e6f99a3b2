import Frames
import Incidents

/// What stands between an alarm and the neighbours: the siren sounds only through this.
///
/// Times are the station's uptime. Policies are given with each event, so that a new one holds at
/// once; hard limits hold whatever a policy says.
struct SirenInterlock: Hashable, Sendable {
    /// ```
    ///              called, nothing withholds it
    ///      ready ──────────────────────────────▶ sounding
    ///        ▲                                      │ time is up, silenced, or
    ///        │ rested                               │ nothing calls any more
    ///        └─────────────── resting ◀─────────────┘
    ///
    ///      stopped: from anywhere, for ever
    /// ```
    /// - Not from resting to sounding: the coil and the neighbours rest first, even for panic.
    /// - Not from sounding to ready: every sounding is followed by a rest.
    /// - Not from stopped to anything: who stops the appliance does not hear it again.
    /// - It begins resting: an appliance that crashes and restarts over and over must not be
    ///   able to sound every time.
    enum State: Hashable, Sendable {
        case ready
        case sounding(since: Interval, until: Interval, isStaff: Bool)
        case resting(until: Interval)
        case stopped
    }

    enum Action: Hashable, Sendable {
        case none
        case hush
    }

    enum Verdict: Hashable, Sendable {
        case sounds
        /// Not now, but when it has rested.
        case waits
        case withheld(Reason)
    }

    enum Reason: String, Hashable, Sendable {
        case silenced = "silenced by staff"
        case quietHours = "quiet hours"
        case budgetSpent = "too many false alarms tonight"
        case nightlyCap = "sounded long enough tonight"
        case stopped = "the appliance is stopping"
    }

    private struct Sounding: Hashable, Sendable {
        var start: Interval
        var end: Interval
    }

    private(set) var state = State.resting(until: Self.restAfterStart)
    private(set) var silencedUntil: Interval?
    /// Soundings and false alarms of the last night; older ones are dropped.
    private var soundings: [Sounding] = []
    private var falseAlarms: [Interval] = []

    static let restAfterStart = SirenPolicy.restHardMin
    /// The siren is hushed this much before its time is up, so that a tick that comes a little
    /// late does not make it longer.
    static let tickMargin = Interval.milliseconds(250)
    private static let onMin = Interval.seconds(1)
    /// So many soundings are remembered; one more in the same night is withheld.
    static let soundingCountMax = 64

    var isSounding: Bool {
        switch state {
        case .sounding: true
        case .ready, .resting, .stopped: false
        }
    }

    /// Somebody or something wants it to sound.
    /// - Parameter isStaff: a person's own decision, the panic button.
    mutating func called(
        at uptime: Interval, isStaff: Bool, isQuietHour: Bool, policy: SirenPolicy
    ) -> Verdict {
        if let reason = gate(at: uptime, isStaff: isStaff, isQuietHour: isQuietHour, policy) {
            return .withheld(reason)
        }
        if !isStaff, falseAlarmCount(at: uptime) >= max(policy.falseAlarmBudget, 0) {
            return .withheld(.budgetSpent)
        }
        switch state {
        case .stopped:
            return .withheld(.stopped)
        case .sounding(let since, let until, let wasStaff):
            state = .sounding(since: since, until: until, isStaff: wasStaff || isStaff)
            return .sounds
        case .resting:
            return .waits
        case .ready:
            forget(before: uptime)
            let cap = min(max(policy.nightlyOnMax, .zero), SirenPolicy.nightlyOnHardMax)
            let left = cap - nightlyOn(at: uptime)
            guard left >= Self.onMin, soundings.count < Self.soundingCountMax else {
                return .withheld(.nightlyCap)
            }
            let length = min(Self.onMax(policy), left)
            state = .sounding(since: uptime, until: uptime + length, isStaff: isStaff)
            return .sounds
        }
    }

    /// Time has passed, quiet hours may have begun, a new policy may be in force.
    mutating func passed(
        at uptime: Interval, isQuietHour: Bool, policy: SirenPolicy
    ) -> Action {
        switch state {
        case .ready, .stopped:
            return .none
        case .sounding(let since, let until, let isStaff):
            let end = min(until, since + Self.onMax(policy))
            let isOver = uptime + Self.tickMargin >= end
            let mayGoOn =
                gate(at: uptime, isStaff: isStaff, isQuietHour: isQuietHour, policy) == nil
            guard isOver || !mayGoOn else { return .none }
            return hush(at: uptime, policy: policy)
        case .resting(let until):
            if uptime >= until { state = .ready }
            return .none
        }
    }

    /// The silence button: off, and off for a while.
    mutating func silenced(at uptime: Interval, policy: SirenPolicy) -> Action {
        let hold = min(max(policy.silenceFor, .zero), SirenPolicy.nightLength)
        silencedUntil = max(silencedUntil ?? .zero, uptime + hold)
        switch state {
        case .ready, .resting, .stopped:
            return .none
        case .sounding(_, _, let isStaff):
            // Staff say that there is nothing: what a detector called was a false alarm.
            if !isStaff, falseAlarms.count < Self.soundingCountMax { falseAlarms.append(uptime) }
            return hush(at: uptime, policy: policy)
        }
    }

    /// Nothing calls any more.
    mutating func released(at uptime: Interval, policy: SirenPolicy) -> Action {
        switch state {
        case .ready, .resting, .stopped: .none
        case .sounding: hush(at: uptime, policy: policy)
        }
    }

    /// The appliance goes down.
    mutating func stop() {
        state = .stopped
    }

    /// What withholds it at this hour, if anything does.
    private func gate(
        at uptime: Interval, isStaff: Bool, isQuietHour: Bool, _ policy: SirenPolicy
    ) -> Reason? {
        if let until = silencedUntil, uptime < until, !(isStaff && policy.panicBreaksSilence) {
            return .silenced
        }
        return isQuietHour && !(isStaff && policy.panicBreaksQuietHours) ? .quietHours : nil
    }

    private mutating func hush(at uptime: Interval, policy: SirenPolicy) -> Action {
        if case .sounding(let since, _, _) = state {
            soundings.append(Sounding(start: since, end: uptime))
        }
        state = .resting(until: uptime + max(policy.rest, SirenPolicy.restHardMin))
        return .hush
    }

    private static func onMax(_ policy: SirenPolicy) -> Interval {
        min(max(policy.onMax, onMin), SirenPolicy.onHardMax)
    }

    private mutating func forget(before uptime: Interval) {
        let horizon = uptime - SirenPolicy.nightLength
        soundings.removeAll { $0.end <= horizon }
        falseAlarms.removeAll { $0 <= horizon }
    }

    private func falseAlarmCount(at uptime: Interval) -> Int {
        let horizon = uptime - SirenPolicy.nightLength
        return falseAlarms.reduce(0) { $0 + ($1 > horizon ? 1 : 0) }
    }

    /// For how long it sounded in the night before `uptime`, the present sounding included.
    func nightlyOn(at uptime: Interval) -> Interval {
        let horizon = uptime - SirenPolicy.nightLength
        var sum = Interval.zero
        for sounding in soundings where sounding.end > horizon {
            sum = sum + (sounding.end - max(sounding.start, horizon))
        }
        if case .sounding(let since, _, _) = state { sum = sum + max(uptime - since, .zero) }
        return sum
    }

    /// Names what is wrong; empty where all is well.
    func brokenInvariants(at uptime: Interval, policy: SirenPolicy) -> [String] {
        var broken: [String] = []
        if case .sounding(let since, let until, _) = state {
            if uptime - since > Self.onMax(policy) {
                broken.append("the siren sounds for longer than the policy allows")
            }
            if until - since > SirenPolicy.onHardMax {
                broken.append("the siren may sound for longer than the hard limit")
            }
            if let silencedUntil, uptime < silencedUntil, !policy.panicBreaksSilence {
                broken.append("the siren sounds while it is silenced")
            }
        }
        if soundings.count > Self.soundingCountMax { broken.append("too many soundings are kept") }
        return broken
    }
}
