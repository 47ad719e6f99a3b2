import Frames

/// What to do about the clip of an incident.
public enum ClipOrder: Hashable, Sendable {
    /// Keep what `camera` showed since `from`, and goes on to show.
    case begin(camera: UInt8, ordinal: UInt32, from: Instant)
    /// The clip that began with incident `clip` is this incident's too.
    case join(ordinal: UInt32, clip: UInt32)
    /// Complete the clip that began with this incident with what there is.
    case end(ordinal: UInt32)
}

/// One picture of a clip.
public struct ClipPicture: Hashable, Sendable {
    /// In pixels, as the JPEG has them.
    public var width: Int
    public var height: Int
    public var capturedAt: Instant
    /// Masked already: what is in it will be kept.
    public var jpeg: [UInt8]

    public init(width: Int, height: Int, capturedAt: Instant, jpeg: [UInt8]) {
        self.width = width
        self.height = height
        self.capturedAt = capturedAt
        self.jpeg = jpeg
    }
}

/// A clip that is complete and durable.
public struct KeptClip: Hashable, Sendable {
    /// Whose it is.
    public var ordinals: [UInt32]
    public var sha256: [UInt8]
    public var byteCount: UInt32

    public init(ordinals: [UInt32], sha256: [UInt8], byteCount: UInt32) {
        self.ordinals = ordinals
        self.sha256 = sha256
        self.byteCount = byteCount
    }
}
