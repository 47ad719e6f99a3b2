import COpenSSL

/// Sealing to somebody's public key: whoever seals cannot open it afterwards.
///
///     sealed  "KZS"  version:1 (1)  one-time X25519 key:32  AES-256-GCM:count  tag:16
///
/// The AES key and the nonce are the 44 bytes that HKDF with SHA-256 makes, without salt, of what
/// the one-time secret and the recipient's key agree upon; its info is `kuzet-seal-1`, a line feed,
/// the one-time key and the recipient's. Bound to it are its own first 36 bytes, and then whatever
/// the caller binds.
///
/// - Shape: secret and public keys are 32 bytes.
/// - Source: RFC 7748, section 6.1 (X25519); RFC 5869 (HKDF); NIST SP 800-38D; libcrypto's EVP
///   interface.
public enum Sealing {
    /// What sealing adds.
    public static let overheadByteCount = headByteCount + AESKey.tagByteCount
    static let headByteCount = 36
    private static let head = Array("KZS".utf8) + [1]

    /// - Parameters:
    ///   - publicKey: the recipient's.
    ///   - bound: what the recipient must name to open it: what it is, and where it was.
    /// - Returns: nil for what is no key, and where the machine has no random numbers.
    public static func seal(
        _ plain: [UInt8], to publicKey: [UInt8], bound: [UInt8]
    ) -> [UInt8]? {
        guard let secret = SealingKey.newSecret() else { return nil }
        return seal(plain, to: publicKey, bound: bound, oneTimeSecret: secret)
    }

    /// The same with a secret that is told, which must never be used again.
    static func seal(
        _ plain: [UInt8], to publicKey: [UInt8], bound: [UInt8], oneTimeSecret: [UInt8]
    ) -> [UInt8]? {
        guard let once = SealingKey(secret: oneTimeSecret) else { return nil }
        let head = head + once.publicKey
        return withKey(of: once, and: publicKey, once.publicKey + publicKey) { key, nonce in
            key.sealGCM(plain, nonce: nonce, bound: head + bound).map { head + $0 }
        }
    }

    fileprivate static func open(
        _ sealed: [UInt8], by recipient: SealingKey, bound: [UInt8]
    ) -> [UInt8]? {
        guard sealed.count >= overheadByteCount, sealed.starts(with: head) else { return nil }
        let once = Array(sealed[head.count..<headByteCount])
        return withKey(of: recipient, and: once, once + recipient.publicKey) { key, nonce in
            key.openGCM(
                Array(sealed[headByteCount...]), nonce: nonce,
                bound: Array(sealed[..<headByteCount]) + bound)
        }
    }

    private static func withKey(
        of own: SealingKey, and other: [UInt8], _ keys: [UInt8],
        _ body: (_ key: AESKey, _ nonce: [UInt8]) -> [UInt8]?
    ) -> [UInt8]? {
        guard var agreed = own.agree(with: other) else { return nil }
        defer { OPENSSL_cleanse(&agreed, agreed.count) }
        let info = Array("kuzet-seal-1\n".utf8) + keys
        guard var made = derive(agreed, salt: [], info: info, byteCount: 44) else { return nil }
        defer { OPENSSL_cleanse(&made, made.count) }
        guard let key = AESKey(Array(made[..<32])) else { return nil }
        return body(key, Array(made[32...]))
    }

    /// HKDF with SHA-256.
    static func derive(
        _ secret: [UInt8], salt: [UInt8], info: [UInt8], byteCount: Int
    ) -> [UInt8]? {
        SHA256.ready
        guard let context = EVP_PKEY_CTX_new_id(EVP_PKEY_HKDF, nil) else { return nil }
        defer { EVP_PKEY_CTX_free(context) }
        var made = [UInt8](repeating: 0, count: byteCount)
        var count = byteCount
        guard EVP_PKEY_derive_init(context) == 1,
            EVP_PKEY_CTX_set_hkdf_md(context, EVP_sha256()) == 1,
            salt.isEmpty || EVP_PKEY_CTX_set1_hkdf_salt(context, salt, Int32(salt.count)) == 1,
            EVP_PKEY_CTX_set1_hkdf_key(context, secret, Int32(secret.count)) == 1,
            EVP_PKEY_CTX_add1_hkdf_info(context, info, Int32(info.count)) == 1,
            EVP_PKEY_derive(context, &made, &count) == 1, count == byteCount
        else { return nil }
        return made
    }
}

/// A secret that opens what was sealed to its public key.
public final class SealingKey: @unchecked Sendable {
    public static let secretByteCount = 32

    /// Never changed after `init`, and libcrypto reads it only: safe from any thread.
    private let key: OpaquePointer
    public let publicKey: [UInt8]

    /// - Returns: nil where `secret` is not 32 bytes.
    public init?(secret: [UInt8]) {
        guard let pair = RawKey.pair(EVP_PKEY_X25519, secret: secret) else { return nil }
        (key, publicKey) = pair
    }

    deinit {
        EVP_PKEY_free(key)
    }

    /// A new secret from the kernel's random numbers; nil where it has none yet.
    public static func newSecret() -> [UInt8]? { Randomness.bytes(secretByteCount) }

    /// What was sealed; nil for anything that was not sealed to this key with the same `bound`.
    public func open(_ sealed: [UInt8], bound: [UInt8]) -> [UInt8]? {
        Sealing.open(sealed, by: self, bound: bound)
    }

    /// X25519 of this secret and another's public key; nil for keys that make every agreement the
    /// same, and for what is no key.
    func agree(with publicKey: [UInt8]) -> [UInt8]? {
        SHA256.ready
        guard publicKey.count == 32,
            let other = EVP_PKEY_new_raw_public_key(
                EVP_PKEY_X25519, nil, publicKey, publicKey.count)
        else { return nil }
        defer { EVP_PKEY_free(other) }
        guard let context = EVP_PKEY_CTX_new(key, nil) else { return nil }
        defer { EVP_PKEY_CTX_free(context) }
        var agreed = [UInt8](repeating: 0, count: 32)
        var count = agreed.count
        guard EVP_PKEY_derive_init(context) == 1, EVP_PKEY_derive_set_peer(context, other) == 1,
            EVP_PKEY_derive(context, &agreed, &count) == 1, count == agreed.count
        else { return nil }
        return agreed
    }
}
