import Cryptography
import Testing

/// Vectors: FIPS 180-4 examples as published by NIST (one block, two blocks, a million "a").
@Suite struct SHA256Tests {
    @Test func publishedVectorsAreMet() {
        let cases = [
            ("", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"),
            ("abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
            (
                "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
                "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"
            )
        ]
        for (message, digest) in cases {
            #expect(SHA256.hexadecimal(SHA256.digest(Array(message.utf8))) == digest)
        }
        let million = [UInt8](repeating: UInt8(ascii: "a"), count: 1_000_000)
        #expect(
            SHA256.hexadecimal(SHA256.digest(million))
                == "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0")
    }

    @Test func piecesGiveTheDigestOfTheWholeAndAFinishedHashStartsAnew() {
        let message = (0..<1000).map { UInt8(truncatingIfNeeded: $0 &* 31) }
        let hash = SHA256()
        for _ in 0..<2 {
            var rest = message[...]
            for length in [0, 1, 63, 64, 65, 200] {
                hash.update(rest.prefix(length))
                rest = rest.dropFirst(length)
            }
            hash.update(rest)
            #expect(hash.finish() == SHA256.digest(message))
        }
    }
}
