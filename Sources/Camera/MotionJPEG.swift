import Frames

/// Pictures of a recording that are JPEGs: held one at a time, decoded into frames of one size.
///
/// - Shape: decoded at 1, 1/2, 1/4 or 1/8 of their size, the smallest that is at least 640×360:
///   detectors look at no more, and a JPEG costs less the smaller it is decoded.
final class MotionJPEG {
    /// What to say where the recording breaks off within a picture.
    private(set) var cutNotice: String?

    private let stream: ByteStream
    private let decoder: JPEGDecoder
    private var bytes = UnsafeMutableRawBufferPointer(start: nil, count: 0)
    private var byteCount = 0
    /// How many of them did not stand in the recording: its prefix.
    private var prefixCount = 0
    private var takenCount = 0
    private var givenBackByteCount = 0
    /// Where the container was damaged first, and at how many places.
    private var damage: (at: UInt64, placeCount: Int)?

    /// One picture's bytes: more than any camera makes of 8K.
    static let byteCountMax: UInt64 = 64 << 20
    /// Bytes that were read twice because of lengths that are lies: bounds the time they cost.
    static let givenBackByteCountMax = 256 << 20
    /// Detectors look at no more.
    static let wanted = (width: 640, height: 360)

    init(_ stream: ByteStream) throws {
        self.stream = stream
        decoder = try JPEGDecoder()
    }

    deinit {
        bytes.deallocate()
    }

    /// What a person should know when the recording is over.
    var notices: [String] {
        var notices: [String] = []
        if let damage {
            let places =
                damage.placeCount == 1
                ? "1 damaged place was passed over,"
                : "\(damage.placeCount) damaged places were passed over, the first"
            notices.append("\(places) at byte \(damage.at)")
        }
        if let cutNotice { notices.append(cutNotice) }
        return notices
    }

    /// Whether a stated length may be taken for true: after too many lies none is any more, and
    /// each picture ends where the next one begins.
    func believes(_ byteCount: UInt64) -> Bool {
        byteCount <= MotionJPEG.byteCountMax
            && givenBackByteCount <= MotionJPEG.givenBackByteCountMax
    }

    /// Reads a picture of `byteCount` bytes, at most `byteCountMax`, after `prefix`, which every
    /// picture begins with.
    ///
    /// - Returns: false where the recording ends within it.
    func take(_ byteCount: UInt64, prefix: [UInt8] = []) throws -> Bool {
        precondition(byteCount <= MotionJPEG.byteCountMax, "the container's reader checks it")
        let whole = prefix.count + Int(byteCount)
        prefixCount = prefix.count
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
                self.byteCount = count
                return false
            }
        }
        self.byteCount = whole
        takenCount += 1
        return true
    }

    func noteCut() {
        cutNotice =
            "read picture \(takenCount): cut short at byte \(stream.position); "
            + "the \(takenCount) pictures before it were taken"
    }

    /// The length of the picture in hand is a lie: it ends where `isNext` says that another one
    /// begins, be that within it or further on.
    ///
    /// - Parameters:
    ///   - isWhole: whether as many bytes came as were stated.
    ///   - reach: how many bytes `isNext` looks at.
    /// - Returns: false where it is the last one and broken off.
    func findEnd(
        isWhole: Bool, reach: Int, _ isNext: (UnsafeRawBufferPointer) -> Bool
    ) throws -> Bool {
        let place = ByteStream.place(
            in: inHand, from: max(prefixCount, 1), to: byteCount, reach: reach, isNext)
        if let place {
            stream.giveBack(UnsafeRawBufferPointer(rebasing: inHand[place...]))
            givenBackByteCount += byteCount - place
            byteCount = place
        } else if !isWhole {
            noteCut()
            return false
        }
        noteDamage()
        if place == nil { try gather(reach: reach, isNext) }
        if !isWhole { takenCount += 1 }
        return true
    }

    /// Nothing that is known stands here: reads on to where `isNext` says that a picture begins.
    ///
    /// - Returns: whether there is a picture in what was passed over, which is in hand then.
    func takeDamage(reach: Int, _ isNext: (UnsafeRawBufferPointer) -> Bool) throws -> Bool {
        noteDamage()
        (byteCount, prefixCount) = (0, 0)
        try gather(reach: reach, isNext)
        let isPicture =
            ByteStream.place(in: inHand, from: 0, to: byteCount, reach: 3) {
                $0.elementsEqual([0xFF, 0xD8, 0xFF])
            } != nil
        if isPicture { takenCount += 1 }
        return isPicture
    }

    /// Decodes the picture in hand.
    func decode(into frame: inout Frame?) -> RecordingStep {
        switch decoder.decode(inHand, wanted: MotionJPEG.wanted, into: &frame) {
        case .whole: .picture
        case .mended: .mended
        case .refused(let cause): .damaged(cause)
        }
    }

    private func noteDamage() {
        damage = (damage?.at ?? stream.position, (damage?.placeCount ?? 0) + 1)
    }

    /// Adds to the picture in hand what comes before the next one, as far as a picture may be long.
    private func gather(reach: Int, _ isNext: (UnsafeRawBufferPointer) -> Bool) throws {
        _ = try stream.search(
            reach: reach,
            passed: { passed in
                guard byteCount + passed.count <= MotionJPEG.byteCountMax else { return }
                reserve(byteCount + passed.count)
                UnsafeMutableRawBufferPointer(
                    rebasing: bytes[byteCount..<byteCount + passed.count]
                ).copyMemory(from: passed)
                byteCount += passed.count
            }, isNext)
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
