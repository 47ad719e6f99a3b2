import Testing

@testable import Cryptography

/// NIST SP 800-38A, sections F.2.1, F.2.3 and F.2.5: the first two blocks.
@Suite struct AESTests {
    private static let start = Array(0..<16) as [UInt8]
    private static let plain = bytes(
        "6bc1bee22e409f96e93d7e117393172aae2d8a571e03ac9c9eb76fac45af8e51")
    private static let vectors = [
        (
            "2b7e151628aed2a6abf7158809cf4f3c",
            "7649abac8119b246cee98e9b12e9197d5086cb9b507219ee95db113a917678b2"
        ),
        (
            "8e73b0f7da0e6452c810f32b809079e562f8ead2522c6b7b",
            "4f021db243bc633d7178183a9fa071e8b4d9ada9ad7dedf4e5e738763f69145a"
        ),
        (
            "603deb1015ca71be2b73aef0857d77811f352c073b6108d72d9810a30914dff4",
            "f58c4c04d6e5f1ba779eabfb5f7bfbd69cfc4e967edb808d679f777bc6702c7d"
        )
    ]

    @Test(arguments: vectors) func everyKeySizeGivesTheStandardsBlocks(
        key: String, cipher: String
    ) throws {
        let key = try #require(AESKey(Self.bytes(key)))
        let made = try #require(key.encryptCBC(Self.plain, start: Self.start))
        #expect(made == Self.bytes(cipher))
        #expect(key.decryptCBC(made, start: Self.start) == Self.plain)
    }

    @Test func whatIsNotWholeIsRefused() throws {
        for count in 0...64 where ![16, 24, 32].contains(count) {
            #expect(AESKey([UInt8](repeating: 1, count: count)) == nil)
        }
        let key = try #require(AESKey([UInt8](repeating: 1, count: 16)))
        #expect(key.encryptCBC([], start: Self.start) == [])
        #expect(key.encryptCBC(Array(Self.plain.dropLast()), start: Self.start) == nil)
        #expect(key.decryptCBC(Array(Self.plain.dropLast()), start: Self.start) == nil)
        #expect(key.decryptCBC(Self.plain, start: []) == nil)
    }

    private static func bytes(_ digits: String) -> [UInt8] {
        let values = digits.utf8.map { UInt8($0 < 58 ? $0 - 48 : $0 - 87) }
        return stride(from: 0, to: values.count, by: 2).map { values[$0] << 4 | values[$0 + 1] }
    }
}
