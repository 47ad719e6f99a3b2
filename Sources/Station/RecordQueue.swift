import Frames
import Records

/// Records on their way to the ledger: each is held until the ledger says that it is durable.
///
/// One batch is on its way at a time, so that an answer can only mean that batch. A note about a
/// picture alone waits a while for company: by itself it costs a memory card as much as an
/// incident, and the incident of which it tells is on its way already. A find's does not wait: an
/// officer is about to compare.
///
/// - Limits: `recordCountMax` records wait. When it is full, the least telling record makes room:
///   first operations and evidence notes, then suspicions, then closings. A record that tells no
///   more than any that waits is refused itself. Every loss is counted, and stated in the ledger
///   when it works again.
struct RecordQueue: Hashable, Sendable {
    /// ```
    ///             records wait            kept
    ///   settled ───────────────▶ given ─────────▶ settled
    ///                            │  ▲
    ///                     failed │  │ pause over, or told that it works again
    ///                            ▼  │
    ///                           failing
    /// ```
    /// There is no way from failing to settled: only a batch that was kept proves that the ledger
    /// works, whatever anybody says.
    enum State: Hashable, Sendable {
        case settled
        /// - Parameter pause: what the pause before was, zero after a success.
        case given(count: Int, since: Interval, pause: Interval)
        case failing(retryAt: Interval, pause: Interval)
    }

    enum Action: Hashable, Sendable {
        case none
        /// The ledger works again; so many records were lost meanwhile.
        case recovered(lost: UInt64)
        case failed
    }

    private(set) var state = State.settled
    private(set) var isFailing = false
    /// Records that were given up since the ledger last worked.
    private(set) var lostCount: UInt64 = 0
    private var records: [LedgerRecord] = []
    /// Since when nothing but notes about pictures waits.
    private var patientSince: Interval?

    static let recordCountMax = 1_024
    static let batchCountMax = 64
    /// How long a note about a picture waits for other records.
    static let patienceMax = Interval.seconds(10)
    static let pauseMin = Interval.seconds(1)
    static let pauseMax = Interval.seconds(30)
    /// A batch without an answer for this long says that the ledger hangs.
    static let answerMax = Interval.seconds(10)

    var count: Int { records.count }

    mutating func add(_ record: LedgerRecord) {
        guard records.count >= Self.recordCountMax else {
            records.append(record)
            return
        }
        lostCount &+= 1
        var givenCount = 0
        if case .given(let count, _, _) = state { givenCount = count }
        let weight = Self.weight(record)
        var victim: Int?
        var least = weight
        for index in givenCount..<records.count where Self.weight(records[index]) < least {
            victim = index
            least = Self.weight(records[index])
        }
        if let victim {
            records.remove(at: victim)
            records.append(record)
        }
    }

    /// Gives the next batch, if it is time.
    ///
    /// - Parameter isLast: no more will come: nothing waits for company.
    mutating func give(
        at uptime: Interval, isLast: Bool = false, into effects: inout [Effect]
    ) {
        let pause: Interval
        switch state {
        case .settled:
            guard isLast || !isPatient(at: uptime) else { return }
            pause = .zero
        case .given:
            return
        case .failing(let retryAt, let lastPause):
            guard uptime >= retryAt else { return }
            pause = lastPause
        }
        let count = min(records.count, Self.batchCountMax)
        guard count > 0 else { return }
        for record in records.prefix(count) { effects.append(.record(record)) }
        state = .given(count: count, since: uptime, pause: pause)
    }

    /// Whether all that waits can wait a little longer.
    private mutating func isPatient(at uptime: Interval) -> Bool {
        let isPatient = records.allSatisfy {
            if case .evidence(_, let kind, _, _) = $0.body { kind != .find } else { false }
        }
        guard isPatient, !records.isEmpty else {
            patientSince = nil
            return false
        }
        let since = patientSince ?? uptime
        patientSince = since
        guard uptime - since >= Self.patienceMax else { return true }
        patientSince = nil
        return false
    }

    /// The oldest `told` records are durable.
    mutating func kept(_ told: Int, at uptime: Interval) -> Action {
        switch state {
        case .settled, .failing:
            // Nothing is on its way: an answer to nothing, or one that came after a failure. The
            // records are given again, and the ledger knows them by name.
            return .none
        case .given(let count, let since, let pause):
            let keptCount = min(max(told, 0), count)
            guard keptCount > 0 else { return .none }
            records.removeFirst(keptCount)
            if keptCount < count {
                state = .given(count: count - keptCount, since: since, pause: pause)
                return .none
            }
            state = .settled
            guard isFailing || lostCount > 0 else { return .none }
            isFailing = false
            let lost = lostCount
            lostCount = 0
            return .recovered(lost: lost)
        }
    }

    /// The batch on its way was not kept.
    mutating func failed(at uptime: Interval) -> Action {
        switch state {
        case .settled:
            // Said without being asked, by a ledger that noticed by itself.
            state = .failing(retryAt: uptime + Self.pauseMin, pause: Self.pauseMin)
        case .given(_, _, let pause):
            let next = min(max(pause * 2, Self.pauseMin), Self.pauseMax)
            state = .failing(retryAt: uptime + next, pause: next)
        case .failing:
            return .none
        }
        return noteFailure()
    }

    /// Somebody says that the ledger works again: it is tried at once.
    mutating func restored(at uptime: Interval) {
        switch state {
        case .settled, .given:
            break
        case .failing(_, let pause):
            state = .failing(retryAt: uptime, pause: pause)
        }
    }

    /// Time has passed.
    mutating func passed(at uptime: Interval) -> Action {
        switch state {
        case .settled, .failing:
            return .none
        case .given(_, let since, _):
            return uptime - since >= Self.answerMax ? noteFailure() : .none
        }
    }

    private mutating func noteFailure() -> Action {
        guard !isFailing else { return .none }
        isFailing = true
        return .failed
    }

    /// How much a record tells that no other one does.
    private static func weight(_ record: LedgerRecord) -> Int {
        switch record.body {
        case .operated, .evidence, .configured, .explained, .explainedByCounts, .salvaged,
            .commanded,
            .discarded, .counted:
            0
        case .incident(let incident):
            switch incident.state {
            case .suspected: 1
            case .closed: 2
            case .confirmed: 3
            }
        case .interrupted, .acknowledged, .found: 2
        // Without a beat an hour of silence proves nothing.
        case .started, .clockCorrected, .repaired, .siren, .checkpoint, .beat, .escalated, .hours,
            // What was judged and reset decides what a camera tells in later lives.
            .judged, .cautioned,
            // By what right faces were looked for.
            .watched,
            // Without it an order counts for every centre.
            .authorised:
            3
        }
    }

    /// Names what is wrong; empty where all is well.
    func brokenInvariants() -> [String] {
        var broken: [String] = []
        if records.count > Self.recordCountMax { broken.append("more records wait than may") }
        if case .given(let count, _, _) = state, count < 1 || count > records.count {
            broken.append("a batch of \(count) is on its way, but \(records.count) records wait")
        }
        for index in records.indices.dropFirst()
        where records[index].stamp.monotonic <= records[index - 1].stamp.monotonic {
            broken.append("records wait out of order at \(index)")
            break
        }
        return broken
    }
}
