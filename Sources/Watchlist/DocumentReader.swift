extension [UInt8] {
    mutating func appendBigEndian<Value: FixedWidthInteger>(_ value: Value) {
        for shift in stride(from: Value.bitWidth - 8, through: 0, by: -8) {
            append(UInt8(truncatingIfNeeded: value >> Value(shift)))
        }
    }

    /// A count of two bytes, then UTF-8. What has no `problem` is far below 65,536 bytes; anything
    /// else is cut, so that writing never traps.
    mutating func appendText(_ text: String) {
        let bytes = text.utf8.prefix(65_535)
        appendBigEndian(UInt16(bytes.count))
        self += bytes
    }

    mutating func appendNames(_ names: [String]) {
        let kept = names.prefix(255)
        append(UInt8(kept.count))
        for name in kept { appendText(name) }
    }
}

/// Takes fields from bytes of unknown origin; every read is checked, and nothing is allocated by a
/// count that the bytes themselves do not bear out.
struct DocumentReader {
    private let bytes: [UInt8]
    private let end: Int
    private(set) var offset: Int
    /// Whose fields are read, once that is known.
    var entry: UInt32?

    init(_ bytes: [UInt8], from start: Int, to end: Int) {
        self.bytes = bytes
        self.end = end
        offset = start
    }

    func problem(_ rule: WatchRule) -> WatchProblem { WatchProblem(rule, entry: entry) }

    mutating func integer<Value: FixedWidthInteger>(
        _ type: Value.Type, _ field: String
    ) throws(WatchProblem) -> Value {
        var value: Value = 0
        for index in try take(Value.bitWidth / 8, field) {
            // An eight-bit value has nothing to make room for; its shift by 8 gives 0.
            value = value << 8 | Value(truncatingIfNeeded: bytes[index])
        }
        return value
    }

    mutating func code<Value>(
        _ field: String, _ meaning: (UInt8) -> Value?
    ) throws(WatchProblem) -> Value {
        let code = try integer(UInt8.self, field)
        guard let value = meaning(code) else {
            throw problem(.unknownCode(field: field, code: code))
        }
        return value
    }

    /// How many things follow, each of at least `byteCountMin` bytes.
    mutating func count(
        _ field: String, max: Int, byteCountMin: Int
    ) throws(WatchProblem) -> Int {
        let count = Int(try integer(UInt32.self, field))
        guard count <= max else {
            throw problem(.count(field: field, found: Int64(count), wanted: 0...Int64(max)))
        }
        guard count * byteCountMin <= end - offset else {
            throw problem(
                .tooShort(field: field, wanted: count * byteCountMin, left: end - offset))
        }
        return count
    }

    mutating func raw(_ count: Int, _ field: String) throws(WatchProblem) -> [UInt8] {
        Array(bytes[try take(count, field)])
    }

    mutating func text(_ field: String, _ wanted: ClosedRange<Int>) throws(WatchProblem) -> String {
        let count = Int(try integer(UInt16.self, field))
        guard wanted.contains(count) else {
            throw problem(.text(field: field, byteCount: count, wanted: wanted))
        }
        guard let text = String(validating: bytes[try take(count, field)], as: UTF8.self) else {
            throw problem(.notPrintable(field: field))
        }
        return text
    }

    mutating func names(_ field: String) throws(WatchProblem) -> [String] {
        let count = Int(try integer(UInt8.self, field))
        guard count <= ListHeader.deviceCountMax else {
            throw problem(
                .count(
                    field: field, found: Int64(count),
                    wanted: 0...Int64(ListHeader.deviceCountMax)))
        }
        var names: [String] = []
        for _ in 0..<count {
            names.append(try text(field, 1...ListHeader.deviceByteCountMax))
        }
        return names
    }

    mutating func template(_ ordinal: Int) throws(WatchProblem) -> FaceTemplate {
        let range = try take(FaceTemplate.count, "template \(ordinal)")
        // From the document straight into the one place where a template lies.
        let template = bytes.withUnsafeBytes { all in
            FaceTemplate(UnsafeRawBufferPointer(rebasing: all[range]).bindMemory(to: Int8.self))
        }
        guard let template else { throw problem(.emptyTemplate(ordinal: ordinal)) }
        return template
    }

    func expectEnd() throws(WatchProblem) {
        guard offset == end else { throw problem(.trailing(byteCount: end - offset)) }
    }

    private mutating func take(_ count: Int, _ field: String) throws(WatchProblem) -> Range<Int> {
        guard count <= end - offset else {
            throw problem(.tooShort(field: field, wanted: count, left: end - offset))
        }
        defer { offset += count }
        return offset..<offset + count
    }
}
