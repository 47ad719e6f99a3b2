import COpenSSL

/// SHA-256 of bytes that come at once or piece by piece.
///
/// - Shape: a digest is 32 bytes.
/// - Error: none to handle. libcrypto carries the algorithm itself, and no configuration file of
///   the machine is read that could take it away.
/// - Source: FIPS 180-4, section 6.2; libcrypto's EVP interface.
public final class SHA256 {
    public static let byteCount = 32

    private let context: OpaquePointer

    public init() {
        Self.ready
        guard let context = EVP_MD_CTX_new(), EVP_DigestInit_ex(context, EVP_sha256(), nil) == 1
        else { preconditionFailure("libcrypto: SHA-256: out of memory") }
        self.context = context
    }

    deinit {
        EVP_MD_CTX_free(context)
    }

    /// Adds bytes to what is hashed.
    public func update(_ bytes: [UInt8]) {
        bytes.withUnsafeBytes { update($0) }
    }

    public func update(_ bytes: ArraySlice<UInt8>) {
        bytes.withUnsafeBytes { update($0) }
    }

    public func update(_ bytes: UnsafeRawBufferPointer) {
        guard bytes.count > 0 else { return }
        let accepted = EVP_DigestUpdate(context, bytes.baseAddress, bytes.count)
        precondition(accepted == 1, "libcrypto: SHA-256: the digest was not set up")
    }

    /// The digest of everything added since the start or the last `finish`; starts anew.
    public func finish() -> [UInt8] {
        var digest = [UInt8](repeating: 0, count: Self.byteCount)
        let finished = EVP_DigestFinal_ex(context, &digest, nil)
        precondition(finished == 1, "libcrypto: SHA-256: the digest was not set up")
        let restarted = EVP_DigestInit_ex(context, EVP_sha256(), nil)
        precondition(restarted == 1, "libcrypto: SHA-256: out of memory")
        return digest
    }

    /// The digest of `bytes`; fits where the core asks for a hash function.
    public static func digest(_ bytes: [UInt8]) -> [UInt8] {
        let hash = SHA256()
        hash.update(bytes)
        return hash.finish()
    }

    /// Bytes as lower-case hexadecimal digits, as `sha256sum` prints them.
    public static func hexadecimal(_ bytes: some Sequence<UInt8>) -> String {
        let digits = Array("0123456789abcdef".utf8)
        var text: [UInt8] = []
        for byte in bytes {
            text.append(digits[Int(byte >> 4)])
            text.append(digits[Int(byte & 15)])
        }
        return String(decoding: text, as: UTF8.self)
    }

    /// A static executable must not depend on what stands in a machine's openssl.cnf.
    static let ready: Void = {
        OPENSSL_init_crypto(UInt64(OPENSSL_INIT_NO_LOAD_CONFIG), nil)
    }()
}
