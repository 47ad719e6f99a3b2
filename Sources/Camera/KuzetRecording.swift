import Frames
import Linux

/// Kuzet's own recording, `.kzr`: the frames that detectors saw, with their own times, so that a
/// replay decides exactly what the camera's run decided.
///
///     header, 24 bytes   "KUZETREC", version 1 (UInt16), 0 (UInt16), width, height (UInt32),
///                        CRC-32 of these 20 bytes
///     frame              "FRME", sequence (UInt32), time (Int64, nanoseconds since boot),
///                        has chroma (UInt32, 0 or 1), luma rows, chroma rows if any,
///                        CRC-32 of all that comes before it in the frame
///
/// Numbers are little-endian; rows are packed. A grey picture has no chroma rows.
enum KuzetFormat {
    static let magic: StaticString = "KUZETREC"
    static let version: UInt16 = 1
    static let headerByteCount = 24
    static let frameHeaderByteCount = 20
    static let frameMark: UInt32 = 0x454D_5246

    static func chromaByteCount(width: Int, height: Int) -> Int {
        (width + 1) / 2 * 2 * ((height + 1) / 2)
    }
}

final class KuzetReader: RecordingReader {
    let width: Int
    let height: Int
    var object: String { stream.object }

    private let stream: ByteStream
    private var index = 0

    init(_ stream: ByteStream) throws {
        let attempt = "read the header"
        self.stream = stream
        var header = [UInt8](repeating: 0, count: KuzetFormat.headerByteCount)
        try header.withUnsafeMutableBytes { try stream.readFully(into: $0, attempt) }
        var sum = Checksum()
        header[..<20].withUnsafeBytes { sum.add($0) }
        func number(at offset: Int, _ byteCount: Int) -> Int {
            (0..<byteCount).reduce(0) { $0 | Int(header[offset + $1]) << (8 * $1) }
        }
        guard number(at: 20, 4) == Int(sum.value) else {
            throw stream.badData(attempt, "its checksum is wrong; the file is damaged")
        }
        guard number(at: 8, 2) == Int(KuzetFormat.version) else {
            throw stream.badData(
                attempt,
                "it has version \(number(at: 8, 2)), this program reads \(KuzetFormat.version); "
                    + "use a newer kuzet")
        }
        width = number(at: 12, 4)
        height = number(at: 16, 4)
        guard PictureLimits.allows(width: width, height: height) else {
            throw stream.badData(
                attempt, "the size is \(width)×\(height); allowed is \(PictureLimits.text)")
        }
    }

    func read(into frame: inout Frame?) throws -> RecordingStep {
        let frame = Frame.fitted(&frame, width: width, height: height)
        guard try stream.hasMore() else { return .ended(notices: []) }
        var sum = Checksum()
        var header = (UInt64.zero, UInt64.zero, UInt32.zero)
        let isWhole = try withUnsafeMutableBytes(of: &header) {
            let bytes = UnsafeMutableRawBufferPointer(
                rebasing: $0[..<KuzetFormat.frameHeaderByteCount])
            let came = try stream.read(into: bytes)
            sum.add(UnsafeRawBufferPointer(bytes))
            return came == bytes.count
        }
        guard isWhole else { return cutShort() }
        let first = UInt64(littleEndian: header.0)
        let hasChroma = UInt32(littleEndian: header.2)
        guard UInt32(truncatingIfNeeded: first) == KuzetFormat.frameMark, hasChroma <= 1 else {
            throw stream.badData(
                "read picture \(index)",
                "no picture starts at byte "
                    + "\(stream.position - UInt64(KuzetFormat.frameHeaderByteCount)); "
                    + "the file is damaged")
        }
        guard try read(frame.luma, rowByteCount: width, &sum),
            try hasChroma == 0 || read(frame.chroma, rowByteCount: frame.chroma.width, &sum)
        else { return cutShort() }
        if hasChroma == 0 { frame.chroma.fill(128) }
        var stated: UInt32 = 0
        let sumCame = try withUnsafeMutableBytes(of: &stated) { try stream.read(into: $0) }
        guard sumCame == 4 else { return cutShort() }
        index += 1
        guard UInt32(littleEndian: stated) == sum.value else {
            return .damaged("its checksum is wrong")
        }
        frame.sequence = UInt32(truncatingIfNeeded: first >> 32)
        frame.capturedAt = Instant(
            nanoseconds: Int64(truncatingIfNeeded: UInt64(littleEndian: header.1)))
        return .picture
    }

    private func cutShort() -> RecordingStep {
        .ended(
            notices: [
                "read picture \(index): cut short at byte "
                    + "\(stream.position); the \(index) pictures before it are whole"
            ])
    }

    private func read(_ plane: Plane, rowByteCount: Int, _ sum: inout Checksum) throws -> Bool {
        for y in 0..<plane.height {
            let row = UnsafeMutableRawBufferPointer(start: plane.row(y), count: rowByteCount)
            guard try stream.read(into: row) == rowByteCount else { return false }
            sum.add(UnsafeRawBufferPointer(row))
        }
        return true
    }
}

/// Writes a `.kzr`. Frames that were given are on the disk after `finish`; a power cut before that
/// costs the last ones and nothing else.
public final class KuzetWriter {
    private let file: FileDescriptor
    private let object: String
    private let width: Int
    private let height: Int
    public private(set) var byteCount: UInt64 = 0

    /// - Error: `CameraError` where the file cannot be made; an existing one is replaced.
    public init(path: String, width: Int, height: Int) throws {
        object = "recording \(path)"
        self.width = width
        self.height = height
        do {
            file = try Files.openOutput(path)
        } catch {
            throw CameraError(
                kind: .unavailable, object: object, attempt: "create", cause: error.description)
        }
        var header = KuzetFormat.magic.withUTF8Buffer { Array($0) }
        header.append(littleEndian: KuzetFormat.version)
        header.append(littleEndian: UInt16(0))
        header.append(littleEndian: UInt32(width))
        header.append(littleEndian: UInt32(height))
        var sum = Checksum()
        header.withUnsafeBytes { sum.add($0) }
        header.append(littleEndian: sum.value)
        try header.withUnsafeBytes { try write($0) }
    }

    public func append(_ frame: Frame) throws {
        guard frame.width == width, frame.height == height else {
            throw CameraError(
                kind: .badData, object: object, attempt: "append",
                cause: "the picture has \(frame.width)×\(frame.height), the recording "
                    + "\(width)×\(height); start a new recording")
        }
        let hasChroma = !frame.chroma.holdsOnly(128)
        var header: [UInt8] = []
        header.append(littleEndian: KuzetFormat.frameMark)
        header.append(littleEndian: frame.sequence)
        header.append(littleEndian: frame.capturedAt.nanoseconds)
        header.append(littleEndian: UInt32(hasChroma ? 1 : 0))
        var sum = Checksum()
        try header.withUnsafeBytes { try write($0, &sum) }
        try write(frame.luma, &sum)
        if hasChroma { try write(frame.chroma, &sum) }
        var tail: [UInt8] = []
        tail.append(littleEndian: sum.value)
        try tail.withUnsafeBytes { try write($0) }
        try flush()
    }

    /// Makes it durable and closes it.
    public func finish() throws {
        do {
            try file.synchronise()
            try file.close()
        } catch {
            throw CameraError(
                kind: .unavailable, object: object, attempt: "finish", cause: error.description)
        }
    }

    /// What waits to be written, so that a picture's rows do not each cost a call.
    private var waiting: [UInt8] = []

    private func write(_ plane: Plane, _ sum: inout Checksum) throws {
        for y in 0..<plane.height {
            try write(UnsafeRawBufferPointer(start: plane.row(y), count: plane.width), &sum)
        }
    }

    private func write(_ bytes: UnsafeRawBufferPointer, _ sum: inout Checksum) throws {
        sum.add(bytes)
        try write(bytes)
    }

    private func write(_ bytes: UnsafeRawBufferPointer) throws {
        waiting.append(contentsOf: bytes)
        if waiting.count >= 1 << 18 { try flush() }
    }

    private func flush() throws {
        guard !waiting.isEmpty else { return }
        do {
            try file.writeAll(waiting)
        } catch {
            throw CameraError(
                kind: .unavailable, object: object, attempt: "write", cause: error.description)
        }
        byteCount += UInt64(waiting.count)
        waiting.removeAll(keepingCapacity: true)
    }
}

extension Plane {
    func fill(_ value: UInt8) {
        base.update(repeating: value, count: stride * height)
    }

    func holdsOnly(_ value: UInt8) -> Bool {
        for y in 0..<height {
            let row = row(y)
            for x in 0..<width where row[x] != value { return false }
        }
        return true
    }
}

extension [UInt8] {
    mutating func append<Number: FixedWidthInteger>(littleEndian number: Number) {
        Swift.withUnsafeBytes(of: number.littleEndian) { append(contentsOf: $0) }
    }
}
