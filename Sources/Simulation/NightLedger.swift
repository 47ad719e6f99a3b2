import Frames
import Records
import Station

/// A ledger that a night can look into and open again after a restart.
public protocol NightLedger: Ledger {
    /// Every record that is durable, in order.
    func contents() throws -> [LedgerRecord]
}

extension NightLedger {
    /// - Parameter canary: as if no siren had ever sounded, nobody had ordered hours or judged, no
    ///   order had had a number, or all had come from one centre.
    func past(_ canary: NightCanary?) throws -> LedgerPast {
        LedgerPast(
            try contents().compactMap { record in
                var record = record
                switch record.body {
                case .siren where canary == .freshBudget, .hours where canary == .forgottenHours,
                    .commanded where canary == .forgottenOrders,
                    .judged where canary == .forgottenJudgements,
                    .cautioned where canary == .forgottenJudgements,
                    .authorised where canary == .forgottenOrders || canary == .sharedCounter:
                    return nil
                case .hours(let order, _, let by) where canary == .forgottenOrders:
                    record.body = .hours(order, counter: 0, by: by)
                default: break
                }
                return record
            })
    }
}

/// What a simulated device reports.
struct NightFault: Error, CustomStringConvertible {
    var description: String
}

/// A ledger in memory that outlives the appliance: what it has kept survives every simulated
/// power cut.
public final class MemoryLedger: NightLedger {
    private struct Name: Hashable {
        var boot: BootID
        var monotonic: Instant
    }

    private var records: [LedgerRecord] = []
    private var names: Set<Name> = []
    /// What the records so far tell of the clock.
    private(set) var dating = Dating()
    /// How far destinations were served: what is noted survives like a record.
    var noted: [String: DeliveryCursors] = [:]
    /// Canaries: what a broken disk would do.
    private let canary: NightCanary?
    /// Acknowledged and not durable: only a lying disk has any.
    private var cached: [LedgerRecord] = []

    public init(canary: NightCanary? = nil) {
        self.canary = canary
    }

    public func append(_ new: [LedgerRecord]) throws {
        var fresh = new.filter {
            canary == .doublingDisk
                || names.insert(Name(boot: $0.stamp.boot, monotonic: $0.stamp.monotonic)).inserted
        }
        for record in fresh { dating.learn(record) }
        if canary == .reorderingDisk, fresh.count > 1 { fresh.swapAt(0, fresh.count - 1) }
        if canary == .lyingDisk {
            cached += fresh
            // It writes what it has once in a while.
            if cached.count >= 8 { flush() }
        } else {
            records += fresh
        }
    }

    public func keepSnapshot(_ jpeg: [UInt8], ordinal: UInt32, boot: BootID) throws -> [UInt8] {
        [UInt8](repeating: UInt8(truncatingIfNeeded: ordinal), count: 32)
    }

    public func contents() throws -> [LedgerRecord] { records }

    var count: Int { records.count }

    /// - Parameter index: from 0.
    subscript(index: Int64) -> LedgerRecord { records[Int(index)] }

    /// The power is gone: so is what was not durable.
    func cutPower() { cached.removeAll() }

    func flush() {
        records += cached
        cached.removeAll()
    }
}

/// A ledger on a disk that fails when the night says so.
final class FaultyLedger: Ledger {
    enum Mode {
        case works
        /// Refuses everything: full, read-only, gone.
        case refuses
        /// Keeps or loses a batch by chance, and reports a failure either way.
        case unsure
        /// The power fails during the next append.
        case powerFails
    }

    var mode = Mode.works
    /// The power failed in the middle of an append.
    private(set) var hasPowerFailed = false
    /// Records that were acknowledged: none of them may ever be missing.
    private(set) var acknowledged: [LedgerRecord] = []
    private(set) var failureCount = 0

    /// What it stands before; opened again with every start.
    var inner: any NightLedger
    private let canary: NightCanary?
    private var chance: SplitMix64

    init(_ inner: any NightLedger, seed: UInt64, canary: NightCanary?) {
        self.inner = inner
        self.canary = canary
        chance = SplitMix64(seed: seed)
    }

    func append(_ records: [LedgerRecord]) throws {
        switch mode {
        case .works:
            if canary == .forgetfulThread, chance.chance(1, in: 20) {
                acknowledged += records
                return
            }
            try inner.append(records)
            acknowledged += records
        case .refuses:
            failureCount += 1
            throw NightFault(description: "no space left on device (ENOSPC)")
        case .unsure:
            failureCount += 1
            if chance.chance(1, in: 2) { try inner.append(records) }
            throw NightFault(description: "input/output error (EIO)")
        case .powerFails:
            if chance.chance(1, in: 2) { try inner.append(records) }
            hasPowerFailed = true
            throw NightFault(description: "the power failed")
        }
    }

    func keepSnapshot(_ jpeg: [UInt8], ordinal: UInt32, boot: BootID) throws -> [UInt8] {
        guard isWorking else { throw NightFault(description: "input/output error (EIO)") }
        return try inner.keepSnapshot(jpeg, ordinal: ordinal, boot: boot)
    }

    var isWorking: Bool {
        switch mode {
        case .works: true
        case .refuses, .unsure, .powerFails: false
        }
    }

    /// The machine comes back; its disk works.
    func restart() {
        hasPowerFailed = false
        mode = .works
    }
}
