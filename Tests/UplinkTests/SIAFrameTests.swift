import Cryptography
import Testing

@testable import Uplink

/// What receivers of the field were seen to accept.
@Suite struct SIAFrameTests {
    private static let key = "AAAAAAAAAAAAAAAABBBBBBBBBBBBBBBB"
    private static let time = Reports.wallMilliseconds
    private static let goldens: [(SIAFrame, String?, String)] = [
        (
            SIAFrame(token: .null, sequence: 0, receiver: "1", account: "AB12"), nil,
            "\nAFC90015\"NULL\"0000R1L0#AB12[]\r"
        ),
        (
            SIAFrame(
                token: .siaDCS, sequence: 42, receiver: "1", account: "AB12",
                content: "#AB12|Nri3/HA", wallMilliseconds: time), nil,
            "\n1BA80039\"SIA-DCS\"0042R1L0#AB12[#AB12|Nri3/HA]_18:02:03,10-31-2025\r"
        ),
        (
            SIAFrame(
                token: .admCID, sequence: 42, receiver: "1", account: "AB12",
                content: "#AB12|1120 01 003", wallMilliseconds: time), nil,
            "\nBB33003D\"ADM-CID\"0042R1L0#AB12[#AB12|1120 01 003]_18:02:03,10-31-2025\r"
        ),
        (
            SIAFrame(
                token: .siaDCS, sequence: 42, receiver: "1", account: "CD34",
                content: "#CD34|Nri3/HA", wallMilliseconds: time), key,
            "\n5FB70078\"*SIA-DCS\"0042R1L0#CD34[9D84F2254945364A85CEEFDAF0222C6BC7E979C99DB18152"
                + "645B55D9285527674579AB2680B365FA1537284D4DEC9A77\r"
        )
    ]

    @Test func goldenVectorsAreMadeAndRead() throws {
        for (frame, key, text) in Self.goldens {
            let key = key.flatMap { AESKey(siaText: $0, form: .ascii) }
            let bytes = Array(text.utf8)
            #expect(frame.encoded(key: key) { .init(repeating: 0x50, count: $0) } == bytes)
            let (found, isEncrypted) = try SIAFrame.decode(bytes, key: key)
            #expect(found == frame)
            #expect(isEncrypted == (key != nil))
        }
    }

    @Test func theChecksumIsTheOneOfTheCatalogue() {
        #expect(CRC16.of(Array("123456789".utf8)) == 0xBB3D)
    }

    @Test(arguments: [16, 24, 32], SIAKeyForm.allCases)
    func everyLengthIsReadBackWithEveryKey(byteCount: Int, form: SIAKeyForm) throws {
        let digits = Array("0123456789abcdef".utf8)
        let count = form == .ascii ? byteCount : 2 * byteCount
        let text = String(decoding: (0..<count).map { digits[$0 * 7 % 16] }, as: UTF8.self)
        let key = try #require(AESKey(siaText: text, form: form))
        #expect(key.bitCount == 8 * byteCount)
        for length in 0...48 {
            let frame = SIAFrame(
                token: .siaDCS, sequence: 9_999, line: "FFFFFF", account: "0123456789ABCDEF",
                content: String(repeating: "x", count: length), extensions: ["Hnow", "Ia|b"],
                wallMilliseconds: Self.time)
            let bytes = frame.encoded(key: key)
            #expect(try SIAFrame.decode(bytes, key: key).frame == frame)
            #expect(throws: SIAFrameError.unreadable) { try SIAFrame.decode(bytes) }
            let again = (0..<20).map { _ in frame.encoded(key: key) }
            #expect(Set(again).count > 1, "encryptions alike")
        }
    }

    @Test func keysOfOtherLengthsAndFormsAreRefused() {
        for text in ["", "abc", String(repeating: "a", count: 17), "кккккккккккккккк "] {
            #expect(AESKey(siaText: text, form: .ascii) == nil)
            #expect(AESKey(siaText: text, form: .hexadecimal) == nil)
        }
        #expect(AESKey(siaText: String(repeating: "g", count: 32), form: .hexadecimal) == nil)
        #expect(AESKey(siaText: String(repeating: "a", count: 16), form: .hexadecimal) == nil)
    }

    @Test func timesAreOfTheCalendarAndStayInsideFourDigits() {
        #expect(SIATime.text(milliseconds: .min) == "00:00:00,01-01-1970")
        #expect(SIATime.text(milliseconds: .max) == "23:59:59,12-31-9999")
        #expect(SIATime.milliseconds("18:02:03,10-31-2025".utf8) == Self.time)
        for wrong in [
            "", "24:00:00,10-31-2025", "18:02:60,10-31-2025", "18:02:03,02-30-2025",
            "18:02:03,10-31-1969", "18:02:03 10-31-2025", "18:02:0x,10-31-2025",
            "18:02:03,10-31-20250"
        ] {
            #expect(SIATime.milliseconds(wrong.utf8) == nil, "\(wrong)")
        }
    }

    @Test(arguments: [
        "\"ACK\"0042R1L0#AB12[]", "\"ACK\"0042L0#AB12[]_18:02:03,10-31-2025", "\"NAK\"0000R0L0A0[]",
        "\"RSP\"0042R1L0#AB12[][Kabc][X1]_18:02:03,10-31-2025", "\"DUH\"0042#AB12[Q]"
    ]) func whatRepliesLookLikeIsRead(body: String) throws {
        #expect(try SIAFrame.decode(framed(body)).isEncrypted == false)
    }

    @Test func theAccountThatNAKDoesNotNameIsNoPartOfItsLine() throws {
        for (line, expected) in [("L0A0", "0"), ("LFA0", "F"), ("LA0", "A0"), ("L7", "7")] {
            let frame = try SIAFrame.decode(framed("\"NAK\"0000R0\(line)[]")).frame
            #expect(frame.line == expected)
        }
        #expect(try SIAFrame.decode(framed("\"ACK\"0001L0A0[]")).frame.line == "0A0")
    }

    @Test(arguments: [
        "", "\"", "ACK0042L0#AB12[]", "\"ACK\"042L0#AB12[]", "\"ACK\"00420L0#AB12[]",
        "\"ack\"0042L0#AB12[]", "\"ACK\"0042L#AB12[]", "\"ACK\"0042L0000000#AB12[]",
        "\"ACK\"0042L0#AB[]", "\"ACK\"0042L0#ab12[]", "\"ACK\"0042L0#AB12", "\"ACK\"0042L0#AB12[",
        "\"ACK\"0042L0#AB12[]]", "\"ACK\"0042L0#AB12[][", "\"ACK\"0042L0#AB12[]_18:02:03",
        "\"ACK\"0042L0#AB12[]18:02:03,10-31-2025", "\"ACK\"0042L0#AB12[\u{01}]",
        "\"ACK\"0042L0#AB12[]_18:02:03,10-31-2025 ", "\"*ACK\"0042L0#AB12[]",
        "\"*ACK\"0042L0#AB12[AB", "\"ACK\"0042L0A1G[]"
    ]) func whatDoesNotLookLikeItIsRefused(body: String) {
        #expect(throws: SIAFrameError.self) { try SIAFrame.decode(framed(body)) }
    }

    /// Every bit of a frame turned, every byte taken out or doubled: refused, never a trap.
    @Test func noDamageGoesUnnoticed() throws {
        let key = try #require(AESKey(siaText: Self.key, form: .ascii))
        for (_, golden, text) in Self.goldens {
            let bytes = Array(text.utf8)
            for index in bytes.indices {
                for bit in 0..<8 {
                    var damaged = bytes
                    damaged[index] ^= 1 << UInt8(bit)
                    #expect(throws: SIAFrameError.self) {
                        try SIAFrame.decode(damaged, key: golden == nil ? nil : key)
                    }
                }
                var shorter = bytes
                shorter.remove(at: index)
                #expect(throws: SIAFrameError.self) { try SIAFrame.decode(shorter, key: key) }
                #expect(throws: SIAFrameError.self) {
                    try SIAFrame.decode(bytes + bytes[index...], key: key)
                }
            }
        }
    }

    private func framed(_ body: String) -> [UInt8] {
        let bytes = Array(body.utf8)
        return [0x0A] + SIADigits.text(CRC16.of(bytes)) + SIADigits.text(UInt16(bytes.count))
            + bytes + [0x0D]
    }
}
