import Testing

@testable import Cryptography

@Suite struct SealingTests {
    private static func bytes(_ digits: String) -> [UInt8] {
        let values = digits.utf8.map { UInt8($0 < 58 ? $0 - 48 : $0 - 87) }
        return stride(from: 0, to: values.count, by: 2).map { values[$0] << 4 | values[$0 + 1] }
    }

    /// RFC 7748, section 6.1.
    @Test func bothSidesAgreeAsTheStandardSays() throws {
        let alice = try #require(
            SealingKey(
                secret: Self.bytes(
                    "77076d0a7318a57d3c16c17251b26645df4c2f87ebc0992ab177fba51db92c2a")))
        let bob = try #require(
            SealingKey(
                secret: Self.bytes(
                    "5dab087e624a8a4b79e17f8b83800ee66f3bb1292618b6fd1c2f8b27ff88e0eb")))
        #expect(
            alice.publicKey
                == Self.bytes("8520f0098930a754748b7ddcb43ef75a0dbf3a0d26381af4eba4a98eaa9b4e6a"))
        #expect(
            bob.publicKey
                == Self.bytes("de9edb7d7b7dc1b4d35b61c2ece435373f8343c85b78674dadfc7e146f882b4f"))
        let agreed = Self.bytes("4a5d9d5ba4ce2de1728e3bf480350f25e07e21c947d19e3376f09b3c1e161742")
        #expect(alice.agree(with: bob.publicKey) == agreed)
        #expect(bob.agree(with: alice.publicKey) == agreed)
    }

    /// RFC 5869, appendix A.1 and A.3.
    @Test func keysAreDerivedAsTheStandardSays() {
        let secret = [UInt8](repeating: 0x0b, count: 22)
        #expect(
            Sealing.derive(
                secret, salt: Array(0...12), info: Array(0xf0...0xf9), byteCount: 42)
                == Self.bytes(
                    "3cb25f25faacd57a90434f64d0362f2a2d2d0a90cf1a5a4c5db02d56ecc4c5bf"
                        + "34007208d5b887185865"))
        #expect(
            Sealing.derive(secret, salt: [], info: [], byteCount: 42)
                == Self.bytes(
                    "8da4e775a563c18f715f802a063c5a31b8a11f5c5ee1879ec3454e5f3c738d2d"
                        + "9d201395faa4b61a96c8"))
    }

    @Test func whatIsSealedIsOpenedByItsRecipientAlone() throws {
        let recipient = try #require(SealingKey.newSecret().flatMap { SealingKey(secret: $0) })
        let other = try #require(SealingKey.newSecret().flatMap { SealingKey(secret: $0) })
        for count in [0, 1, 15, 16, 17, 70_000] {
            let plain = (0..<count).map { UInt8(truncatingIfNeeded: $0 * 7) }
            let sealed = try #require(
                Sealing.seal(plain, to: recipient.publicKey, bound: [1, 2]))
            #expect(sealed.count == count + Sealing.overheadByteCount)
            #expect(recipient.open(sealed, bound: [1, 2]) == plain)
            #expect(recipient.open(sealed, bound: [1]) == nil)
            #expect(other.open(sealed, bound: [1, 2]) == nil)
            let again = Sealing.seal(plain, to: recipient.publicKey, bound: [1, 2])
            #expect(again != sealed)
        }
    }

    @Test func everyFlippedBitIsRefused() throws {
        let recipient = try #require(SealingKey(secret: [UInt8](repeating: 5, count: 32)))
        let sealed = try #require(
            Sealing.seal(Array("a face".utf8), to: recipient.publicKey, bound: []))
        for index in sealed.indices {
            for bit in 0..<8 {
                var changed = sealed
                changed[index] ^= 1 << UInt8(bit)
                #expect(recipient.open(changed, bound: []) == nil, "byte \(index), bit \(bit)")
            }
        }
        for count in sealed.indices {
            #expect(recipient.open(Array(sealed.prefix(count)), bound: []) == nil)
        }
        #expect(recipient.open(sealed + [0], bound: []) == nil)
    }

    /// Once written, opened for ever.
    @Test func aSealedTextIsTheseBytes() throws {
        let recipient = try #require(SealingKey(secret: [UInt8](repeating: 5, count: 32)))
        let sealed = try #require(
            Sealing.seal(
                Array("a face".utf8), to: recipient.publicKey, bound: Array("hall".utf8),
                oneTimeSecret: [UInt8](repeating: 6, count: 32)))
        #expect(
            SHA256.hexadecimal(sealed)
                == "4b5a5301f5b2d6e60f9477e310c2982daaa6c9136c108a1777c5947e448fa37d"
                + "68174557708b53548fc3f7a33482873f798fe289ef7760f26d01")
        #expect(recipient.open(sealed, bound: Array("hall".utf8)) == Array("a face".utf8))
    }

    @Test func keysThatAgreeWithEverybodyAreRefused() throws {
        #expect(SealingKey(secret: [1]) == nil)
        #expect(Sealing.seal([1], to: [UInt8](repeating: 0, count: 32), bound: []) == nil)
        #expect(Sealing.seal([1], to: [1, 2, 3], bound: []) == nil)
        let one = [1] + [UInt8](repeating: 0, count: 31)
        #expect(Sealing.seal([1], to: one, bound: []) == nil)
    }

    /// McGrew and Viega, "The Galois/Counter Mode of Operation", test case 16, and its key alone.
    @Test func theCipherGivesThePublishedBytes() throws {
        let key = try #require(
            AESKey(
                Self.bytes("feffe9928665731c6d6a8f9467308308feffe9928665731c6d6a8f9467308308")))
        let plain = Self.bytes(
            "d9313225f88406e5a55909c5aff5269a86a7a9531534f7da2e4c303d8a318a72"
                + "1c3c0c95956809532fcf0e2449a6b525b16aedf5aa0de657ba637b39")
        let bound = Self.bytes("feedfacedeadbeeffeedfacedeadbeefabaddad2")
        let nonce = Self.bytes("cafebabefacedbaddecaf888")
        let sealed = try #require(key.sealGCM(plain, nonce: nonce, bound: bound))
        #expect(
            sealed
                == Self.bytes(
                    "522dc1f099567d07f47f37a32a84427d643a8cdcbfe5c0c97598a2bd2555d1aa"
                        + "8cb08e48590dbb3da7b08b1056828838c5f61e6393ba7a0abcc9f662"
                        + "76fc6ece0f4e1768cddf8853bb2d551b"))
        #expect(key.openGCM(sealed, nonce: nonce, bound: bound) == plain)
    }

    @Test func whatIsKeptOpensUnchangedOnly() throws {
        for byteCount in [16, 24, 32] {
            let key = try #require(AESKey([UInt8](repeating: 3, count: byteCount)))
            for plain in [[], [7], [UInt8](repeating: 9, count: 1000)] {
                let sealed = try #require(key.seal(plain, bound: [1]))
                #expect(key.open(sealed, bound: [1]) == plain)
                #expect(key.open(sealed, bound: []) == nil)
                #expect(key.seal(plain, bound: [1]) != sealed)
                for index in sealed.indices {
                    var changed = sealed
                    changed[index] ^= 0x10
                    #expect(key.open(changed, bound: [1]) == nil)
                }
                #expect(key.open(Array(sealed.dropLast()), bound: [1]) == nil)
            }
            #expect(key.open([], bound: []) == nil)
            #expect(key.sealGCM([1], nonce: [1], bound: []) == nil)
        }
    }
}
