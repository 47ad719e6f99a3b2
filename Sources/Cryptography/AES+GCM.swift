import COpenSSL

/// Galois counter mode: it hides, and proves that nothing was changed.
///
/// - Shape: a nonce is 12 bytes, never twice with one key; a tag is the last 16 bytes of what is
///   sealed.
/// - Limits: 2³² messages under one key where nonces are drawn at random.
/// - Source: NIST SP 800-38D; libcrypto's EVP interface.
extension AESKey {
    public static let nonceByteCount = 12
    public static let tagByteCount = 16

    /// - Parameter bound: bytes that are not in the result, and without which it does not open.
    /// - Returns: as many bytes and a tag; nil for a nonce of another length.
    public func sealGCM(_ plain: [UInt8], nonce: [UInt8], bound: [UInt8]) -> [UInt8]? {
        var output = [UInt8](repeating: 0, count: plain.count + Self.tagByteCount)
        let isDone = withGCM(nonce, bound, encrypts: 1) { context in
            var (count, rest) = (Int32(0), Int32(0))
            guard let plainCount = Int32(exactly: plain.count),
                EVP_CipherUpdate(context, &output, &count, plain, plainCount) == 1,
                count == plainCount
            else { return false }
            return output.withUnsafeMutableBytes { bytes in
                let tag = bytes.baseAddress.map { $0 + plain.count }
                // What GCM has left to write is nothing; the pointer is for the tag.
                return EVP_CipherFinal_ex(
                    context, tag?.assumingMemoryBound(to: UInt8.self), &rest) == 1
                    && EVP_CIPHER_CTX_ctrl(
                        context, EVP_CTRL_AEAD_GET_TAG, Int32(Self.tagByteCount), tag) == 1
            }
        }
        return isDone ? output : nil
    }

    /// - Returns: nil for anything that this key did not seal with this nonce and these bound bytes.
    public func openGCM(_ sealed: [UInt8], nonce: [UInt8], bound: [UInt8]) -> [UInt8]? {
        guard sealed.count >= Self.tagByteCount else { return nil }
        let plainCount = sealed.count - Self.tagByteCount
        var tag = Array(sealed[plainCount...])
        // One byte at least, so that there is somewhere to point.
        var output = [UInt8](repeating: 0, count: plainCount + 1)
        let isRight = withGCM(nonce, bound, encrypts: 0) { context in
            var (count, rest) = (Int32(0), Int32(0))
            guard let inputCount = Int32(exactly: plainCount),
                EVP_CipherUpdate(context, &output, &count, sealed, inputCount) == 1,
                count == inputCount,
                EVP_CIPHER_CTX_ctrl(
                    context, EVP_CTRL_AEAD_SET_TAG, Int32(Self.tagByteCount), &tag) == 1
            else { return false }
            var none: UInt8 = 0
            return EVP_CipherFinal_ex(context, &none, &rest) == 1
        }
        guard isRight else {
            // What does not prove itself is not left lying about either.
            OPENSSL_cleanse(&output, output.count)
            return nil
        }
        output.removeLast()
        return output
    }

    /// Sealed for keeping: a nonce drawn at random, then what `sealGCM` gives.
    ///
    /// - Returns: nil where the machine has no random numbers.
    public func seal(_ plain: [UInt8], bound: [UInt8]) -> [UInt8]? {
        guard let nonce = Randomness.bytes(Self.nonceByteCount),
            let sealed = sealGCM(plain, nonce: nonce, bound: bound)
        else { return nil }
        return nonce + sealed
    }

    /// - Returns: nil for anything that `seal` did not give for the same key and bound bytes.
    public func open(_ sealed: [UInt8], bound: [UInt8]) -> [UInt8]? {
        guard sealed.count >= Self.nonceByteCount + Self.tagByteCount else { return nil }
        return openGCM(
            Array(sealed.dropFirst(Self.nonceByteCount)),
            nonce: Array(sealed.prefix(Self.nonceByteCount)), bound: bound)
    }

    private func withGCM(
        _ nonce: [UInt8], _ bound: [UInt8], encrypts: Int32, _ body: (OpaquePointer) -> Bool
    ) -> Bool {
        SHA256.ready
        guard nonce.count == Self.nonceByteCount, let boundCount = Int32(exactly: bound.count),
            let context = EVP_CIPHER_CTX_new()
        else { return false }
        defer { EVP_CIPHER_CTX_free(context) }
        var count: Int32 = 0
        guard EVP_CipherInit_ex(context, gcm, nil, bytes, nonce, encrypts) == 1,
            bound.isEmpty || EVP_CipherUpdate(context, nil, &count, bound, boundCount) == 1
        else { return false }
        return body(context)
    }

    private var gcm: OpaquePointer? {
        switch bytes.count {
        case 16: EVP_aes_128_gcm()
        case 24: EVP_aes_192_gcm()
        default: EVP_aes_256_gcm()
        }
    }
}
