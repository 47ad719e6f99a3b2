/// How much evidence may lie on the disk.
public struct SpaceLimits: Hashable, Sendable {
    /// Of all files together.
    public var evidenceByteCountMax: UInt64
    /// What stays free on the file system, for records above all.
    public var freeByteCountMin: UInt64

    public init(
        evidenceByteCountMax: UInt64 = 8_192 << 20, freeByteCountMin: UInt64 = 64 << 20
    ) {
        self.evidenceByteCountMax = evidenceByteCountMax
        self.freeByteCountMin = freeByteCountMin
    }
}
