import Linux

/// Bytes of a file, a pipe or memory, read once from front to back with a small look ahead.
///
/// Errors are a recording's: they name it and say where it stands.
final class ByteStream {
    /// What errors call it, "recording evening.y4m".
    let object: String
    /// How many bytes were taken so far.
    private(set) var position: UInt64 = 0

    private let descriptor: FileDescriptor?
    private var buffer: UnsafeMutableRawBufferPointer
    private var start = 0
    private var end = 0
    private var isAtEnd = false

    static let bufferByteCount = 64 * 1024

    init(_ descriptor: FileDescriptor, object: String) {
        self.descriptor = descriptor
        self.object = object
        buffer = .allocate(byteCount: ByteStream.bufferByteCount, alignment: 16)
    }

    /// A copy of `bytes`, which may be as hostile as any file.
    init(_ bytes: UnsafeRawBufferPointer, object: String) {
        descriptor = nil
        self.object = object
        buffer = .allocate(byteCount: max(bytes.count, 1), alignment: 16)
        buffer.copyMemory(from: bytes)
        end = bytes.count
    }

    deinit {
        buffer.deallocate()
    }

    func badData(_ attempt: String, _ cause: String) -> CameraError {
        CameraError(kind: .badData, object: object, attempt: attempt, cause: cause)
    }

    /// The next bytes without taking them; fewer than `count` only at the end.
    func peek(_ count: Int) throws -> UnsafeRawBufferPointer {
        precondition(count <= ByteStream.bufferByteCount, "a caller's constant")
        while end - start < count, try fill() {}
        return UnsafeRawBufferPointer(rebasing: buffer[start..<min(start + count, end)])
    }

    /// Whether anything is left.
    func hasMore() throws -> Bool { try !peek(1).isEmpty }

    /// Fills `target` as far as there are bytes.
    ///
    /// - Returns: how many came; fewer than asked for only at the end.
    func read(into target: UnsafeMutableRawBufferPointer) throws -> Int {
        var done = 0
        while done < target.count {
            if start == end {
                // Large reads go straight to where they are wanted.
                if let descriptor, target.count - done >= buffer.count, !isAtEnd {
                    let came = try reading {
                        try descriptor.read(into: .init(rebasing: target[done...]))
                    }
                    if came == 0 { isAtEnd = true }
                    done += came
                    position += UInt64(came)
                    continue
                }
                guard try fill() else { break }
            }
            let count = min(target.count - done, end - start)
            UnsafeMutableRawBufferPointer(rebasing: target[done..<done + count]).copyMemory(
                from: .init(rebasing: buffer[start..<start + count]))
            take(count)
            done += count
        }
        return done
    }

    /// Fills `target`, or throws that the stream ends too early.
    func readFully(into target: UnsafeMutableRawBufferPointer, _ attempt: String) throws {
        let came = try read(into: target)
        guard came == target.count else {
            throw badData(
                attempt,
                "it ends at byte \(position), \(target.count - came) bytes too early; "
                    + "the file is cut short")
        }
    }

    /// A little-endian number of 1 ... 8 bytes.
    func littleEndian(byteCount: Int, _ attempt: String) throws -> UInt64 {
        var value: UInt64 = 0
        try withUnsafeMutableBytes(of: &value) {
            try readFully(into: .init(rebasing: $0[..<byteCount]), attempt)
        }
        return UInt64(littleEndian: value)
    }

    func byte(_ attempt: String) throws -> UInt8 {
        UInt8(truncatingIfNeeded: try littleEndian(byteCount: 1, attempt))
    }

    /// A line without its end; nil at the end of the stream.
    ///
    /// - Error: bad data where it is longer than `byteCountMax`, or not ended.
    func line(byteCountMax: Int, _ attempt: String) throws -> [UInt8]? {
        var line: [UInt8] = []
        while true {
            if start == end, try !fill() {
                if line.isEmpty { return nil }
                throw badData(attempt, "it ends at byte \(position), within a header line")
            }
            let byte = buffer[start]
            take(1)
            if byte == UInt8(ascii: "\n") { return line }
            guard line.count < byteCountMax else {
                throw badData(attempt, "a header line of more than \(byteCountMax) bytes")
            }
            line.append(byte)
        }
    }

    /// Passes over `count` bytes; the end of the stream may come first, as in a file cut short.
    func skip(_ count: UInt64) throws {
        var left = count
        while left > 0 {
            if start == end, try !fill() { return }
            let step = Int(min(left, UInt64(end - start)))
            take(step)
            left -= UInt64(step)
        }
    }

    /// Reads on to the first place at which `isHere` is true of the bytes that begin there, of
    /// which it is shown `reach`, or what is left at the end.
    ///
    /// - Parameter passed: is shown everything before that place.
    /// - Returns: false where the stream ends first.
    func search(
        reach: Int, passed: (UnsafeRawBufferPointer) -> Void,
        _ isHere: (UnsafeRawBufferPointer) -> Bool
    ) throws -> Bool {
        while true {
            let window = try peek(ByteStream.bufferByteCount)
            let isLast = window.count < ByteStream.bufferByteCount
            let placeCount = isLast ? window.count : window.count - reach + 1
            let place = ByteStream.place(in: window, from: 0, to: placeCount, reach: reach, isHere)
            passed(UnsafeRawBufferPointer(rebasing: window[..<(place ?? placeCount)]))
            take(place ?? placeCount)
            if place != nil { return true }
            if isLast { return false }
        }
    }

    /// The first place in `from ..< to` at which `isHere` is true of the next `reach` bytes.
    static func place(
        in bytes: UnsafeRawBufferPointer, from: Int, to: Int, reach: Int,
        _ isHere: (UnsafeRawBufferPointer) -> Bool
    ) -> Int? {
        guard from < to else { return nil }
        return (from..<to).first {
            isHere(UnsafeRawBufferPointer(rebasing: bytes[$0..<min($0 + reach, bytes.count)]))
        }
    }

    /// Puts back what was taken last, to be read again.
    func giveBack(_ bytes: UnsafeRawBufferPointer) {
        let left = end - start
        if start < bytes.count {
            let larger = UnsafeMutableRawBufferPointer.allocate(
                byteCount: max(bytes.count + left, buffer.count), alignment: 16)
            let rest = UnsafeMutableRawBufferPointer(rebasing: larger[bytes.count...])
            rest.copyMemory(from: UnsafeRawBufferPointer(rebasing: buffer[start..<end]))
            buffer.deallocate()
            buffer = larger
            (start, end) = (bytes.count, bytes.count + left)
        }
        start -= bytes.count
        position -= UInt64(bytes.count)
        UnsafeMutableRawBufferPointer(rebasing: buffer[start..<start + bytes.count]).copyMemory(
            from: bytes)
    }

    private func take(_ count: Int) {
        start += count
        position += UInt64(count)
    }

    /// Reads more behind what is there; false at the end.
    private func fill() throws -> Bool {
        guard let descriptor, !isAtEnd else { return false }
        if start > 0 {
            buffer.copyMemory(from: UnsafeRawBufferPointer(rebasing: buffer[start..<end]))
            end -= start
            start = 0
        }
        guard end < buffer.count else { return true }
        let room = UnsafeMutableRawBufferPointer(rebasing: buffer[end...])
        let came = try reading { try descriptor.read(into: room) }
        if came == 0 { isAtEnd = true }
        end += came
        return came > 0
    }

    private func reading(_ body: () throws -> Int) throws -> Int {
        do {
            return try body()
        } catch let cause as Errno {
            throw CameraError(
                kind: .unavailable, object: object, attempt: "read", cause: cause.description)
        }
    }
}
