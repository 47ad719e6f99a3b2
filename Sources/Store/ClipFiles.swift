import Linux
import Records
import Station

/// The clips of a ledger's evidence folder: those that are being written, and those that an
/// earlier life did not come to finish.
final class ClipFiles {
    /// More than the station ever has at once.
    static let openCountMax = 16
    /// So many are finished at one start; the rest is moved aside.
    static let salvagedCountMax = 32

    /// Names that one clip may have.
    static let nameCountMax = 128

    private let folder: LedgerFolder
    private var open: [EvidenceName: ClipFile] = [:]
    /// Further names of clips that are being written, there already or waiting for the file.
    private var names: [EvidenceName: [(name: EvidenceName, isThere: Bool)]] = [:]

    init(_ folder: LedgerFolder) {
        self.folder = folder
    }

    /// - Returns: how many pictures were left out.
    func extend(_ name: EvidenceName, _ pictures: [ClipPicture]) throws -> Int {
        guard let first = pictures.first else { return 0 }
        do throws(Errno) {
            if let clip = open[name] { return try clip.extend(pictures) }
            guard open.count < Self.openCountMax else { throw .busy }
            let clip = try ClipFile(name, in: folder, first: first)
            open[name] = clip
            // Before the first synchronisation, which makes them durable.
            link(clip)
            return try clip.extend(pictures)
        } catch {
            throw StoreError(
                "evidence \(name.fileName)", "write \(pictures.count) pictures", error)
        }
    }

    /// Gives a clip a further name, durably where the file is there already: there is one file, and
    /// each of its names can be removed by itself.
    func join(_ name: EvidenceName, to clip: EvidenceName) throws {
        guard names[clip]?.count ?? 0 < Self.nameCountMax else {
            throw StoreError("evidence \(clip.fileName)", "name it \(name.fileName)", .busy)
        }
        names[clip, default: []].append((name, false))
        guard let file = open[clip] else { return }
        link(file)
        guard names[clip]?.last?.isThere == true else {
            throw StoreError(
                "evidence \(clip.fileName)", "name it \(name.fileName)",
                "the file system gives a file no second name", .refused)
        }
        do throws(Errno) {
            try Files.synchroniseFolder(folder.evidence)
        } catch {
            throw StoreError("evidence \(clip.fileName)", "name it \(name.fileName)", error)
        }
    }

    private func link(_ clip: ClipFile) {
        for index in names[clip.name]?.indices ?? 0..<0 {
            guard let entry = names[clip.name]?[index], !entry.isThere else { continue }
            let path = folder.evidence + "/" + entry.name.fileName
            try? Files.remove(path)
            names[clip.name]?[index].isThere = (try? Files.link(clip.path, to: path)) != nil
        }
    }

    /// - Returns: the file, and all incidents whose it is; nil where no picture was kept.
    func finish(_ name: EvidenceName) throws -> KeptClip? {
        defer { names[name] = nil }
        guard let clip = open.removeValue(forKey: name) else { return nil }
        link(clip)
        let others = names[name] ?? []
        do throws(Errno) {
            guard let kept = try clip.finish() else {
                for other in others where other.isThere {
                    try Files.remove(folder.evidence + "/" + other.name.fileName)
                }
                return nil
            }
            // Nothing vouches for a name that a power cut may still take.
            if !others.isEmpty { try Files.synchroniseFolder(folder.evidence) }
            return KeptClip(
                ordinals: [name.ordinal] + others.filter(\.isThere).map(\.name.ordinal),
                sha256: kept.sha256, byteCount: kept.byteCount)
        } catch {
            // Playable as it is; the next start finishes it, and vouches for it.
            throw StoreError("evidence \(name.fileName)", "finish", error)
        }
    }

    /// Finishes what was being written when the last life ended.
    ///
    /// - Parameters:
    ///   - boot: of the last life, whose incidents it were; files of others are left alone, for a
    ///     life vouches for what the one before it wrote, and for nothing that turns up later.
    ///   - lastOrdinal: of the last incident that the ledger has of it.
    func salvage(
        of boot: BootID, through lastOrdinal: UInt32, unless vouchedFor: Set<EvidenceName>,
        _ findings: inout [String]
    ) -> [LedgerRecord.Body] {
        // What cannot be read or finished here is moved aside like any stray file.
        let names = ((try? Files.names(in: folder.evidence)) ?? []).compactMap(
            EvidenceName.init(fileName:))
        // A file that a record vouches for under another name is complete, or damaged for good.
        let closed = Set(
            vouchedFor.filter { $0.kind == .clip && $0.boot == boot }.compactMap {
                try? Files.facts(folder.evidence + "/" + $0.fileName).inode
            })
        var salvaged: [LedgerRecord.Body] = []
        for name in names
        where name.kind == .clip && name.boot == boot && name.ordinal <= lastOrdinal
            && !vouchedFor.contains(name) && salvaged.count < Self.salvagedCountMax
        {
            let path = folder.evidence + "/" + name.fileName
            guard let facts = try? Files.facts(path, followsLinks: false), facts.kind == .regular,
                facts.byteCount <= UInt64(EvidenceFiles.byteCountMax),
                let kept = try? ClipFile.salvage(path, mayWrite: !closed.contains(facts.inode))
            else { continue }
            salvaged.append(
                .salvaged(
                    boot: name.boot, ordinal: name.ordinal, kind: .clip, sha256: kept.sha256,
                    byteCount: kept.byteCount))
        }
        if !salvaged.isEmpty {
            findings.append(
                "evidence: open: \(salvaged.count) clips that the last run did not finish: "
                    + "finished up to their last whole part")
        }
        return salvaged
    }
}
