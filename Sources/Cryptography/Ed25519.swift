import COpenSSL
import Text

/// A key that signs: Ed25519, pure, deterministic.
///
/// - Shape: the secret and the public key are 32 bytes, a signature is 64.
/// - Source: RFC 8032, section 5.1; libcrypto's EVP interface.
public final class SigningKey: @unchecked Sendable {
    public static let secretByteCount = 32

    /// Never changed after `init`, and libcrypto reads it only: safe from any thread.
    private let key: OpaquePointer
    public let publicKey: [UInt8]

    /// - Returns: nil where `secret` is not 32 bytes.
    public init?(secret: [UInt8]) {
        guard let pair = RawKey.pair(EVP_PKEY_ED25519, secret: secret) else { return nil }
        (key, publicKey) = pair
    }

    deinit {
        EVP_PKEY_free(key)
    }

    /// A new secret from the kernel's random numbers; nil where it has none yet.
    public static func newSecret() -> [UInt8]? { Randomness.bytes(secretByteCount) }

    public func sign(_ message: [UInt8]) -> [UInt8] {
        var signature = [UInt8](repeating: 0, count: PublicKey.signatureByteCount)
        var count = signature.count
        guard let context = EVP_MD_CTX_new() else {
            preconditionFailure("libcrypto: Ed25519: out of memory")
        }
        defer { EVP_MD_CTX_free(context) }
        let isSigned =
            EVP_DigestSignInit(context, nil, nil, nil, key) == 1
            && EVP_DigestSign(context, &signature, &count, message, message.count) == 1
        precondition(isSigned, "libcrypto: Ed25519: the key was not set up")
        return signature
    }
}

/// What checks a signature.
public enum PublicKey {
    public static let byteCount = 32
    public static let signatureByteCount = 64

    /// Whether `signature` is the one of `message` by the owner of `publicKey`; false for keys and
    /// signatures of a wrong length too.
    public static func verify(
        _ signature: [UInt8], of message: [UInt8], by publicKey: [UInt8]
    ) -> Bool {
        guard signature.count == signatureByteCount, publicKey.count == byteCount,
            let key = EVP_PKEY_new_raw_public_key(
                EVP_PKEY_ED25519, nil, publicKey, publicKey.count)
        else { return false }
        defer { EVP_PKEY_free(key) }
        guard let context = EVP_MD_CTX_new() else { return false }
        defer { EVP_MD_CTX_free(context) }
        return EVP_DigestVerifyInit(context, nil, nil, nil, key) == 1
            && EVP_DigestVerify(context, signature, signature.count, message, message.count) == 1
    }

    /// The key as OpenSSL reads it: `openssl pkeyutl -verify -pubin -inkey FILE -rawin …`.
    ///
    /// - Source: RFC 8410, section 4: a fixed prefix, and the 32 bytes.
    public static func pem(_ publicKey: [UInt8]) -> String {
        pemHead + Base64.text(prefix + publicKey) + "\n" + pemFoot
    }

    /// - Returns: nil for anything that is not the PEM of one Ed25519 key.
    public static func bytes(pem: String) -> [UInt8]? {
        guard pem.hasPrefix(pemHead), pem.hasSuffix(pemFoot) else { return nil }
        let text = pem.dropFirst(pemHead.count).dropLast(pemFoot.count + 1)
        guard let bytes = Base64.bytes(String(text)), bytes.starts(with: prefix),
            bytes.count == prefix.count + byteCount
        else { return nil }
        return Array(bytes[prefix.count...])
    }

    /// What a person compares: SHA-256 of the key as DER, 64 digits, as
    /// `openssl pkey -pubin -in FILE -outform DER | openssl dgst -sha256` prints it.
    public static func fingerprint(_ publicKey: [UInt8]) -> String {
        SHA256.hexadecimal(SHA256.digest(prefix + publicKey))
    }

    private static let pemHead = "-----BEGIN PUBLIC KEY-----\n"
    private static let pemFoot = "-----END PUBLIC KEY-----\n"
    private static let prefix: [UInt8] = [
        0x30, 0x2a, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x03, 0x21, 0x00
    ]
}
