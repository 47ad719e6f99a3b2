import CKernels

/// Makes an end of what nobody may find in memory afterwards.
///
/// - Error: what was copied elsewhere stays there; whoever keeps secrets keeps them in one place.
public enum Overwriting {
    /// Zeros, also where the memory is given back at once and a compiler could see no use in them.
    public static func clear(_ bytes: UnsafeMutableRawBufferPointer) {
        guard let base = bytes.baseAddress else { return }
        kernels_overwrite(base.assumingMemoryBound(to: UInt8.self), bytes.count)
    }

    /// Zeros, and no bytes left. An array that somebody else holds too is copied first, and his
    /// stays as it is.
    public static func clear(_ bytes: inout [UInt8]) {
        bytes.withUnsafeMutableBytes { clear($0) }
        bytes = []
    }
}
