import Cryptography
import Frames
import Linux
import Records

/// What an evidence file is called: whose it is, and what it shows.
///
/// - Shape: 32 hexadecimal digits of the boot, 10 decimal digits of the incident's ordinal, the
///   kind: `00000000000000000000000000000000-0000000001-snapshot.jpg`.
public struct EvidenceName: Hashable, Sendable {
    public var boot: BootID
    public var ordinal: UInt32
    public var kind: LedgerRecord.EvidenceKind

    public init(boot: BootID, ordinal: UInt32, kind: LedgerRecord.EvidenceKind) {
        self.boot = boot
        self.ordinal = ordinal
        self.kind = kind
    }

    /// Of the file that a record vouches for; nil where it is about something else.
    public init?(of record: LedgerRecord) {
        switch record.body {
        case .evidence(let ordinal, let kind, _, _):
            self.init(boot: record.stamp.boot, ordinal: ordinal, kind: kind)
        case .salvaged(let boot, let ordinal, let kind, _, _):
            self.init(boot: boot, ordinal: ordinal, kind: kind)
        default:
            return nil
        }
    }

    /// Of a file; nil where it has another form.
    init?(fileName: String) {
        let parts = fileName.split(separator: "-", maxSplits: 2, omittingEmptySubsequences: false)
        guard parts.count == 3, parts[0].utf8.count == 32,
            let high = UInt64(parts[0].prefix(16), radix: 16),
            let low = UInt64(parts[0].suffix(16), radix: 16), let ordinal = UInt32(parts[1])
        else { return nil }
        for kind in LedgerRecord.EvidenceKind.allCases {
            self.init(boot: BootID(high: high, low: low), ordinal: ordinal, kind: kind)
            if self.fileName == fileName { return }
        }
        return nil
    }

    public var fileName: String {
        let number = String(ordinal)
        let zeros = String(repeating: "0", count: 10 - number.count)
        let ending =
            switch kind {
            case .snapshot: "snapshot.jpg"
            case .clip: "clip.mkv"
            case .find: "find.sealed"
            }
        return "\(boot.hexadecimal)-\(zeros)\(number)-\(ending)"
    }
}

/// The folder of evidence files.
///
/// A file is complete and durable before a record vouches for it: written, synchronised, its
/// folder synchronised, and only then the record. A crash leaves a file too many, never one too
/// few. Files wait for the record to be synchronised together: a file system that is told of one
/// file at a time writes some ten blocks of its own for each.
/// - Source: Moonfire NVR, design/schema.md.
final class EvidenceFiles {
    /// Larger files are none of ours.
    static let byteCountMax = 64 << 20
    /// More than this does not wait for a record.
    static let waitingCountMax = 64
    static let waitingByteCountMax = 4 << 20

    private struct Waiting {
        var name: EvidenceName
        /// Kept to write them again: after a failed synchronisation the kernel forgets.
        var bytes: [UInt8]
        /// Open since it was written, so that it is told of every failure; nil after one.
        var file: FileDescriptor?
    }

    private let folder: LedgerFolder
    private var waiting: [Waiting] = []

    init(_ folder: LedgerFolder) {
        self.folder = folder
    }

    /// Writes a file under its final name; durable after `settle`.
    func write(_ bytes: [UInt8], as name: EvidenceName) throws {
        let file = try create(name, bytes)
        waiting.removeAll { $0.name == name }
        waiting.append(Waiting(name: name, bytes: bytes, file: file))
        let byteCount = waiting.reduce(0) { $0 + $1.bytes.count }
        if waiting.count > Self.waitingCountMax || byteCount > Self.waitingByteCountMax {
            try settle()
        }
    }

    /// A file that a record ordered away; one that is gone already is fine, and one that cannot be
    /// removed is tried again at the next start.
    func remove(_ name: EvidenceName) {
        waiting.removeAll { $0.name == name }
        try? Files.remove(folder.evidence + "/" + name.fileName)
    }

    func isWaiting(_ name: EvidenceName) -> Bool {
        waiting.contains { $0.name == name }
    }

    /// SHA-256 and length of what comes out of a file, in steps.
    ///
    /// - Error: `EFBIG` where it has more than `byteCountMax` bytes.
    static func digest(_ file: FileDescriptor) throws(Errno) -> (sha256: [UInt8], byteCount: Int) {
        let hash = SHA256()
        let chunk = UnsafeMutableRawBufferPointer.allocate(byteCount: 256 << 10, alignment: 64)
        defer { chunk.deallocate() }
        var byteCount = 0
        while true {
            let came = try file.read(into: chunk)
            if came == 0 { return (hash.finish(), byteCount) }
            byteCount += came
            guard byteCount <= byteCountMax else { throw .fileTooLarge }
            hash.update(UnsafeRawBufferPointer(rebasing: chunk[..<came]))
        }
    }

    /// Makes every file durable that waits. Where that fails all of them go on waiting.
    func settle() throws {
        guard !waiting.isEmpty else { return }
        do {
            for index in waiting.indices where waiting[index].file == nil {
                waiting[index].file = try create(waiting[index].name, waiting[index].bytes)
            }
            let files = waiting.compactMap(\.file)
            do throws(Errno) {
                if files.count > 1 { try files[0].synchroniseFileSystem() }
                // After the above this writes nothing, but tells of failures.
                for file in files { try file.synchronise() }
                try Files.synchroniseFolder(folder.evidence)
            } catch {
                throw StoreError(
                    "evidence \(folder.evidence)", "synchronise \(files.count) files", error)
            }
        } catch {
            for index in waiting.indices { waiting[index].file = nil }
            throw error
        }
        waiting.removeAll()
    }

    private func create(_ name: EvidenceName, _ bytes: [UInt8]) throws -> FileDescriptor {
        let path = folder.evidence + "/" + name.fileName
        do throws(Errno) {
            // Not into what has that name: it may have another name too, or be no file.
            try? Files.remove(path)
            let file = try FileDescriptor.open(path, [.writeOnly, .create, .exclusive])
            try file.writeAll(bytes)
            return file
        } catch {
            try? Files.remove(path)
            throw StoreError("evidence \(path)", "write \(bytes.count) bytes", error)
        }
    }

    /// What is behind a name; nil where nothing is.
    func file(of name: EvidenceName) -> EvidenceSpace.File? {
        do throws(Errno) {
            let path = folder.evidence + "/" + name.fileName
            return try Files.factsIfThere(path, followsLinks: false).map {
                .inode(device: $0.device, number: $0.inode)
            }
        } catch {
            return .unknown(name)
        }
    }

    /// All that lies there, but folders; nothing where there is no such folder.
    static func names(in folder: LedgerFolder) throws(Errno) -> [String] {
        let names: [String]
        do throws(Errno) {
            names = try Files.names(in: folder.evidence)
        } catch .noSuchFile {
            return []
        }
        var found: [String] = []
        for name in names {
            let path = folder.evidence + "/" + name
            guard let facts = try Files.factsIfThere(path, followsLinks: false) else { continue }
            if facts.kind != .directory { found.append(name) }
        }
        return found
    }

    /// Files that no record vouches for: a crash may have come between a picture and its record.
    func strays(
        besides vouchedFor: Set<EvidenceName>, _ findings: inout [String]
    ) throws -> [String] {
        let known = Set(vouchedFor.map(\.fileName))
        do throws(Errno) {
            let strays = try Self.names(in: folder).filter { !known.contains($0) }
            if let first = strays.first {
                findings.append(
                    "evidence: open: \(strays.count) files without a record moved to "
                        + "evidence/orphaned, the first is \(first)")
            }
            return strays
        } catch {
            throw StoreError("evidence \(folder.evidence)", "look for stray files", error)
        }
    }

    /// Moves files to `orphaned/`.
    func setAside(_ strays: [String]) throws {
        guard !strays.isEmpty else { return }
        do throws(Errno) {
            for name in strays {
                try Files.rename(folder.evidence + "/" + name, to: folder.orphaned + "/" + name)
            }
            try Files.synchroniseFolder(folder.orphaned)
            try Files.synchroniseFolder(folder.evidence)
        } catch {
            throw StoreError("evidence \(folder.evidence)", "move stray files", error)
        }
    }
}
