import Cryptography

/// What an alarm centre says to a message.
///
/// - Source: ANSI/SIA DC-09-2013, section 5.5.3.
public struct SIAReply: Hashable, Sendable {
    public enum Kind: Hashable, Sendable {
        /// ACK, or RSP, which is an ACK with data that we ask for none of.
        case accepted
        /// DUH: well received, and it cannot do anything with it.
        case refused
        /// NAK: our time is not its time, which it tells.
        case outOfTime(wallMilliseconds: Int64)
    }

    public var kind: Kind
    public var sequence: UInt16
    public var account: String?

    /// Reads a reply strictly.
    ///
    /// - Parameter key: the one that our messages are encrypted with. ACK and RSP then must be,
    ///   too; NAK never is; and DUH is where receivers differ.
    public static func read(_ bytes: [UInt8], key: AESKey?) throws(SIAFrameError) -> SIAReply {
        let (frame, isEncrypted) = try SIAFrame.decode(bytes, key: key)
        let kind: Kind
        switch frame.token {
        case .ack, .rsp:
            guard key == nil || isEncrypted else { throw .unprotected }
            kind = .accepted
        case .duh:
            kind = .refused
        case .nak:
            guard !isEncrypted, let wallMilliseconds = frame.wallMilliseconds else {
                throw .malformed(part: "time of NAK", byte: 0)
            }
            kind = .outOfTime(wallMilliseconds: wallMilliseconds)
        case .siaDCS, .admCID, .null:
            throw .malformed(part: "token of a reply", byte: 0)
        }
        return SIAReply(kind: kind, sequence: frame.sequence, account: frame.account)
    }

    /// Whether it answers the message with this number. NAK names neither number nor account.
    func answers(sequence: UInt16, account: String) -> Bool {
        if case .outOfTime = kind { return true }
        return self.sequence == sequence && self.account == account
    }
}

/// Finds frames in what comes over a connection, in whatever pieces.
///
/// - Limits: keeps at most one unfinished frame of `SIAFrame.byteCountMax` bytes.
struct SIAReplyBuffer: Hashable, Sendable {
    /// From LF on; empty outside of a frame.
    private var unfinished: [UInt8] = []

    /// The frames that `bytes` complete, LF and CR included; what is none is dropped.
    mutating func frames(in bytes: [UInt8]) -> [[UInt8]] {
        var frames: [[UInt8]] = []
        for byte in bytes {
            if byte == 0x0A {
                unfinished = [byte]
            } else if !unfinished.isEmpty {
                unfinished.append(byte)
                if byte == 0x0D { frames.append(unfinished) }
                if byte == 0x0D || unfinished.count >= SIAFrame.byteCountMax { unfinished = [] }
            }
        }
        return frames
    }
}
