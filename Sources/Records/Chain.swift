/// How one record of the ledger vouches for all before it.
///
///     hash(n) = SHA-256( hash(n − 1) ‖ canonical bytes of record n ),  hash(0) = 32 zero bytes
///
/// - Shape: a hash is always 32 bytes, so where one ends and the record begins is never in doubt.
/// - Error: none. A changed, missing, added or moved record changes every hash after it. Who can
///   rewrite the whole ledger can also rewrite the whole chain: only a hash that somebody else
///   holds tells then.
public enum Chain {
    public static let hashByteCount = 32
    /// What the first record follows.
    public static let genesis = [UInt8](repeating: 0, count: hashByteCount)

    /// The bytes whose hash is the record's place in the chain.
    public static func chainInput(previous: [UInt8], canonical: [UInt8]) -> [UInt8] {
        previous + canonical
    }

    /// - Parameter hash: SHA-256; the core brings no cryptography of its own.
    public static func link(
        previous: [UInt8], canonical: [UInt8], hash: ([UInt8]) -> [UInt8]
    ) -> [UInt8] {
        hash(chainInput(previous: previous, canonical: canonical))
    }
}
