import Cryptography

/// How the text of an encryption key is meant. Receivers disagree: some take its characters as the
/// key, others read them as hexadecimal digits.
public enum SIAKeyForm: String, CaseIterable, Sendable {
    /// 16, 24 or 32 characters, each one byte of the key.
    case ascii
    /// 32, 48 or 64 digits, two for each byte.
    case hexadecimal
}

extension AESKey {
    /// - Returns: nil where `text` does not give 16, 24 or 32 bytes in this form.
    public init?(siaText text: String, form: SIAKeyForm) {
        let characters = Array(text.utf8)
        switch form {
        case .ascii:
            guard characters.allSatisfy({ (0x21...0x7E).contains($0) }) else { return nil }
            self.init(characters)
        case .hexadecimal:
            guard let bytes = SIADigits.bytes(characters) else { return nil }
            self.init(bytes)
        }
    }
}

/// Hexadecimal digits, which DC-09 writes in upper case.
enum SIADigits {
    private static let digits = Array("0123456789ABCDEF".utf8)

    static func text(_ bytes: [UInt8]) -> [UInt8] {
        bytes.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] }
    }

    static func text(_ number: UInt16) -> [UInt8] {
        text([UInt8(number >> 8), UInt8(number & 255)])
    }

    /// In either case; nil where the count is odd or something is no digit.
    static func bytes(_ text: some Collection<UInt8>) -> [UInt8]? {
        guard text.count % 2 == 0 else { return nil }
        var bytes: [UInt8] = []
        bytes.reserveCapacity(text.count / 2)
        var high: UInt8?
        for character in text {
            guard let value = value(character) else { return nil }
            if let first = high {
                bytes.append(first << 4 | value)
                high = nil
            } else {
                high = value
            }
        }
        return bytes
    }

    /// Whether it is a digit as DC-09 writes them.
    static func isUpper(_ character: UInt8) -> Bool { digits.contains(character) }

    private static func value(_ character: UInt8) -> UInt8? {
        switch character {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): character - UInt8(ascii: "0")
        case UInt8(ascii: "A")...UInt8(ascii: "F"): character - UInt8(ascii: "A") + 10
        case UInt8(ascii: "a")...UInt8(ascii: "f"): character - UInt8(ascii: "a") + 10
        default: nil
        }
    }
}
