import CJPEG
import Frames

/// Pictures out of JPEG, one after the other, in memory that is kept.
///
/// The same bytes give the same luma on every machine: integer DCT, no smoothing.
final class JPEGDecoder {
    private let codec: OpaquePointer

    /// - Error: `unavailable` where there is no memory.
    init() throws {
        guard let codec = kuzet_jpeg_create() else {
            throw CameraError(
                kind: .unavailable, object: "JPEG decoder", attempt: "create",
                cause: "out of memory")
        }
        self.codec = codec
    }

    deinit {
        kuzet_jpeg_destroy(codec)
    }

    /// Why the last call failed, in libjpeg's words.
    var complaint: String { String(cString: kuzet_jpeg_text(codec)) }

    /// The size that a picture's header states; nil where it is no JPEG.
    func measure(_ bytes: UnsafeRawBufferPointer) -> (width: Int, height: Int)? {
        var width: UInt32 = 0
        var height: UInt32 = 0
        let result = kuzet_jpeg_measure(
            codec, bytes.bindMemory(to: UInt8.self).baseAddress, bytes.count, &width, &height)
        return result == 0 ? (Int(width), Int(height)) : nil
    }

    /// Fills `frame`, which has 1/`denominator` of the picture's size, rounded up.
    ///
    /// - Returns: whether the picture is whole; where not, `frame` holds anything.
    func decode(
        _ bytes: UnsafeRawBufferPointer, denominator: Int, into frame: Frame
    ) -> Bool {
        let result = kuzet_jpeg_decode(
            codec, bytes.bindMemory(to: UInt8.self).baseAddress, bytes.count, UInt32(denominator),
            UInt32(frame.width), UInt32(frame.height), frame.luma.base, frame.luma.stride,
            frame.chroma.base, frame.chroma.stride)
        return result == 0
    }
}
