import Frames
import Incidents
import Linux
import Station

/// Which evidence goes when space is short.
///
/// The order, from what is missed least: clips that every destination was told of, such snapshots,
/// clips that nobody was told of, such snapshots; within each the oldest first. Records never.
struct EvidenceSpace {
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

    /// So many go at once; the rest with the next look.
    static let discardCountMax = 16

    /// - Parameters:
    ///   - free: bytes that the file system has left.
    ///   - candidates: all files that records vouch for and that are there.
    static func due(
        _ candidates: [Candidate], free: UInt64, limits: SpaceLimits
    ) -> [Discard] {
        let total = candidates.reduce(UInt64(0)) { $0 + UInt64($1.byteCount) }
        let over = total > limits.evidenceByteCountMax ? total - limits.evidenceByteCountMax : 0
        let missing = free < limits.freeByteCountMin ? limits.freeByteCountMin - free : 0
        var wanted = max(over, missing)
        var due: [Discard] = []
        for candidate in candidates.sorted(by: { $0.rank < $1.rank })
        where wanted > 0 && due.count < discardCountMax {
            due.append(
                Discard(
                    identity: IncidentIdentity(
                        boot: candidate.name.boot, ordinal: candidate.name.ordinal),
                    kind: candidate.name.kind, byteCount: candidate.byteCount,
                    wasDelivered: candidate.isDelivered))
            wanted -= min(wanted, UInt64(candidate.byteCount))
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
            let file = try FileDescriptor.open(folder.reserve, [.writeOnly, .create])
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
