import Cryptography
import Incidents
import Linux
import Records

/// What a check of a whole ledger found.
public struct VerificationReport: Sendable {
    /// One broken invariant, by its number in this folder's README.
    public struct Fault: Hashable, Sendable, CustomStringConvertible {
        public var invariant: String
        /// Where in the chain; nil where it is about a file or the whole ledger.
        public var sequence: Int64?
        public var text: String

        public var description: String { "\(invariant): \(text)" }
    }

    /// A key that signed checkpoints.
    public struct Key: Hashable, Sendable {
        public var publicKey: [UInt8]
        /// The records of its first checkpoint and its last.
        public var first: Int64
        public var last: Int64
        public var checkpointCount: Int64
    }

    public var recordCount: Int64 = 0
    public var evidenceCount = 0
    /// Of those, how many records ordered away.
    public var discardedCount = 0
    /// The hash that stands for the whole ledger: who noted it earlier can compare.
    public var headHash: [UInt8] = Chain.genesis
    /// In the order in which they first signed.
    public var keys: [Key] = []
    /// Behind the last checkpoint: nobody but the chain vouches for them yet.
    public var unsigned: ClosedRange<Int64>?
    /// In the order of the chain: the first one is the first thing that happened to the ledger.
    public var faults: [Fault] = []
    /// What is worth knowing and no fault: repairs, files set aside.
    public var notes: [String] = []

    /// Beyond so many faults the rest is only counted.
    public static let faultCountMax = 100
    public var unlistedFaultCount = 0
    /// What was being written when it ended, or is being written, is not in it: nothing that
    /// anybody was told is kept.
    public var isUnfinished = false

    /// An earlier ledger, or a part of one, lies beside it, and is not in it.
    public var hasPredecessor = false

    public var isValid: Bool { faults.isEmpty }

    /// What was found out late stands where it belongs.
    fileprivate mutating func order() {
        let places = faults.enumerated().sorted {
            ($0.element.sequence ?? .max, $0.offset) < ($1.element.sequence ?? .max, $1.offset)
        }
        faults = places.map(\.element)
    }

    mutating func add(_ invariant: String, _ sequence: Int64?, _ text: String) {
        guard faults.count < Self.faultCountMax else {
            unlistedFaultCount += 1
            return
        }
        faults.append(Fault(invariant: invariant, sequence: sequence, text: text))
    }
}

/// What somebody else holds of a ledger, to hold the ledger to it.
public struct Anchors: Sendable {
    /// The keys that may have signed; nil for any.
    public var keys: [[UInt8]]?
    /// Hashes of records that were noted earlier, as 64 digits, by the record's number.
    public var hashes: [Int64: String] = [:]

    public init() {}
}

/// Checks the numbered invariants of a ledger: chain, records, evidence files, signatures, beats.
public struct LedgerVerifier {
    private let reader: LedgerReader
    private var report = VerificationReport()
    private var last = LedgerHead.empty
    /// Steps of each incident so far, for L5.
    private var incidents: [IncidentIdentity: Incident] = [:]
    /// What was read already, by what it is on the disk: incidents share clips under many names.
    private var clips: [ClipKey: (sha256: [UInt8], byteCount: Int)] = [:]

    private struct ClipKey: Hashable {
        var device: UInt64
        var inode: UInt64
    }
    /// Files that are not there, by the record that vouches for each.
    private var missing: [EvidenceName: Int64] = [:]
    private var vouchedFor: Set<EvidenceName> = []
    /// Of the life that ended last, or still runs.
    private var lastBoot: BootID?
    private var checkpoints: CheckpointAudit
    private var beats = BeatAudit()
    private var anchors: Anchors

    private init(_ reader: LedgerReader, _ anchors: Anchors) {
        self.reader = reader
        self.anchors = anchors
        checkpoints = CheckpointAudit(allowed: anchors.keys)
    }

    public static func verify(
        _ reader: LedgerReader, anchors: Anchors = Anchors()
    ) throws -> VerificationReport {
        var verifier = LedgerVerifier(reader, anchors)
        try verifier.walk()
        verifier.checkHead()
        verifier.checkAnchors()
        verifier.checkLog()
        verifier.checkStrays()
        verifier.sumUp()
        verifier.lookAround()
        return verifier.report
    }

    private mutating func walk() throws {
        let anchored = reader.anchored
        try reader.visit { entry in
            checkPlace(of: entry)
            if let anchored, anchored.sequence == entry.sequence, anchored.hash != entry.hash {
                report.add(
                    "L4", entry.sequence,
                    "record \(entry.sequence): it is not the one that the head names")
            }
            let before = last
            last = LedgerHead(sequence: entry.sequence, hash: entry.hash)
            report.recordCount += 1
            checkAnchor(entry)
            var record: LedgerRecord?
            do {
                record = try entry.record()
            } catch {
                report.add("L3", entry.sequence, "record \(entry.sequence): \(error)")
            }
            for fault in checkpoints.learn(record, at: entry.sequence, after: before) {
                report.add(fault.invariant, fault.sequence, fault.text)
            }
            if let record { check(record, entry.sequence) }
        }
        report.headHash = last.hash
    }

    private mutating func check(_ record: LedgerRecord, _ sequence: Int64) {
        lastBoot = record.stamp.boot
        if let gap = beats.learn(record, at: sequence) {
            report.add("L9", sequence, "record \(sequence): \(gap)")
        }
        checkIncident(record, sequence)
        checkInterruption(record, sequence)
        checkEvidence(record, sequence)
        if case .discarded(let discard) = record.body {
            missing[EvidenceName(of: discard)] = nil
            report.discardedCount += 1
        }
        if case .repaired(let text) = record.body {
            report.notes.append("record \(sequence): \(text)")
            if text.hasSuffix(LedgerConnection.Findings.begins) { report.hasPredecessor = true }
        }
    }

    /// L1 and L2: numbers without gaps, and hashes that follow from each other.
    private mutating func checkPlace(of entry: LedgerEntry) {
        let sequence = entry.sequence
        let expected = last.sequence + 1
        guard sequence >= expected else {
            report.add("L1", sequence, "record \(sequence): records begin with 1: added")
            return
        }
        guard sequence == expected else {
            let missing =
                sequence == expected + 1
                ? "record \(expected) is missing"
                : "records \(expected) to \(sequence - 1) are missing"
            report.add("L1", expected, missing + ": deleted")
            return
        }
        guard !Self.follows(entry, last.hash) else { return }
        report.add("L2", sequence, "record \(sequence): " + whyItDoesNotFollow(entry))
    }

    private static func follows(_ entry: LedgerEntry, _ previous: [UInt8]) -> Bool {
        Chain.link(previous: previous, canonical: entry.body, hash: SHA256.digest) == entry.hash
    }

    /// Looks for the place where the record once stood.
    private func whyItDoesNotFollow(_ entry: LedgerEntry) -> String {
        // A search of the whole ledger for each fault: enough of them for a person to see.
        guard report.faults.count < 8 else { return "it does not follow from the one before" }
        var place: Int64? = Self.follows(entry, Chain.genesis) ? 0 : nil
        try? reader.visit { other in
            if place == nil, Self.follows(entry, other.hash) { place = other.sequence }
        }
        switch place {
        case 0?: return "it was the first record: re-ordered"
        case let place?: return "it stood behind what is now record \(place): re-ordered"
        case nil:
            return "edited, or the record before it was deleted and the later ones renumbered"
        }
    }

    /// L4: the row that names the last record is not ahead of it.
    private mutating func checkHead() {
        guard let anchored = reader.anchored else {
            report.add("L4", nil, "the head is missing")
            return
        }
        guard anchored.sequence > last.sequence else { return }
        report.add(
            "L4", last.sequence + 1,
            "records \(last.sequence + 1) to \(anchored.sequence) are missing at the end: deleted")
    }

    /// L10: a record whose hash somebody noted is there, and is the same.
    private mutating func checkAnchor(_ entry: LedgerEntry) {
        guard let hash = anchors.hashes.removeValue(forKey: entry.sequence),
            hash != SHA256.hexadecimal(entry.hash)
        else { return }
        report.add(
            "L10", entry.sequence,
            "record \(entry.sequence): it is not the one whose hash was noted")
    }

    /// L10, of what the ledger does not have.
    private mutating func checkAnchors() {
        for sequence in anchors.hashes.keys.sorted() {
            report.add(
                "L10", sequence,
                "record \(sequence): its hash was noted, and it is missing: deleted")
        }
    }

    /// L12: nothing that was acknowledged is in the log where SQLite does not find it.
    private mutating func checkLog() {
        guard let complaint = reader.logComplaint else { return }
        guard complaint != .torn else {
            report.isUnfinished = true
            report.notes.append("ledger.db-wal: \(complaint.text)")
            return
        }
        report.add("L12", nil, "ledger.db-wal: \(complaint.text)")
    }

    /// L11: what lies there is evidence that a record vouches for.
    private mutating func checkStrays() {
        let known = Set(vouchedFor.map(\.fileName))
        var strays: [String] = []
        var unrecorded: [String] = []
        do throws(Errno) {
            let lastOrdinal =
                incidents.keys.filter { $0.boot == lastBoot }.map(\.ordinal).max() ?? 0
            for file in try EvidenceFiles.names(in: reader.folder) where !known.contains(file) {
                let name = EvidenceName(fileName: file)
                let isOfLastLife = name != nil && name?.boot == lastBoot
                // The next start finishes a clip of an incident that it knows.
                let isToBeFinished =
                    isOfLastLife && name?.kind == .clip && name?.ordinal ?? 0 <= lastOrdinal
                if isToBeFinished || (isOfLastLife && isUnclosedAndWhole) {
                    unrecorded.append(file)
                } else {
                    strays.append(file)
                }
            }
        } catch {
            report.add("L11", nil, "evidence: list: \(error)")
        }
        // More than that never waits for its record.
        if unrecorded.count > EvidenceFiles.waitingCountMax + ClipFiles.openCountMax {
            strays += unrecorded
            unrecorded = []
        }
        if let first = strays.first {
            report.add(
                "L11", nil,
                "evidence: \(strays.count) files that no record vouches for, the first is \(first)")
        }
        if let first = unrecorded.first {
            report.isUnfinished = true
            report.notes.append(
                "evidence: \(unrecorded.count) files of the last run have no record yet, the first "
                    + "is \(first)")
        }
    }

    /// Whether the last life may have been between a file and its record.
    private var isUnclosedAndWhole: Bool {
        reader.anchored != last && (reader.logComplaint == nil || reader.logComplaint == .torn)
    }

    private mutating func sumUp() {
        for (name, sequence) in missing.sorted(by: { $0.value < $1.value }) {
            report.add("L6", sequence, "record \(sequence): evidence \(name.fileName): missing")
        }
        report.order()
        if report.discardedCount > 0 {
            report.notes.append("\(report.discardedCount) evidence files were removed to make room")
        }
        report.keys = checkpoints.keys
        report.unsigned = checkpoints.unsigned
        if checkpoints.laterCount > 0 {
            report.notes.append(
                "\(checkpoints.laterCount) later checkpoints disagree too, as they must")
        }
        for key in report.keys.dropFirst() {
            report.notes.append(
                "record \(key.first): from here on another key signs: fingerprint "
                    + PublicKey.fingerprint(key.publicKey))
        }
    }

    /// L5: an incident is suspected, then confirmed, then closed, and stays what it is.
    private mutating func checkIncident(_ record: LedgerRecord, _ sequence: Int64) {
        guard case .incident(let incident) = record.body else { return }
        let identity = IncidentIdentity(
            boot: record.stamp.boot, ordinal: incident.ordinal)
        defer { incidents[identity] = incident }
        guard let before = incidents[identity] else { return }
        if incident.state.rawValue < before.state.rawValue {
            report.add(
                "L5", sequence,
                "record \(sequence): incident \(identity) is \(incident.state), but was "
                    + "\(before.state) before")
        }
        if (incident.kind, incident.camera, incident.openedAt)
            != (before.kind, before.camera, before.openedAt)
        {
            report.add(
                "L5", sequence,
                "record \(sequence): incident \(identity) changed its kind, camera or opening")
        }
    }

    /// L5: what a restart closes was open. A ledger that began anew after damage may not know it.
    private mutating func checkInterruption(_ record: LedgerRecord, _ sequence: Int64) {
        guard case .interrupted(let boot, let ordinal) = record.body else { return }
        let identity = IncidentIdentity(boot: boot, ordinal: ordinal)
        guard let before = incidents[identity] else { return }
        if before.state == .closed {
            report.add(
                "L5", sequence,
                "record \(sequence): incident \(identity) is closed by a restart, but was closed "
                    + "before")
        }
        incidents[identity]?.state = .closed
    }

    /// L6: the file that a record vouches for is there, and is the same.
    private mutating func checkEvidence(_ record: LedgerRecord, _ sequence: Int64) {
        let sha256: [UInt8]
        let byteCount: UInt32
        switch record.body {
        case .evidence(_, _, let hash, let count), .salvaged(_, _, _, let hash, let count):
            (sha256, byteCount) = (hash, count)
        default:
            return
        }
        guard let name = EvidenceName(of: record) else { return }
        vouchedFor.insert(name)
        report.evidenceCount += 1
        let path = reader.folder.evidence + "/" + name.fileName
        do throws(Errno) {
            let found = try digest(try Files.open(path, followsLinks: false), name.kind)
            if found.byteCount != Int(byteCount) || found.sha256 != sha256 {
                report.add(
                    "L6", sequence,
                    "record \(sequence): evidence \(name.fileName): edited: "
                        + "\(found.byteCount) bytes found, \(byteCount) recorded")
            }
        } catch .noSuchFile {
            // Unless a later record ordered it away.
            missing[name] = sequence
        } catch {
            report.add(
                "L6", sequence, "record \(sequence): evidence \(name.fileName): read: \(error)")
        }
    }

    private mutating func digest(
        _ file: FileDescriptor, _ kind: LedgerRecord.EvidenceKind
    ) throws(Errno) -> (sha256: [UInt8], byteCount: Int) {
        guard kind == .clip else { return try EvidenceFiles.digest(file) }
        let facts = try file.facts()
        let key = ClipKey(device: facts.device, inode: facts.inode)
        if let known = clips[key] { return known }
        let found = try EvidenceFiles.digest(file)
        clips[key] = found
        return found
    }

    /// What lies in the folder and is no part of the ledger.
    private mutating func lookAround() {
        let names = (try? Files.names(in: reader.folder.path)) ?? []
        for name in names where name.holds(".damaged-") {
            report.hasPredecessor = true
            report.notes.append("\(name): was set aside; not part of this check")
        }
        let orphans = (try? Files.names(in: reader.folder.orphaned)) ?? []
        if !orphans.isEmpty {
            report.notes.append("evidence/orphaned: \(orphans.count) files without a record")
        }
    }
}
