import Cryptography

/// Why bytes are no frame. The sender gets no answer to such; we take it for none.
public enum SIAFrameError: Error, Hashable, Sendable, CustomStringConvertible {
    case unframed(byteCount: Int)
    case wrongLength(said: Int, found: Int)
    case wrongChecksum(said: UInt16, found: UInt16)
    case malformed(part: String, byte: Int)
    /// Encrypted, and there is no key, or it is another one.
    case unreadable
    /// Not encrypted although it must be.
    case unprotected

    public var description: String {
        switch self {
        case .unframed(let byteCount): "SIA frame: \(byteCount) bytes: not between LF and CR"
        case .wrongLength(let said, let found):
            "SIA frame: length: \(said) announced, \(found) found"
        case .wrongChecksum(let said, let found):
            "SIA frame: checksum: \(said) announced, \(found) found"
        case .malformed(let part, let byte): "SIA frame: byte \(byte): \(part): not as in DC-09"
        case .unreadable: "SIA frame: decrypt: not encrypted with this key"
        case .unprotected: "SIA frame: accept: must be encrypted, and is not"
        }
    }
}

extension SIAFrame {
    /// Reads a frame from LF to CR, and nothing that DC-09 does not allow.
    ///
    /// - Source: ANSI/SIA DC-09-2013, sections 5.5.1 and 5.5.3.
    public static func decode(
        _ bytes: [UInt8], key: AESKey? = nil
    ) throws(SIAFrameError) -> (frame: SIAFrame, isEncrypted: Bool) {
        guard (10...byteCountMax).contains(bytes.count), bytes.first == 0x0A, bytes.last == 0x0D
        else { throw .unframed(byteCount: bytes.count) }
        guard bytes[1..<9].allSatisfy(SIADigits.isUpper),
            let numbers = SIADigits.bytes(bytes[1..<9])
        else { throw .malformed(part: "checksum and length", byte: 1) }
        let body = Array(bytes[9..<bytes.count - 1])
        let length = Int(numbers[2]) << 8 | Int(numbers[3])
        guard length == body.count else {
            throw .wrongLength(said: length, found: body.count)
        }
        let checksum = UInt16(numbers[0]) << 8 | UInt16(numbers[1])
        let found = CRC16.of(body)
        guard checksum == found else { throw .wrongChecksum(said: checksum, found: found) }

        var reader = SIAFrameReader(body)
        let isEncrypted = try reader.readHeader()
        if isEncrypted { try reader.decrypt(key: key) }
        try reader.readContent(isEncrypted: isEncrypted)
        return (reader.frame, isEncrypted)
    }
}

/// Goes through a frame from its first quote to its end.
private struct SIAFrameReader {
    private var bytes: [UInt8]
    private var at = 0
    private(set) var frame = SIAFrame(token: .null, sequence: 0, line: nil, account: nil)

    init(_ bytes: [UInt8]) {
        self.bytes = bytes
    }

    /// "*TOKEN"SEQ Rrcvr Lline #account [
    mutating func readHeader() throws(SIAFrameError) -> Bool {
        try expect("\"", "quote")
        let isEncrypted = skip("*")
        let name = take { $0 != UInt8(ascii: "\"") }
        guard let token = SIAFrame.Token(rawValue: name) else { throw wrong("token") }
        frame.token = token
        try expect("\"", "quote")
        let number = take(max: 4) { (0x30...0x39).contains($0) }
        guard number.utf8.count == 4, let sequence = UInt16(number) else { throw wrong("sequence") }
        frame.sequence = sequence
        if skip("R") { frame.receiver = try takeDigits("receiver", 1...6) }
        if skip("L") { frame.line = try takeDigits("line", 1...6) }
        if skip("#") {
            frame.account = try takeDigits("account", 3...16)
        } else if token == .nak, let line = frame.line, line.hasSuffix("A0"), line != "A0" {
            // NAK names no account, but says "A0" in its place: digits, too.
            frame.line = String(line.dropLast(2))
        }
        try expect("[", "bracket")
        return isEncrypted
    }

    /// Puts in place of the digits what they stand for.
    mutating func decrypt(key: AESKey?) throws(SIAFrameError) {
        let digits = bytes[at...]
        let block = AESKey.blockByteCount
        guard !digits.isEmpty, digits.allSatisfy(SIADigits.isUpper),
            let cipher = SIADigits.bytes(digits), cipher.count % block == 0
        else { throw wrong("encrypted part") }
        guard let plain = key?.decryptCBC(cipher, start: [UInt8](repeating: 0, count: block)),
            plain.allSatisfy({ (0x20...0x7E).contains($0) })
        else { throw .unreadable }
        (bytes, at) = (plain, 0)
    }

    /// content] [x-data]... _time; in front of an encrypted content its padding and "|", which
    /// some receivers leave out where there is no content.
    mutating func readContent(isEncrypted: Bool) throws(SIAFrameError) {
        var content = take(isText)
        if isEncrypted {
            let end = content.utf8.firstIndex(of: UInt8(ascii: "|"))
            content = end.map { String(content[content.utf8.index(after: $0)...]) } ?? ""
        }
        frame.content = content
        try expect("]", "content")
        while skip("[") {
            frame.extensions.append(take(isText))
            try expect("]", "extended data")
        }
        if skip("_") {
            let time = take(max: SIATime.byteCount) { _ in true }
            guard let milliseconds = SIATime.milliseconds(time.utf8) else { throw wrong("time") }
            frame.wallMilliseconds = milliseconds
        } else if isEncrypted {
            throw wrong("time")
        }
        guard at == bytes.count else { throw wrong("end") }
    }

    private func isText(_ byte: UInt8) -> Bool {
        (0x20...0x7E).contains(byte) && byte != UInt8(ascii: "[") && byte != UInt8(ascii: "]")
    }

    private func wrong(_ part: String) -> SIAFrameError { .malformed(part: part, byte: at) }

    private mutating func skip(_ character: Unicode.Scalar) -> Bool {
        guard at < bytes.count, bytes[at] == UInt8(ascii: character) else { return false }
        at += 1
        return true
    }

    private mutating func expect(
        _ character: Unicode.Scalar, _ part: String
    ) throws(SIAFrameError) {
        guard skip(character) else { throw wrong(part) }
    }

    private mutating func take(max count: Int = .max, _ belongs: (UInt8) -> Bool) -> String {
        let taken = bytes[at...].prefix(count).prefix(while: belongs)
        at += taken.count
        return String(decoding: taken, as: UTF8.self)
    }

    private mutating func takeDigits(
        _ part: String, _ counts: ClosedRange<Int>
    ) throws(SIAFrameError) -> String {
        let digits = take(max: counts.upperBound, SIADigits.isUpper)
        guard counts.contains(digits.utf8.count) else { throw wrong(part) }
        return digits
    }
}
