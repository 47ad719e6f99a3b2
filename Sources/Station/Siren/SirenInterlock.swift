import Frames
import Records

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
    ///   able to sound at every start.
    enum State: Hashable, Sendable {
        case ready
        case sounding(since: Interval, until: Interval, isStaff: Bool)
        case resting(until: Interval)
        case stopped
    }

    enum Action: Hashable, Sendable {
        case none
        /// It goes off, after `after`.
        case hush(after: Interval, isFalseAlarm: Bool)
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
        case pastUnknown = "the ledger cannot tell yet how long it sounded tonight"
        case stopped = "the appliance is stopping"
    }

    private struct Sounding: Hashable, Sendable {
        var start: Interval
        var end: Interval
    }

    /// A sounding of an earlier life; a night does not begin anew with a start.
    private struct Earlier: Hashable, Sendable {
        /// Uptimes; before zero, or to come.
        var sounding: Sounding
        /// The end as running time alone has it: the latest that it can be.
        let latestEnd: Interval
        /// Milliseconds since 1970; nil where no wall clock may make it older.
        let wallEnd: Int64?
        var isFalseAlarm: Bool

        mutating func end(at end: Interval) {
            sounding.start = end - (sounding.end - sounding.start)
            sounding.end = end
        }
    }

    private(set) var state = State.resting(until: Self.restAfterStart)
    private(set) var silencedUntil: Interval?
    /// Soundings and false alarms of the last night; older ones are dropped.
    private var soundings: [Sounding] = []
    private var falseAlarms: [Interval] = []
    private var earlier: [Earlier] = []
    private var isPastUnknown = false

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

    /// What earlier lives left of the night.
    ///
    /// - Parameter boot: the one that runs. In it monotonic time is exact, and no wall clock is
    ///   asked.
    mutating func adopt(_ past: [SirenPast.Sounding], boot: BootID, at uptime: Interval) {
        isPastUnknown = false
        earlier = past.map { past in
            let end = uptime - past.age
            return Earlier(
                sounding: Sounding(start: end - past.length, end: end), latestEnd: end,
                wallEnd: past.boot == boot ? nil : past.wallEnd, isFalseAlarm: past.isFalseAlarm)
        }
    }

    /// Nobody knows what was before: as much as can be is taken to have just sounded.
    mutating func assumeWorst(at uptime: Interval) {
        let sounding = Sounding(start: uptime - SirenPolicy.nightlyOnHardMax, end: uptime)
        earlier = [
            Earlier(sounding: sounding, latestEnd: uptime, wallEnd: nil, isFalseAlarm: false)
        ]
        isPastUnknown = true
    }

    /// The wall clock is set: it tells how long the appliance was without power. It can only make
    /// a sounding of another boot older than running time alone does.
    mutating func dated(wallMilliseconds: Int64, at uptime: Interval) {
        for index in earlier.indices {
            guard let wallEnd = earlier[index].wallEnd else { continue }
            let age = Interval.milliseconds(wallMilliseconds - wallEnd)
            earlier[index].end(at: min(earlier[index].latestEnd, uptime - age))
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
            guard left >= Self.onMin, count(at: uptime) < Self.soundingCountMax else {
                return .withheld(isPastUnknown ? .pastUnknown : .nightlyCap)
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
            return hush(since: since, at: uptime, policy: policy)
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
        case .sounding(let since, _, let isStaff):
            // Staff say that there is nothing: what a detector called was a false alarm.
            if !isStaff, falseAlarms.count < Self.soundingCountMax { falseAlarms.append(uptime) }
            return hush(since: since, at: uptime, isFalseAlarm: !isStaff, policy: policy)
        }
    }

    /// Nothing calls any more.
    mutating func released(at uptime: Interval, policy: SirenPolicy) -> Action {
        switch state {
        case .ready, .resting, .stopped: .none
        case .sounding(let since, _, _): hush(since: since, at: uptime, policy: policy)
        }
    }

    /// The appliance goes down.
    mutating func stop(at uptime: Interval, policy: SirenPolicy) -> Action {
        defer { state = .stopped }
        return released(at: uptime, policy: policy)
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

    private mutating func hush(
        since: Interval, at uptime: Interval, isFalseAlarm: Bool = false, policy: SirenPolicy
    ) -> Action {
        soundings.append(Sounding(start: since, end: uptime))
        state = .resting(until: uptime + max(policy.rest, SirenPolicy.restHardMin))
        return .hush(after: uptime - since, isFalseAlarm: isFalseAlarm)
    }

    /// How long the present sounding may last, from its beginning; nil while there is none.
    var allowance: Interval? {
        if case .sounding(let since, let until, _) = state { until - since } else { nil }
    }

    private static func onMax(_ policy: SirenPolicy) -> Interval {
        min(max(policy.onMax, onMin), SirenPolicy.onHardMax)
    }

    private mutating func forget(before uptime: Interval) {
        let horizon = uptime - SirenPolicy.nightLength
        soundings.removeAll { $0.end <= horizon }
        falseAlarms.removeAll { $0 <= horizon }
    }

    private func count(at uptime: Interval) -> Int {
        let horizon = uptime - SirenPolicy.nightLength
        return earlier.reduce(soundings.count) { $0 + ($1.sounding.end > horizon ? 1 : 0) }
    }

    private func falseAlarmCount(at uptime: Interval) -> Int {
        let horizon = uptime - SirenPolicy.nightLength
        let before = earlier.reduce(0) {
            $0 + ($1.isFalseAlarm && $1.sounding.end > horizon ? 1 : 0)
        }
        return falseAlarms.reduce(before) { $0 + ($1 > horizon ? 1 : 0) }
    }

    /// For how long it sounded in the night before `uptime`, the present sounding and those of
    /// earlier lives included.
    func nightlyOn(at uptime: Interval) -> Interval {
        let horizon = uptime - SirenPolicy.nightLength
        var sum = Interval.zero
        for sounding in soundings + earlier.map(\.sounding) where sounding.end > horizon {
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
