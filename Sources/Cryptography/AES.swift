import COpenSSL

/// A key of the Advanced Encryption Standard, and encryption of whole blocks with it.
///
/// - Shape: the key is 16, 24 or 32 bytes, a block 16.
/// - Source: FIPS 197; NIST SP 800-38A, section 6.2 (CBC); libcrypto's EVP interface.
public struct AESKey: Hashable, Sendable {
    public static let blockByteCount = 16

    let bytes: [UInt8]

    /// - Returns: nil where `bytes` are not 16, 24 or 32.
    public init?(_ bytes: [UInt8]) {
        guard [16, 24, 32].contains(bytes.count) else { return nil }
        self.bytes = bytes
    }

    /// A key of 128, 192 or 256 bits.
    public var bitCount: Int { 8 * bytes.count }

    /// Cipher block chaining without padding. It hides, and proves nothing: whoever changes the
    /// result changes what it is read as.
    ///
    /// - Returns: as many bytes; nil where `plain` or `start` are not whole blocks.
    public func encryptCBC(_ plain: [UInt8], start: [UInt8]) -> [UInt8]? {
        runCBC(plain, start: start, encrypts: 1)
    }

    /// - Returns: as many bytes; nil where `cipher` or `start` are not whole blocks.
    public func decryptCBC(_ cipher: [UInt8], start: [UInt8]) -> [UInt8]? {
        runCBC(cipher, start: start, encrypts: 0)
    }

    private func runCBC(_ input: [UInt8], start: [UInt8], encrypts: Int32) -> [UInt8]? {
        SHA256.ready
        guard input.count % Self.blockByteCount == 0, let inputCount = Int32(exactly: input.count),
            start.count == Self.blockByteCount, let context = EVP_CIPHER_CTX_new()
        else { return nil }
        defer { EVP_CIPHER_CTX_free(context) }
        var output = [UInt8](repeating: 0, count: input.count + Self.blockByteCount)
        var (count, rest) = (Int32(0), Int32(0))
        guard EVP_CipherInit_ex(context, cipher, nil, bytes, start, encrypts) == 1,
            EVP_CIPHER_CTX_set_padding(context, 0) == 1,
            EVP_CipherUpdate(context, &output, &count, input, inputCount) == 1,
            EVP_CipherFinal_ex(context, &output, &rest) == 1, rest == 0, count == inputCount
        else { return nil }
        output.removeLast(Self.blockByteCount)
        return output
    }

    private var cipher: OpaquePointer? {
        switch bytes.count {
        case 16: EVP_aes_128_cbc()
        case 24: EVP_aes_192_cbc()
        default: EVP_aes_256_cbc()
        }
    }
}
