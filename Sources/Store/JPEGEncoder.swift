import CJPEG
import Frames

/// Frames as JPEG, one after the other, in memory that is kept. For one thread at a time.
public final class JPEGEncoder {
    private let codec: OpaquePointer
    private var room: [UInt8] = []

    /// - Error: `StoreError` where memory is short.
    public init() throws {
        guard let codec = kuzet_jpeg_create() else {
            throw StoreError("JPEG encoder", "create", "out of memory", .refused)
        }
        self.codec = codec
    }

    deinit {
        kuzet_jpeg_destroy(codec)
    }

    /// - Parameters:
    ///   - frame: masked already: what is in it will be kept.
    ///   - quality: 1 ... 95.
    /// - Returns: JFIF, YCbCr 4:2:0 at the frame's size, in memory of its own size.
    /// - Error: `StoreError` where memory is short.
    public func encode(_ frame: Frame, quality: Int) throws -> [UInt8] {
        // Enough for any picture at this quality, as the codec promises.
        let capacity = frame.width * frame.height + 65_536
        if room.count != capacity { room = [UInt8](repeating: 0, count: capacity) }
        var byteCount = 0
        let result = room.withUnsafeMutableBufferPointer { buffer in
            kuzet_jpeg_encode(
                codec, frame.luma.base, frame.luma.stride, frame.chroma.base, frame.chroma.stride,
                UInt32(frame.width), UInt32(frame.height), Int32(quality), buffer.baseAddress,
                buffer.count, &byteCount)
        }
        guard result == Int32(KUZET_JPEG_DONE.rawValue) else {
            throw StoreError(
                "JPEG encoder", "encode \(frame.width)×\(frame.height)",
                String(cString: kuzet_jpeg_text(codec)), .refused)
        }
        return Array(room[..<byteCount])
    }
}
