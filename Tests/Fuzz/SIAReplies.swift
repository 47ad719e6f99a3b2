import Cryptography
import Frames

@testable import Uplink

/// What an alarm centre, or whoever answers in its place, may send.
enum SIAReplies {
    private static let key = AESKey([UInt8](repeating: 7, count: 16))
    private static let time = Moment(
        monotonic: .zero + .seconds(9), wallMilliseconds: 1_761_933_723_000)

    /// The bytes as they are, into a session that waits for an answer; and as the body of a frame
    /// whose checksum is right, which chance does not find.
    static func feed(_ bytes: UnsafeRawBufferPointer) {
        let given = Array(bytes)
        let framed = frame(given)
        for key in [nil, key] {
            guard var settings = SIASettings(account: "AB12") else { return }
            settings.key = key
            converse(settings, [given, framed])
        }
        guard let found = try? SIAFrame.decode(framed) else { return }
        // The "A0" of a NAK is read and not written again.
        guard !found.isEncrypted, found.frame.token != .nak else { return }
        let again = try? SIAFrame.decode(found.frame.encoded()).frame
        precondition(again == found.frame, "written again, it reads differently")
    }

    private static func converse(_ settings: SIASettings, _ pieces: [[UInt8]]) {
        var session = SIASession(settings: settings) { [UInt8](repeating: 0x50, count: $0) }
        var actions = session.connected(at: time)
        actions += session.offered(.linkTest, key: 1, at: time)
        for piece in pieces { actions += session.received(piece, at: time) }
        actions += session.disconnected()
        var (sentCount, finishedCount) = (0, 0)
        for action in actions {
            switch action {
            case .send(let frame):
                sentCount += 1
                precondition(frame.count <= SIAFrame.byteCountMax, "a frame that is too long")
            case .finished: finishedCount += 1
            case .drop: break
            }
        }
        precondition(finishedCount == 1, "\(finishedCount) outcomes of one message")
        precondition((1...settings.attemptCountMax).contains(sentCount), "\(sentCount) attempts")
    }

    private static func frame(_ body: [UInt8]) -> [UInt8] {
        [0x0A] + SIADigits.text(CRC16.of(body))
            + SIADigits.text(UInt16(truncatingIfNeeded: body.count)) + body + [0x0D]
    }

    /// Bodies of replies: what is fed is framed above.
    static func seeds() -> [[UInt8]] {
        let tokens: [SIAFrame.Token] = [.ack, .nak, .duh, .rsp]
        let plain = tokens.map {
            SIAFrame(
                token: $0, sequence: 1, receiver: "1", account: "AB12", extensions: ["Kabc"],
                wallMilliseconds: time.wallMilliseconds
            ).encoded()
        }
        let sealed = [SIAFrame.Token.ack, .rsp].map {
            SIAFrame(token: $0, sequence: 1, account: "AB12", wallMilliseconds: 0)
                .encoded(key: key) { [UInt8](repeating: 0x50, count: $0) }
        }
        return (plain + sealed).flatMap { [$0, Array($0[9..<$0.count - 1])] }
    }
}
