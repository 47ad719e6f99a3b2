import CSQLite
import Linux

/// The bytes of a database in memory, held once: SQLite reads where they lie.
final class DatabaseImage {
    private(set) var bytes: UnsafeMutableRawBufferPointer
    private let object: String

    var byteCount: Int { bytes.count }

    /// - Error: `StoreError`; where the file has more than `byteCountMax` bytes, before any is read.
    init(path: String, object: String, byteCountMax: Int) throws {
        self.object = object
        bytes = .init(start: nil, count: 0)
        do throws(Errno) {
            let file = try Files.open(path, followsLinks: false)
            let byteCount = try file.facts().byteCount
            guard byteCount <= UInt64(byteCountMax) else { throw .fileTooLarge }
            guard Self.move(&bytes, to: Int(byteCount)) else { throw .outOfMemory }
            // It may have been cut meanwhile; where it grew, the log has the rest.
            let came = try file.readFully(into: bytes)
            bytes = .init(rebasing: bytes[..<came])
        } catch .fileTooLarge {
            throw StoreError(
                object, "read",
                "it has more than \(byteCountMax >> 20) MiB, which no appliance "
                    + "writes in its life", .damaged)
        } catch {
            throw StoreError(object, "read", error)
        }
    }

    /// Zeros.
    init(byteCount: Int) {
        object = "database in memory"
        bytes = .init(start: nil, count: 0)
        try? resize(to: byteCount)
    }

    deinit {
        sqlite3_free(bytes.baseAddress)
    }

    /// As its header says; nil where it has none.
    var pageByteCount: Int? { Self.pageByteCount(header: bytes.prefix(100).map { $0 }) }

    static func pageByteCount(header: [UInt8]) -> Int? {
        guard header.count >= 100, header.starts(with: "SQLite format 3\0".utf8) else { return nil }
        let count = Int(header[16]) << 8 | Int(header[17])
        return count == 1 ? 65_536 : count
    }

    /// New bytes are zeros.
    func resize(to byteCount: Int) throws {
        let before = bytes.count
        guard Self.move(&bytes, to: byteCount) else {
            throw StoreError(object, "read \(byteCount) bytes", "out of memory", .refused)
        }
        if byteCount > before {
            UnsafeMutableRawBufferPointer(rebasing: bytes[before...]).initializeMemory(
                as: UInt8.self, repeating: 0)
        }
    }

    func write(_ part: ArraySlice<UInt8>, at offset: Int) {
        UnsafeMutableRawBufferPointer(rebasing: bytes[offset...]).copyBytes(from: part)
    }

    /// "Read and written with a log", which an image in memory cannot have.
    func forgetLog() {
        guard bytes.count >= 512 else { return }
        bytes[18] = 1
        bytes[19] = 1
    }

    private static func move(_ bytes: inout UnsafeMutableRawBufferPointer, to count: Int) -> Bool {
        guard let base = sqlite3_realloc64(bytes.baseAddress, UInt64(max(count, 1))) else {
            return false
        }
        bytes = .init(start: base, count: count)
        return true
    }
}
