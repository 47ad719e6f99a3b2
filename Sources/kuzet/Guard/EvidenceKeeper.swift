import Linux
import Station

/// Turns the station's wish for a picture into a JPEG, at once, and hands it to the clerk, who
/// tells the station when it is kept.
struct EvidenceKeeper {
    private let clerk: LedgerClerk
    private let snapshot: (_ camera: UInt8) throws -> [UInt8]?

    /// - Parameter snapshot: the JPEG of what a camera shows now, masks applied; nil where it
    ///   shows nothing.
    init(clerk: LedgerClerk, snapshot: @escaping (_ camera: UInt8) throws -> [UInt8]?) {
        self.clerk = clerk
        self.snapshot = snapshot
    }

    func keep(camera: UInt8, ordinal: UInt32) {
        do {
            guard let jpeg = try snapshot(camera) else { return }
            guard !clerk.keepSnapshot(jpeg, ordinal: ordinal) else { return }
            Journal.write(
                Priority.error.rawValue,
                "incident \(ordinal): keep snapshot: \(jpeg.count) bytes: too many pictures wait "
                    + "for the disk already")
        } catch {
            // The incident itself stands in the ledger: a lost picture must not stop the alarm.
            Journal.write(Priority.error.rawValue, "\(error)")
        }
    }
}
