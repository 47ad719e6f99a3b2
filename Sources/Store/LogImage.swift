import Linux

/// SQLite's write-ahead log, read without SQLite: so that readers need neither locks nor write
/// permission, and so that damage is told apart from the end of a log.
///
/// - Shape: a header of 32 bytes, then frames of 24 bytes and one page each, numbers big-endian.
///   A frame belongs to the log where its salts are the header's and its checksum continues that
///   of the frame before. A frame with a page count ends a transaction.
/// - Source: sqlite.org/fileformat2.html, section 4.
struct LogImage {
    private static let headerByteCount = 32
    private static let frameHeaderByteCount = 24
    /// What a disk writes whole or not at all.
    private static let blockByteCount = 4096

    private let bytes: [UInt8]
    let pageByteCount: Int
    private let isBigEndian: Bool
    private let salts: (UInt32, UInt32)
    private let checksum: (UInt32, UInt32)
    /// Frames that belong to the log, one behind the other from its beginning.
    private let validCount: Int
    /// Of those, up to the end of the last whole transaction: they count.
    let committedCount: Int

    /// nil where `bytes` do not begin with a valid header: then SQLite takes the log for empty.
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
        self.init(bytes, pageByteCount, isBigEndian, at: 16, checksum)
    }

    /// - Parameter place: where the salts stand.
    private init(
        _ bytes: [UInt8], _ pageByteCount: Int, _ isBigEndian: Bool, at place: Int,
        _ checksum: (UInt32, UInt32)
    ) {
        self.bytes = bytes
        self.pageByteCount = pageByteCount
        self.isBigEndian = isBigEndian
        self.checksum = checksum
        salts = (Self.integer(bytes, place), Self.integer(bytes, place + 4))
        let frameByteCount = Self.frameHeaderByteCount + pageByteCount
        var (previous, valid, committed) = (checksum, 0, 0)
        for start in stride(
            from: Self.headerByteCount, through: bytes.count - frameByteCount, by: frameByteCount)
        {
            guard (Self.integer(bytes, start + 8), Self.integer(bytes, start + 12)) == salts,
                Self.sum(ofFrameAt: start, bytes, pageByteCount, isBigEndian, previous)
                    == (Self.integer(bytes, start + 16), Self.integer(bytes, start + 20))
            else { break }
            previous = (Self.integer(bytes, start + 16), Self.integer(bytes, start + 20))
            valid += 1
            if Self.integer(bytes, start + 4) != 0 { committed = valid }
        }
        (validCount, committedCount) = (valid, committed)
    }

    // MARK: Frames

    private var frameByteCount: Int { Self.frameHeaderByteCount + pageByteCount }
    private var frameCount: Int { (bytes.count - Self.headerByteCount) / frameByteCount }

    private func offset(_ frame: Int) -> Int { Self.headerByteCount + frame * frameByteCount }

    private func saltsMatching(_ frame: Int) -> (Bool, Bool) {
        let start = offset(frame)
        return (
            Self.integer(bytes, start + 8) == salts.0, Self.integer(bytes, start + 12) == salts.1
        )
    }

    private func carriesSalts(_ frame: Int) -> Bool { saltsMatching(frame) == (true, true) }

    private func endsTransaction(_ frame: Int) -> Bool {
        Self.integer(bytes, offset(frame) + 4) != 0
    }

    private func storedChecksum(_ frame: Int) -> (UInt32, UInt32) {
        frame < 0
            ? checksum
            : (Self.integer(bytes, offset(frame) + 16), Self.integer(bytes, offset(frame) + 20))
    }

    private func continues(_ frame: Int) -> Bool {
        Self.sum(
            ofFrameAt: offset(frame), bytes, pageByteCount, isBigEndian, storedChecksum(frame - 1))
            == storedChecksum(frame)
    }

    // MARK: Applying

    /// Lays the log over the database: what a checkpoint would make of it.
    func apply(to image: DatabaseImage) throws {
        guard committedCount > 0 else { return }
        let pageCount = Int(Self.integer(bytes, offset(committedCount - 1) + 4))
        // A part of a page counts as one, as it does for SQLite. Pages that are in neither file
        // do not exist: a few bytes of log must not ask for a gigabyte.
        let present = (image.byteCount + pageByteCount - 1) / pageByteCount
        guard pageCount <= present + committedCount,
            pageCount * pageByteCount <= LedgerFolder.databaseByteCountMax
        else { return }
        try image.resize(to: pageCount * pageByteCount)
        for frame in 0..<committedCount {
            let page = Int(Self.integer(bytes, offset(frame)))
            guard page >= 1, page <= pageCount else { continue }
            let start = offset(frame) + Self.frameHeaderByteCount
            image.write(bytes[start..<start + pageByteCount], at: (page - 1) * pageByteCount)
        }
    }

    // MARK: Damage

    /// What is behind the part that counts.
    enum Tail: Equatable {
        /// Nothing: zeros, what an earlier log left, or a transaction that was never ended.
        case clean
        /// A last commit that a power cut tore while it was written: it was never acknowledged.
        case torn
        /// Commits that were written whole, and cannot be read any more. Where it is only one, a
        /// power cut may have torn it, after all, on a disk that writes less than 4,096 bytes at
        /// once.
        case damaged(commitCount: Int)
    }

    /// SQLite stops at the first frame that it cannot read, and says nothing of what comes behind.
    var tail: Tail {
        // A damaged frame has one salt left at least, or its checksum.
        func isOurs(_ frame: Int) -> Bool {
            let (first, second) = saltsMatching(frame)
            return first || second || (frame == validCount && continues(frame))
        }
        let rest = validCount..<max(frameCount, validCount)
        let last = rest.last(where: isOurs)
        let isCutInAFrame = carriesSaltsInPart()
        guard last != nil || isCutInAFrame else { return .clean }
        let ends = rest.filter { carriesSalts($0) && endsTransaction($0) }
        guard let last, ends.count <= 1, ends.isEmpty || ends == [last] else {
            return .damaged(commitCount: max(ends.count, 1))
        }
        return isCutInAFrame || !isExplainedByAPowerCut(committedCount...last)
            ? .damaged(commitCount: 1) : .torn
    }

    /// Whether the file ends within a frame of this log.
    private func carriesSaltsInPart() -> Bool {
        let start = offset(frameCount)
        return bytes.count >= start + 16 && carriesSalts(frameCount)
    }

    /// Whether each block of the disk was written or was not: in one that was, every frame is as it
    /// ought to be.
    private func isExplainedByAPowerCut(_ frames: ClosedRange<Int>) -> Bool {
        var written: [Int: Bool] = [:]
        for frame in frames {
            let start = offset(frame)
            let block = start / Self.blockByteCount
            guard block == (start + Self.frameHeaderByteCount - 1) / Self.blockByteCount else {
                continue
            }
            let isWritten = carriesSalts(frame)
            guard written.updateValue(isWritten, forKey: block) ?? isWritten == isWritten else {
                return false
            }
        }
        func isWritten(_ frame: Int, _ byteCount: Int) -> Bool {
            let start = offset(frame)
            let blocks = start / Self.blockByteCount...(start + byteCount - 1) / Self.blockByteCount
            return blocks.allSatisfy { written[$0] == true }
        }
        return frames.allSatisfy { frame in
            guard isWritten(frame, frameByteCount) else { return true }
            let isBeforeKnown =
                frame == frames.lowerBound || isWritten(frame - 1, Self.frameHeaderByteCount)
            return carriesSalts(frame) && (!isBeforeKnown || continues(frame))
        }
    }

    /// How many commits lie behind a header that cannot be read: all that are there are lost. What
    /// begins a log (`LedgerConnection.beginLogAnew`) says nothing that the database has not.
    static func commitCount(behindHeaderOf bytes: [UInt8], pageByteCount: Int) -> Int {
        guard bytes.count >= headerByteCount + frameHeaderByteCount + pageByteCount else {
            return 0
        }
        let log = LogImage(bytes, pageByteCount, false, at: headerByteCount + 8, (0, 0))
        let isBeginning = integer(bytes, headerByteCount) == 1 && log.endsTransaction(0)
        return (0..<log.frameCount).dropFirst(isBeginning ? 1 : 0).count {
            log.carriesSalts($0) && log.endsTransaction($0)
        }
    }

    // MARK: Numbers

    private static func integer(_ bytes: [UInt8], _ offset: Int) -> UInt32 {
        bytes.withUnsafeBytes { $0.loadUnaligned(fromByteOffset: offset, as: UInt32.self) }
            .bigEndian
    }

    private static func sum(
        ofFrameAt start: Int, _ bytes: [UInt8], _ pageByteCount: Int, _ isBigEndian: Bool,
        _ previous: (UInt32, UInt32)
    ) -> (UInt32, UInt32) {
        let sum = sum(bytes[start..<start + 8], isBigEndian, previous)
        let page = start + frameHeaderByteCount
        return Self.sum(bytes[page..<page + pageByteCount], isBigEndian, sum)
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
