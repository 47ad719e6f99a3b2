import Linux

/// SQLite's write-ahead log, read without SQLite: so that readers need neither locks nor write
/// permission, and so that damage in the middle of a log is told apart from its end.
///
/// - Shape: a header of 32 bytes, then frames of 24 bytes and one page each, numbers big-endian.
///   A frame belongs to the log where its salts are the header's and its checksum continues that
///   of the frame before. A frame with a page count ends a transaction.
/// - Source: sqlite.org/fileformat2.html, section 4.
struct LogImage {
    private static let headerByteCount = 32
    private static let frameHeaderByteCount = 24

    private let bytes: [UInt8]
    private let pageByteCount: Int
    private let isBigEndian: Bool
    private let checksum: (UInt32, UInt32)

    /// nil where `bytes` do not begin with a valid header: then the log is empty.
    init?(_ bytes: [UInt8]) {
        guard bytes.count >= Self.headerByteCount else { return nil }
        let magic = Self.integer(bytes, 0)
        guard magic & 0xffff_fffe == 0x377f_0682, Self.integer(bytes, 4) == 3_007_000 else {
            return nil
        }
        let pageByteCount = Int(Self.integer(bytes, 8))
        guard pageByteCount >= 512, pageByteCount <= 65_536,
            pageByteCount & (pageByteCount - 1) == 0
        else { return nil }
        let isBigEndian = magic & 1 == 1
        let checksum = Self.sum(bytes[0..<24], isBigEndian, (0, 0))
        guard checksum == (Self.integer(bytes, 24), Self.integer(bytes, 28)) else { return nil }
        self.bytes = bytes
        self.pageByteCount = pageByteCount
        self.isBigEndian = isBigEndian
        self.checksum = checksum
    }

    private var frameByteCount: Int { Self.frameHeaderByteCount + pageByteCount }
    private var frameCount: Int { (bytes.count - Self.headerByteCount) / frameByteCount }

    private func offset(_ frame: Int) -> Int { Self.headerByteCount + frame * frameByteCount }

    private func carriesSalt(_ frame: Int) -> Bool {
        let start = offset(frame)
        return bytes[start + 8..<start + 16].elementsEqual(bytes[16..<24])
    }

    private func storedChecksum(_ frame: Int) -> (UInt32, UInt32) {
        (Self.integer(bytes, offset(frame) + 16), Self.integer(bytes, offset(frame) + 20))
    }

    private func continues(_ previous: (UInt32, UInt32), _ frame: Int) -> Bool {
        let start = offset(frame)
        var sum = Self.sum(bytes[start..<start + 8], isBigEndian, previous)
        sum = Self.sum(
            bytes[start + Self.frameHeaderByteCount..<start + frameByteCount], isBigEndian, sum)
        return sum == storedChecksum(frame)
    }

    /// How many frames count: up to the end of the last whole transaction.
    private func committedFrames() -> (valid: Int, committed: Int) {
        var previous = checksum
        var valid = 0
        var committed = 0
        while valid < frameCount, carriesSalt(valid), continues(previous, valid) {
            previous = storedChecksum(valid)
            valid += 1
            if Self.integer(bytes, offset(valid - 1) + 4) != 0 { committed = valid }
        }
        return (valid, committed)
    }

    /// The database as it is with this log: what a checkpoint would make of it.
    func applied(to database: [UInt8]) -> [UInt8] {
        let committed = committedFrames().committed
        guard committed > 0 else { return database }
        let pageCount = Int(Self.integer(bytes, offset(committed - 1) + 4))
        // A part of a page counts as one, as it does for SQLite. Pages that are in neither file
        // do not exist: a few bytes of log must not ask for a gigabyte.
        let present = (database.count + pageByteCount - 1) / pageByteCount
        guard pageCount <= present + committed,
            pageCount * pageByteCount <= LedgerFolder.databaseByteCountMax
        else { return database }
        var image = database
        image.reserveCapacity(pageCount * pageByteCount)
        if image.count > pageCount * pageByteCount {
            image.removeLast(image.count - pageCount * pageByteCount)
        } else {
            image += [UInt8](repeating: 0, count: pageCount * pageByteCount - image.count)
        }
        for frame in 0..<committed {
            let page = Int(Self.integer(bytes, offset(frame)))
            guard page >= 1, page <= pageCount else { continue }
            let start = offset(frame) + Self.frameHeaderByteCount
            image.replaceSubrange(
                (page - 1) * pageByteCount..<page * pageByteCount,
                with: bytes[start..<start + pageByteCount])
        }
        return image
    }

    /// How many whole transactions lie behind a place that cannot be read, where SQLite stops.
    ///
    /// A power cut leaves at most one, never acknowledged: each is synchronised before the next
    /// begins. More of them mean that acknowledged ones are lost.
    func strandedCommitCount() -> Int {
        let valid = committedFrames().valid
        guard valid + 1 < frameCount else { return 0 }
        return (valid + 1..<frameCount).reduce(0) { count, frame in
            let ends = Self.integer(bytes, offset(frame) + 4) != 0
            return ends && carriesSalt(frame) && continues(storedChecksum(frame - 1), frame)
                ? count + 1 : count
        }
    }

    /// 0 where there is no such log, or one too large to be ours.
    static func strandedCommitCount(inFile path: String) -> Int {
        guard
            let bytes = try? Files.read(path, byteCountMax: LedgerFolder.logByteCountMax),
            let log = LogImage(bytes)
        else { return 0 }
        return log.strandedCommitCount()
    }

    private static func integer(_ bytes: [UInt8], _ offset: Int) -> UInt32 {
        bytes[offset..<offset + 4].reduce(0) { $0 << 8 | UInt32($1) }
    }

    /// The log's checksum over a multiple of eight bytes.
    private static func sum(
        _ bytes: ArraySlice<UInt8>, _ isBigEndian: Bool, _ seed: (UInt32, UInt32)
    ) -> (UInt32, UInt32) {
        var (first, second) = seed
        bytes.withUnsafeBytes { raw in
            for offset in stride(from: 0, to: raw.count - 7, by: 8) {
                let left = raw.loadUnaligned(fromByteOffset: offset, as: UInt32.self)
                let right = raw.loadUnaligned(fromByteOffset: offset + 4, as: UInt32.self)
                first &+= (isBigEndian ? left.bigEndian : left.littleEndian) &+ second
                second &+= (isBigEndian ? right.bigEndian : right.littleEndian) &+ first
            }
        }
        return (first, second)
    }
}
