import Records

/// Times as DC-09 writes them: "18:02:03,10-31-2025", always UTC, to the second.
///
/// - Units: milliseconds since 1970-01-01 UTC; what lies outside of the years 1970 ... 9999 is
///   written as the nearest second inside.
/// - Source: ANSI/SIA DC-09, timestamp and extended data "H".
enum SIATime {
    static let byteCount = 19
    static let range: ClosedRange<Int64> = 0...253_402_300_799_999

    static func clamped(_ milliseconds: Int64) -> Int64 {
        min(max(milliseconds, range.lowerBound), range.upperBound)
    }

    static func text(milliseconds: Int64) -> String {
        // "2025-10-31T18:02:03Z"
        let text = Array(UTC.text(milliseconds: clamped(milliseconds)).utf8)
        func part(_ range: Range<Int>) -> String { String(decoding: text[range], as: UTF8.self) }
        return "\(part(11..<19)),\(part(5..<10))-\(part(0..<4))"
    }

    /// - Returns: nil for anything that `text` does not write.
    static func milliseconds(_ text: some Collection<UInt8>) -> Int64? {
        let bytes = Array(text)
        guard bytes.count == byteCount, bytes[8] == UInt8(ascii: ","),
            bytes[14] == UInt8(ascii: "-")
        else { return nil }
        func part(_ range: Range<Int>) -> String { String(decoding: bytes[range], as: UTF8.self) }
        guard
            let found = UTC.milliseconds("\(part(15..<19))-\(part(9..<14))T\(part(0..<8))Z"),
            range.contains(found)
        else { return nil }
        return found
    }
}
