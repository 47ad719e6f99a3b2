import Cryptography
import Records

/// The links of the chain that prove, by a signature, that the records of one incident stood in
/// the ledger: each of them, and those from it to the next checkpoint.
///
/// The records between are other people's incidents too, but say no more of them than kind, time
/// and score, and who gave which order.
public struct IncidentProof: Sendable {
    public struct Link: Sendable {
        public var sequence: Int64
        public var hash: [UInt8]
        /// What has this hash: the hash of the record before, and the record.
        public var input: [UInt8]
        /// One of the incident's own.
        public var isWanted: Bool

        /// The record in `input`.
        public var body: ArraySlice<UInt8> { input.dropFirst(Chain.hashByteCount) }
        public var fileName: String { "chain/record-\(sequence)" }
    }

    public struct Signed: Sendable {
        public var checkpoint: Checkpoint
        public var message: [UInt8]
        /// By the key that it states.
        public var isRight: Bool
    }

    /// Records that follow each other, and the checkpoint for the last; nil where none came yet.
    public struct Run: Sendable {
        public var links: [Link]
        public var signed: Signed?
    }

    public private(set) var runs: [Run] = []
    public var links: [Link] { runs.flatMap(\.links) }

    /// A hostile ledger without checkpoints is not exported whole.
    static let linkCountMax = 4 * Int(Checkpoint.intervalMax)

    init(_ summary: IncidentSummary, _ reader: LedgerReader) throws {
        let wanted = Set(summary.sequences)
        var links: [Link] = []
        var found: [Run] = []
        var previous = LedgerHead.empty
        func close(_ signed: Signed?) {
            if signed == nil { while links.last?.isWanted == false { links.removeLast() } }
            if !links.isEmpty { found.append(Run(links: links, signed: signed)) }
            links.removeAll()
        }
        try reader.visit { entry in
            defer { previous = LedgerHead(sequence: entry.sequence, hash: entry.hash) }
            let isWanted = wanted.contains(entry.sequence)
            guard isWanted || !links.isEmpty else { return }
            if !isWanted, let record = try? entry.record(),
                case .checkpoint(let checkpoint) = record.body,
                checkpoint.sequence == previous.sequence
            {
                let message = checkpoint.message(at: record.stamp)
                close(
                    Signed(
                        checkpoint: checkpoint, message: message,
                        isRight: PublicKey.verify(
                            checkpoint.signature, of: message, by: checkpoint.key)))
                return
            }
            // A gap, or too long a way: what comes now proves nothing about what came before.
            if previous.sequence != entry.sequence &- 1 || links.count >= Self.linkCountMax {
                close(nil)
                guard isWanted else { return }
            }
            links.append(
                Link(
                    sequence: entry.sequence, hash: entry.hash,
                    input: Chain.chainInput(previous: previous.hash, canonical: entry.body),
                    isWanted: isWanted))
        }
        close(nil)
        runs = found
    }
}
