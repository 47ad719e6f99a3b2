import Frames

/// Pictures of a recording that are JPEGs: held one at a time, decoded into frames of one size.
///
/// - Shape: decoded at 1, 1/2, 1/4 or 1/8 of their size, the smallest that is at least 640×360:
///   detectors look at no more, and a JPEG costs less the smaller it is decoded.
final class MotionJPEG {
    private(set) var width = 0
    private(set) var height = 0
    private(set) var isInHand = false
    /// What to say where the recording breaks off within a picture.
    private(set) var cutNotice: String?

    private let stream: ByteStream
    private let decoder: JPEGDecoder
    private var bytes = UnsafeMutableRawBufferPointer(start: nil, count: 0)
    private var byteCount = 0
    private var denominator = 1
    private var takenCount = 0

    /// One picture's bytes: more than any camera makes of 8K.
    static let byteCountMax: UInt64 = 64 << 20

    init(_ stream: ByteStream) throws {
        self.stream = stream
        decoder = try JPEGDecoder()
    }

    deinit {
        bytes.deallocate()
    }

    /// Reads a picture of `byteCount` bytes, after `prefix`, which every picture begins with.
    ///
    /// - Returns: false where the recording ends within it.
    func take(_ byteCount: UInt64, prefix: [UInt8] = [], _ attempt: String) throws -> Bool {
        guard byteCount <= MotionJPEG.byteCountMax else {
            throw stream.badData(
                attempt, "it has \(byteCount) bytes; allowed are \(MotionJPEG.byteCountMax)")
        }
        let whole = prefix.count + Int(byteCount)
        // In steps, so that a length that is a lie costs no more memory than there are bytes.
        var count = prefix.count
        reserve(max(prefix.count, 1))
        for (index, byte) in prefix.enumerated() { bytes[index] = byte }
        while count < whole {
            let step = min(whole - count, max(count, 1 << 16))
            reserve(count + step)
            let came = try stream.read(into: .init(rebasing: bytes[count..<count + step]))
            count += came
            guard came == step else {
                noteCut()
                return false
            }
        }
        self.byteCount = whole
        takenCount += 1
        isInHand = true
        return true
    }

    func noteCut() {
        cutNotice =
            "\(stream.object): read picture \(takenCount): cut short at byte \(stream.position); "
            + "the \(takenCount) pictures before it were taken"
    }

    /// Takes the size of all pictures from the one in hand.
    func open(_ attempt: String) throws {
        guard let size = decoder.measure(inHand) else {
            throw stream.badData(attempt, "it is no JPEG: \(decoder.complaint)")
        }
        guard PictureLimits.allows(width: size.width, height: size.height) else {
            throw stream.badData(
                attempt,
                "the size is \(size.width)×\(size.height); allowed is \(PictureLimits.text)")
        }
        denominator = CaptureOffer(format: .mjpeg, width: size.width, height: size.height)
            .denominator(wantedWidth: 640, wantedHeight: 360)
        width = (size.width + denominator - 1) / denominator
        height = (size.height + denominator - 1) / denominator
    }

    /// - Returns: whether the picture in hand is whole and has the size of the first one.
    func decode(into frame: Frame) -> Bool {
        isInHand = false
        return decoder.decode(inHand, denominator: denominator, into: frame)
    }

    private var inHand: UnsafeRawBufferPointer {
        UnsafeRawBufferPointer(rebasing: bytes[..<byteCount])
    }

    private func reserve(_ count: Int) {
        guard bytes.count < count else { return }
        let larger = UnsafeMutableRawBufferPointer.allocate(
            byteCount: max(count, 2 * bytes.count), alignment: 16)
        larger.copyMemory(from: UnsafeRawBufferPointer(bytes))
        bytes.deallocate()
        bytes = larger
    }
}
