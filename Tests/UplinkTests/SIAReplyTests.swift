import Cryptography
import Testing

@testable import Uplink

@Suite struct SIAReplyTests {
    private let key = AESKey(siaText: "0123456789abcdef", form: .ascii)

    private func frame(
        _ token: SIAFrame.Token, sequence: UInt16 = 42, key: AESKey? = nil,
        at wallMilliseconds: Int64? = Reports.wallMilliseconds
    ) -> [UInt8] {
        SIAFrame(
            token: token, sequence: sequence, receiver: "1", account: "AB12",
            wallMilliseconds: wallMilliseconds
        ).encoded(key: key)
    }

    @Test func eachReplyMeansOneThing() throws {
        #expect(try SIAReply.read(frame(.ack, at: nil), key: nil).kind == .accepted)
        #expect(try SIAReply.read(frame(.rsp), key: nil).kind == .accepted)
        #expect(try SIAReply.read(frame(.duh), key: nil).kind == .refused)
        #expect(try SIAReply.read(frame(.ack, key: key), key: key).kind == .accepted)
        #expect(try SIAReply.read(frame(.duh), key: key).kind == .refused)
        let late = try SIAReply.read(frame(.nak, sequence: 0), key: key)
        #expect(late.kind == .outOfTime(wallMilliseconds: Reports.wallMilliseconds))
        #expect(late.answers(sequence: 7, account: "CD34"))
    }

    @Test func anAnswerThatAnybodyCouldHaveWrittenIsNone() {
        #expect(throws: SIAFrameError.unprotected) { try SIAReply.read(frame(.ack), key: key) }
        #expect(throws: SIAFrameError.unprotected) { try SIAReply.read(frame(.rsp), key: key) }
        #expect(throws: SIAFrameError.self) { try SIAReply.read(frame(.nak, at: nil), key: nil) }
        #expect(throws: SIAFrameError.self) {
            try SIAReply.read(frame(.nak, key: key), key: key)
        }
        for token in [SIAFrame.Token.siaDCS, .admCID, .null] {
            #expect(throws: SIAFrameError.self) { try SIAReply.read(frame(token), key: nil) }
        }
    }

    @Test func onlyTheSameNumberAndAccountAreAnswered() throws {
        let reply = try SIAReply.read(frame(.ack), key: nil)
        #expect(reply.answers(sequence: 42, account: "AB12"))
        #expect(!reply.answers(sequence: 43, account: "AB12"))
        #expect(!reply.answers(sequence: 42, account: "AB13"))
    }

    /// As pysiaalarm encrypts: zeros in front, and no "|".
    @Test func aReplyWithoutABarInFrontIsRead() throws {
        let key = try #require(key)
        let plain = Array("00000000000]_18:02:03,10-31-2025".utf8)
        #expect(plain.count == 32)
        let cipher = try #require(
            key.encryptCBC(plain, start: [UInt8](repeating: 0, count: 16)))
        let body = Array("\"*ACK\"0042R1L0#AB12[".utf8) + SIADigits.text(cipher)
        let bytes =
            [0x0A] + SIADigits.text(CRC16.of(body)) + SIADigits.text(UInt16(body.count)) + body
            + [0x0D]
        #expect(try SIAReply.read(bytes, key: key).kind == .accepted)
    }

    @Test func framesAreFoundInWhateverPieces() {
        let whole = frame(.ack) + Array("noise\r".utf8) + frame(.duh)
        for size in 1...whole.count {
            var buffer = SIAReplyBuffer()
            var found: [[UInt8]] = []
            for start in stride(from: 0, to: whole.count, by: size) {
                found += buffer.frames(in: Array(whole[start..<min(start + size, whole.count)]))
            }
            #expect(found == [frame(.ack), frame(.duh)])
        }
    }

    @Test func whatReceiversSayOfBrokenFramesIsNoReply() {
        // pysiaalarm: a bad checksum, and an unknown account.
        for text in ["\n\r", "\"NAK\""] {
            var buffer = SIAReplyBuffer()
            let replies = buffer.frames(in: Array(text.utf8)).compactMap {
                try? SIAReply.read($0, key: nil)
            }
            #expect(replies.isEmpty)
        }
    }

    @Test func memoryIsBoundedWhateverComes() {
        var buffer = SIAReplyBuffer()
        let flood = [0x0A] + [UInt8](repeating: 0x41, count: 100_000)
        #expect(buffer.frames(in: flood).isEmpty)
        #expect(buffer.frames(in: [0x0D]).isEmpty)
        #expect(buffer.frames(in: frame(.ack)) == [frame(.ack)])
    }

    /// Many random mutations of a valid reply, with a checksum that is right again: parsed or
    /// refused, never a trap.
    @Test func mutationsNeverTrap() {
        var seed: UInt64 = 1
        func random(_ count: Int) -> Int {
            seed = seed &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return Int(seed >> 33) % count
        }
        let interesting = Array("\"*#[]|_RLA0,:-\r\n".utf8)
        var acceptedCount = 0
        for _ in 0..<20_000 {
            let valid = frame([.ack, .nak, .duh, .rsp][random(4)], key: random(2) == 0 ? key : nil)
            var body = Array(valid[9..<valid.count - 1])
            for _ in 0..<random(4) {
                let index = random(body.count)
                switch random(4) {
                case 0: body[index] = UInt8(random(256))
                case 1: body[index] = interesting[random(interesting.count)]
                case 2: body.insert(interesting[random(interesting.count)], at: index)
                default: if body.count > 1 { body.remove(at: index) }
                }
            }
            let bytes =
                [0x0A] + SIADigits.text(CRC16.of(body)) + SIADigits.text(UInt16(body.count)) + body
                + [0x0D]
            if (try? SIAReply.read(bytes, key: key)) != nil { acceptedCount += 1 }
        }
        #expect((1..<20_000).contains(acceptedCount))
    }
}
