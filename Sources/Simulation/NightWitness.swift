import Frames
import Incidents
import Records
import Station

/// Watches a night from outside, and holds the ledger to what was seen of it.
///
/// 1. The appliance's own invariants hold after every event.
/// 2. Whatever the ledger acknowledged is in it, once, in order.
/// 3. A confirmed incident that stood for more than 100 ms over a working disk is in the ledger.
/// 4. Within a boot, records are in order of time; an incident's records tell one story.
/// 5. Every time in the ledger can be dated to within a second once the clock was known.
/// 6. What a crash or a power cut left open is closed before the next life opens anything.
/// 7. What is plain to see is confirmed; who presses panic has an incident.
/// 8. A clip that begins ends once, in time, and before the appliance stops; what joins one joins one
///    that is being written.
/// 9. The schedule that a centre ordered last holds in the next life.
/// 10. What a centre orders is done, whatever others order; played again, it is on record once.
final class NightWitness {
    private struct Name: Hashable {
        var boot: BootID
        var ordinal: UInt32
    }

    private struct Sight: Hashable {
        var camera: UInt8
        var kind: Incident.Kind
        var zone: UInt8
    }

    private(set) var violations: [String] = []
    private(set) var confirmedCount = 0
    private(set) var plainCount = 0
    private(set) var startedAt = Interval.zero

    private var boot = BootID(high: 0, low: 0)
    private var standing: [Name: Interval] = [:]
    private var owed: Set<Name> = []
    private var lastConfirmed: [Sight: Interval] = [:]
    /// Clips that are being written, and since when.
    private var clips: [UInt32: Interval] = [:]
    private var wallAtZero: [BootID: Int64] = [:]
    /// Boots in which a process died before it could correct its clock.
    private var misdated: Set<BootID> = []

    func complain(_ text: String) {
        if violations.count < 10 { violations.append(text) }
    }

    func started(boot: BootID, at now: Interval) {
        self.boot = boot
        startedAt = now
        standing.removeAll(keepingCapacity: true)
    }

    func died(isClockWrong: Bool) {
        standing.removeAll(keepingCapacity: true)
        clips.removeAll(keepingCapacity: true)
        if isClockWrong { misdated.insert(boot) }
    }

    /// - Parameter wallAtZero: the true wall time when this boot's monotonic time was zero.
    func booted(wallAtZero milliseconds: Int64) {
        wallAtZero[boot] = milliseconds
    }

    func saw(_ order: ClipOrder, at now: Interval) {
        switch order {
        case .begin(_, let ordinal, _):
            if clips.updateValue(now, forKey: ordinal) != nil {
                complain("incident \(ordinal) began two clips")
            }
        case .join(let ordinal, let clip):
            if clips[clip] == nil { complain("incident \(ordinal) joined a clip that is over") }
        case .end(let ordinal):
            if clips.removeValue(forKey: ordinal) == nil {
                complain("incident \(ordinal) ended a clip that was not begun")
            }
        }
    }

    func stopped() {
        if let ordinal = clips.keys.min() {
            complain("the clip of incident \(ordinal) goes on after stopping")
        }
    }

    func look(_ appliance: Appliance, now: Interval, isDiskWorking: Bool) {
        for text in appliance.checkInvariants() {
            complain("at \(now.milliseconds) ms: \(text)")
        }
        let clipLengthMax = appliance.policy.clip.limited.lengthMax + .seconds(5)
        for (ordinal, since) in clips where now - since > clipLengthMax {
            complain("at \(now.milliseconds) ms: the clip of incident \(ordinal) has no end")
        }
        // Records that wait are owed only once they had their chance.
        let isKeeping = isDiskWorking && !appliance.waitingRecords.isFailing
        if !isKeeping { standing.removeAll(keepingCapacity: true) }
        guard !appliance.isCalm else { return }
        for incident in appliance.openIncidents where incident.state == .confirmed {
            lastConfirmed[
                Sight(camera: incident.camera, kind: incident.kind, zone: incident.zone)] = now
            guard isKeeping else { continue }
            let name = Name(boot: boot, ordinal: incident.ordinal)
            if let since = standing[name] {
                if now - since > .milliseconds(100) { owed.insert(name) }
            } else {
                standing[name] = now
            }
        }
    }

    func checkPress(_ input: Input, _ appliance: Appliance, _ lines: NightLines) {
        switch input {
        case .panic:
            if !appliance.openIncidents.contains(where: { $0.kind == .panic }) {
                complain("panic was pressed and no incident is open")
            }
            if !lines.isOn(.red) { complain("panic was pressed and red is dark") }
        case .silence:
            if lines.isOn(.siren) { complain("silence was pressed and the siren is on") }
        case .enclosure:
            if !appliance.openIncidents.contains(where: { $0.kind == .enclosureOpened }) {
                complain("the enclosure was opened and no incident is open")
            }
        }
    }

    /// - Parameter records: what the life that starts has found in its ledger, and its own first.
    func checkWeek(_ week: HoursPast.Week?, _ records: [LedgerRecord]) {
        var ordered: WeekSchedule?
        for record in records {
            guard case .hours(let order, _, _) = record.body else { continue }
            switch order {
            case .schedule(let schedule): ordered = schedule
            case .configured: ordered = nil
            case .venue: break
            }
        }
        if week?.schedule != ordered {
            complain("after a start the venue is not open as the centre ordered")
        }
    }

    func checkAnswer(_ answer: OrderAnswer?, to order: Order) {
        guard let answer, answer.order == order else {
            return complain("\(order.authority.words) was not answered")
        }
        if let refusal = answer.refusal {
            complain("\(order.authority.words) is locked out: \(refusal)")
        }
    }

    /// An episode is over: if it was plain and nothing stood in the way, it was confirmed.
    func check(
        _ ended: (episode: NightPlan.Episode, start: Interval, isFair: Bool), now: Interval
    ) {
        let episode = ended.episode
        guard episode.isPlain, ended.isFair, startedAt < ended.start - .seconds(5) else { return }
        plainCount += 1
        let sight = Sight(
            camera: UInt8(episode.camera), kind: Incident.Kind(episode.kind), zone: episode.zone)
        if let last = lastConfirmed[sight], last > ended.start { return }
        complain(
            "camera \(episode.camera) was \(episode.kind) for \(episode.length.milliseconds) ms "
                + "from \(ended.start.milliseconds) ms, and nothing was confirmed")
    }

    // MARK: In the morning

    func checkLedger(_ records: [LedgerRecord], acknowledged: [LedgerRecord]) {
        checkOrder(records)
        checkAcknowledged(records, acknowledged)
        checkStories(records)
        checkTimes(records)
        checkOrders(records)
        checkCaution(records)
    }

    /// Whoever reads the ledger comes to the steps that are told, when somebody judged and always.
    private func checkCaution(_ records: [LedgerRecord]) {
        var past = CautionPast()
        var isJudged = false
        for record in records {
            switch record.body {
            case .cautioned(let change):
                if Int(change.from) != past.toldSteps(of: change.camera) {
                    complain(
                        "ledger: camera \(change.camera) went from \(change.from), and was at "
                            + "\(past.toldSteps(of: change.camera))")
                }
            case .judged: isJudged = true
            // What a judgement changed is told before whose it was.
            case .authorised where isJudged:
                isJudged = false
                for camera in 0..<UInt8(NightPlan.cameraCount)
                where past.steps(of: camera) != past.toldSteps(of: camera) {
                    complain(
                        "ledger: camera \(camera) is at \(past.steps(of: camera)), and was told to "
                            + "be at \(past.toldSteps(of: camera))")
                }
            default: break
            }
            past.learn(record)
        }
    }

    private func checkOrders(_ records: [LedgerRecord]) {
        var obeyed: Set<Authority> = []
        var authority: Authority?
        for record in records {
            switch record.body {
            case .authorised(let next):
                authority = next
            case .commanded(_, _, let words):
                if let authority, !obeyed.insert(authority).inserted {
                    complain("ledger: \(authority.words) was obeyed twice: \(words)")
                }
                authority = nil
            case .hours(let order, _, _):
                if let authority, !obeyed.insert(authority).inserted {
                    complain("ledger: \(authority.words) was obeyed twice: \(order.words)")
                }
                authority = nil
            default: break
            }
        }
    }

    private func checkOrder(_ records: [LedgerRecord]) {
        var boots: Set<BootID> = []
        var last: Stamp?
        for (index, record) in records.enumerated() {
            if let last, last.boot == record.stamp.boot {
                if record.stamp.monotonic <= last.monotonic {
                    complain("ledger: record \(index) is not later than the one before it")
                }
            } else if !boots.insert(record.stamp.boot).inserted {
                complain("ledger: record \(index) belongs to a boot that was over")
            }
            last = record.stamp
        }
    }

    private func checkAcknowledged(_ records: [LedgerRecord], _ acknowledged: [LedgerRecord]) {
        let kept = Set(records)
        let missing = acknowledged.filter { !kept.contains($0) }
        if let first = missing.first {
            complain("ledger: \(missing.count) acknowledged records are missing, first \(first)")
        }
    }

    private func checkStories(_ records: [LedgerRecord]) {
        var states: [Name: Incident.State] = [:]
        var confirmed: Set<Name> = []
        // Open since an earlier life.
        var stale: Set<Name> = []
        for record in records {
            switch record.body {
            case .incident: break
            case .started:
                stale = Set(states.filter { $0.value != .closed }.keys)
                continue
            case .interrupted(let boot, let ordinal):
                let name = Name(boot: boot, ordinal: ordinal)
                if stale.remove(name) == nil {
                    complain("ledger: incident \(ordinal) was closed by a restart and not open")
                }
                states[name] = .closed
                continue
            case .clockCorrected, .configured, .evidence, .operated, .repaired, .siren, .explained,
                .explainedByCounts,
                .discarded, .checkpoint, .beat, .salvaged, .commanded, .hours, .authorised,
                .acknowledged, .escalated, .counted, .judged, .cautioned, .watched, .found:
                continue
            }
            guard case .incident(let incident) = record.body else { continue }
            complainOfOpen(&stale)
            let name = Name(boot: record.stamp.boot, ordinal: incident.ordinal)
            let before = states[name]
            let isNext =
                switch incident.state {
                case .suspected: before == nil
                case .confirmed: before == nil || before == .suspected
                case .closed: before == .suspected || before == .confirmed
                }
            if !isNext {
                complain(
                    "ledger: incident \(incident.ordinal) is \(incident.state) after "
                        + "\(before.map { "\($0)" } ?? "nothing")")
            }
            states[name] = incident.state
            if incident.state == .confirmed { confirmed.insert(name) }
        }
        complainOfOpen(&stale)
        confirmedCount = confirmed.count
        let missing = owed.subtracting(confirmed)
        if !missing.isEmpty {
            complain("ledger: \(missing.count) confirmed incidents that were shown are missing")
        }
    }

    private func complainOfOpen(_ stale: inout Set<Name>) {
        for ordinal in stale.map(\.ordinal).sorted() {
            complain("ledger: incident \(ordinal) was left open by a restart")
        }
        stale.removeAll()
    }

    /// Corrections, added from the end of each life of the appliance, must give the true time.
    private func checkTimes(_ records: [LedgerRecord]) {
        var offset: Int64 = 0
        var isDated = false
        for record in records.reversed() {
            let stamp = record.stamp
            if stamp.trust == .synchronised { isDated = true }
            if isDated, !misdated.contains(stamp.boot), let zero = wallAtZero[stamp.boot] {
                let truth = zero + (stamp.monotonic - Instant.zero).milliseconds
                if abs(stamp.wallMilliseconds + offset - truth) > 1_000 {
                    complain(
                        "ledger: a record is dated \(stamp.wallMilliseconds + offset) instead of "
                            + "\(truth)")
                }
            }
            switch record.body {
            case .clockCorrected(let milliseconds):
                offset += milliseconds
            case .started:
                offset = 0
                isDated = false
            case .incident, .configured, .evidence, .operated, .repaired, .interrupted, .siren,
                .explained, .explainedByCounts, .discarded, .checkpoint, .beat, .salvaged,
                .commanded, .hours,
                .authorised, .acknowledged, .escalated, .counted, .judged, .cautioned, .watched,
                .found:
                break
            }
        }
    }
}
