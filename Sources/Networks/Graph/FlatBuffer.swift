/// A FlatBuffers file that may be hostile: every offset is checked before it is followed, and no
/// more is read in all than a few times the file, however often its vectors are pointed at.
///
/// Reads in place: whoever has the bytes keeps them while this is in use.
///
/// - Source: FlatBuffers binary format, "Internals"; all numbers are little-endian.
final class FlatBuffer {
    let bytes: UnsafeRawBufferPointer
    /// Bytes of vectors that may still be read.
    private var budget: Int

    init(bytes: UnsafeRawBufferPointer) {
        self.bytes = bytes
        budget = 4 * bytes.count
    }

    enum Fault: Error {
        /// Something at `offset` would end past the file's `byteCount`.
        case outside(offset: Int, length: Int, byteCount: Int)
        /// Vectors are pointed at again and again.
        case overdrawn(byteCount: Int)
        /// More elements than any model has.
        case crowded(what: String, count: Int, most: Int)
    }

    /// The table that the file begins with.
    func root() throws -> FlatTable {
        try FlatTable(self, at: Int(number(at: 0, as: UInt32.self)))
    }

    func number<Number: FixedWidthInteger>(at offset: Int, as: Number.Type) throws -> Number {
        let length = MemoryLayout<Number>.size
        guard offset >= 0, offset <= bytes.count - length else {
            throw Fault.outside(offset: offset, length: length, byteCount: bytes.count)
        }
        return Number(littleEndian: bytes.loadUnaligned(fromByteOffset: offset, as: Number.self))
    }

    /// The codes of a tensor, less 128 if they are uint8. Weights are most of a file: one at a time,
    /// checked, they would be a quarter of what loading takes.
    func codes(_ range: Range<Int>, isUnsigned: Bool) -> [Int8] {
        let flip: Int8 = isUnsigned ? .min : 0
        let content = UnsafeRawBufferPointer(rebasing: bytes[range])
        return Array(unsafeUninitializedCapacity: content.count) { codes, count in
            for index in content.indices {
                codes.initializeElement(at: index, to: Int8(bitPattern: content[index]) ^ flip)
            }
            count = content.count
        }
    }

    /// Where what is written at `offset` points to; always forward.
    func target(of offset: Int) throws -> Int {
        offset + Int(try number(at: offset, as: UInt32.self))
    }

    /// The elements of the vector at `offset`, as the range of their bytes.
    func elements(at offset: Int, size: Int) throws -> Range<Int> {
        let count = Int(try number(at: offset, as: UInt32.self))
        let (first, length) = (offset + 4, count * size)
        guard length <= bytes.count - first else {
            throw Fault.outside(offset: first, length: length, byteCount: bytes.count)
        }
        budget -= length
        guard budget >= 0 else { throw Fault.overdrawn(byteCount: bytes.count) }
        return first..<first + length
    }
}

/// A table: fields by their number in the schema, any of which may be absent.
struct FlatTable {
    private let file: FlatBuffer
    private let start: Int
    /// Offset of each field from `start`, as read from the file; 0 where a field is absent.
    private let fields: Range<Int>

    init(_ file: FlatBuffer, at start: Int) throws {
        let index = start - Int(try file.number(at: start, as: Int32.self))
        let length = Int(try file.number(at: index, as: UInt16.self))
        guard length >= 4, index <= file.bytes.count - length else {
            throw FlatBuffer.Fault.outside(
                offset: index, length: length, byteCount: file.bytes.count)
        }
        self.file = file
        self.start = start
        fields = index + 4..<index + length
    }

    private func place(of field: Int) throws -> Int? {
        let entry = fields.lowerBound + 2 * field
        guard entry + 2 <= fields.upperBound else { return nil }
        let offset = Int(try file.number(at: entry, as: UInt16.self))
        return offset == 0 ? nil : start + offset
    }

    func number<Number: FixedWidthInteger>(_ field: Int, or absent: Number) throws -> Number {
        guard let place = try place(of: field) else { return absent }
        return try file.number(at: place, as: Number.self)
    }

    func isSet(_ field: Int) throws -> Bool { try number(field, or: UInt8(0)) != 0 }

    func table(_ field: Int) throws -> FlatTable? {
        guard let place = try place(of: field) else { return nil }
        return try FlatTable(file, at: file.target(of: place))
    }

    func tables(_ field: Int, _ what: String, most: Int) throws -> [FlatTable] {
        guard let range = try elements(field, size: 4, what, most) else { return [] }
        return try stride(from: range.lowerBound, to: range.upperBound, by: 4).map {
            try FlatTable(file, at: file.target(of: $0))
        }
    }

    func numbers<Number: FixedWidthInteger>(
        _ field: Int, as: Number.Type, _ what: String, most: Int
    ) throws -> [Number] {
        let size = MemoryLayout<Number>.size
        guard let range = try elements(field, size: size, what, most) else { return [] }
        return try stride(from: range.lowerBound, to: range.upperBound, by: size).map {
            try file.number(at: $0, as: Number.self)
        }
    }

    /// The bytes of a vector of bytes, or of a string, as a range of the file; nil if absent.
    func bytes(_ field: Int) throws -> Range<Int>? { try elements(field, size: 1) }

    /// A name for people: the first of a long one, and nothing that a terminal would obey.
    func text(_ field: Int) throws -> String {
        guard let range = try bytes(field) else { return "" }
        let name = String(decoding: file.bytes[range].prefix(Self.nameByteCountMax), as: UTF8.self)
        let shown = name.unicodeScalars.map { scalar -> Character in
            let isControl = scalar.value < 0x20 || 0x7F...0x9F ~= scalar.value
            return isControl ? "\u{FFFD}" : Character(scalar)
        }
        return String(shown) + (range.count > Self.nameByteCountMax ? "…" : "")
    }

    private static let nameByteCountMax = 160

    private func elements(
        _ field: Int, size: Int, _ what: String = "", _ most: Int = .max
    ) throws -> Range<Int>? {
        guard let place = try place(of: field) else { return nil }
        let range = try file.elements(at: file.target(of: place), size: size)
        guard range.count / size <= most else {
            throw FlatBuffer.Fault.crowded(what: what, count: range.count / size, most: most)
        }
        return range
    }
}
