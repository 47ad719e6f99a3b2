import Cryptography
import Frames
import Linux
import Records
import Station

/// The ledger of one appliance in a folder on a disk: a hash chain of records, and the files that
/// they vouch for.
///
/// One object, used from one thread, owns the folder and the only connection. Readers (see
/// `LedgerReader`) take no lock and touch no file. What holds, and how it is checked, stands as
/// numbered invariants in this folder's README.
public final class SQLiteLedger: Ledger {
    public let folder: LedgerFolder
    /// What was found, and repaired, while opening, in words; each is also a record.
    public private(set) var findings: [String] = []
    /// What its records told when it was opened.
    public let past: LedgerPast
    /// How many records there are.
    public var recordCount: Int64 { head.sequence }
    /// The hash of the last record.
    public var headHash: [UInt8] { head.hash }

    private var layout: LedgerLayout
    private let ownership: FileDescriptor
    private let evidence: EvidenceFiles
    /// What signs; nil where none could be made or read.
    private let key: SigningKey?
    /// Of the last record of this life: dates the checkpoint of an orderly stop.
    private var lastStamp: Stamp?
    private let clips: ClipFiles
    /// nil from `close`, or a failed write, until the next `append`.
    private var connection: LedgerConnection?
    /// As of the last write that succeeded.
    private var head: LedgerHead
    /// Evidence that a record vouches for; it is never replaced.
    private var vouchedFor: Set<EvidenceName>
    /// The last records, in canonical bytes: one that is given again is passed over.
    private var recent: RecentRecords
    /// What the records so far tell of the clock.
    private var dating: Dating
    /// All evidence that records vouch for and none ordered away.
    private var space = EvidenceSpace()
    /// How far destinations were served, where that is not durable yet.
    private var noted: [String: DeliveryCursors] = [:]

    /// Opens the ledger, or begins one.
    ///
    /// A database that cannot be read is set aside under another name and a new one begins: an
    /// appliance that cannot read its past must still remember what comes. One that a newer
    /// program wrote is refused and left as it is.
    ///
    /// - Parameters:
    ///   - stamp: dates the records about what was found.
    ///   - migrates: false while it is not decided whether this program stays: an older ledger is
    ///     then used as it is, until `migrate`.
    public convenience init(directory: String, stamp: Stamp, migrates: Bool = true) throws {
        var layout = LedgerLayout()
        layout.migrates = migrates
        try self.init(directory: directory, stamp: stamp, layout: layout)
    }

    init(directory: String, stamp: Stamp, layout: LedgerLayout) throws {
        self.layout = layout
        folder = LedgerFolder(directory)
        try folder.make()
        ownership = try folder.own()
        let hadLedger = try folder.hasTraces()
        var opening = LedgerConnection.Findings()
        let connection = try LedgerConnection.open(folder, layout, &opening)
        self.connection = connection
        head = connection.head
        let bodies = try connection.lastBodies(RecentRecords.countMax)
        recent = RecentRecords(bodies)
        var (past, dating) = try connection.past()
        self.dating = dating
        if connection.isNew, hadLedger, opening.texts.isEmpty {
            opening.add(
                "there is none, but what belonged to one; \(LedgerConnection.Findings.begins)")
        }
        if opening.mayMissRecords { past.isIncomplete = true }
        var findings = opening.texts
        vouchedFor = try connection.evidence()
        key = DeviceKey.open(folder, known: connection.checkpoint?.key, &findings)
        evidence = EvidenceFiles(folder)
        // Ordered away, and the power failed before they went.
        for name in try connection.discarded() { evidence.remove(name) }
        clips = ClipFiles(folder)
        var salvaged: [LedgerRecord] = []
        if let last = bodies.last, let record = try? LedgerRecord(canonicalBytes: last) {
            let boot = record.stamp.boot
            salvaged = clips.salvage(
                of: boot, through: past.lastOrdinal(of: boot), unless: vouchedFor, &findings
            ).map { LedgerRecord(stamp: stamp, body: $0) }
        }
        for candidate in try connection.candidates() {
            let name = candidate.name
            space.add(name, evidence.file(of: name), byteCount: candidate.byteCount)
        }
        let countBefore = findings.count
        let strays = try evidence.strays(
            besides: vouchedFor.union(salvaged.compactMap(EvidenceName.init(of:))), &findings)
        self.findings = findings
        // Where files of an earlier ledger lie and no record, that one is gone.
        if head == .empty, findings.count > countBefore { past.isIncomplete = true }
        self.past = past
        try append(salvaged + findings.map { LedgerRecord(stamp: stamp, body: .repaired($0)) })
        // Once it is on record: a power cut between leaves them where they are, for the next start.
        try evidence.setAside(strays)
    }

    deinit {
        close()
    }

    /// What `migrates` left out at the start: the program stays, and so does what it adds.
    public func migrate() throws {
        layout.migrates = true
        try connection?.migrate()
    }

    /// Durable when it returns: neither a crash nor a power cut takes these records back.
    ///
    /// Throws `StoreError` where they could not be kept. Then give them again, as often as it
    /// takes: those that a write of unknown outcome did leave in the ledger are passed over, as
    /// is any record that equals one of the last 1,024.
    public func append(_ records: [LedgerRecord]) throws {
        guard let stamp = records.first?.stamp else { return }
        let connection = try self.connection ?? resume(stamp)
        let fresh = records.map(WrittenRecord.init).filter { !recent.contains($0.body) }
        // No record vouches for a file that a power cut may still take.
        if fresh.contains(where: { EvidenceName(of: $0.record).map(evidence.isWaiting) ?? false }) {
            try evidence.settle()
        }
        do {
            head = try connection.append(fresh, after: head, key: key, with: noted)
            lastStamp = fresh.last?.record.stamp ?? lastStamp
            if connection.isWorn { self.connection = nil }
        } catch {
            // Whether the write took effect is only known by reading it back.
            self.connection = nil
            guard (error as? StoreError)?.kind == .full, SpaceReserve.giveUp(folder) else {
                throw error
            }
            return try append(records)
        }
        if !fresh.isEmpty { noted.removeAll() }
        for (record, body) in fresh.lazy.map({ ($0.record, $0.body) }) {
            recent.insert(body)
            dating.learn(record)
            if let name = EvidenceName(of: record) { vouchedFor.insert(name) }
            switch record.body {
            case .evidence(_, _, _, let byteCount), .salvaged(_, _, _, _, let byteCount):
                guard let name = EvidenceName(of: record) else { continue }
                space.add(name, evidence.file(of: name), byteCount: byteCount)
            case .discarded(let discard):
                let name = EvidenceName(of: discard)
                evidence.remove(name)
                space.remove(name)
            default: break
            }
        }
    }

    /// Writes a JPEG, which becomes durable with the record that vouches for it, just before it.
    ///
    /// - Returns: its SHA-256, for the record that the station makes of it.
    public func keepSnapshot(_ jpeg: [UInt8], ordinal: UInt32, boot: BootID) throws -> [UInt8] {
        let name = EvidenceName(boot: boot, ordinal: ordinal, kind: .snapshot)
        try refuse(name, "write \(jpeg.count) bytes")
        try evidence.write(jpeg, as: name)
        return SHA256.digest(jpeg)
    }

    /// Writes what is sealed of a find, as `keepSnapshot` does.
    public func keepFind(_ sealed: [UInt8], ordinal: UInt32, boot: BootID) throws -> [UInt8] {
        let name = EvidenceName(boot: boot, ordinal: ordinal, kind: .find)
        try refuse(name, "write \(sealed.count) bytes")
        guard !evidence.isWaiting(name) else {
            throw StoreError(
                "evidence \(name.fileName)", "write \(sealed.count) bytes",
                "another one of this name waits for its record", .refused)
        }
        try evidence.write(sealed, as: name)
        return SHA256.digest(sealed)
    }

    public func extendClip(
        _ pictures: [ClipPicture], ordinal: UInt32, boot: BootID
    ) throws -> Int {
        let name = EvidenceName(boot: boot, ordinal: ordinal, kind: .clip)
        try refuse(name, "write \(pictures.count) pictures")
        return try clips.extend(name, pictures)
    }

    public func joinClip(ordinal: UInt32, clip: UInt32, boot: BootID) throws {
        let name = EvidenceName(boot: boot, ordinal: ordinal, kind: .clip)
        try refuse(name, "name a clip so")
        try clips.join(name, to: EvidenceName(boot: boot, ordinal: clip, kind: .clip))
    }

    public func finishClip(ordinal: UInt32, boot: BootID) throws -> KeptClip? {
        try clips.finish(EvidenceName(boot: boot, ordinal: ordinal, kind: .clip))
    }

    /// Throws where a record vouches for a file of that name: it is never written again.
    private func refuse(_ name: EvidenceName, _ attempt: String) throws {
        guard vouchedFor.contains(name) else { return }
        throw StoreError(
            "evidence \(name.fileName)", attempt,
            "a record vouches for another one of this name already", .refused)
    }

    /// Names the last record, copies the log into the database and lets the connection go; the
    /// next `append` opens it again. Durability needs no close.
    public func close() {
        // What the log holds is durable already: a sealing that fails loses no record.
        try? evidence.settle()
        try? settle()
        if let sealed = try? connection?.seal(head, key: key, stamp: lastStamp) { head = sealed }
        connection = nil
    }

    /// As when the process is killed: nothing is tidied up.
    func abandon() {
        connection = nil
    }

    /// Opens the database again, and looks what a write of unknown outcome left there.
    private func resume(_ stamp: Stamp) throws -> LedgerConnection {
        var opening = LedgerConnection.Findings()
        let connection = try LedgerConnection.open(folder, layout, hasFailed: true, &opening)
        var found = opening.texts
        if connection.head.sequence < head.sequence {
            found.append(
                "ledger: open again: \(connection.head.sequence) records found, "
                    + "\(head.sequence) were written and acknowledged")
        }
        noted = noted.mapValues { $0.limited(to: connection.head.sequence) }
        recent = RecentRecords(try connection.lastBodies(RecentRecords.countMax))
        head = connection.head
        findings += found
        if !found.isEmpty { lastStamp = stamp }
        head = try connection.append(
            found.map { WrittenRecord(LedgerRecord(stamp: stamp, body: .repaired($0))) },
            after: head, key: key)
        self.connection = connection
        return connection
    }
}

extension SQLiteLedger: Outbox {
    public func page(_ lane: DeliveryLane, after: Int64, countMax: Int) throws -> OutboxPage {
        try opened().page(lane, after: after, countMax: countMax, dating: dating)
    }

    public func cursors(of destination: String) throws -> DeliveryCursors {
        if let noted = noted[destination] { return noted }
        return try opened().cursors(of: destination, last: head.sequence)
    }

    public func note(_ cursors: DeliveryCursors, of destination: String) {
        noted[destination] = cursors
    }

    public func dueForDiscard(_ limits: SpaceLimits, destinations: [String]) throws -> [Discard] {
        let free: UInt64
        do throws(Errno) {
            free = try Files.room(at: folder.evidence).freeByteCount
        } catch {
            throw StoreError("evidence \(folder.evidence)", "ask for its room", error)
        }
        SpaceReserve.take(folder, free: free)
        guard free < limits.freeByteCountMin || space.byteCount > limits.evidenceByteCountMax
        else { return [] }
        // Without a destination nobody was told of anything. Sealed pictures are told as alarms.
        let delivered =
            try destinations.map { try cursors(of: $0) }
            .map { min($0[.alarm], $0[.evidence]) }.min() ?? 0
        let candidates = try opened().candidates(deliveredThrough: delivered)
        return space.due(candidates, free: free, limits: limits)
    }

    public func settle() throws {
        guard !noted.isEmpty else { return }
        do {
            try opened().settle(noted)
        } catch {
            connection = nil
            throw error
        }
        noted.removeAll()
    }

    /// Only an `append` opens the database again: what it finds then is to be recorded.
    private func opened() throws -> LedgerConnection {
        guard let connection else {
            throw StoreError(
                "ledger \(folder.database)", "read",
                "a write failed; it is opened again with the "
                    + "next records", .refused)
        }
        return connection
    }
}

/// The canonical bytes of the last records, to know one that comes a second time.
private struct RecentRecords {
    /// As many as the station keeps waiting for the disk.
    static let countMax = 1_024

    private var order: [[UInt8]]
    private var oldest = 0
    private var members: Set<[UInt8]>

    init(_ bodies: [[UInt8]]) {
        order = bodies
        members = Set(bodies)
    }

    func contains(_ body: [UInt8]) -> Bool { members.contains(body) }

    mutating func insert(_ body: [UInt8]) {
        guard members.insert(body).inserted else { return }
        if order.count < Self.countMax {
            order.append(body)
        } else {
            members.remove(order[oldest])
            order[oldest] = body
            oldest = (oldest + 1) % Self.countMax
        }
    }
}
