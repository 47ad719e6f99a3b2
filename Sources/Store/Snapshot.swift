import Frames

/// A frame as a JPEG file, for evidence.
public enum Snapshot {
    /// Good enough to recognise a face at 640×480 in about 60 KB.
    public static let quality = 80

    /// - Parameter frame: masked already: what is in it will be kept.
    /// - Returns: JFIF, YCbCr 4:2:0 at the frame's size.
    /// - Error: `StoreError` where memory is short.
    public static func encode(_ frame: Frame) throws -> [UInt8] {
        try JPEGEncoder().encode(frame, quality: quality)
    }
}
