import Frames
import Linux
import Records
import Station

/// What the evidence takes on the disk, and which of it goes when space is short.
///
/// Incidents that a clip shows together share it, under a name for each: it counts once, and its
/// room is free when the last name is gone.
///
/// The order, from what is missed least: clips that every destination was told of, such snapshots,
/// clips that nobody was told of, such snapshots; within each the oldest first. Of a file with
/// several names, the one that is missed most counts. Records never go.
struct EvidenceSpace {
    /// What is behind a name.
    enum File: Hashable {
        case inode(device: UInt64, number: UInt64)
        /// It could not be looked at.
        case unknown(EvidenceName)
    }

    struct Candidate: Hashable {
        var name: EvidenceName
        /// Of the record that vouches for it.
        var sequence: Int64
        var byteCount: UInt32
        var isDelivered: Bool

        fileprivate var rank: (Int, Int, Int64) {
            (isDelivered ? 0 : 1, name.kind == .clip ? 0 : 1, sequence)
        }
    }

    /// So many go at once, and the other names of the last one; the rest with the next look.
    static let discardCountMax = 16

    /// Of all files, each counted once.
    private(set) var byteCount: UInt64 = 0
    private var files: [EvidenceName: File] = [:]
    private var uses: [File: (nameCount: Int, byteCount: UInt64)] = [:]

    /// - Parameter file: nil where nothing has that name: it takes no room, and gives none.
    mutating func add(_ name: EvidenceName, _ file: File?, byteCount: UInt32) {
        guard let file, files.updateValue(file, forKey: name) == nil else { return }
        let use = uses[file] ?? (0, UInt64(byteCount))
        if use.nameCount == 0 { self.byteCount += use.byteCount }
        uses[file] = (use.nameCount + 1, use.byteCount)
    }

    mutating func remove(_ name: EvidenceName) {
        guard let file = files.removeValue(forKey: name), let use = uses[file] else { return }
        if use.nameCount == 1 {
            byteCount -= use.byteCount
            uses[file] = nil
        } else {
            uses[file]?.nameCount -= 1
        }
    }

    /// - Parameters:
    ///   - candidates: what records vouch for and none ordered away; what is not there stays to be
    ///     missed.
    ///   - free: bytes that the file system has left.
    func due(_ candidates: [Candidate], free: UInt64, limits: SpaceLimits) -> [Discard] {
        let over = byteCount - min(byteCount, limits.evidenceByteCountMax)
        let missing = limits.freeByteCountMin - min(limits.freeByteCountMin, free)
        var wanted = max(over, missing)
        var groups: [File: [Candidate]] = [:]
        for candidate in candidates.sorted(by: { $0.rank < $1.rank }) {
            if let file = files[candidate.name] { groups[file, default: []].append(candidate) }
        }
        let inOrder = groups.compactMap { file, names in names.last.map { (file, names, $0.rank) } }
            .sorted { $0.2 < $1.2 }
        var due: [Discard] = []
        for (file, names, _) in inOrder where wanted > 0 && due.count < Self.discardCountMax {
            due += names.map {
                Discard(
                    identity: IncidentIdentity(boot: $0.name.boot, ordinal: $0.name.ordinal),
                    kind: $0.name.kind, byteCount: $0.byteCount, wasDelivered: $0.isDelivered)
            }
            wanted -= min(wanted, uses[file]?.byteCount ?? 0)
        }
        return due
    }
}

extension EvidenceName {
    init(of discard: Discard) {
        self.init(
            boot: discard.identity.boot, ordinal: discard.identity.ordinal, kind: discard.kind)
    }
}

/// Room that is kept so that a full disk can still record: given up when a write finds none, and
/// taken again when there is some.
enum SpaceReserve {
    static let byteCount = 4 << 20

    static func take(_ folder: LedgerFolder, free: UInt64) {
        guard !Files.exists(folder.reserve), free > UInt64(4 * byteCount) else { return }
        do throws(Errno) {
            let file = try Files.open(
                folder.reserve, [.writeOnly, .create], followsLinks: false)
            let zeros = [UInt8](repeating: 0, count: 64 << 10)
            for _ in 0..<byteCount / zeros.count { try file.writeAll(zeros) }
        } catch {
            try? Files.remove(folder.reserve)
        }
    }

    /// - Returns: whether there was any.
    static func giveUp(_ folder: LedgerFolder) -> Bool {
        guard Files.exists(folder.reserve) else { return false }
        do throws(Errno) {
            try Files.remove(folder.reserve)
            return true
        } catch { return false }
    }
}
