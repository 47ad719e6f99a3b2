import COpenSSL

/// Keys of Curve25519 as libcrypto takes them: 32 bytes, without a format around them.
enum RawKey {
    static let byteCount = 32

    /// - Parameter type: `EVP_PKEY_ED25519` or `EVP_PKEY_X25519`.
    /// - Returns: the pair, to be freed by whoever has it, and its public half; nil where `secret` is
    ///   not 32 bytes.
    static func pair(
        _ type: Int32, secret: [UInt8]
    ) -> (key: OpaquePointer, publicKey: [UInt8])? {
        guard secret.count == byteCount,
            let key = EVP_PKEY_new_raw_private_key(type, nil, secret, secret.count)
        else { return nil }
        var bytes = [UInt8](repeating: 0, count: byteCount)
        var count = bytes.count
        guard EVP_PKEY_get_raw_public_key(key, &bytes, &count) == 1, count == bytes.count else {
            EVP_PKEY_free(key)
            return nil
        }
        return (key, bytes)
    }
}
