import Frames
import Glibc
import Linux

/// Searches all of this process's memory for bytes of which it keeps no copy.
///
/// What is searched for is cut into pieces of 16 or 32 bytes, end to end, of which only hashes are
/// kept: a run of 31 or 63 bytes that is left of it anywhere, however it lies, is found.
///
/// - Error: pieces that are nearly of one value are not searched for, they would be anywhere. That
///   a piece is found that is not there has a chance of 2⁻⁶⁴ for each byte and piece.
/// - Cost: two nanoseconds for each byte that may be read, the program and all.
public final class MemorySearch {
    public struct Found: CustomStringConvertible, Sendable {
        public var what: String
        public var count = 0
        /// Where the first is.
        public var address: UInt64
        public var place: String

        public var description: String {
            "\(what): \(count) pieces, the first at \(String(address, radix: 16)) in \(place)"
        }
    }

    private struct Piece {
        /// Of 16 bytes, or of the 32 that begin with them.
        var isLong: Bool
        var hash: UInt64
        var what: Int
    }

    private var pieces: [UInt64: Piece] = [:]
    private var names: [String] = []
    /// A bit for each hash: most of memory is nothing that is searched for.
    private var marks = [UInt64](repeating: 0, count: 1 << 18)

    public var pieceCount: Int { pieces.count }
    /// By the last `search`.
    public private(set) var searchedByteCount = 0

    public init() {}

    /// Searches for these too from now on.
    ///
    /// - Parameters:
    ///   - isLong: in pieces of 32 bytes, of what is not rare enough in 16.
    ///   - differing: a piece has at least so many different values.
    public func plant(
        _ bytes: UnsafeRawBufferPointer, _ what: String, isLong: Bool = false, differing: Int = 10
    ) {
        let name = names.firstIndex(of: what) ?? names.count
        if name == names.count { names.append(what) }
        let size = isLong ? 32 : 16
        for from in stride(from: 0, through: bytes.count - size, by: size) {
            var values: (UInt64, UInt64, UInt64, UInt64) = (0, 0, 0, 0)
            var count = 0
            withUnsafeMutableBytes(of: &values) { values in
                for index in from..<from + size {
                    let (word, bit) = (Int(bytes[index]) / 8, bytes[index] % 8)
                    if values[word] & 1 << bit == 0 { count += 1 }
                    values[word] |= 1 << bit
                }
            }
            guard count >= differing else { continue }
            let (start, next) = (Self.hash(bytes, from), isLong ? Self.hash(bytes, from + 16) : 0)
            marks[Int(start & 0xFF_FFFF) / 64] |= 1 << (start % 64)
            pieces[start] = Piece(isLong: isLong, hash: next, what: name)
        }
    }

    @inline(__always)
    private static func hash(_ bytes: UnsafeRawBufferPointer, _ place: Int) -> UInt64 {
        let one = bytes.loadUnaligned(fromByteOffset: place, as: UInt64.self)
        let other = bytes.loadUnaligned(fromByteOffset: place + 8, as: UInt64.self)
        let mixed =
            (one ^ 0xA076_1D64_78BD_642F).multipliedFullWidth(by: 0xE703_7ED1_A0B4_28DB)
        let folded = mixed.high ^ mixed.low ^ other
        let again = (folded ^ 0x8EBC_6AF0_9C88_C6E3).multipliedFullWidth(by: 0x5899_65CC_7537_4CC3)
        return again.high ^ again.low
    }

    /// Every kind of thing of which something was found, with where.
    public func search() throws -> [Found] {
        var found: [Int: Found] = [:]
        searchedByteCount = 0
        let memory = open("/proc/self/mem", O_RDONLY)
        guard memory >= 0 else { throw Errno(rawValue: errno) }
        defer { close(memory) }
        let chunk = UnsafeMutableRawBufferPointer.allocate(byteCount: 1 << 20, alignment: 64)
        defer {
            // Of what was found it has a copy.
            Overwriting.clear(chunk)
            chunk.deallocate()
        }
        let maps = String(
            decoding: try Files.read("/proc/self/maps", byteCountMax: 1 << 22), as: UTF8.self)
        for line in maps.split(separator: "\n") {
            let words = line.split(separator: " ", omittingEmptySubsequences: true)
            let ends = words[0].split(separator: "-").compactMap { UInt64($0, radix: 16) }
            guard ends.count == 2, words[1].hasPrefix("r"), !line.hasSuffix("[vsyscall]"),
                !line.hasSuffix("[vvar]")
            else { continue }
            let name = words.count > 5 ? String(words[5]) : "memory of its own"
            var address = ends[0]
            while address < ends[1] {
                let wanted = min(chunk.count, Int(ends[1] - address))
                let count = pread(memory, chunk.baseAddress, wanted, off_t(address))
                // Another thread may have given it back meanwhile.
                guard count > 0 else { break }
                searchedByteCount += count
                look(UnsafeRawBufferPointer(rebasing: chunk[..<count]), address, name, &found)
                // Whatever lies across two chunks is seen whole in the next.
                address += UInt64(count > 32 && count == wanted ? max(count - 32, 1) : count)
                if ends[1] - address <= 32 { break }
            }
        }
        return found.values.sorted { $0.what < $1.what }
    }

    /// Of whatever lies in some bytes, as they are and as texts spell bytes.
    public func search(_ bytes: [UInt8], in place: String) -> [Found] {
        var found: [Int: Found] = [:]
        for reading in Spelling.readings(of: bytes) {
            reading.withUnsafeBytes { look($0, 0, place, &found) }
        }
        return found.values.sorted { $0.what < $1.what }
    }

    private func look(
        _ bytes: UnsafeRawBufferPointer, _ address: UInt64, _ name: String,
        _ found: inout [Int: Found]
    ) {
        guard bytes.count >= 32 else { return }
        marks.withUnsafeBufferPointer { marks in
            for place in 0...bytes.count - 32 {
                let start = Self.hash(bytes, place)
                guard marks[Int(start & 0xFF_FFFF) / 64] >> (start % 64) & 1 != 0,
                    let piece = pieces[start],
                    !piece.isLong || piece.hash == Self.hash(bytes, place + 16)
                else { continue }
                found[
                    piece.what,
                    default: Found(
                        what: names[piece.what], address: address + UInt64(place), place: name)
                ].count += 1
            }
        }
    }
}
