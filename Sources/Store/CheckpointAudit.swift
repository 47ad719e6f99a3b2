import Cryptography
import Records

/// L7 and L8, over all records in the order of the chain: what was signed, and that it is so.
///
/// Who rewrote the ledger and every hash in it still has no signature for the new hashes: the
/// first checkpoint behind the change tells.
struct CheckpointAudit {
    typealias Fault = VerificationReport.Fault

    /// In the order of their first checkpoint, of right signatures only.
    private(set) var keys: [VerificationReport.Key] = []
    /// Checkpoints that disagree only because one before them did.
    private(set) var laterCount = 0
    /// What stands behind the last checkpoint; nil where nothing does.
    private(set) var unsigned: ClosedRange<Int64>?

    /// Beyond so many keys the ledger is none of ours.
    static let keyCountMax = 64

    /// Keys that may sign; nil for any.
    private let allowed: [[UInt8]]?
    private var strangers: Set<[UInt8]> = []
    /// Records since the last checkpoint.
    private var runCount: Int64 = 0
    /// The last checkpoint that held before the first one that did not.
    private var lastGood: Int64 = 0
    private var isBroken = false

    init(allowed: [[UInt8]]?) {
        self.allowed = allowed
    }

    /// - Parameters:
    ///   - record: nil where it cannot be read.
    ///   - before: the record before it, as the ledger has it.
    mutating func learn(
        _ record: LedgerRecord?, at sequence: Int64, after before: LedgerHead
    ) -> [Fault] {
        if let record, case .checkpoint(let checkpoint) = record.body {
            runCount = 0
            unsigned = nil
            return check(checkpoint, record.stamp, sequence, before)
        }
        let start = unsigned?.lowerBound ?? sequence
        unsigned = min(start, sequence)...max(start, sequence)
        runCount += 1
        // L8: else whoever removes the checkpoints needs no signature any more.
        guard runCount == Checkpoint.intervalMax + 1 else { return [] }
        return [
            Fault(
                invariant: "L8", sequence: start,
                text: "records \(start) to \(sequence): no checkpoint among them: written without "
                    + "a key, or the checkpoints were deleted")
        ]
    }

    /// L7
    private mutating func check(
        _ checkpoint: Checkpoint, _ stamp: Stamp, _ sequence: Int64, _ before: LedgerHead
    ) -> [Fault] {
        func fault(_ text: String) -> Fault {
            Fault(
                invariant: "L7", sequence: sequence, text: "record \(sequence): checkpoint: " + text
            )
        }
        guard
            PublicKey.verify(
                checkpoint.signature, of: checkpoint.message(at: stamp), by: checkpoint.key)
        else { return [fault("the signature is wrong: edited, or signed by another key")] }
        var faults: [Fault] = []
        if !learn(checkpoint.key, sequence) {
            faults.append(fault("more than \(Self.keyCountMax) keys have signed"))
        }
        if let allowed, !allowed.contains(checkpoint.key), strangers.count < Self.keyCountMax,
            strangers.insert(checkpoint.key).inserted
        {
            faults.append(
                fault(
                    "signed by another key than given: fingerprint "
                        + PublicKey.fingerprint(checkpoint.key)))
        }
        if checkpoint.sequence == before.sequence, checkpoint.hash == before.hash {
            if !isBroken { lastGood = sequence }
        } else if isBroken {
            laterCount += 1
        } else {
            isBroken = true
            faults.append(fault(whyItDisagrees(checkpoint, before)))
        }
        return faults
    }

    /// - Returns: false where there are too many.
    private mutating func learn(_ publicKey: [UInt8], _ sequence: Int64) -> Bool {
        if let index = keys.firstIndex(where: { $0.publicKey == publicKey }) {
            keys[index].last = sequence
            keys[index].checkpointCount += 1
            return true
        }
        guard keys.count < Self.keyCountMax else { return false }
        keys.append(
            .init(publicKey: publicKey, first: sequence, last: sequence, checkpointCount: 1))
        return true
    }

    private func whyItDisagrees(_ checkpoint: Checkpoint, _ before: LedgerHead) -> String {
        let first = lastGood &+ 1
        let among =
            before.sequence > first ? "records \(first) to \(before.sequence)" : "record \(first)"
        let (more, overflow) = before.sequence.subtractingReportingOverflow(checkpoint.sequence)
        if overflow || more == 0 {
            return "it vouches for another record \(checkpoint.sequence): among \(among) one was "
                + "edited or re-ordered, and the chain computed anew"
        }
        let what = more < 0 ? "\(more.magnitude) deleted" : "\(more.magnitude) added"
        return "it was signed behind record \(checkpoint.sequence) and stands behind record "
            + "\(before.sequence): among \(among) \(what), and the chain computed anew"
    }
}
