import Cryptography

/// One message of SIA DC-09, in either direction.
///
///     LF  CRC  0LLL  "TOKEN"  SEQ  Rreceiver  Lline  #account  [content] [x-data]... _time  CR
///
/// CRC and 0LLL are four upper-case hexadecimal digits each and cover everything from the first
/// quote to before CR. Encrypted, the token begins with an asterisk, and everything after the
/// first bracket is hexadecimal digits of AES-CBC over
///
///     padding | content] [x-data]... _time
///
/// so that there is no closing bracket to see. There is no authentication in it: run it in TLS.
///
/// - Shape: printable ASCII; `byteCountMax` bytes in all.
/// - Source: ANSI/SIA DC-09-2013, section 5.5.1.
public struct SIAFrame: Hashable, Sendable {
    public enum Token: String, CaseIterable, Sendable {
        case siaDCS = "SIA-DCS"
        case admCID = "ADM-CID"
        /// The link test.
        case null = "NULL"
        case ack = "ACK"
        case nak = "NAK"
        case duh = "DUH"
        case rsp = "RSP"
    }

    public var token: Token
    /// 1 ... 9,999; 0 in link tests and NAK.
    public var sequence: UInt16
    /// 1 to 6 hexadecimal digits, or nil.
    public var receiver: String?
    /// 1 to 6 hexadecimal digits; always sent, and missing in some replies.
    public var line: String?
    /// 3 to 16 hexadecimal digits; replies may have none.
    public var account: String?
    /// Between the first brackets, without them.
    public var content: String
    /// Extended data, each without its brackets: a letter and its value.
    public var extensions: [String]
    /// When it was sent, not when something happened.
    public var wallMilliseconds: Int64?

    /// What receivers take in one read; ours stay well below.
    public static let byteCountMax = 1_024

    public init(
        token: Token, sequence: UInt16, receiver: String? = nil, line: String? = "0",
        account: String?, content: String = "", extensions: [String] = [],
        wallMilliseconds: Int64? = nil
    ) {
        self.token = token
        self.sequence = sequence
        self.receiver = receiver
        self.line = line
        self.account = account
        self.content = content
        self.extensions = extensions
        self.wallMilliseconds = wallMilliseconds
    }

    /// The frame as it goes over the line.
    ///
    /// - Parameter padding: as many bytes as it is asked for, of which none is "[", "]" or "|".
    ///   The vector that CBC starts from is all zero, so they are what makes two encryptions of
    ///   the same message differ.
    public func encoded(key: AESKey? = nil, padding: (Int) -> [UInt8] = SIAPadding.random)
        -> [UInt8]
    {
        let number = String(sequence)
        var body = "\"\(key == nil ? "" : "*")\(token.rawValue)\""
        body += String(repeating: "0", count: max(4 - number.count, 0)) + number
        if let receiver { body += "R\(receiver)" }
        if let line { body += "L\(line)" }
        if let account { body += "#\(account)" }
        var bytes = Array(body.utf8) + [UInt8(ascii: "[")]
        bytes += key.map { sealed(key: $0, padding: padding) } ?? Array(inner.utf8)
        precondition(bytes.count <= Self.byteCountMax - 10, "texts are cut before they are sent")
        return [0x0A] + SIADigits.text(CRC16.of(bytes)) + SIADigits.text(UInt16(bytes.count))
            + bytes + [0x0D]
    }

    /// What stands after the first bracket.
    private var inner: String {
        var text = content + "]"
        for each in extensions { text += "[\(each)]" }
        if let wallMilliseconds { text += "_" + SIATime.text(milliseconds: wallMilliseconds) }
        return text
    }

    private func sealed(key: AESKey, padding: (Int) -> [UInt8]) -> [UInt8] {
        let plain = Array("|\(inner)".utf8)
        let block = AESKey.blockByteCount
        // 1 ... 16 bytes: never none, for two frames alike would look alike.
        let padded = padding(block - plain.count % block) + plain
        guard
            let cipher = key.encryptCBC(padded, start: [UInt8](repeating: 0, count: block))
        else { preconditionFailure("libcrypto: AES: whole blocks are refused: out of memory") }
        return SIADigits.text(cipher)
    }
}

/// Bytes in front of what is encrypted.
public enum SIAPadding {
    /// Unpredictable letters and digits. Where the kernel has no random numbers to give, all the
    /// same ones: an alarm that looks like another is better than none.
    public static func random(_ count: Int) -> [UInt8] {
        let bytes = Randomness.bytes(count) ?? [UInt8](repeating: 0, count: count)
        return bytes.map { letters[Int($0) % letters.count] }
    }

    /// 64 of them, so that each is as likely as the others.
    private static let letters = Array(
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+-".utf8)
}
