import Detectors
import Frames
import Incidents
import Records

/// The appliance as one pure function: an event comes in, effects go out.
///
/// Reads no clock and touches nothing; every decision about lamps, siren, records and health is
/// made here or below, so that a whole night can be simulated, and any night replayed.
///
/// - Limits: `StationPolicy.cameraCountMax` cameras, `IncidentTracker.openCountMax` incidents for
///   each, one of each of the station's own kinds, `RecordQueue.recordCountMax` waiting records.
public struct Appliance: Sendable {
    public internal(set) var policy: StationPolicy
    var clock: StationClock
    var queue = RecordQueue()
    var interlock = SirenInterlock()
    var lamps = LampDriver()
    var watches: [CameraWatch]
    var trackers: [IncidentTracker?]
    var open: [OpenIncident] = []
    /// What each camera's detectors scored lately.
    var scores: [ScoreHistory]
    /// What each camera counted.
    private var counts: [CountLog]
    /// What they counted lately, by camera, for explanations.
    private(set) var countHistories: [CountHistory]
    /// Of each camera's last decided frame; nil before the first.
    var lastCapturedAt: [Instant?]
    var clips = ClipRoll()
    private var heat = HeatGuard()
    private(set) var looks: LookPacer
    private var uplinks = UplinkWatch()
    var nextOrdinal: UInt32 = 1
    private(set) var firstOrdinal: UInt32
    /// Confirmed incidents that nobody saw to yet, as the records tell.
    var unanswered = Unanswered()
    /// Those of them that a person is asked about, the oldest first.
    var asked: [Asked] = []
    var specialHours: SpecialHours?
    /// The centre's schedule; nil where the configuration's holds.
    public internal(set) var week: HoursPast.Week?
    /// What centres ordered, as the records tell.
    var orders = OrdersPast()
    /// What people said of incidents, as the records tell.
    var caution = CautionPast()
    /// Whom cameras found, before incidents of it are confirmed; the oldest first.
    var finds: [PendingFind] = []
    /// Whom faces are looked for, for people; nil for nobody.
    public internal(set) var watching: String?
    /// By camera, steps of `Caution`.
    var cautionInForce = [Int](repeating: 0, count: StationPolicy.cameraCountMax)
    /// Uptime until which red stays lit for what is already over.
    var redUntil: Interval?
    /// Uptime from which an input's next press is recorded again.
    var recordsInputFrom = [Interval](repeating: .zero, count: Input.allCases.count)
    private var beats = Heartbeat()
    /// Decisions for cameras that cannot exist.
    public internal(set) var strayCount: UInt64 = 0

    private(set) var phase = Phase.fresh
    private let configuration: [UInt8]
    /// Which networks look.
    let networks: [LookNetworkName]
    /// What earlier lives left; nil until the ledger was read.
    private(set) var past: LedgerPast?
    /// Taken once, used by every step.
    var changes: [IncidentChange] = []
    var notes: [Effect] = []

    /// ```
    ///   fresh ── first event ──▶ running ── stopping ──▶ stopped
    /// ```
    /// Nothing leads out of stopped: answers about records and pictures still count, all else is
    /// ignored.
    enum Phase: Hashable, Sendable {
        case fresh
        case running
        case stopped
    }

    /// The enclosure counts as closed again after this long, so that a loose switch is one
    /// incident.
    static let enclosureHold = Interval.seconds(5)
    /// Presses of one button are recorded at most this often.
    static let inputRecordMin = Interval.seconds(1)

    /// - Parameters:
    ///   - configuration: the SHA-256 of the configuration in force; the first record, `started`,
    ///     states it.
    ///   - networks: which networks look; recorded behind it, and with each incident of people.
    ///     Empty where none does.
    ///   - costs: how long a look takes on this machine.
    ///   - firstOrdinal: what the first incident is called. An appliance that starts again within
    ///     one boot goes on after the last ordinal that the ledger has of this boot: boot and
    ///     ordinal together name an incident.
    ///   - past: what the ledger tells of earlier lives: their open incidents are closed before
    ///     anything else is recorded. nil where it cannot be read yet; `pastKnown` tells it later.
    public init(
        policy: StationPolicy, boot: BootID, configuration: [UInt8] = [],
        networks: [LookNetworkName] = [],
        looks costs: [LookTask: Interval] = [:],
        firstOrdinal: UInt32 = 1, past: LedgerPast? = LedgerPast()
    ) {
        self.policy = policy
        self.firstOrdinal = max(firstOrdinal, 1)
        nextOrdinal = self.firstOrdinal
        self.configuration = configuration
        self.networks = networks
        looks = LookPacer(pace: LookPacer.fitting(costs))
        self.past = past
        clock = StationClock(boot: boot)
        watches = [CameraWatch](repeating: CameraWatch(), count: StationPolicy.cameraCountMax)
        scores = [ScoreHistory](
            repeating: ScoreHistory(), count: StationPolicy.cameraCountMax)
        countHistories = [CountHistory](
            repeating: CountHistory(), count: StationPolicy.cameraCountMax)
        counts = [CountLog](repeating: CountLog(), count: StationPolicy.cameraCountMax)
        trackers = [IncidentTracker?](repeating: nil, count: StationPolicy.cameraCountMax)
        lastCapturedAt = [Instant?](repeating: nil, count: StationPolicy.cameraCountMax)
        notes.reserveCapacity(64)
        changes.reserveCapacity(64)
    }

    /// Appends to `effects` what must be done now: outputs first, records last. Never traps,
    /// whatever the event.
    public mutating func step(_ event: Event, into effects: inout [Effect]) {
        clock.advance(to: event.at)
        notes.removeAll(keepingCapacity: true)
        switch phase {
        case .fresh:
            // The clock first, so that even the first record bears the right time if it is known.
            if case .clock = event.cause { handle(event.cause) }
            phase = .running
            for index in policy.cameras.indices.prefix(watches.count) {
                watches[index].configured(at: clock.uptime)
            }
            record(.started(configuration: configuration))
            if !networks.isEmpty {
                let words = networks.map(\.words).joined(separator: ", ")
                record(.operated("networks: \(words)"))
            }
            if looks.pace > .full { pace("they take too long here", .warning) }
            if let past { takeUp(past) } else { interlock.assumeWorst(at: clock.uptime) }
            if case .clock = event.cause {} else { handle(event.cause) }
        case .running:
            handle(event.cause)
        case .stopped:
            answer(event.cause)
        }
        if phase == .running { pass() }
        showLamps()
        lamps.drive(at: clock.uptime, into: &effects)
        effects += notes
        // Never in answer to a failure: whoever carries effects out at once would go round for
        // ever where time stands still.
        if case .storeFailed = event.cause { return }
        queue.give(at: clock.uptime, isLast: phase == .stopped, into: &effects)
    }

    private mutating func handle(_ cause: Event.Cause) {
        switch cause {
        case .tick:
            break
        case .clock(let wallMilliseconds, let trust, let weekMinute):
            let offset = clock.set(
                wallMilliseconds: wallMilliseconds, trust: trust, weekMinute: weekMinute)
            if let offset {
                record(.clockCorrected(offsetMilliseconds: offset))
                log(.notice, "clock: set: earlier times of this boot are off by \(offset) ms")
            }
            dateSiren()
            dateHours()
        case .decided(let camera, let capturedAt, let sightings, let measure):
            decided(
                camera: camera, capturedAt: capturedAt, sightings: sightings, measure: measure)
        case .cameraLost(let camera, let cause):
            guard let index = cameraIndex(camera) else { return }
            if watches[index].failed(at: clock.now) == .lost { lost(index, cause: cause) }
        case .cameraRestored(let camera):
            guard let index = cameraIndex(camera) else { return }
            watches[index].restored(at: clock.uptime)
        case .input(let input, let isActive):
            changed(input, isActive: isActive)
        case .recordsKept, .storeFailed, .storeRestored, .evidenceKept:
            answer(cause)
        case .pastKnown(let told):
            guard past == nil else { return }
            past = told
            takeUp(told)
        case .destination(let name, let isReached):
            uplinks.told(name, isReached: isReached, at: clock.uptime)
        case .temperature(let celsius):
            measured(celsius: celsius)
        case .lookLoad(let perMille):
            measured(lookLoad: perMille)
        case .spaceShort(let discards):
            makeRoom(discards)
        case .found(let camera, let entry, let subject, let lightsLamp):
            guard cameraIndex(camera) != nil else { return }
            found(camera: camera, entry, subject: subject, lightsLamp: lightsLamp)
        case .watched(let news):
            told(news)
        case .ordered(let order):
            ordered(order)
        case .configured(let policy, let configuration, let words):
            configured(policy, configuration, words)
        case .stopping:
            note(interlock.stop(at: clock.uptime, policy: policy.siren), why: "stopping")
            clips.endAll(into: &notes)
            for index in counts.indices {
                if let rest = counts[index].takeRest() { record(.counted(rest)) }
            }
            record(.operated("stopping"))
            log(.notice, "station: stopping: all outputs off")
            phase = .stopped
        }
    }

    /// The ledger answered, while the appliance runs or when it was stopped.
    private mutating func answer(_ cause: Event.Cause) {
        switch cause {
        case .recordsKept(let count):
            note(queue.kept(count, at: clock.uptime), cause: "")
        case .storeFailed(let cause):
            note(queue.failed(at: clock.uptime), cause: cause)
        case .storeRestored:
            queue.restored(at: clock.uptime)
        case .evidenceKept(let ordinal, let kind, let sha256, let byteCount):
            guard sha256.count == 32 else {
                log(
                    .error,
                    "incident \(ordinal): keep \(kind): \(sha256.count) bytes of SHA-256, not 32")
                return
            }
            record(
                .evidence(ordinal: ordinal, kind: kind, sha256: sha256, byteCount: byteCount))
        case .tick, .clock, .decided, .cameraLost, .cameraRestored, .input, .pastKnown,
            .destination, .temperature, .lookLoad, .spaceShort, .ordered, .configured, .stopping,
            .found, .watched:
            break
        }
    }

    /// Closes what an earlier life left open: it crashed, or the power failed.
    private mutating func takeUp(_ past: LedgerPast) {
        let open = past.openIncidents
        for name in open.prefix(LedgerPast.interruptedCountMax) {
            record(.interrupted(boot: name.boot, ordinal: name.ordinal))
        }
        if !open.isEmpty {
            log(.notice, "ledger: \(open.count) incidents were open at the restart: closed")
        }
        // Before the siren: damage that it records begins a new epoch.
        takeUpOrders(past)
        takeUpSiren(past)
        takeUpUnanswered(past)
        takeUpHours(past)
        takeUpCaution(past)
    }

    private mutating func note(_ action: RecordQueue.Action, cause: String) {
        switch action {
        case .none:
            break
        case .failed:
            log(.error, "ledger: keep records: \(cause): they wait in memory, alarms go on")
            guard phase == .running else { return }
            raise(.storeFailed)
        case .recovered(let lost):
            if lost > 0 {
                record(.operated("\(lost) records lost while the ledger failed"))
                log(.error, "ledger: keep records: \(lost) were lost while it failed")
            } else {
                log(.notice, "ledger: works again: nothing was lost")
            }
            close(where: { $0.kind == .storeFailed })
        }
    }

    /// What time alone brings about.
    private mutating func pass() {
        if let beat = beats.passed(at: clock.uptime) {
            record(beat)
            weighCaution(.time)
        }
        note(queue.passed(at: clock.uptime), cause: "no answer for 10 s")
        for index in watches.indices {
            let action = watches[index].passed(
                at: clock.uptime, now: clock.now, timeout: policy.decisionTimeout)
            if action == .lost {
                lost(index, cause: "no frame decided for \(timeoutSeconds) s")
            }
        }
        watchUplinks()
        if heat.passed(at: clock.uptime) {
            rest("no temperature for \(HeatGuard.patience.milliseconds / 1_000) s", .warning)
        }
        let uptime = clock.uptime
        if open.contains(where: { isDue($0, at: uptime) }) {
            closeDue()
        }
        passCounts()
        dropOldFinds()
        escalateDue()
        endSpecialHours()
        clips.passed(at: uptime, into: &notes)
        updateSiren()
        if let until = redUntil, uptime >= until { redUntil = nil }
    }

    private mutating func passCounts() {
        for index in counts.indices {
            guard let (minute, last) = counts[index].passed(at: clock.uptime) else { continue }
            notes.append(.counted(camera: UInt8(truncatingIfNeeded: index), minute, last))
            if let span = counts[index].takeFull() { record(.counted(span)) }
        }
    }

    private mutating func watchUplinks() {
        let limit = max(policy.uplinkLostAfter, .seconds(1))
        switch uplinks.passed(at: clock.uptime, limit: limit) {
        case .none: break
        case .lost(let name):
            log(.error, "destination \(name): not reached for \(limit.milliseconds / 1_000) s")
            raise(.uplinkLost)
        case .returned:
            log(.notice, "destinations: none is lost any more")
            close(where: { $0.kind == .uplinkLost })
        }
    }

    private var timeoutSeconds: Int64 { max(policy.decisionTimeout.milliseconds / 1_000, 1) }

    private func isDue(_ entry: OpenIncident, at uptime: Interval) -> Bool {
        guard let closesAt = entry.closesAt else { return false }
        return uptime >= closesAt
    }

    private mutating func closeDue() {
        let uptime = clock.uptime
        for index in open.indices.reversed() where isDue(open[index], at: uptime) {
            close(at: index)
        }
    }

    // MARK: Cameras

    /// Nil where there can be no such camera; counted.
    private mutating func cameraIndex(_ camera: UInt8) -> Int? {
        guard Int(camera) < watches.count else {
            strayCount &+= 1
            return nil
        }
        return Int(camera)
    }

    private mutating func decided(
        camera: UInt8, capturedAt: Instant, sightings: [Sighting], measure: Event.FrameMeasure
    ) {
        guard let index = cameraIndex(camera) else { return }
        beats.decided()
        scores[index].add(measure, at: capturedAt)
        if let people = measure.people {
            counts[index].add(people, camera: camera, at: clock.now, uptime: clock.uptime)
            countHistories[index].add(people, at: capturedAt)
        }
        lastCapturedAt[index] = min(capturedAt, clock.now)
        let action = watches[index].decided(at: clock.uptime, capturedAt: capturedAt)
        if action == .returned {
            log(.notice, "camera \(name(camera)): restored")
            close(where: { $0.kind == .cameraLost && $0.camera == camera })
        }
        guard watches[index].isSeen else { return }
        if trackers[index] == nil {
            trackers[index] = IncidentTracker(camera: camera, policy: incidentPolicy(index))
        }
        changes.removeAll(keepingCapacity: true)
        trackers[index]?.nextOrdinal = nextOrdinal
        trackers[index]?.step(
            at: min(capturedAt, clock.now), weekMinute: clock.weekMinute, sightings: sightings,
            into: &changes)
        nextOrdinal = trackers[index]?.nextOrdinal ?? nextOrdinal
        for change in changes { apply(change) }
    }

    private mutating func lost(_ index: Int, cause: String) {
        let camera = UInt8(truncatingIfNeeded: index)
        log(.error, "camera \(name(camera)): lost: \(cause)")
        closeTracked(index)
        raise(.cameraLost, camera: camera)
        // Whoever pulls a cable is in the last pictures; none comes after them.
        guard let incident = open.last?.incident else { return }
        beginClip(incident, camera: camera, opened: lastCapturedAt[index] ?? clock.now)
        clips.closed(incident.ordinal, at: clock.uptime, policy: policy.clip)
    }

    private mutating func closeTracked(_ index: Int) {
        changes.removeAll(keepingCapacity: true)
        trackers[index]?.closeAll(at: clock.now, into: &changes)
        for change in changes { apply(change) }
    }

    func name(_ camera: UInt8) -> String {
        Int(camera) < policy.cameras.count ? policy.cameras[Int(camera)].name : "\(camera)"
    }

    func incidentPolicy(_ index: Int) -> IncidentPolicy {
        applyingHours(
            index < policy.cameras.count ? policy.cameras[index].incidents : IncidentPolicy()
        ).raised(by: cautionInForce[index])
    }

    // MARK: Heat and space

    /// What is left undone is on record, from when to when.
    private mutating func measured(celsius: Int) {
        let before = heat.heat
        guard heat.measured(celsius: celsius, limit: policy.celsiusMax, at: clock.uptime) else {
            return
        }
        rest("\(celsius) °C", heat.heat > before ? .warning : .notice)
    }

    private mutating func rest(_ cause: String, _ priority: Priority) {
        notes.append(.rest(heat.heat))
        let words = "heat: \(cause): \(heat.heat.words)"
        record(.operated(words))
        log(priority, words)
    }

    private mutating func measured(lookLoad perMille: Int) {
        let before = looks.pace
        guard looks.measured(load: perMille, at: clock.uptime) else { return }
        pace(
            "the processor works \(perMille / 10) % of the time at them",
            looks.pace > before ? .warning : .notice)
    }

    private mutating func pace(_ cause: String, _ priority: Priority) {
        notes.append(.look(looks.pace))
        let words = "looks: \(cause): \(looks.pace.words)"
        record(.operated(words))
        log(priority, words)
    }

    /// Nothing is removed before it is on record.
    private mutating func makeRoom(_ discards: [Discard]) {
        for discard in discards { record(.discarded(discard)) }
        let lost = discards.count { !$0.wasDelivered }
        if lost > 0 {
            log(.error, "evidence: make room: \(lost) files go that nobody was told of")
        } else if !discards.isEmpty {
            log(.notice, "evidence: make room: \(discards.count) files go, all delivered before")
        }
    }

    // MARK: Inputs and configuration

    private mutating func changed(_ input: Input, isActive: Bool) {
        switch input {
        case .silence:
            guard isActive else { return }
            recordOperated(input, "silence")
            ordered(Order(actor: "button", authority: .button, action: .silence))
        case .panic:
            guard isActive else {
                hold(.panic, for: policy.panicHold)
                return
            }
            recordOperated(input, "panic")
            ordered(Order(actor: "button", authority: .button, action: .panic))
        case .enclosure:
            guard isActive else {
                hold(.enclosureOpened, for: Self.enclosureHold)
                return
            }
            press(.enclosureOpened)
        }
    }

    private mutating func recordOperated(_ input: Input, _ name: String) {
        let index = Int(input.rawValue)
        guard clock.uptime >= recordsInputFrom[index] else { return }
        recordsInputFrom[index] = clock.uptime + Self.inputRecordMin
        record(.operated(name))
        log(.notice, "button \(name): pressed")
    }

    private mutating func configured(
        _ new: StationPolicy?, _ sha256: [UInt8], _ words: String
    ) {
        record(.configured(configuration: sha256, accepted: new != nil))
        guard let new else {
            log(.error, "configuration: replace: refused, the one in force stays")
            return
        }
        if !words.isEmpty { record(.operated("configuration: \(words)")) }
        let oldCount = min(policy.cameras.count, watches.count)
        policy = new
        for index in new.cameras.indices.prefix(watches.count) {
            watches[index].configured(at: clock.uptime)
        }
        let newCount = min(new.cameras.count, watches.count)
        if newCount < oldCount {
            for index in newCount..<oldCount {
                closeTracked(index)
                trackers[index] = nil
                watches[index].removed()
                let camera = UInt8(truncatingIfNeeded: index)
                close(where: { $0.camera == camera })
            }
        }
        for index in trackers.indices {
            let incidents = incidentPolicy(index)
            trackers[index]?.policy = incidents
        }
        askForAnswers()
        log(
            .notice,
            "configuration: replaced: \(words.isEmpty ? "nothing is other than it was" : words)")
    }

    // MARK: Looking in

    /// What goes on now, oldest first.
    public var openIncidents: [Incident] { open.map(\.incident) }

    /// Whether nothing goes on: no incident, no lamp but green, no siren.
    public var isCalm: Bool { open.isEmpty && redUntil == nil && !interlock.isSounding }

    /// How many records wait for the ledger, and whether it fails.
    public var waitingRecords: (count: Int, isFailing: Bool) { (queue.count, queue.isFailing) }

    // MARK: Saying

    mutating func record(_ body: LedgerRecord.Body) {
        let record = LedgerRecord(stamp: clock.stamp(), body: body)
        beats.recorded(record)
        unanswered.learn(record)
        orders.learn(record)
        caution.learn(record)
        queue.add(record)
    }

    mutating func log(_ priority: Priority, _ text: String) {
        notes.append(.log(priority, text))
    }
}
