import Records
import Station

/// The ledger, opened when it can be: a disk that is full, read-only or not there yet must not
/// keep the appliance from watching and signalling. The station holds the records meanwhile.
///
/// Used from the ledger's thread only.
package final class PersistentLedger: Ledger {
    /// A ledger that was opened, and what its past says.
    package struct Opened {
        package var ledger: any Ledger & Outbox
        package var past: LedgerPast

        package init(ledger: any Ledger & Outbox, past: LedgerPast) {
            self.ledger = ledger
            self.past = past
        }
    }

    private let open: () throws -> Opened
    private let tell: (LedgerPast) -> Void
    private var present: Opened?

    /// - Parameter tell: is told the past once, as soon as the ledger is open.
    package init(open: @escaping () throws -> Opened, tell: @escaping (LedgerPast) -> Void) {
        self.open = open
        self.tell = tell
    }

    package func append(_ records: [LedgerRecord]) throws {
        try opened().ledger.append(records)
    }

    package func keepSnapshot(_ jpeg: [UInt8], ordinal: UInt32, boot: BootID) throws -> [UInt8] {
        try opened().ledger.keepSnapshot(jpeg, ordinal: ordinal, boot: boot)
    }

    package func keepFind(_ sealed: [UInt8], ordinal: UInt32, boot: BootID) throws -> [UInt8] {
        try opened().ledger.keepFind(sealed, ordinal: ordinal, boot: boot)
    }

    /// The ledger as an outbox; throws where it cannot be opened now.
    func outbox() throws -> any Outbox { try opened().ledger }
    package func extendClip(
        _ pictures: [ClipPicture], ordinal: UInt32, boot: BootID
    ) throws -> Int {
        try opened().ledger.extendClip(pictures, ordinal: ordinal, boot: boot)
    }

    package func joinClip(ordinal: UInt32, clip: UInt32, boot: BootID) throws {
        try opened().ledger.joinClip(ordinal: ordinal, clip: clip, boot: boot)
    }

    package func finishClip(ordinal: UInt32, boot: BootID) throws -> KeptClip? {
        try opened().ledger.finishClip(ordinal: ordinal, boot: boot)
    }

    /// nil where the ledger cannot be opened now.
    package var past: LedgerPast? { try? opened().past }

    /// Lets the ledger go, which closes it.
    func close() { present = nil }

    private func opened() throws -> Opened {
        if let present { return present }
        let opened = try open()
        present = opened
        tell(opened.past)
        return opened
    }
}
