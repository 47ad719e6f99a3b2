import CJPEG
import Frames

/// A frame as a JPEG file, for evidence.
public enum Snapshot {
    /// Good enough to recognise a face at 640×480 in about 60 KB.
    public static let quality = 80

    /// - Parameter frame: masked already: what is in it will be kept.
    /// - Returns: JFIF, YCbCr 4:2:0 at the frame's size.
    /// - Error: `StoreError` where memory is short.
    public static func encode(_ frame: Frame) throws -> [UInt8] {
        guard let codec = kuzet_jpeg_create() else {
            throw StoreError(
                "snapshot", "encode \(frame.width)×\(frame.height)", "out of memory",
                .refused)
        }
        defer { kuzet_jpeg_destroy(codec) }
        // Enough for any picture at this quality, as the codec promises.
        let capacity = frame.width * frame.height + 65_536
        var byteCount = 0
        var failure: String?
        let bytes = [UInt8](unsafeUninitializedCapacity: capacity) { buffer, initializedCount in
            let result = kuzet_jpeg_encode(
                codec, frame.luma.base, frame.luma.stride, frame.chroma.base, frame.chroma.stride,
                UInt32(frame.width), UInt32(frame.height), Int32(quality), buffer.baseAddress,
                buffer.count, &byteCount)
            if result != Int32(KUZET_JPEG_DONE.rawValue) {
                failure = String(cString: kuzet_jpeg_text(codec))
                byteCount = 0
            }
            initializedCount = byteCount
        }
        if let failure {
            throw StoreError("snapshot", "encode \(frame.width)×\(frame.height)", failure, .refused)
        }
        // A copy of its own size: the working buffer is ten times as large.
        return Array(bytes[...])
    }
}
