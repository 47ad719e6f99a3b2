import CJPEG
import Frames

/// Pictures out of JPEG, one after the other, in memory that is kept.
///
/// The same bytes give the same luma on every machine: integer DCT, no smoothing.
final class JPEGDecoder {
    enum Outcome: Hashable {
        /// Every bit of it is there.
        case whole
        /// Its last row of blocks broke off, and is shown as the row above it.
        case mended
        /// Not to be shown, and why.
        case refused(String)
    }

    /// The last picture was decoded at 1/`denominator` of its size.
    private(set) var denominator = 1
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

    /// Decodes at 1, 1/2, 1/4 or 1/8 of the picture's size, the smallest that is at least `wanted`,
    /// into `frame`, or into a new one there where the picture has another size.
    ///
    /// - Returns: where it is refused, `frame` holds anything, but keeps its size.
    func decode(
        _ bytes: UnsafeRawBufferPointer, wanted: (width: Int, height: Int),
        into frame: inout Frame?
    ) -> Outcome {
        if let frame {
            let result = decode(bytes, denominator: denominator, into: frame)
            if result != KUZET_JPEG_OTHER_SIZE { return outcome(result) }
        }
        guard let size = measure(bytes) else { return .refused(complaint) }
        guard PictureLimits.allows(width: size.width, height: size.height) else {
            return .refused(
                "the size is \(size.width)×\(size.height); allowed is \(PictureLimits.text)")
        }
        let scale = CaptureOffer(format: .mjpeg, width: size.width, height: size.height)
            .denominator(wantedWidth: wanted.width, wantedHeight: wanted.height)
        let other = Frame(
            width: (size.width + scale - 1) / scale, height: (size.height + scale - 1) / scale)
        let outcome = outcome(decode(bytes, denominator: scale, into: other))
        if case .refused = outcome { return outcome }
        frame = other
        denominator = scale
        return outcome
    }

    /// Fills `frame`, which has 1/`denominator` of the picture's size, rounded up.
    private func decode(
        _ bytes: UnsafeRawBufferPointer, denominator: Int, into frame: Frame
    ) -> kuzet_jpeg_result {
        kuzet_jpeg_result(
            rawValue: kuzet_jpeg_decode(
                codec, bytes.bindMemory(to: UInt8.self).baseAddress, bytes.count,
                UInt32(denominator), UInt32(frame.width), UInt32(frame.height), frame.luma.base,
                frame.luma.stride, frame.chroma.base, frame.chroma.stride))
    }

    private func outcome(_ result: kuzet_jpeg_result) -> Outcome {
        switch result {
        case KUZET_JPEG_DONE: .whole
        case KUZET_JPEG_MENDED: .mended
        default: .refused(complaint)
        }
    }
}
