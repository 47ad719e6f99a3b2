/// One picture, in buffers that its source reuses: valid until the source is asked for the next.
///
/// - Shape: `luma` is width × height. `chroma` holds Cb, Cr pairs at half resolution (NV12):
///   2 · ⌈width / 2⌉ samples × ⌈height / 2⌉ rows, 128 throughout for a grey camera.
/// - Units: luma as the camera delivers it, 0 ... 255; decisions use luma alone.
public final class Frame: @unchecked Sendable {
    public let luma: Plane
    public let chroma: Plane
    /// When the exposure ended, as the driver says; the recording's own time in a replay.
    public var capturedAt: Instant
    /// Counts every picture the camera took, so that gaps show drops.
    public var sequence: UInt32

    public init(width: Int, height: Int) {
        luma = Plane(width: width, height: height, filledWith: 16)
        chroma = Plane(
            width: (width + 1) / 2 * 2, height: (height + 1) / 2, filledWith: 128)
        capturedAt = .zero
        sequence = 0
    }

    public var width: Int { luma.width }
    public var height: Int { luma.height }

    /// Leaves no pixel as it was.
    public func overwrite() {
        luma.overwrite()
        chroma.overwrite()
    }

    /// Becomes a copy of `other`, which has the same size.
    public func copy(from other: Frame) {
        precondition(
            width == other.width && height == other.height, "a copy is made at the frame's size")
        luma.base.update(from: other.luma.base, count: luma.stride * luma.height)
        chroma.base.update(from: other.chroma.base, count: chroma.stride * chroma.height)
        capturedAt = other.capturedAt
        sequence = other.sequence
    }
}
