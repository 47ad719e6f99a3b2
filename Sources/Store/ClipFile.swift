import Cryptography
import Linux
import Records
import Station

/// The clip of one incident while it is written: one write and one synchronisation for what comes
/// at once, behind what is durable already.
///
/// A write that failed is written over by the next one: nothing after the last durable byte counts
/// before it is durable itself.
final class ClipFile {
    let name: EvidenceName
    let path: String
    private let folder: LedgerFolder
    private let file: FileDescriptor
    private var writer: MatroskaWriter

    /// A file that is complete and durable.
    struct Kept: Hashable {
        var sha256: [UInt8]
        var byteCount: UInt32
    }

    /// Beyond so much pictures are left out, so that everybody who reads evidence can read it.
    static let byteCountMax = 48 << 20
    /// A clip is not written into the last of the room: records go first.
    static let reservedByteCount: UInt64 = 16 << 20

    /// - Parameter first: the picture that begins it, and says how large the others are.
    init(_ name: EvidenceName, in folder: LedgerFolder, first: ClipPicture) throws(Errno) {
        self.name = name
        self.folder = folder
        path = folder.evidence + "/" + name.fileName
        // A file of that name that nothing vouches for goes; to write over it might write over
        // one that has another name too.
        try? Files.remove(path)
        file = try FileDescriptor.open(path, [.readWrite, .create, .exclusive])
        let identity = IncidentIdentity(boot: name.boot, ordinal: name.ordinal)
        let milliseconds = first.capturedAt.milliseconds
        let thousandths = String(String(1_000 + abs(milliseconds % 1_000)).dropFirst())
        writer = MatroskaWriter(
            width: first.width, height: first.height,
            title: "Kuzet incident \(identity.full); first picture "
                + "\(milliseconds / 1_000).\(thousandths) s after the boot")
    }

    /// - Returns: how many pictures were left out.
    func extend(_ pictures: [ClipPicture]) throws(Errno) -> Int {
        var byteCount = writer.byteCount
        let taken = pictures.filter { picture in
            guard picture.width == writer.width, picture.height == writer.height,
                byteCount + picture.jpeg.count + 64 <= Self.byteCountMax, !writer.isFull
            else { return false }
            byteCount += picture.jpeg.count + 64
            return true
        }
        guard !taken.isEmpty else { return pictures.count }
        let isFirst = writer.pictureCount == 0
        var next = writer
        let clusters = next.add(taken)
        let room = try Files.room(at: folder.evidence)
        guard room.freeByteCount >= UInt64(clusters.count) + Self.reservedByteCount else {
            throw .noSpace
        }
        try file.seek(to: isFirst ? 0 : Int64(writer.byteCount))
        try file.writeAll(isFirst ? writer.head + clusters : clusters)
        try file.synchroniseData()
        if isFirst { try Files.synchroniseFolder(folder.evidence) }
        writer = next
        return pictures.count - taken.count
    }

    /// Completes the file, and makes it durable.
    ///
    /// - Returns: nil where there is no picture in it; then there is no file any more.
    func finish() throws(Errno) -> Kept? {
        guard writer.pictureCount > 0 else {
            try Files.remove(path)
            return nil
        }
        return try Self.finish(file, writer)
    }

    private static func finish(
        _ file: FileDescriptor, _ writer: MatroskaWriter
    ) throws(Errno) -> Kept {
        let (tail, head) = writer.finish()
        // What a failed write left behind the last cluster.
        try file.truncate(to: Int64(writer.byteCount))
        try file.seek(to: Int64(writer.byteCount))
        try file.writeAll(tail)
        try file.seek(to: 0)
        try file.writeAll(head)
        try file.synchronise()
        try file.seek(to: 0)
        let (sha256, byteCount) = try EvidenceFiles.digest(file)
        return Kept(sha256: sha256, byteCount: UInt32(clamping: byteCount))
    }

    /// Completes a file that an earlier life was writing: up to its last whole cluster.
    ///
    /// - Parameter mayWrite: false where it has to be complete already.
    /// - Returns: nil where there is no such cluster in it; then it is left as it is.
    static func salvage(_ path: String, mayWrite: Bool = true) throws(Errno) -> Kept? {
        let file = try Files.open(path, .readWrite, followsLinks: false)
        var head = [UInt8](repeating: 0, count: MatroskaWriter.headByteCount)
        guard try read(file, into: &head), var writer = MatroskaWriter(head: head) else {
            return nil
        }
        let end = try file.facts().byteCount
        while UInt64(writer.byteCount) < end {
            var start = [UInt8](repeating: 0, count: 12)
            try file.seek(to: Int64(writer.byteCount))
            guard try read(file, into: &start),
                let byteCount = MatroskaWriter.clusterByteCount(start[...]),
                UInt64(writer.byteCount + byteCount) <= end
            else { break }
            var cluster = [UInt8](repeating: 0, count: byteCount)
            try file.seek(to: Int64(writer.byteCount))
            guard try read(file, into: &cluster), writer.adopt(cluster[...]) != nil else { break }
        }
        guard writer.pictureCount > 0 else { return nil }
        let (tail, finalHead) = writer.finish()
        var rest = [UInt8](repeating: 0, count: tail.count)
        try file.seek(to: Int64(writer.byteCount))
        guard head == finalHead, end == UInt64(writer.byteCount + tail.count),
            try read(file, into: &rest), rest == tail
        else { return mayWrite ? try finish(file, writer) : nil }
        try file.synchronise()
        try file.seek(to: 0)
        let (sha256, byteCount) = try EvidenceFiles.digest(file)
        return Kept(sha256: sha256, byteCount: UInt32(clamping: byteCount))
    }

    /// - Returns: false where the file ends before `bytes` are full.
    private static func read(
        _ file: FileDescriptor, into bytes: inout [UInt8]
    ) throws(Errno) -> Bool {
        var failure: Errno?
        var count = 0
        bytes.withUnsafeMutableBytes { buffer in
            do throws(Errno) { count = try file.readFully(into: buffer) } catch { failure = error }
        }
        if let failure { throw failure }
        return count == bytes.count
    }
}
