import Frames
import Incidents
import Records
import Station

/// A whole night of one appliance, from one seed: what is seen, pressed, lost and broken, hours
/// in a fraction of a second. The ledger outlives every crash; nothing else does.
///
/// The real appliance and the real `Duty` run in it; cameras, lines, disk, clock and power are
/// simulated. After every event the appliance's invariants are checked, and so is what reaches
/// the devices, by witnesses that know nothing of how it is decided.
public struct Night {
    public struct Report: Sendable {
        public var seed: UInt64
        /// What must never happen and did; empty for a good night.
        public var violations: [String] = []
        /// Two nights with the same digest went alike to the last switching of a lamp.
        public var digest: UInt64 = 0
        public var virtualSeconds: Int64 = 0
        public var eventCount = 0
        public var recordCount = 0
        public var confirmedCount = 0
        public var startCount = 0
        public var ledgerFailureCount = 0
        public var sirenSeconds: Int64 = 0
        public var plainCount = 0
    }

    public static let lengthStandard = Interval.seconds(10 * 3_600)

    /// - Parameters:
    ///   - looseChance: for the canary of that name: what no seed governs.
    ///   - ledger: makes the ledger, and makes it again after every restart; its contents must
    ///     have survived.
    public static func run(
        seed: UInt64, length: Interval = lengthStandard, canary: NightCanary? = nil,
        looseChance: UInt64 = 0,
        ledger: (() throws -> any NightLedger)? = nil
    ) throws -> Report {
        let memory = MemoryLedger(canary: canary)
        let night = try NightRun(
            seed: seed, length: length, canary: canary, looseChance: looseChance, memory: memory,
            open: ledger ?? { memory })
        try night.run()
        return try night.report()
    }
}

/// The moving parts of one night.
final class NightRun {
    private let length: Interval
    private let canary: NightCanary?
    private let plan: NightPlan
    private let memory: MemoryLedger
    private let open: () throws -> any NightLedger
    private var chance: SplitMix64
    private let lines: NightLines
    private let witness: NightWitness
    private var ledger: any NightLedger
    private var disk: FaultyLedger
    private let seed: UInt64

    private var now = Interval.zero
    private var planIndex = 0
    private var policy: StationPolicy
    private var cameras: [NightCamera]
    private var eventCount = 0
    private var startCount = 0
    private var failureCount = 0

    /// The running process, and what it cannot remember when it is gone.
    private var duty: Duty?
    private var startsAt: Interval? = .zero
    private var boot = BootID(high: 0, low: 0)
    private var bootedAt = Interval.zero
    private var bootIndex = 0
    private var nextTick = Interval.zero
    private var nextClock = Interval.zero
    private var releases: [(at: Interval, input: Input)] = []
    private var centres = NightCentres()
    /// What became of the last order.
    private var answer: OrderAnswer?
    private var pictures: [(at: Interval, ordinal: UInt32)] = []
    private var diskWorksAt: Interval?
    private var clockKnownAt: Interval
    private var clockError = Interval.zero
    /// A process that dies before its wrong clock is set right cannot correct it.
    private var clockWrongUntil = Interval.zero

    /// The kernel is this old when a process can start.
    private static let bootLead = Instant.zero + .seconds(3)
    /// A Friday in summer, eight in the evening, UTC.
    private static let wallStart: Int64 = 1_782_504_000_000
    private static let weekStart = 4 * 1_440 + 20 * 60

    init(
        seed: UInt64, length: Interval, canary: NightCanary?, looseChance: UInt64,
        memory: MemoryLedger,
        open: @escaping () throws -> any NightLedger
    ) throws {
        self.seed = seed
        self.length = length
        self.canary = canary
        self.memory = memory
        self.open = open
        plan = NightPlan(seed: seed, length: length)
        chance = SplitMix64(seed: seed ^ 0xA5A5_5A5A_0F0F_F0F0)
        lines = NightLines(canary: canary)
        witness = NightWitness()
        ledger = try open()
        disk = FaultyLedger(ledger, seed: seed &+ 1, canary: canary)
        policy = plan.policy
        cameras = (0..<NightPlan.cameraCount).map { _ in NightCamera() }
        clockKnownAt =
            plan.clockIsLate
            ? .milliseconds(Int64(chance.whole(in: 0...2 * 3_600_000))) : .zero
        if canary == .looseChance { chance = SplitMix64(seed: seed ^ looseChance) }
    }

    func run() throws {
        while now < length, witness.violations.isEmpty, lines.violations.isEmpty {
            try step()
        }
        // Morning: an orderly stop with a disk that works.
        if duty == nil {
            now = max(now, startsAt ?? now)
            try start()
        }
        repairDisk()
        tellClock()
        tell(.storeRestored)
        tell(.tick)
        tell(.stopping)
        for output in Output.allCases where lines.isOn(output) {
            witness.complain("output \(output) is on after stopping")
        }
        if !disk.hasPowerFailed { witness.stopped() }
        lines.release()
    }

    func report() throws -> Night.Report {
        let contents = try ledger.contents()
        witness.checkLedger(contents, acknowledged: disk.acknowledged)
        var report = Night.Report(seed: seed)
        report.violations = witness.violations + lines.violations
        var digest = lines.digest
        for record in contents {
            for byte in record.canonicalBytes { digest.combine(byte) }
        }
        report.digest = digest.value
        report.virtualSeconds = now.milliseconds / 1_000
        report.eventCount = eventCount
        report.recordCount = contents.count
        report.confirmedCount = witness.confirmedCount
        report.startCount = startCount
        report.ledgerFailureCount = disk.failureCount
        report.sirenSeconds = lines.sirenOn.milliseconds / 1_000
        report.plainCount = witness.plainCount
        return report
    }

    // MARK: Time

    private var monotonic: Instant { Self.bootLead + (now - bootedAt) }

    private func step() throws {
        if let startsAt, now >= startsAt { try start() }
        var next = length
        if planIndex < plan.entries.count { next = min(next, plan.entries[planIndex].at) }
        if duty != nil {
            next = min(next, nextTick)
            for camera in cameras { next = min(next, camera.nextFrame) }
            for release in releases { next = min(next, release.at) }
        } else if let startsAt {
            next = min(next, startsAt)
        }
        now = max(now, next)
        lines.now = now
        if planIndex < plan.entries.count, plan.entries[planIndex].at <= now {
            let item = plan.entries[planIndex].item
            planIndex += 1
            try befall(item)
            hurry()
        } else if duty != nil {
            work()
        }
        lines.look()
        if disk.hasPowerFailed { die(newBoot: true, dark: .seconds(10)) }
    }

    /// Something happened: everything runs at full rate again.
    private func hurry() {
        nextTick = min(nextTick, now)
        for index in cameras.indices {
            cameras[index].nextFrame = min(cameras[index].nextFrame, now)
        }
    }

    private func work() {
        let isBusy =
            !(duty?.appliance.isCalm ?? true) || cameras.contains { $0.isShowing(at: now) }
        for index in releases.indices.reversed() where releases[index].at <= now {
            tell(.input(releases[index].input, active: false))
            releases.remove(at: index)
        }
        for index in cameras.indices where cameras[index].nextFrame <= now && duty != nil {
            frame(index, isBusy: isBusy)
        }
        guard nextTick <= now else { return }
        if let worksAt = diskWorksAt, now >= worksAt { repairDisk() }
        if now >= nextClock { tellClock() }
        deliverPictures()
        tell(.tick)
        for ended in cameras.indices.compactMap({ cameras[$0].endedEpisode(at: now) }) {
            witness.check(ended, now: now)
        }
        let late = chance.chance(1, in: 50) ? 120 : chance.whole(in: 0...10)
        nextTick = now + (isBusy ? .milliseconds(Int64(100 + late)) : .seconds(4))
    }

    private func frame(_ index: Int, isBusy: Bool) {
        let period = cameras[index].period
        cameras[index].nextFrame = now + (isBusy ? .milliseconds(period) : .seconds(3))
        guard cameras[index].isDelivering(at: now) else { return }
        if cameras[index].hasToReturn(at: now) {
            tell(.cameraRestored(camera: UInt8(index)))
        }
        let sightings =
            canary == .blindDetectors ? [] : cameras[index].sightings(at: now, &chance)
        let delay = Interval.milliseconds(Int64(chance.whole(in: 0...60)))
        tell(
            .decided(
                camera: UInt8(index), capturedAt: monotonic - delay, sightings: sightings))
    }

    // MARK: What befalls

    private func befall(_ item: NightPlan.Item) throws {
        switch item {
        case .begins(let episode):
            cameras[episode.camera].begin(
                episode, at: now, runningSince: duty == nil ? nil : witness.startedAt,
                period: Int64([40, 67, 100, 200, 400][chance.whole(in: 0...4)]))
        case .cameraLost(let camera, let length):
            cameras[camera].lose(until: now + length, at: now)
            tell(.cameraLost(camera: UInt8(camera), cause: "no such device (ENODEV)"))
        case .cameraStalls(let camera, let length):
            cameras[camera].stall(until: now + length, at: now)
        case .pressed(let input, let length):
            guard duty != nil else { return }
            tell(.input(input, active: true))
            releases.append((now + length, input))
            if let appliance = duty?.appliance, !disk.hasPowerFailed {
                witness.checkPress(input, appliance, lines)
            }
        case .diskFails(let mode, let length):
            disk.mode = mode
            diskWorksAt = now + length
        case .powerCut(let dark):
            die(newBoot: true, dark: dark)
        case .crash(let dark):
            die(newBoot: false, dark: dark)
        case .restart(let dark):
            guard duty != nil else { return }
            tell(.stopping)
            for output in Output.allCases where lines.isOn(output) {
                witness.complain("output \(output) is on after stopping")
            }
            if !disk.hasPowerFailed { witness.stopped() }
            die(newBoot: false, dark: dark)
        case .clockStepped(let error):
            // A clock that was wrong and is set right; only while it is believed at all.
            guard duty != nil, now >= clockKnownAt, canary != .wrongClock else { return }
            clockError = error
            tellClock()
            clockError = .zero
            nextClock = now + .seconds(5)
            clockWrongUntil = nextClock + .seconds(5)
        case .configured(let new):
            guard duty != nil else { return }
            tell(
                .configured(
                    policy: new.map(mutated), configuration: [UInt8](repeating: 1, count: 32)))
            // What the new policy does not allow must have ended with it.
            if let new { adopt(new) }
        case .ordered(let action, let centre):
            var order = centres.order(action, by: centre, at: now)
            answer = nil
            tell(.ordered(order))
            if let refused = answer, centres.isOutOfEpoch(refused) {
                // The ledger was empty again: nothing was durable when the power failed.
                order = centres.order(action, by: centre, at: now)
                tell(.ordered(order))
            }
            if duty != nil, !disk.hasPowerFailed { witness.checkAnswer(answer, to: order) }
        case .judged(let verdict, let centre):
            let alarm = duty?.appliance.openIncidents.last {
                $0.kind.row.heedsCaution && $0.state == .confirmed
            }
            guard let alarm else { return }
            let identity = IncidentIdentity(boot: boot, ordinal: alarm.ordinal)
            let judgement = Judgement(identity: identity, verdict: verdict)
            try befall(.ordered(.judge(judgement), centre: centre))
        case .replayed(let back):
            if let order = centres.replay(back) { tell(.ordered(order)) }
        }
    }

    private func adopt(_ new: StationPolicy) {
        policy = new
        lines.onMax = min(new.siren.onMax, SirenPolicy.onHardMax)
        lines.restMin = min(lines.restMin, new.siren.rest)
        lines.nightlyOnMax = max(lines.nightlyOnMax, new.siren.nightlyOnMax)
    }

    /// What the appliance is given: a canary makes it allow more than the venue wants.
    private func mutated(_ policy: StationPolicy) -> StationPolicy {
        var policy = policy
        switch canary {
        case .laxInterlock:
            policy.siren.onMax = SirenPolicy.onHardMax
            policy.panicHold = .seconds(300)
        case .restlessInterlock:
            policy.siren.rest = SirenPolicy.restHardMin
        case nil, .lyingDisk, .doublingDisk, .reorderingDisk, .forgetfulThread, .stuckRelay,
            .reusedNames, .forgottenPast, .freshBudget, .forgottenHours, .forgottenOrders,
            .forgottenJudgements,
            .sharedCounter, .endlessClip,
            .wrongClock, .blindDetectors, .looseChance:
            break
        }
        return policy
    }

    private func repairDisk() {
        diskWorksAt = nil
        disk.restart()
    }

    // MARK: Life and death

    private func start() throws {
        startsAt = nil
        startCount += 1
        ledger = try open()
        disk.inner = ledger
        repairDisk()
        boot = BootID(high: seed, low: UInt64(bootIndex))
        let past = try ledger.past(canary)
        let lastOrdinal = canary == .reusedNames ? 0 : past.lastOrdinal(of: boot)
        let appliance = Appliance(
            policy: mutated(policy), boot: boot, configuration: [UInt8](repeating: 0, count: 32),
            firstOrdinal: lastOrdinal + 1, past: canary == .forgottenPast ? LedgerPast() : past)
        lines.restMin = policy.siren.rest
        lines.onMax = policy.siren.onMax
        lines.nightlyOnMax = max(lines.nightlyOnMax, policy.siren.nightlyOnMax)
        pictures.removeAll()
        releases.removeAll()
        duty = Duty(
            appliance: appliance, lines: lines, ledger: disk,
            snapshot: { [unowned self] _, ordinal in
                pictures.append(
                    (now + .milliseconds(Int64(chance.whole(in: 20...300))), ordinal))
            },
            answer: { [unowned self] given in
                answer = given
                centres.told(given)
            },
            clip: { [unowned self] order in
                if canary == .endlessClip, case .end = order { return }
                witness.saw(order, at: now)
            },
            log: { _, _ in })
        witness.started(boot: boot, at: now)
        witness.booted(
            wallAtZero: Self.wallStart + (bootedAt - (Self.bootLead - .zero)).milliseconds)
        tellClock()
        if let appliance = duty?.appliance, !disk.hasPowerFailed {
            witness.checkWeek(appliance.week, try ledger.contents())
        }
        for index in cameras.indices where !cameras[index].isDelivering(at: now) {
            tell(.cameraLost(camera: UInt8(index), cause: "no such device (ENODEV)"))
        }
        hurry()
    }

    private func die(newBoot: Bool, dark: Interval) {
        guard let appliance = duty?.appliance else { return }
        duty = nil
        lines.release()
        // What no disk took in time, no later life can know.
        lines.endLife(isKept: appliance.waitingRecords.count == 0)
        // Records that wait die with the process, and a correction may be among them.
        witness.died(
            isClockWrong: now < clockWrongUntil || appliance.waitingRecords.count > 0)
        if newBoot {
            memory.cutPower()
            bootIndex += 1
            bootedAt = now + dark
            if plan.clockIsLate {
                clockKnownAt =
                    now + dark
                    + .milliseconds(Int64(chance.whole(in: 0...3_600_000)))
            }
        }
        disk.restart()
        startsAt = now + dark
    }

    // MARK: Telling

    private func tell(_ cause: Event.Cause) {
        guard let duty, !disk.hasPowerFailed else { return }
        lines.now = now
        duty.handle(Event(at: monotonic, cause: cause))
        eventCount += 1
        guard !disk.hasPowerFailed else { return }
        witness.look(duty.appliance, now: now, isDiskWorking: disk.isWorking)
    }

    private func tellClock() {
        let isKnown = now >= clockKnownAt
        nextClock = now + .seconds(60)
        if !isKnown { nextClock = min(nextClock, clockKnownAt) }
        var wall = isKnown ? trueWall : (monotonic - Instant.zero).milliseconds
        wall += clockError.milliseconds
        if canary == .wrongClock, isKnown { wall += 3_600_000 }
        tell(
            .clock(
                wallMilliseconds: wall, trust: isKnown ? .synchronised : .unset,
                weekMinute: Self.weekStart + Int(now.milliseconds / 60_000)))
    }

    private var trueWall: Int64 { Self.wallStart + now.milliseconds }

    private func deliverPictures() {
        while let first = pictures.first, first.at <= now {
            pictures.removeFirst()
            let jpeg = [UInt8](repeating: UInt8(truncatingIfNeeded: first.ordinal), count: 600)
            // A picture that cannot be kept is no reason to stop.
            guard
                let sha256 = try? disk.keepSnapshot(jpeg, ordinal: first.ordinal, boot: boot)
            else { continue }
            tell(
                .evidenceKept(
                    ordinal: first.ordinal, sha256: sha256, byteCount: UInt32(jpeg.count)))
        }
    }
}
