/// What the device signs now and then: this record of the ledger has this hash, and so has every
/// record before it.
///
/// Who can rewrite the whole ledger can recompute every hash in it, but not this signature.
///
/// - Shape: `hash` and `key` are 32 bytes, `signature` is 64; a hostile ledger may state others,
///   and then no signature is right.
public struct Checkpoint: Hashable, Sendable {
    /// The record that it vouches for: the one just before it.
    public var sequence: Int64
    public var hash: [UInt8]
    /// Ed25519, the public half.
    public var key: [UInt8]
    public var signature: [UInt8]

    /// Between two checkpoints, and after the last, stand at most so many other records. A ledger
    /// with more has lost checkpoints: later programs may make this smaller, never larger.
    public static let intervalMax: Int64 = 32

    public init(sequence: Int64, hash: [UInt8], key: [UInt8], signature: [UInt8]) {
        self.sequence = sequence
        self.hash = hash
        self.key = key
        self.signature = signature
    }

    /// The bytes that are signed: lines of ASCII, so that a court reads what it checks.
    ///
    ///     kuzet checkpoint 1
    ///     record 1234
    ///     hash 9f86d081…              64 digits
    ///     key 3b6a27bc…               64 digits
    ///     boot 0123456789abcdef…      32 digits
    ///     uptime 90000000000 ns
    ///     time 2025-11-22T18:04:05Z, clock set
    ///
    /// Every line ends in a line feed. The first one is part of no other message that the device
    /// signs. The time is the clock's own of that moment, `clock unset` where nobody had set it.
    public func message(at stamp: Stamp) -> [UInt8] {
        let trust =
            switch stamp.trust {
            case .unset: "unset"
            case .synchronised: "set"
            }
        let text = """
            kuzet checkpoint 1
            record \(sequence)
            hash \(Self.digits(hash))
            key \(Self.digits(key))
            boot \(stamp.boot.hexadecimal)
            uptime \(stamp.monotonic.nanoseconds) ns
            time \(UTC.text(milliseconds: stamp.wallMilliseconds)), clock \(trust)

            """
        return Array(text.utf8)
    }

    /// What a message says; nil where it is none.
    public static func claim(of message: String) -> (sequence: Int64, hash: String)? {
        let lines = message.split(separator: "\n", omittingEmptySubsequences: false)
        guard lines.count > 3, lines[0] == "kuzet checkpoint 1", lines[1].hasPrefix("record "),
            lines[2].hasPrefix("hash "), let sequence = Int64(lines[1].dropFirst(7))
        else { return nil }
        return (sequence, String(lines[2].dropFirst(5)))
    }

    private static func digits(_ bytes: [UInt8]) -> String {
        let digits = Array("0123456789abcdef".utf8)
        return String(
            decoding: bytes.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] },
            as: UTF8.self)
    }
}
