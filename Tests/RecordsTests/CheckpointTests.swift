import Frames
import Records
import Testing

@Suite struct CheckpointTests {
    private let checkpoint = Checkpoint(
        sequence: 1_234, hash: [UInt8](repeating: 0x9f, count: 32),
        key: [UInt8](repeating: 0x3b, count: 32), signature: [])

    private func text(_ trust: Stamp.Trust) -> String {
        let stamp = Stamp(
            boot: BootID(high: 0x0123_4567_89ab_cdef, low: 1),
            monotonic: .zero + .seconds(90), wallMilliseconds: 1_763_834_645_999, trust: trust)
        return String(decoding: checkpoint.message(at: stamp), as: UTF8.self)
    }

    /// Spelt out: signatures that were given depend on it.
    @Test func whatIsSignedIsExactlyThisText() {
        let digits = (String(repeating: "9f", count: 32), String(repeating: "3b", count: 32))
        #expect(
            text(.synchronised) == """
                kuzet checkpoint 1
                record 1234
                hash \(digits.0)
                key \(digits.1)
                boot 0123456789abcdef0000000000000001
                uptime 90000000000 ns
                time 2025-11-22T18:04:05Z, clock set

                """)
        #expect(text(.unset).hasSuffix("Z, clock unset\n"))
    }

    @Test func aMessageIsReadBackAndNothingElseIsTakenForOne() {
        let claim = Checkpoint.claim(of: text(.unset))
        #expect(claim?.sequence == 1_234)
        #expect(claim?.hash == String(repeating: "9f", count: 32))
        for text in ["", "kuzet checkpoint 2\nrecord 1\nhash a\n", "kuzet checkpoint 1\nrecord x\n"]
        {
            #expect(Checkpoint.claim(of: text) == nil)
        }
    }
}
