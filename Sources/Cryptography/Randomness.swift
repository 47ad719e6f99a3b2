import COpenSSL

/// Unpredictable bytes, from the kernel through libcrypto.
public enum Randomness {
    /// nil where the machine has none to give.
    public static func bytes(_ count: Int) -> [UInt8]? {
        var bytes = [UInt8](repeating: 0, count: count)
        return RAND_bytes(&bytes, Int32(count)) == 1 ? bytes : nil
    }
}
