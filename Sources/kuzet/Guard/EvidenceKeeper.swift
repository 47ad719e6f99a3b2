import Incidents
import Linux
import Station

/// Turns the station's wish for a picture into an evidence file, and tells it when that is kept.
final class EvidenceKeeper {
    private let boot: BootID
    private let ledger: any Ledger
    private let queue: EventQueue
    private let snapshot: (_ camera: UInt8) throws -> [UInt8]?

    /// - Parameter snapshot: the JPEG of what a camera shows now, masks applied; nil where it
    ///   shows nothing.
    init(
        boot: BootID, ledger: any Ledger, queue: EventQueue,
        snapshot: @escaping (_ camera: UInt8) throws -> [UInt8]?
    ) {
        self.boot = boot
        self.ledger = ledger
        self.queue = queue
        self.snapshot = snapshot
    }

    func keep(camera: UInt8, ordinal: UInt32) {
        do {
            guard let jpeg = try snapshot(camera) else { return }
            let sha256 = try ledger.keepSnapshot(jpeg, ordinal: ordinal, boot: boot)
            queue.post(
                .evidenceKept(
                    ordinal: ordinal, sha256: sha256, byteCount: UInt32(clamping: jpeg.count)))
        } catch {
            // The incident itself stands in the ledger: a lost picture must not stop the alarm.
            Journal.write(Priority.error.rawValue, "\(error)")
        }
    }
}
