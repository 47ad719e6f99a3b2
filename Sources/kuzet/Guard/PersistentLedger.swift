import Frames
import Incidents
import Station
import Store

/// The ledger, opened when it can be: a disk that is full, read-only or not there yet must not
/// keep the appliance from watching and signalling. The station holds the records meanwhile.
final class PersistentLedger: Ledger {
    private let open: () throws -> any Ledger
    private var ledger: (any Ledger)?

    init(open: @escaping () throws -> any Ledger) {
        self.open = open
    }

    func append(_ records: [LedgerRecord]) throws {
        try opened().append(records)
    }

    func keepSnapshot(_ jpeg: [UInt8], ordinal: UInt32, boot: BootID) throws -> [UInt8] {
        try opened().keepSnapshot(jpeg, ordinal: ordinal, boot: boot)
    }

    /// What the first incident of this process is called, so that a name is never given twice
    /// within one boot: the one after the ledger's last.
    ///
    /// A ledger that cannot be opened now, but perhaps later, may hold names. Then it is counted
    /// from the time since boot, sixteen for every second: no process gives names that fast.
    func firstOrdinal(at now: Instant) -> UInt32 {
        if let ledger = try? opened() as? SQLiteLedger, ledger.lastOrdinal < .max {
            return ledger.lastOrdinal + 1
        }
        return UInt32(clamping: max(now.nanoseconds / 62_500_000, 1))
    }

    private func opened() throws -> any Ledger {
        if let ledger { return ledger }
        let opened = try open()
        ledger = opened
        return opened
    }
}
