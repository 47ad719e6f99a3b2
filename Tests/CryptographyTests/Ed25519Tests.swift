import Cryptography
import Testing

/// Vectors: RFC 8032, section 7.1, tests 1 to 3.
@Suite struct Ed25519Tests {
    private static func bytes(_ hexadecimal: String) -> [UInt8] {
        stride(from: 0, to: hexadecimal.utf8.count, by: 2).compactMap { offset in
            UInt8(hexadecimal.dropFirst(offset).prefix(2), radix: 16)
        }
    }

    @Test(
        arguments: [
            (
                "9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60",
                "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a", "",
                "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb88215"
                    + "90a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b"
            ),
            (
                "4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb",
                "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c", "72",
                "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e4"
                    + "3e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00"
            ),
            (
                "c5aa8df43f9f837bedb7442f31dcb7b166d38535076f094b85ce3a2e0b4458f7",
                "fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025", "af82",
                "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac18ff9b53"
                    + "8d16f290ae67f760984dc6594a7c15e9716ed28dc027beceea1ec40a"
            )
        ])
    func publishedVectorsAreMet(
        secret: String, publicKey: String, message: String, signature: String
    ) throws {
        let key = try #require(SigningKey(secret: Self.bytes(secret)))
        let message = Self.bytes(message)
        #expect(key.publicKey == Self.bytes(publicKey))
        #expect(key.sign(message) == Self.bytes(signature))
        #expect(PublicKey.verify(key.sign(message), of: message, by: key.publicKey))
    }

    @Test func anythingElseIsNoSignature() throws {
        let key = try #require(SigningKey.newSecret().flatMap { SigningKey(secret: $0) })
        let message = Array("kuzet".utf8)
        let signature = key.sign(message)
        for index in signature.indices {
            var changed = signature
            changed[index] ^= 1
            #expect(!PublicKey.verify(changed, of: message, by: key.publicKey))
        }
        #expect(!PublicKey.verify(signature, of: message + [0], by: key.publicKey))
        #expect(!PublicKey.verify(Array(signature.dropLast()), of: message, by: key.publicKey))
        #expect(!PublicKey.verify(signature, of: message, by: []))
        #expect(SigningKey(secret: [1, 2, 3]) == nil)
    }
}
